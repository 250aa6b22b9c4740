import { isUtf8 } from 'node:buffer';
import { messageOf, TrajsieveError } from '../errors.ts';
import type { ByteSource } from '../parquet/source.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { isObject } from '../trajectory/path.ts';
import type { RecordShape } from '../trajectory/record-shape.ts';
import { batchRecords } from './batch-records.ts';
import { readSource } from './byte-stream.ts';
import { columnRecords } from './column-records.ts';
import type { UnitSource } from './plan.ts';
import { recordsOf } from './record-input.ts';
import { longestRecord } from './split-records.ts';

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
export class RecordDamage extends Error {}

/** Why a record cannot be read, as far as its bytes tell before they are parsed. */
export function damageOf({ record, isTooLong, damage }: RawRecord): Damage | undefined {
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
export function stepOf(raw: RawRecord, shape: RecordShape): { value: Record<string, unknown> } | Damage {
  const damage = damageOf(raw);
  if (damage !== undefined) return damage;
  try {
    const [value] = shape.rows(parseRecord(raw.record));
    if (isObject(value)) return { value };
    return { code: 'record-damaged', message: 'record is no JSON object' };
  } catch (error) {
    return { code: 'record-damaged', message: messageOf(error) };
  }
}

/** Records are copied to be written, and hold their block until then: small blocks are soon free again. */
export function blockBytes(windowBytes: number): number {
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
          yield {
            record: row.record,
            line,
            trajectory: () => shape.read(shape.rows(parseRecord(row.columns))[0]),
          };
        }
      } else {
        const keyOf = (row: Uint8Array) => shape.group?.keyOf(shape.rows(parseRecord(row))[0]);
        for (const row of shape.batches.length > 0 ? batchRecords(record, shape.batches, keyOf) : [record])
          yield { record: row, line, trajectory: () => shape.read(shape.rows(parseRecord(row))[0]) };
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
  let read: Trajectory | undefined;
  return {
    record,
    line: 1,
    trajectory() {
      read ??= shape.readFile(entriesOf(record));
      return read;
    },
  };
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

export function parseRecord(record: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record)) as unknown;
  } catch (error) {
    throw new RecordDamage(`record is no JSON: ${messageOf(error)}`);
  }
}

function damagedFile(file: string, why: string): TrajsieveError {
  return new TrajsieveError('record-damaged', `file cannot be read: ${why}`, { where: { file } });
}
