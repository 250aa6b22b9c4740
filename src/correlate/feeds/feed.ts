import { isIP } from 'node:net';
import type { TimeUnit } from '../../trajectory/spec.ts';
import { readTime } from '../../trajectory/times.ts';
import type { Alert, AlertSeverity } from '../alert.ts';
import type { Zone } from '../zone.ts';
import { naiveTimeError } from '../zone.ts';

/** A record of a feed, by the names of its fields: a JSON object, a line of a table, a row of a Parquet file. */
export type FeedRecord = Readonly<Record<string, unknown>>;

/** What is known beside the record. */
export interface FeedContext {
  /** the zone of times that name none */
  readonly zone: Zone | undefined;
}

/** A kind of alert feed. Adding one means adding a file with one of these and a line in `index.ts`. */
export interface Feed {
  readonly name: string;
  readonly title: string;
  /** milliseconds that its times may be off from those of the episodes, unless the caller says otherwise */
  readonly tolerance: number;
  /** Whether a record, one of the first of a file, is of this feed. */
  fits(record: FeedRecord): boolean;
  /**
   * The alert that a record is; undefined for records that are none, such as statistics. Throws `MalformedRecord` where
   * the record is not what the feed's documentation says.
   */
  read(record: FeedRecord, context: FeedContext): Alert | undefined;
}

/** A record that cannot be read, and why: it is counted as unreadable. */
export class MalformedRecord extends Error {}

/** A field as text; undefined where it is missing, empty, or a feed's way to say so (`-`). */
export function textAt(record: FeedRecord, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = record[name];
    if (typeof value === 'string') {
      if (value !== '' && value !== '-' && value !== '(empty)') return value;
    } else if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  }
  return undefined;
}

/** A field as a number; undefined where it is missing. Throws where it is no number. */
export function numberAt(record: FeedRecord, ...names: readonly string[]): number | undefined {
  const text = textAt(record, ...names);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number))
    throw new MalformedRecord(`${names[0]} is ${JSON.stringify(text.slice(0, 60))}, no number`);
  return number;
}

/** A port; undefined where it is missing. */
export function portAt(record: FeedRecord, ...names: readonly string[]): number | undefined {
  const port = numberAt(record, ...names);
  if (port === undefined) return undefined;
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new MalformedRecord(`${names[0]} is ${port}, no port`);
}

/** An IP address in lower case; undefined where it is missing. Throws where it is none. */
export function addressAt(record: FeedRecord, ...names: readonly string[]): string | undefined {
  const text = textAt(record, ...names);
  if (text === undefined) return undefined;
  const address = normalAddress(text);
  if (address === undefined)
    throw new MalformedRecord(`${names[0]} is ${JSON.stringify(text.slice(0, 60))}, no IP address`);
  return address;
}

/** An IP address as all feeds write it; undefined for what is none. */
export function normalAddress(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  if (isIP(plain) === 0) return undefined;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1] ?? plain;
}

/** A host name as all feeds write it; an address is none. */
export function hostName(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const plain = text.trim().toLowerCase().replace(/\.$/, '').replace(/:\d+$/, '');
  return plain === '' || isIP(plain) !== 0 ? undefined : plain;
}

/** An object field; empty where it is none. */
export function objectAt(record: FeedRecord, name: string): FeedRecord {
  const value = record[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as FeedRecord) : {};
}

/** The texts of a field that is a list, or a single one. */
export function textsAt(record: FeedRecord, name: string): string[] {
  const value = record[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** Times before 2000 and after 2200 are mistakes: seconds read as milliseconds, a counter in the wrong column. */
const earliest = Date.UTC(2000);
const latest = Date.UTC(2200);

/**
 * Epoch milliseconds of a value. Throws `MalformedRecord` where it is no time, and an error that ends the reading where
 * it names no zone and none was given.
 */
export function timeOf(value: unknown, unit: TimeUnit, context: FeedContext, name: string): number {
  const time = value === undefined ? undefined : readTime(value, unit);
  if (time === undefined)
    throw new MalformedRecord(`${name} is ${JSON.stringify(value)?.slice(0, 60) ?? 'missing'}, no time`);
  let { milliseconds } = time;
  if (time.naive) {
    if (context.zone === undefined) throw naiveTimeError(value, {});
    milliseconds = context.zone.toUtc(milliseconds);
  }
  if (milliseconds >= earliest && milliseconds <= latest) return milliseconds;
  throw new MalformedRecord(`${name} is ${JSON.stringify(value)}, a time out of range`);
}

/** A number between two bounds as a severity. */
export function asSeverity(value: number): AlertSeverity {
  return Math.max(0, Math.min(4, Math.round(value))) as AlertSeverity;
}

const protocols: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '47': 'gre',
  '58': 'icmp6',
  '132': 'sctp',
};

/** A protocol by its name in lower case; IANA's numbers of the common ones are known. */
export function protocolOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (protocols[text] ?? text.toLowerCase());
}

/** The properties of an object that have a value. */
export function known<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const result: Record<string, unknown> = {};
  for (const name in fields) if (fields[name] !== undefined) result[name] = fields[name];
  return result as { [K in keyof T]?: Exclude<T[K], undefined> };
}

const attackId = /^(?:attack\.|mitre_)?(t\d{4}(?:\.\d{3})?)$/i;

/** ATT&CK ids among tags. */
export function attackIds(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => attackId.exec(tag)?.[1]?.toUpperCase() ?? []);
}
