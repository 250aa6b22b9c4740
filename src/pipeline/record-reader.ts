import { isUtf8 } from 'node:buffer';
import { type RowTelemetry, TelemetryRows } from '../correlate/row-telemetry.ts';
import type { MaskStyle } from '../edit/mask-style.ts';
import { editRecord } from '../edit/record.ts';
import { UneditableRow } from '../edit/row-edit.ts';
import { messageOf, TrajsieveError } from '../errors.ts';
import type { ByteSource } from '../parquet/source.ts';
import { masks } from '../policy/policy.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { isObject } from '../trajectory/path.ts';
import { recordShapeFor } from '../trajectory/recognise.ts';
import type { RecordShape } from '../trajectory/record-shape.ts';
import { batchRecords } from './batch-records.ts';
import { readSource } from './byte-stream.ts';
import { columnRecords } from './column-records.ts';
import { type Examined, Examiner, isOfBrokenGroup } from './examine.ts';
import { firstRowOf, type UnitSource } from './plan.ts';
import { recordsOf } from './record-input.ts';
import type { RecordedRow, RecordedRows } from './recorded.ts';
import { asksAgain, type Reexaminer, reexaminerOf } from './reexamine.ts';
import { longestRecord } from './split-records.ts';
import { TextSearch, unreadableFlag } from './text-search.ts';
import { type FinishedRow, TrajectoryRows } from './trajectory-rows.ts';
import type { UnitContext } from './unit-context.ts';

/** A record with what was made of it. */
export interface ExaminedRecord {
  readonly record: Uint8Array;
  /** line of the file in which it begins, from 1 */
  readonly line: number;
  readonly result: RowOutcome;
}

type RowOutcome =
  | { readonly examined: Examined; readonly isCandidate: boolean }
  /** why it could not be read */
  | { readonly code: string; readonly message: string };

/** A record as it lies in its file, before it is read. */
export interface RawRecord {
  readonly record: Uint8Array;
  readonly line: number;
  /** the record is too long to be read */
  readonly isTooLong?: boolean;
  /** why the record could not be got out of its file */
  readonly damage?: string;
  /** its trajectory; throws `RecordDamage` where the record is no JSON, and another error where it does not fit its spec */
  trajectory(): Trajectory;
}

/** A record is no JSON: it cannot be read at all. */
class RecordDamage extends Error {}

/** Reads the records of JSON files, and examines those that the prefilter picks. */
export class RecordReader {
  readonly #context: UnitContext;
  readonly #search: TextSearch;
  readonly #examiner: Examiner;
  readonly #recorded: RecordedRows | undefined;
  readonly #again: Reexaminer | undefined;
  readonly #maskStyle: MaskStyle | undefined;

  /** @param recorded what an earlier scan found: nothing is matched then, but for rules that changed since */
  constructor(context: UnitContext, recorded?: RecordedRows) {
    const { engine, policy } = context;
    this.#context = context;
    this.#search = new TextSearch(engine);
    this.#examiner = new Examiner(engine, policy, this.#search);
    this.#recorded = recorded;
    this.#again = reexaminerOf(context, this.#examiner);
    this.#maskStyle = masks(policy) ? context.maskStyle : undefined;
  }

