import type { TimeUnit } from './spec.ts';

/** A time in epoch milliseconds, and whether a zone had to be assumed. */
export interface Time {
  readonly milliseconds: number;
  readonly naive: boolean;
}

const perMillisecond: Readonly<Partial<Record<TimeUnit, number>>> = {
  seconds: 1e-3,
  milliseconds: 1,
  microseconds: 1e3,
  nanoseconds: 1e6,
};

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;
const compact = /^(\d{4})(\d\d)(\d\d)[_T-]?(\d\d)(\d\d)(\d\d)(?:[_.](\d{1,9}))?(Z)?$/;

/**
 * Reads a time. Undefined where the value is none: a time is never guessed.
 * @param unit of numbers; texts are read as ISO 8601, for `compact` first as `20250131_235959_123456`
 * @param zone of texts that name none: `UTC` or `+08:00`. Without it they are naive, and given as if they were UTC.
 */
export function readTime(value: unknown, unit: TimeUnit, zone?: string): Time | undefined {
  const scale = perMillisecond[unit];
  if (scale !== undefined) {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number))
      return { milliseconds: number / scale, naive: false };
  }
  if (value instanceof Date) return { milliseconds: value.getTime(), naive: false };
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const match = (unit === 'compact' ? compact.exec(text) : null) ?? iso.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', own] = match;
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const milliseconds = local + Number(`0.${fraction || '0'}`) * 1e3 - zoneOffset(own ?? zone ?? 'UTC');
  if (!Number.isFinite(milliseconds)) return undefined;
  return { milliseconds: Math.round(milliseconds), naive: own === undefined && zone === undefined };
}

/** Milliseconds that a zone is ahead of UTC. */
function zoneOffset(zone: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
