import type { InputProblem } from '../pipeline/inputs.ts';
import type { Progress } from '../pipeline/unit-context.ts';
import type { RunLog } from './json-log.ts';

/** Seconds between lines where there is no terminal. */
const lineInterval = 5;
const barInterval = 0.2;

/** Shows how far a run is, on standard error: a bar on a terminal, a line every few seconds elsewhere. */
export class ProgressDisplay implements RunLog {
  readonly #stream: NodeJS.WriteStream;
  readonly #quiet: boolean;
  readonly #started = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #totalRows: number | null = 0;
  #totalBytes = 0;
  #rows = 0;
  #bytes = 0;
  #findings = 0;
  /** bytes of units that an earlier run had done: they tell nothing about the speed of this one */
  #bytesBefore = 0;

  constructor(stream: NodeJS.WriteStream, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  /** @param totalRows null where nobody knows yet */
  start(totalRows: number | null, totalBytes: number, before: Progress): void {
    this.#totalRows = totalRows;
    this.#totalBytes = totalBytes;
    this.#rows = before.rows;
    this.#bytes = before.bytes;
    this.#bytesBefore = before.bytes;
    this.#findings = before.findings;
    if (this.#quiet) return;
    this.#timer = setInterval(() => this.#show(), (this.#isTerminal() ? barInterval : lineInterval) * 1000);
    this.#timer.unref();
  }

  add(progress: Progress): void {
    this.#rows += progress.rows;
    this.#bytes += progress.bytes;
    this.#findings += progress.findings;
  }

  problem({ message }: InputProblem): void {
    this.note(`error: ${message}`);
  }

  /** A line of its own, above the bar. */
  note(line: string): void {
    if (this.#isTerminal() && this.#timer !== undefined) this.#stream.write('\r\x1b[K');
    this.#stream.write(`${line}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#timer !== undefined && this.#isTerminal()) this.#stream.write('\r\x1b[K');
    this.#timer = undefined;
  }

  get seconds(): number {
    return (Date.now() - this.#started) / 1000;
  }

  /** A bar needs a terminal that is one: a notebook's output is not, whatever it claims. */
  #isTerminal(): boolean {
    return (
      this.#stream.isTTY === true &&
      process.env['JPY_PARENT_PID'] === undefined &&
      process.env['TERM'] !== 'dumb'
    );
  }

  #show(): void {
    const speed = (this.#bytes - this.#bytesBefore) / this.seconds;
    const left = speed > 0 ? (this.#totalBytes - this.#bytes) / speed : Number.NaN;
    const share = this.#totalBytes === 0 ? 1 : this.#bytes / this.#totalBytes;
    const text =
      `${(share * 100).toFixed(0).padStart(3)} %  ${count(this.#rows)}${this.#totalRows === null ? '' : ` of ${count(this.#totalRows)}`} rows  ` +
      `${(speed / 1e6).toFixed(0)} MB/s  ${count(this.#findings)} findings  ${timeLeft(left)}`;
    if (!this.#isTerminal()) {
      this.#stream.write(`${text}\n`);
      return;
    }
    const width = (this.#stream.columns ?? 80) - 1;
    const barWidth = Math.min(30, width - text.length - 3);
    const full = Math.round(share * barWidth);
    const bar = barWidth >= 8 ? `[${'='.repeat(full)}${' '.repeat(barWidth - full)}] ` : '';
    this.#stream.write(`\r\x1b[K${(bar + text).slice(0, width)}`);
  }
}

/** Rows as people are told of them, where their number may not be known. */
export function rowCount(rows: number | null): string {
  return rows === null ? 'rows not counted yet' : `${count(rows)} rows`;
}

/** A number with thin groups: 1,234,567. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 90) return `${Math.ceil(seconds)} s left`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}
