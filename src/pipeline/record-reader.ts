import { isUtf8 } from 'node:buffer';
import { messageOf, TrajsieveError } from '../errors.ts';
import { buildPrefilter } from '../prefilter/prefilter.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { recordShapeFor } from '../trajectory/recognise.ts';
import type { RecordShape } from '../trajectory/record-shape.ts';
import { readBytes } from './byte-stream.ts';
import { columnRecords } from './column-records.ts';
import { type Examined, Examiner } from './examine.ts';
import { firstRowOf, type UnitSource } from './plan.ts';
import { recordsOf } from './record-input.ts';
import { longestRecord } from './split-records.ts';
import { TextSearch, unreadableFlag } from './text-search.ts';
import type { UnitContext } from './unit-context.ts';

/** A record with what was made of it. */
export interface ExaminedRecord {
  readonly record: Uint8Array;
  /** line of the file in which it begins, from 1 */
  readonly line: number;
  readonly result:
    | { readonly examined: Examined; readonly isCandidate: boolean }
    /** why it could not be read */
    | { readonly code: string; readonly message: string };
}

/** A record as it lies in its file, before it is read. */
interface RawRecord {
  readonly record: Uint8Array;
  readonly line: number;
  /** the record is too long to be read */
  readonly isTooLong?: boolean;
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

  constructor(context: UnitContext) {
    const { engine, policy } = context;
    this.#context = context;
    this.#search = new TextSearch(buildPrefilter(engine.requirements), engine.hidesWords);
    this.#examiner = new Examiner(engine, policy, this.#search);
  }

  /**
   * The records of a source in order.
   * @param before rows of the unit that come before this source's
   * @param limit rows to take at most
   */
  async *examine(source: UnitSource, before: number, limit: number): AsyncGenerator<ExaminedRecord> {
    const shape = recordShapeFor(source.spec, source.file, this.#context.specs);
    let count = 0;
    for await (const raw of rawRecords(source, shape, this.#context.windowBytes)) {
      if (count >= limit) return;
      const { record, line } = raw;
      const row = firstRowOf(source) + count;
      const result = this.#examine(raw, shape, row, before + count);
      yield { record, line, result: 'code' in result ? located(result, source.file, line) : result };
      count += 1;
    }
  }

  #examine(raw: RawRecord, shape: RecordShape, row: number, number: number): ExaminedRecord['result'] {
    const { record, isTooLong } = raw;
    const { prefilter, givenUp, onRow } = this.#context;
    if (isTooLong) {
      return { code: 'record-too-long', message: `record is longer than ${longestRecord >> 20} MB` };
    }
    if (!isUtf8(record)) return { code: 'record-damaged', message: 'record is no UTF-8 text' };
    const flags = prefilter ? this.#flagsOf(record, shape) : undefined;
    if (flags === 0) return { examined: this.#examiner.clean(row), isCandidate: false };
    const cause = givenUp.get(number);
    if (cause !== undefined) return { examined: this.#examiner.failed(row, cause), isCandidate: true };
    onRow(number);
    try {
      const trajectory = raw.trajectory();
      const candidates = flags === undefined ? undefined : new Map([[-1, flags]]);
      const readable = { trajectory: () => trajectory, step: undefined };
      return { examined: this.#examiner.examine(readable, row, candidates), isCandidate: true };
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

/** The records of a file, one by one. A file that is one trajectory, or an object of columns, is read as a whole. */
async function* rawRecords(
  source: UnitSource,
  shape: RecordShape,
  budget: number,
): AsyncGenerator<RawRecord> {
  const { file, kind, parts } = source;
  const range = rangeOf(source);
  if (kind === 'session') {
    yield await sessionRecord(file, shape);
    return;
  }
  for await (const { bytes, starts, ends, lines } of recordsOf(file, kind, budget, range)) {
    for (let i = 0; i < starts.length; i++) {
      const record = bytes.subarray(starts[i]!, ends[i]!);
      const line = lines[i]! + (parts[0]?.lines?.line ?? 1) - 1;
      if (record.length === 0) {
        yield { record, line, isTooLong: true, trajectory: () => shape.read(undefined) };
      } else if (shape.unit === 'columns') {
        if (!isUtf8(record)) throw damagedFile(file, 'it is no UTF-8 text');
        for (const row of columnRecords(record)) {
          yield { record: row.record, line, trajectory: () => shape.read(shape.rows(parse(row.columns))[0]) };
        }
      } else yield { record, line, trajectory: () => shape.read(parse(record)) };
    }
  }
}

function rangeOf({ parts }: UnitSource): { start: number; end: number } | undefined {
  const [first, last] = [parts[0]?.lines, parts.at(-1)?.lines];
  return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
}

/** A file that is one trajectory. A bad entry makes the trajectory one that nobody knows all of. */
async function sessionRecord(file: string, shape: RecordShape): Promise<RawRecord> {
  const blocks: Uint8Array[] = [];
  let size = 0;
  for await (const block of readBytes(file)) {
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
