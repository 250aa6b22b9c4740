import { TrajsieveError } from '../errors.ts';
import { type FeedRecord, hostName, MalformedRecord, normalAddress, textAt, timeOf } from './feeds/feed.ts';
import { readTable } from './records.ts';
import type { Zone } from './zone.ts';

/** Who had a sandbox where, and when: a row of the lease table. Epoch milliseconds. */
export interface Lease {
  readonly sandbox: string;
  readonly address?: string;
  readonly host?: string;
  readonly container?: string;
  readonly instance?: string;
  readonly start: number;
  readonly end: number;
}

const columns = {
  sandbox: ['sandbox', 'sandbox_id', 'trial_name'],
  host: ['host_name', 'hostname', 'node'],
  address: ['host_ip', 'ip', 'address', 'host'],
  container: ['container', 'container_id', 'container_name'],
  instance: ['instance', 'instance_id', 'cloud_instance_id'],
  start: ['from', 'start', 'start_time', 'started_at'],
  end: ['to', 'end', 'stop_time', 'end_time', 'stopped_at'],
} as const;

/** The lease of a sandbox that still runs ends long after everything. */
const open = Date.UTC(2200);

/**
 * The leases of a table (CSV, JSONL or Parquet; also compressed): `sandbox`, `host`, `from`, `to`, or the columns of
 * ROCK's `sandbox_record`. A row that is none is an error: a lease that is missed makes a wrong match of a right one.
 */
export async function* readLeases(file: string, zone: Zone | undefined): AsyncGenerator<Lease> {
  for await (const line of readTable(file)) {
    if ('problem' in line) throw leaseError(file, line.line, line.problem);
    try {
      yield leaseOf(line.record, zone);
    } catch (error) {
      if (error instanceof MalformedRecord) throw leaseError(file, line.line, error.message);
      throw error;
    }
  }
}

function leaseOf(record: FeedRecord, zone: Zone | undefined): Lease {
  const sandbox = textAt(record, ...columns.sandbox);
  if (sandbox === undefined) throw new MalformedRecord(`none of ${columns.sandbox.join(', ')} is there`);
  const where = textAt(record, ...columns.address);
  const address = where === undefined ? undefined : normalAddress(where);
  const host =
    hostName(textAt(record, ...columns.host)) ?? (address === undefined ? hostName(where) : undefined);
  const container = textAt(record, ...columns.container);
  const instance = textAt(record, ...columns.instance);
  const start = timeAt(record, columns.start, zone);
  if (start === undefined) throw new MalformedRecord(`none of ${columns.start.join(', ')} is there`);
  return {
    sandbox,
    ...(address === undefined ? {} : { address }),
    ...(host === undefined ? {} : { host }),
    ...(container === undefined ? {} : { container }),
    ...(instance === undefined ? {} : { instance }),
    start,
    end: Math.max(start, timeAt(record, columns.end, zone) ?? open),
  };
}

function timeAt(record: FeedRecord, names: readonly string[], zone: Zone | undefined): number | undefined {
  const name = names.find((one) => record[one] !== undefined && record[one] !== null && record[one] !== '');
  if (name === undefined) return undefined;
  const value = record[name];
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
  const isNumber = typeof number === 'number' && Number.isFinite(number);
  return timeOf(
    isNumber ? number : value,
    isNumber && number > 1e11 ? 'milliseconds' : 'seconds',
    { zone },
    name,
  );
}

function leaseError(file: string, line: number, message: string): TrajsieveError {
  return new TrajsieveError('lease-unreadable', `lease cannot be read: ${message}`, {
    where: { file, line },
    remedy: 'mend the row; the table needs a sandbox, a host or address, and from and to',
  });
}
