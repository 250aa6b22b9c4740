import { TrajsieveError } from '../errors.ts';

/** A time zone for times that name none. */
export interface Zone {
  readonly name: string;
  /** The epoch milliseconds of a wall clock time, given as if it were UTC. */
  toUtc(local: number): number;
}

/**
 * A zone by its name: `UTC`, an offset such as `+08:00`, or a name of the time zone database such as `Asia/Shanghai`.
 * Throws where it is none of these.
 */
export function readZone(name: string): Zone {
  const text = name.trim();
  if (/^(?:utc|z|gmt)$/i.test(text)) return { name: 'UTC', toUtc: (local) => local };
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (match !== null) {
    const size = (Number(match[2]) * 60 + Number(match[3])) * 60_000;
    const offset = match[1] === '-' ? -size : size;
    return { name: `${match[1]}${match[2]}:${match[3]}`, toUtc: (local) => local - offset };
  }
  return namedZone(text);
}

const hour = 3_600_000;

function namedZone(name: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    throw new TrajsieveError('zone-unknown', `time zone ${JSON.stringify(name)} is unknown`, {
      remedy: 'give UTC, an offset such as +08:00, or a name such as Asia/Shanghai',
    });
  }
  // offsets change at whole quarters of an hour at most
  const known = new Map<number, number>();
  const offsetAt = (utc: number): number => {
    const quarter = Math.floor(utc / (hour / 4));
    let offset = known.get(quarter);
    if (offset === undefined) {
      const text = format.formatToParts(utc).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
      const match = /GMT([+-])(\d\d):(\d\d)/.exec(text);
      const size = match === null ? 0 : (Number(match[2]) * 60 + Number(match[3])) * 60_000;
      offset = match?.[1] === '-' ? -size : size;
      if (known.size >= 10_000) known.clear();
      known.set(quarter, offset);
    }
    return offset;
  };
  // an hour that the clocks skip or repeat is read as the first of its two meanings
  return { name, toUtc: (local) => local - offsetAt(local - offsetAt(local)) };
}

/** What is thrown where a time names no zone and none was given for such times. */
export function naiveTimeError(value: unknown, where: { file?: string; line?: number }): TrajsieveError {
  return new TrajsieveError('naive-time', `time ${JSON.stringify(value)} names no time zone`, {
    where,
    remedy: 'say which zone such times are in: --naive-tz UTC, +08:00 or Asia/Shanghai',
  });
}
