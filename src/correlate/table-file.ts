import { renameSync } from 'node:fs';
import { type ColumnSpec, encodeColumn } from '../parquet/columns.ts';
import { emptyFooter, OutputFile } from '../parquet/output-file.ts';
import { createFile, onDisk } from '../parquet/sink.ts';
import { version } from '../version.ts';

/** Rows of one row group: they are held as values until they are encoded. */
const groupRows = 16_384;

/** Texts whose bytes are remembered: feeds, signatures and addresses come again and again. */
const mostRemembered = 20_000;
const longestRemembered = 100;

/** A Parquet table of our own with millions of rows, written row by row, and moved to its place once it is whole. */
export class TableFile {
  readonly #partial: string;
  readonly #file: OutputFile;
  readonly #specs: readonly ColumnSpec[];
  readonly #columns: unknown[][];
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #encoder = new TextEncoder();
  rows = 0;

  /** @param partial where it is made; must not exist */
  constructor(partial: string, specs: readonly ColumnSpec[]) {
    this.#partial = partial;
    // texts are given as bytes: encoding one by one what comes a million times costs more than all the rest
    this.#specs = specs.map((spec) => (spec.type === 'string' ? { name: spec.name, type: 'utf8' } : spec));
    this.#file = new OutputFile(
      createFile(partial),
      emptyFooter(`trajsieve version ${version}`),
      this.#specs,
    );
    this.#columns = specs.map(() => []);
  }

  /** @param row values by column name */
  add(row: Readonly<Record<string, unknown>>): void {
    for (let at = 0; at < this.#specs.length; at++) {
      const value = row[this.#specs[at]!.name];
      this.#columns[at]!.push(typeof value === 'string' ? this.#encode(value) : value);
    }
    this.rows += 1;
    if (this.#columns[0]!.length >= groupRows) this.#flush();
  }

  #encode(text: string): Uint8Array {
    if (text.length > longestRemembered) return this.#encoder.encode(text);
    let bytes = this.#bytes.get(text);
    if (bytes === undefined) {
      bytes = this.#encoder.encode(text);
      if (this.#bytes.size >= mostRemembered) this.#bytes.clear();
      this.#bytes.set(text, bytes);
    }
    return bytes;
  }

  #flush(): void {
    const count = this.#columns[0]!.length;
    if (count === 0) return;
    for (const [at, spec] of this.#specs.entries()) {
      for (const chunk of encodeColumn(spec, this.#columns[at]!, 'ZSTD')) this.#file.ownChunk(chunk);
      this.#columns[at] = [];
    }
    this.#file.finishRowGroup(count);
  }

  /** Finishes the file under its partial name. */
  finish(): void {
    this.#flush();
    this.#file.finish();
  }

  /** Moves the finished file to its place. */
  publish(path: string): void {
    onDisk(path, () => renameSync(this.#partial, path));
  }

  abort(): void {
    this.#file.abort();
  }
}