  /**
   * The records of a source in order.
   * @param bytes the source's file
   * @param number of the source among those of its unit
   * @param before rows of the unit that come before this source's
   * @param limit rows to take at most
   */
  async *examine(
    source: UnitSource,
    bytes: ByteSource,
    number: number,
    before: number,
    limit: number,
  ): AsyncGenerator<ExaminedRecord> {
    const shape = recordShapeFor(source.spec, source.file, this.#context.specs);
    if (shape.group !== undefined) {
      yield* this.#gather(source, bytes, shape, number, before, limit);
      return;
    }
    const telemetry = TelemetryRows.of(source.file, this.#context);
    let count = 0;
    for await (const raw of rawRecords(source, bytes, shape, blockBytes(this.#context.windowBytes))) {
      if (count >= limit) return;
      const { record, line } = raw;
      const row = firstRowOf(source) + count;
      const recorded = await this.#recorded?.take(number, row);
      const seen = recorded === undefined ? telemetry?.at(row) : undefined;
      const result = this.#examine(raw, shape, row, before + count, recorded, seen);
      // what was recorded says already where it is
      const isKnown = recorded?.unreadable !== undefined;
      if ('code' in result)
        yield { record, line, result: isKnown ? result : located(result, source.file, line) };
      else {
        const isBroken = isOfBrokenGroup(result.examined, () => raw.trajectory(), this.#context.brokenGroups);
        const examined = isBroken ? this.#examiner.ofBrokenGroup(result.examined) : result.examined;
        yield this.#edit({ record, line, result: { ...result, examined } }, shape);
      }
      count += 1;
    }
  }

  /** Records that are steps or spans: each comes when the last of its trajectory has, in their order. */
  async *#gather(
    source: UnitSource,
    bytes: ByteSource,
    shape: RecordShape,
    number: number,
    before: number,
    limit: number,
  ): AsyncGenerator<ExaminedRecord> {
    const { brokenGroups, windowBytes } = this.#context;
    const { file } = source;
    if (brokenGroups !== undefined) {
      throw new TrajsieveError('groups-steps', 'groups cannot be kept whole where each record is one step', {
        where: { file },
        remedy: 'compose without --groups drop-incomplete',
      });
    }
    const trajectories = new TrajectoryRows(file, shape, this.#examiner, this.#context);
    const waiting: { readonly raw: RawRecord; readonly row: number }[] = [];
    const results = new Map<number, RowOutcome>();
    const take = (rows: readonly FinishedRow[]) => {
      for (const { row, examined, isCandidate } of rows) results.set(row, { examined, isCandidate });
    };
    const ready = function* (): Generator<ExaminedRecord> {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const result = results.get(next.row);
        if (result === undefined) return;
        waiting.shift();
        results.delete(next.row);
        yield { record: next.raw.record, line: next.raw.line, result };
      }
    };
    let row = 0;
    for await (const raw of rawRecords(source, bytes, shape, blockBytes(windowBytes))) {
      if (row >= limit) break;
      const fileRow = firstRowOf(source) + row;
      const recorded = await this.#recorded?.take(number, fileRow);
      waiting.push({ raw, row });
      const read = recorded?.unreadable ?? stepOf(raw, shape);
      if ('code' in read) {
        results.set(row, recorded?.unreadable === undefined ? located(read, file, raw.line) : read);
        take(trajectories.lose(-1));
      } else {
        const { value } = read;
        const id = shape.group?.keyOf(value);
        const facts = { bytes: raw.record.length };
        const step = { part: 0, row, fileRow, unitRow: before + row, id, facts, recorded };
        take(trajectories.add({ ...step, values: () => value }));
      }
      row += 1;
      yield* ready();
    }
    take(trajectories.finish());
    yield* ready();
  }

  /** A record changed as its findings ask; where that cannot be done, it is decided anew. */
  #edit(
    examined: ExaminedRecord & { readonly result: { readonly examined: Examined } },
    shape: RecordShape,
  ): ExaminedRecord {
    const { record, result } = examined;
    const { edit } = result.examined;
    if (edit === undefined) return examined;
    try {
      return { ...examined, record: editRecord(record, shape, edit, this.#maskStyle) };
    } catch (error) {
      if (!(error instanceof UneditableRow)) throw error;
      const again = this.#examiner.uneditable(result.examined, error.message);
      return { ...examined, result: { ...result, examined: again } };
    }
  }

  #examine(
    raw: RawRecord,
    shape: RecordShape,
    row: number,
    number: number,
    recorded: RecordedRow | undefined,
    telemetry: RowTelemetry | undefined,
  ): RowOutcome {
    const { record } = raw;
    const { prefilter, givenUp, onRow } = this.#context;
    const damage = damageOf(raw);
    if (damage !== undefined) return damage;
    if (this.#recorded !== undefined) {
      if (recorded?.unreadable !== undefined) return recorded.unreadable;
      if (this.#again === undefined) {
        if (recorded === undefined) return { examined: this.#examiner.clean(row), isCandidate: false };
        return { examined: this.#examiner.replay(() => raw.trajectory(), row, recorded), isCandidate: true };
      }
    }
    const asks = this.#again === undefined || asksAgain(this.#context);
    const flags = !asks ? 0 : prefilter ? this.#flagsOf(record, shape) : undefined;
    if (flags === 0 && telemetry === undefined && recorded === undefined)
      return { examined: this.#examiner.clean(row), isCandidate: false };
    const cause = givenUp.get(number);
    if (cause !== undefined) return { examined: this.#examiner.failed(row, cause), isCandidate: true };
    onRow(number);
    try {
      const candidates = flags === undefined ? undefined : new Map(flags === 0 ? [] : [[-1, flags]]);
      if (this.#again !== undefined && flags === 0) {
        const unread = { trajectory: () => raw.trajectory(), step: undefined };
        return { examined: this.#again.examine(unread, row, candidates, recorded), isCandidate: true };
      }
      const trajectory = raw.trajectory();
      const readable = { trajectory: () => trajectory, step: undefined };
      const examined =
        this.#again === undefined
          ? this.#examiner.examine(readable, row, candidates, telemetry)
          : this.#again.examine(readable, row, candidates, recorded);
      return { examined, isCandidate: true };
    } catch (error) {
      if (error instanceof RecordDamage) return { code: 'record-damaged', message: error.message };
      return { examined: this.#examiner.failed(row, messageOf(error)), isCandidate: true };
    } finally {
      onRow(-1);
    }
  }

  #flagsOf(record: Uint8Array, { outline }: RecordShape): number {
    if (outline === undefined) return unreadableFlag;
    return this.#search.scanDocument(outline, false, record, 0, record.length);
  }
}

/** Why a record cannot be read, as far as its bytes tell before they are parsed. */
function damageOf({ record, isTooLong, damage }: RawRecord): Damage | undefined {
  if (damage !== undefined) return { code: 'record-damaged', message: damage };
  if (isTooLong)
    return { code: 'record-too-long', message: `record is longer than ${longestRecord >> 20} MB` };
  return isUtf8(record) ? undefined : { code: 'record-damaged', message: 'record is no UTF-8 text' };
}

interface Damage {
  readonly code: string;
  readonly message: string;
}

/** A record that is a step, as it was parsed; or why it is none. */
function stepOf(raw: RawRecord, shape: RecordShape): { value: Record<string, unknown> } | Damage {
  const damage = damageOf(raw);
  if (damage !== undefined) return damage;
  try {
    const [value] = shape.rows(parse(raw.record));
    if (isObject(value)) return { value };
    return { code: 'record-damaged', message: 'record is no JSON object' };
  } catch (error) {
    return { code: 'record-damaged', message: messageOf(error) };
  }
}

/** The same with file and line. */
function located<T extends { code: string; message: string }>(result: T, file: string, line: number) {
  const error = new TrajsieveError(result.code, result.message, {
    where: { file, line },
    remedy: 'mend the record, or leave it: it is in none of the outputs',
  });
  return { code: result.code, message: error.describe() };
}

/** Records are copied to be written, and hold their block until then: small blocks are soon free again. */
function blockBytes(windowBytes: number): number {
  return Math.min(windowBytes, 1 << 20);
}

/** The records of a file, one by one. A file that is one trajectory, or an object of columns, is read as a whole. */
export async function* rawRecords(
  source: UnitSource,
  from: ByteSource,
  shape: RecordShape,
  budget: number,
): AsyncGenerator<RawRecord> {
  const { file, kind, parts } = source;
  const range = rangeOf(source);
  if (kind === 'session') {
    yield await sessionRecord(from, shape);
    return;
  }
  for await (const { bytes, starts, ends, lines, damage } of recordsOf(from, kind, budget, range)) {
    for (let i = 0; i < starts.length; i++) {
      const record = bytes.subarray(starts[i]!, ends[i]!);
      const line = lines[i]! + (parts[0]?.lines?.line ?? 1) - 1;
      const why = damage?.get(i);
      if (why !== undefined) {
        yield { record, line, damage: why, trajectory: () => shape.read(undefined) };
      } else if (record.length === 0) {
        yield { record, line, isTooLong: true, trajectory: () => shape.read(undefined) };
      } else if (shape.unit === 'columns') {
        if (!isUtf8(record)) throw damagedFile(file, 'it is no UTF-8 text');
        for (const row of columnRecords(record)) {
          yield { record: row.record, line, trajectory: () => shape.read(shape.rows(parse(row.columns))[0]) };
        }
      } else {
        const keyOf = (row: Uint8Array) => shape.group?.keyOf(shape.rows(parse(row))[0]);
        for (const row of shape.batches.length > 0 ? batchRecords(record, shape.batches, keyOf) : [record])
          yield { record: row, line, trajectory: () => shape.read(shape.rows(parse(row))[0]) };
      }
    }
  }
}

function rangeOf({ parts }: UnitSource): { start: number; end: number } | undefined {
  const [first, last] = [parts[0]?.lines, parts.at(-1)?.lines];
  return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
}

/** A file that is one trajectory. A bad entry makes the trajectory one that nobody knows all of. */
async function sessionRecord(from: ByteSource, shape: RecordShape): Promise<RawRecord> {
  const blocks: Uint8Array[] = [];
  let size = 0;
  for await (const block of readSource(from)) {
    size += block.length;
    if (size > longestRecord)
      return { record: new Uint8Array(), line: 1, isTooLong: true, trajectory: () => shape.readFile([]) };
    blocks.push(block);
  }
  const record = Buffer.concat(blocks);
  return { record, line: 1, trajectory: () => shape.readFile(entriesOf(record)) };
}

function entriesOf(record: Uint8Array): unknown[] {
  const text = new TextDecoder().decode(record);
  const whole = tryParse(text);
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw new Error(`line ${index + 1} is no JSON: ${messageOf(error)}`);
    }
  });
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parse(record: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record)) as unknown;
  } catch (error) {
    throw new RecordDamage(`record is no JSON: ${messageOf(error)}`);
  }
}

function damagedFile(file: string, why: string): TrajsieveError {
  return new TrajsieveError('record-damaged', `file cannot be read: ${why}`, { where: { file } });
}
