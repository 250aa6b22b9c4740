import { TrajsieveError } from '../errors.ts';
import type { ColumnSpec } from '../parquet/columns.ts';
import { OwnColumns } from '../parquet/own-columns.ts';
import { dropped } from '../parquet/splice.ts';
import { openInput, openStream } from '../remote/open.ts';
import { ExaminedGroup } from './examined-group.ts';
import { firstRowOf, type WorkUnit } from './plan.ts';
import { recordIdentity } from './record-input.ts';
import { RecordReader } from './record-reader.ts';
import { openRecorded } from './recorded.ts';
import { checkIdentity, describeDamage, UnitAccount, type UnitResult } from './unit-account.ts';
import type { UnitContext } from './unit-context.ts';
import { UnitFiles } from './unit-files.ts';

/** Bytes of records in one row group of the output, where nobody asks for another size. */
const usualRowGroup = 64 << 20;

/** Bytes of a record that weigh as much as one row: a batch of columns then holds about a megabyte of records. */
const bytesPerWeight = 256;

const codec = 'ZSTD';

/** Errors that are not damage of the file: another order, or other options, mend them. */
const ownErrors: ReadonlySet<string> = new Set(['rows-apart', 'groups-steps']);

/**
 * The columns that hold a record: the file it is from, and its bytes. A record is JSON, but for a session, which is all
 * the lines of its file.
 */
function recordColumns(unit: WorkUnit): readonly ColumnSpec[] {
  const isJson = unit.sources.every(({ kind }) => kind !== 'session');
  return [
    { name: 'trajsieve_file', type: 'string' },
    { name: 'record', type: isJson ? 'json' : 'utf8' },
  ];
}

/** Processes records of JSON files. Damage to a record costs that record; damage to a file what lies behind it. */
export async function processRecords(
  unit: WorkUnit,
  folder: string,
  context: UnitContext,
): Promise<UnitResult> {
  const columns = recordColumns(unit);
  const files = new UnitFiles(folder, unit.output, { records: columns, shards: context.shards });
  const recorded = await openRecorded(unit, context);
  try {
    const account = new UnitAccount();
    const output = new RecordOutput(files, columns, account, context.rowGroupBytes ?? usualRowGroup);
    const reader = new RecordReader(context, recorded);
    let told = 0;
    for (const [number, source] of unit.sources.entries()) {
      const { file, parts } = source;
      const limit =
        unit.limit ?? parts.reduce((sum, { rows }) => sum + (rows ?? Number.POSITIVE_INFINITY), 0);
      const before = output.rows;
      const bytes = await (source.kind === 'samples' ? openInput(file, folder) : openStream(file));
      try {
        checkIdentity(source, await recordIdentity(bytes));
        for await (const { record, line, result } of reader.examine(source, bytes, number, before, limit)) {
          const row = firstRowOf(source) + output.rows - before;
          if ('code' in result) output.addUnreadable({ file, line, row, rows: 1, ...result }, number);
          else output.add(record, { row: output.rows - output.groupStart, ...result }, file, number);
          told += record.length;
          if (told >= 1 << 20) {
            context.onProgress({ rows: 0, bytes: told, findings: 0 });
            told = 0;
          }
        }
      } catch (error) {
        if (error instanceof TrajsieveError && ownErrors.has(error.code)) throw error;
        // where the file cannot be read to its end, nobody knows how many rows are left: they count as one
        const row = firstRowOf(source) + output.rows - before;
        output.addUnreadable({ file, row, rows: 1, ...describeDamage(error) }, number);
      } finally {
        bytes.close();
      }
      account.sourceRows.push(output.rows - before);
      context.onProgress({ rows: output.rows - before, bytes: 0, findings: 0 });
    }
    output.flush();
    const { candidates } = output;
    context.onProgress({ rows: 0, bytes: told, findings: account.tally.findings, candidates });
    return account.result(files.finish());
  } catch (error) {
    files.abort();
    throw error;
  } finally {
    await recorded?.close();
  }
}

/** Collects what was made of records, and writes it a row group at a time. */
class RecordOutput {
  readonly #files: UnitFiles;
  readonly #columns: readonly ColumnSpec[];
  readonly #account: UnitAccount;
  readonly #rowGroupBytes: number;
  #group = new ExaminedGroup(codec);
  #records: readonly OwnColumns[] = [];
  #bytes = 0;
  /** rows so far, of all files */
  rows = 0;
  /** those that the prefilter picked */
  candidates = 0;
  /** rows before the row group in progress */
  groupStart = 0;

  constructor(files: UnitFiles, columns: readonly ColumnSpec[], account: UnitAccount, rowGroupBytes: number) {
    this.#rowGroupBytes = rowGroupBytes;
    this.#files = files;
    this.#columns = columns;
    this.#account = account;
    this.#begin();
  }

  add(record: Uint8Array, row: Parameters<ExaminedGroup['add']>[0], file: string, source: number): void {
    const output = this.#group.add(row, file, source);
    if (output !== dropped && this.#files.shards)
      this.#records[output]!.add({ trajsieve_file: file, record }, 1 + record.length / bytesPerWeight);
    this.#bytes += record.length;
    this.rows += 1;
    if (this.#bytes >= this.#rowGroupBytes) this.flush();
  }

  addUnreadable(rows: Parameters<UnitAccount['addUnreadable']>[0], source: number): void {
    this.#account.listUnreadable(rows);
    const { code, message } = rows;
    this.#group.addUnreadable(this.rows - this.groupStart, { source, row: rows.row }, { code, message });
    this.rows += 1;
  }

  /** Writes the row group in progress. */
  flush(): void {
    this.#files.writeRecords(this.#group, this.#records);
    this.#account.add(this.#group);
    this.candidates += this.#group.candidates;
    this.#begin();
  }

  #begin(): void {
    this.#group = new ExaminedGroup(codec);
    this.#records = this.#group.annotations.map(() => new OwnColumns(this.#columns, codec));
    this.#bytes = 0;
    this.groupStart = this.rows;
  }
}
