import { messageOf } from '../errors.ts';
import { assembleColumn, leavesBelow } from '../parquet/assemble.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { readFooter } from '../parquet/footer.ts';
import type { ByteSource } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import { firstRowOf, type UnitSource, type WorkUnit } from '../pipeline/plan.ts';
import { rawRecords } from '../pipeline/raw-records.ts';
import type { GroupShape } from '../pipeline/trajectory-rows.ts';
import { openInput, openStream } from '../remote/open.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { isObject } from '../trajectory/path.ts';
import { recordShapeFor, shapeFor } from '../trajectory/recognise.ts';
import type { Shape } from '../trajectory/shape.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';

/** A row of an input: its trajectory, or why it cannot be read. */
export type TrajectoryRow = { readonly file: string; readonly row: number } & (
  | { readonly trajectory: Trajectory }
  | { readonly problem: string }
);

/** Decoded bytes of the largest column that are in memory at once. */
const windowBytes = 4 << 20;

/** The trajectories of a work unit's rows, in order. Damage costs the rows that it is in. */
export async function* readTrajectories(
  unit: WorkUnit,
  specs: readonly DatasetSpec[],
  folder: string,
): AsyncGenerator<TrajectoryRow> {
  await loadCodecs();
  for (const source of unit.sources) {
    if (source.kind === 'parquet') yield* readGroups(source, specs, folder);
    else yield* readRecords(source, specs, unit.limit);
  }
}

async function* readRecords(
  source: UnitSource,
  specs: readonly DatasetSpec[],
  unitLimit: number | undefined,
): AsyncGenerator<TrajectoryRow> {
  const { file, spec, parts } = source;
  const shape = recordShapeFor(spec, file, specs);
  const limit = unitLimit ?? parts.reduce((sum, { rows }) => sum + (rows ?? Number.POSITIVE_INFINITY), 0);
  const from = await openStream(file);
  let row = firstRowOf(source);
  const end = row + limit;
  try {
    const groups = shape.group === undefined ? undefined : new StepGroups(shape);
    for await (const raw of rawRecords(source, from, shape, windowBytes)) {
      if (row >= end) break;
      const value = groups === undefined || raw.isTooLong === true ? undefined : objectOf(raw.record);
      if (groups !== undefined && value !== undefined) yield* groups.add(row, value, file);
      else {
        if (groups !== undefined) yield* groups.finish(file);
        yield raw.isTooLong === true
          ? { file, row, problem: 'record is too long' }
          : { file, row, ...attempt(() => raw.trajectory()) };
      }
      row += 1;
    }
    if (groups !== undefined) yield* groups.finish(file);
  } catch (error) {
    // where the file cannot be read to its end nobody knows how many rows are left: they count as one
    yield { file, row, problem: messageOf(error) };
  } finally {
    from.close();
  }
}

async function* readGroups(
  { file, spec, parts }: UnitSource,
  specs: readonly DatasetSpec[],
  folder: string,
): AsyncGenerator<TrajectoryRow> {
  const source = await openInput(file, folder);
  try {
    const footer = await readFooter(source);
    const shape = shapeFor(spec, footer, file, specs);
    const groups = new StepGroups(shape);
    for (const part of parts) {
      const group = footer.rowGroups[part.index]!;
      let done = 0;
      try {
        for await (const { row, values } of readRows(source, group, shape, part.rows ?? group.rowCount)) {
          done = row + 1;
          if (shape.group !== undefined) yield* groups.add(group.firstRow + row, values, file);
          else yield { file, row: group.firstRow + row, ...attempt(() => shape.read(values)) };
        }
      } catch (error) {
        const problem = messageOf(error);
        for (let row = done; row < (part.rows ?? group.rowCount); row++)
          yield { file, row: group.firstRow + row, problem };
      }
    }
    yield* groups.finish(file);
  } finally {
    source.close();
  }
}

interface Values {
  readonly row: number;
  readonly values: Readonly<Record<string, unknown>>;
}

async function* readRows(
  source: ByteSource,
  group: Parameters<typeof readWindows>[1],
  shape: Shape,
  limit: number,
): AsyncGenerator<Values> {
  const leaves = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
  for await (const window of readWindows(source, group, leaves, windowBytes)) {
    const count = Math.min(window.rowCount, limit - window.firstRow);
    for (let at = 0; at < count; at++) {
      const values: Record<string, unknown> = {};
      for (const column of shape.columns) values[column.name] = assembleColumn(window, column, at);
      yield { row: window.firstRow + at, values };
    }
    if (window.firstRow + window.rowCount >= limit) return;
  }
}

/** Puts the rows of one trajectory together, where a row is a step: rows that follow each other and share a value. */
class StepGroups {
  readonly #shape: GroupShape;
  #key: unknown;
  #first = 0;
  #rows: Readonly<Record<string, unknown>>[] = [];

  constructor(shape: GroupShape) {
    this.#shape = shape;
  }

  *add(row: number, values: Readonly<Record<string, unknown>>, file: string): Generator<TrajectoryRow> {
    const key = this.#shape.group?.keyOf(values);
    if (this.#rows.length > 0 && (key === undefined || key !== this.#key)) yield* this.finish(file);
    if (this.#rows.length === 0) this.#first = row;
    this.#key = key;
    this.#rows.push(values);
  }

  *finish(file: string): Generator<TrajectoryRow> {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    yield { file, row: this.#first, ...attempt(() => this.#shape.readGroup(rows).trajectory) };
  }
}

function objectOf(record: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function attempt(read: () => Trajectory): { trajectory: Trajectory } | { problem: string } {
  try {
    return { trajectory: read() };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
