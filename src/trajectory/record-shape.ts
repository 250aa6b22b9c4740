import { type BatchPath, batchPathsOf, rowsOfBatch } from './batch.ts';
import { rowsOfColumns } from './columns.ts';
import { type CompiledSpec, compileSpec } from './compile.ts';
import type { Trajectory } from './model.ts';
import { type Outline, recordOutline } from './outline.ts';
import { type GroupedTrajectory, type RowGrouping, readGroup, readRow, rowGrouping } from './read.ts';
import { readEntries } from './session.ts';
import type { DatasetSpec } from './spec.ts';

/** A data set of JSON records (JSONL lines, JSON files) as a spec reads it. */
export interface RecordShape {
  readonly spec: string;
  readonly definition: DatasetSpec;
  /** why it was chosen, for people */
  readonly reason: string;
  /** fields that nobody reads */
  readonly unread: readonly string[];
  /**
   * What a record is: a trajectory (`read`); an entry of the one trajectory that the file is (`readFile`); or an object
   * of columns that holds many (`rows`, and then `read` for each).
   */
  readonly unit: 'row' | 'file' | 'columns';
  /**
   * What the bytes of a record must look like to be readable: see `prefilter/json-walk.ts`. Undefined where that cannot
   * be told from bytes: each record is read.
   */
  readonly outline: Outline | undefined;
  /** for records that are steps or spans: what tells which belong together */
  readonly group?: RowGrouping;
  /** The trajectory of records that are its steps or spans; only where `group` is set. */
  readGroup(records: readonly unknown[]): GroupedTrajectory;
  /** The trajectory of a record, as `JSON.parse` gave it. Throws where it does not fit. */
  read(record: unknown): Trajectory;
  /** The trajectory that a file is, from all of its records in order. */
  readFile(records: readonly unknown[]): Trajectory;
  /** where a record may hold many rows: `pipeline/batch-records.ts` cuts them out of it */
  readonly batches: readonly BatchPath[];
  /** The rows that a record holds; for most the record itself alone. */
  rows(record: unknown): readonly unknown[];
}

export function makeRecordShape(
  spec: DatasetSpec,
  columns: readonly string[],
  reason: string,
): RecordShape | undefined {
  const compiled = compileSpec(spec);
  const { unit, group_rows: group } = spec;
  const read = new Set(fieldsOf(compiled));
  const batches = batchPathsOf(spec);
  return {
    spec: spec.name,
    definition: spec,
    reason,
    unread: unit === 'file' || unit === 'step' ? [] : columns.filter((name) => !read.has(name)),
    unit: unit === 'step' ? 'row' : unit,
    outline: unit === 'row' && group === undefined ? recordOutline(compiled) : undefined,
    ...(group === undefined ? {} : { group: rowGrouping(compiled) }),
    readGroup: (records) => readGroup(compiled, records),
    read: (record) =>
      unit === 'step' ? readGroup(compiled, [record]).trajectory : readRow(compiled, record),
    readFile: (records) => readEntries(compiled, records),
    batches,
    rows: (record) =>
      unit === 'columns'
        ? rowsOfColumns(record)
        : batches.length > 0
          ? rowsOfBatch(record, batches)
          : [record],
  };
}

function fieldsOf({ lists, before, metadata, tools, start, end, duration }: CompiledSpec): string[] {
  const paths = [
    ...lists.flatMap(({ at }) => at),
    ...before.flatMap(({ at }) => at),
    ...metadata.flatMap(([, at]) => at),
    ...tools,
    ...(start?.at ?? []),
    ...(end?.at ?? []),
    ...(duration?.at ?? []),
  ];
  return paths.flatMap(({ names, text }) => [names[0] ?? '', text]);
}
