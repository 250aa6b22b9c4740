import { type RowTelemetry, TelemetryRows } from '../correlate/row-telemetry.ts';
import type { MaskStyle } from '../edit/mask-style.ts';
import { editRecord } from '../edit/record.ts';
import { UneditableRow } from '../edit/row-edit.ts';
import { messageOf, TrajsieveError } from '../errors.ts';
import type { RowFacts } from '../output/slices.ts';
import type { ByteSource } from '../parquet/source.ts';
import { masks } from '../policy/policy.ts';
import { recordShapeFor } from '../trajectory/recognise.ts';
import type { RecordShape } from '../trajectory/record-shape.ts';
import { type Examined, Examiner, isOfBrokenGroup } from './examine.ts';
import { firstRowOf, type UnitSource } from './plan.ts';
import { blockBytes, damageOf, type RawRecord, RecordDamage, rawRecords, stepOf } from './raw-records.ts';
import { RecordFacts } from './record-facts.ts';
import type { RecordedRow, RecordedRows } from './recorded.ts';
import { asksAgain, type Reexaminer, reexaminerOf } from './reexamine.ts';
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
  | {
      readonly examined: Examined;
      readonly isCandidate: boolean;
      /** what is known of it without reading it, for the slices of the report */
      readonly facts?: RowFacts | undefined;
    }
  /** why it could not be read */
  | { readonly code: string; readonly message: string };

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
    const facts = new RecordFacts(shape);
    let count = 0;
    for await (const raw of rawRecords(source, bytes, shape, blockBytes(this.#context.windowBytes))) {
      if (count >= limit) return;
      const { record, line } = raw;
      const row = firstRowOf(source) + count;
      const recorded = await this.#recorded?.take(number, row);
      const seen = telemetry?.at(row);
      const result = this.#examine(raw, shape, row, before + count, recorded, seen);
      // what was recorded says already where it is
      const isKnown = recorded?.unreadable !== undefined;
      if ('code' in result)
        yield { record, line, result: isKnown ? result : located(result, source.file, line) };
      else {
        const isBroken = isOfBrokenGroup(result.examined, () => raw.trajectory(), this.#context.brokenGroups);
        const examined = isBroken ? this.#examiner.ofBrokenGroup(result.examined) : result.examined;
        const known = facts.read(record, () => raw.trajectory());
        yield this.#edit({ record, line, result: { ...result, examined, facts: known } }, shape);
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
    const reader = new RecordFacts(shape);
    const trajectories = new TrajectoryRows(file, shape, this.#examiner, this.#context);
    const waiting: { readonly raw: RawRecord; readonly row: number }[] = [];
    const results = new Map<number, RowOutcome>();
    const take = (rows: readonly FinishedRow[]) => {
      for (const { row, examined, isCandidate, facts } of rows)
        results.set(row, { examined, isCandidate, facts });
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
        const facts = reader.read(raw.record, () => raw.trajectory());
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
        const examined = this.#again.examine(unread, row, candidates, recorded, telemetry);
        return { examined, isCandidate: true };
      }
      const trajectory = raw.trajectory();
      const readable = { trajectory: () => trajectory, step: undefined };
      const examined =
        this.#again === undefined
          ? this.#examiner.examine(readable, row, candidates, telemetry)
          : this.#again.examine(readable, row, candidates, recorded, telemetry);
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

/** The same with file and line. */
function located<T extends { code: string; message: string }>(result: T, file: string, line: number) {
  const error = new TrajsieveError(result.code, result.message, {
    where: { file, line },
    remedy: 'mend the record, or leave it: it is in none of the outputs',
  });
  return { code: result.code, message: error.describe() };
}
