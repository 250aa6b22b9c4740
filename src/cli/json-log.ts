import type { InputProblem } from '../pipeline/inputs.ts';
import type { Progress } from '../pipeline/unit-context.ts';

/** Seconds between two lines of progress. */
const interval = 30;

/** What a run tells while it goes on: a display for people, or a log for machines. */
export interface RunLog {
  start(totalRows: number | null, totalBytes: number, before: Progress): void;
  add(progress: Progress): void;
  problem(problem: InputProblem): void;
  /** A line for people. */
  note(text: string): void;
  stop(): void;
  readonly seconds: number;
}

/** One JSON document a line: `time`, `level`, `event`, and what belongs to the event. JSON escapes whatever comes from data. */
export class JsonLog implements RunLog {
  readonly #stream: NodeJS.WritableStream;
  readonly #quiet: boolean;
  readonly #started = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #rows = 0;
  #bytes = 0;
  #findings = 0;

  /** @param quiet problems alone */
  constructor(stream: NodeJS.WritableStream, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  start(totalRows: number | null, totalBytes: number, before: Progress): void {
    this.add(before);
    this.write('info', 'start', { totalRows, totalBytes, rows: before.rows, bytes: before.bytes });
    this.#timer = setInterval(() => this.#progress(), interval * 1000);
    this.#timer.unref();
  }

  add({ rows, bytes, findings }: Progress): void {
    this.#rows += rows;
    this.#bytes += bytes;
    this.#findings += findings;
  }

  problem({ file, code, message }: InputProblem): void {
    this.write('error', 'problem', { file, code, message });
  }

  note(text: string): void {
    this.write('info', 'note', { message: text });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get seconds(): number {
    return (Date.now() - this.#started) / 1000;
  }

  write(level: 'info' | 'warn' | 'error', event: string, fields: object): void {
    if (this.#quiet && level === 'info') return;
    const line = { time: new Date().toISOString(), level, event, ...fields };
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  #progress(): void {
    this.write('info', 'progress', { rows: this.#rows, bytes: this.#bytes, findings: this.#findings });
  }
}
