import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../detectors/finding.ts';
import { TrajsieveError } from '../errors.ts';
import { type ByteSink, createFile, onDisk } from '../parquet/sink.ts';
import { bearsOut, raised } from './bear-out.ts';
import type { Match } from './match.ts';

/** What of an alert tells whether it bears a finding out. */
export type Bearing = Pick<Match, 'step' | 'stepBy'> & {
  readonly alert: Pick<Match['alert'], 'severity' | 'destinationHost' | 'destinationIp'>;
};

/** What the sensors saw of one row. */
export interface RowTelemetry {
  readonly row: number;
  readonly findings: readonly Finding[];
  readonly bearing: readonly Bearing[];
}

/** The findings of a row with those of the sensors behind them; what an alert bears out weighs a level more. */
export function withTelemetry(found: readonly Finding[], { findings, bearing }: RowTelemetry): Finding[] {
  const own = found.map((finding) =>
    bearing.some((one) => bearsOut(one, finding))
      ? { ...finding, severity: raised(finding.severity) }
      : finding,
  );
  return [...own, ...findings];
}

function pathOf(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(6, '0')}.jsonl`);
}

/** Writes what the sensors saw: a file of JSON lines for each input, in the order of its rows. */
export class TelemetryWriter {
  readonly #folder: string;
  readonly #inputs: readonly string[];
  /** the input whose file is open */
  #file = -1;
  #sink: ByteSink | undefined;

  /**
   * @param folder is made
   * @param inputs names of the inputs; rows must come in their order
   */
  constructor(folder: string, inputs: readonly string[]) {
    this.#folder = folder;
    this.#inputs = inputs;
    onDisk(folder, () => mkdirSync(folder, { recursive: true }));
  }

  add(file: number, telemetry: RowTelemetry): void {
    this.#goTo(file);
    this.#sink!.write(Buffer.from(`${JSON.stringify(telemetry)}\n`));
  }

  /** Every input gets a file, so that one that is missing is never taken for one of which nothing was seen. */
  finish(): void {
    this.#goTo(this.#inputs.length);
  }

  #goTo(file: number): void {
    while (this.#file < file) {
      this.#sink?.finish();
      this.#sink = undefined;
      this.#file += 1;
      if (this.#file < this.#inputs.length) this.#sink = createFile(pathOf(this.#folder, this.#file));
    }
  }
}

const blockSize = 256 << 10;
const newline = 0x0a;

/** Reads what the sensors saw of one input, row by row. The file is open only while a block of it is read. */
export class TelemetryRows {
  readonly #path: string;
  #position = 0;
  #block = Buffer.alloc(0);
  #from = 0;
  #current: RowTelemetry | undefined;
  #line: string | undefined;

  /**
   * @param folder as `TelemetryWriter` wrote it
   * @param inputs the same names in the same order
   */
  constructor(folder: string, file: string, inputs: readonly string[]) {
    const number = inputs.indexOf(file);
    if (number < 0) throw new TrajsieveError('internal', 'file is none of the inputs', { where: { file } });
    this.#path = pathOf(folder, number);
    this.#line = this.#next();
  }

  /** The rows of an input of a run; undefined where the run has no alerts. */
  static of(
    file: string,
    {
      telemetry,
    }: { readonly telemetry?: { readonly folder: string; readonly inputs: readonly string[] } | undefined },
  ): TelemetryRows | undefined {
    return telemetry === undefined ? undefined : new TelemetryRows(telemetry.folder, file, telemetry.inputs);
  }

  /** What was seen of a row. Rows must be asked for in ascending order. */
  at(row: number): RowTelemetry | undefined {
    while (this.#line !== undefined && rowOf(this.#line) < row) this.#line = this.#next();
    if (this.#line === undefined || rowOf(this.#line) !== row) return undefined;
    if (this.#current?.row !== row) this.#current = JSON.parse(this.#line) as RowTelemetry;
    return this.#current;
  }

  #next(): string | undefined {
    for (;;) {
      const end = this.#block.indexOf(newline, this.#from);
      if (end >= 0) {
        const line = this.#block.toString('utf8', this.#from, end);
        this.#from = end + 1;
        return line;
      }
      const more = this.#read();
      if (more.length === 0) return undefined;
      this.#block = Buffer.concat([this.#block.subarray(this.#from), more]);
      this.#from = 0;
    }
  }

  #read(): Buffer {
    const more = Buffer.allocUnsafe(blockSize);
    const descriptor = openSync(this.#path, 'r');
    try {
      const count = readSync(descriptor, more, 0, blockSize, this.#position);
      this.#position += count;
      return more.subarray(0, count);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** The row of a line, without parsing all of it: it is written first. */
function rowOf(line: string): number {
  return Number.parseInt(line.slice(7), 10);
}
