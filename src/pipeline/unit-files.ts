import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { annotationColumns } from '../output/annotations.ts';
import { findingColumns } from '../output/findings.ts';
import type { ColumnSpec } from '../parquet/columns.ts';
import type { AddedField } from '../parquet/edit.ts';
import type { Footer, RowGroup } from '../parquet/footer.ts';
import { emptyFooter, OutputFile } from '../parquet/output-file.ts';
import type { OwnColumns } from '../parquet/own-columns.ts';
import { createFile, onDisk } from '../parquet/sink.ts';
import type { ByteSource } from '../parquet/source.ts';
import { spliceColumns } from '../parquet/splice.ts';
import { version } from '../version.ts';
import type { ExaminedGroup } from './examined-group.ts';
import { recordedColumns, recordedNotice } from './recorded.ts';
import { keptOutput } from './row-map.ts';

/** A file that a unit wrote, relative to the run's folder. */
export interface OutputEntry {
  readonly path: string;
  readonly rows: number;
  readonly size: number;
  readonly sha256: string;
}

const createdBy = `trajsieve version ${version}`;

/** By number of the output: where its file lies. Our own tables are behind the outputs that rows are spliced into. */
const folders = ['data', 'quarantine', 'negative', 'findings', 'scan'] as const;
const findingsOutput = 3;
const scanOutput = 4;
const tables: Readonly<Record<number, readonly ColumnSpec[]>> = {
  [findingsOutput]: findingColumns,
  [scanOutput]: recordedColumns,
};

/** Read and written by who runs trajsieve, and by nobody else. */
const ownerOnly = 0o600;

/** What the files of a unit look like. */
export interface UnitFileOptions {
  /** the input's footer; without one all columns are our own */
  readonly template?: Footer;
  /** the columns that stand for the input's where it is not Parquet */
  readonly records?: readonly ColumnSpec[];
  /** a field that kept rows get, which says what is masked */
  readonly added?: AddedField | undefined;
  /** false writes no rows, and our own tables alone */
  readonly shards?: boolean | undefined;
}

/**
 * The output files of one work unit: made when the first row goes there, but for the kept rows and the record of the
 * scan, which are always there.
 */
export class UnitFiles {
  readonly #folder: string;
  readonly #name: string;
  readonly #template: Footer;
  readonly #own: readonly ColumnSpec[];
  readonly #added: AddedField | undefined;
  /** false where no rows are written */
  readonly shards: boolean;
  readonly #files: (OutputFile | undefined)[] = [];

  constructor(
    folder: string,
    name: string,
    { template, records = [], added, shards = true }: UnitFileOptions,
  ) {
    this.#folder = folder;
    this.#name = name;
    this.#template = template ?? emptyFooter(createdBy);
    this.#own = [...records, ...annotationColumns];
    this.#added = added;
    this.shards = shards;
    if (shards) this.#file(keptOutput);
    this.#file(scanOutput);
  }

  /** Writes one row group to where its rows go. */
  async write(source: ByteSource, group: RowGroup, examined: ExaminedGroup): Promise<void> {
    if (!this.shards) {
      this.#writeTables(examined);
      return;
    }
    const filled = [...examined.annotations.entries()].filter(([, columns]) => columns.rowCount > 0);
    const destinations = examined.annotations.map((columns, output) => {
      return { file: this.#file(columns.rowCount > 0 ? output : keptOutput), rows: columns.rowCount };
    });
    if (filled.length > 0) {
      const edits = examined.edits?.result();
      await spliceColumns(source, group, examined.target, destinations, examined.pages, edits);
    }
    for (const [output, columns] of filled) {
      const { rowCount } = columns;
      for (const chunk of columns.take()) this.#file(output).ownChunk(chunk);
      this.#file(output).finishRowGroup(rowCount, group);
    }
    this.#writeTables(examined);
  }

  /**
   * Writes examined records to where they go, as one row group.
   * @param records by output, the columns that hold them
   */
  writeRecords(examined: ExaminedGroup, records: readonly OwnColumns[]): void {
    for (const [output, columns] of examined.annotations.entries()) {
      const { rowCount } = columns;
      if (rowCount === 0 || !this.shards) continue;
      for (const chunk of records[output]!.take()) this.#file(output).ownChunk(chunk);
      for (const chunk of columns.take()) this.#file(output).ownChunk(chunk);
      this.#file(output).finishRowGroup(rowCount);
    }
    this.#writeTables(examined);
  }

  #writeTables({ findings, recorded }: ExaminedGroup): void {
    for (const [output, columns] of [[findingsOutput, findings] as const, [scanOutput, recorded] as const]) {
      const { rowCount } = columns;
      if (rowCount === 0) continue;
      for (const chunk of columns.take()) this.#file(output).ownChunk(chunk);
      this.#file(output).finishRowGroup(rowCount);
    }
  }

  /** Forgets what was written of the row group in progress. */
  abandon(): void {
    for (const file of this.#files) file?.abandonRowGroup();
  }

  finish(): OutputEntry[] {
    return this.#files.flatMap((file, output) => {
      return file === undefined ? [] : [{ path: this.#path(output), ...file.finish() }];
    });
  }

  abort(): void {
    for (const file of this.#files) file?.abort();
  }

  #file(output: number): OutputFile {
    let file = this.#files[output];
    if (file === undefined) {
      const path = join(this.#folder, this.#path(output));
      onDisk(path, () => mkdirSync(dirname(path), { recursive: true }));
      const table = tables[output];
      const isRecord = output === scanOutput;
      const sink = createFile(path, isRecord ? ownerOnly : undefined);
      const added = output === keptOutput ? this.#added : undefined;
      file =
        table === undefined
          ? new OutputFile(sink, this.#template, this.#own, new Map(), added)
          : new OutputFile(sink, emptyFooter(createdBy), table, isRecord ? recordedNotice : undefined);
      this.#files[output] = file;
    }
    return file;
  }

  #path(output: number): string {
    return `${folders[output]}/${this.#name}`;
  }
}
