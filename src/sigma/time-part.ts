/** The part of a date that a time modifier reads. */
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

export const timeParts: readonly TimePart[] = ['minute', 'hour', 'day', 'week', 'month', 'year'];

/**
 * A part of a date field: ISO 8601 text as it is written, without any conversion of time zones (the specification
 * rules it out), or a number of milliseconds since 1970, in UTC. Undefined where the field is no date, or has no time
 * of day where one is asked for. `week` is the ISO week.
 */
export function timePartOf(value: string | number | boolean, part: TimePart): number | undefined {
  const text = typeof value === 'number' && isDateNumber(value) ? new Date(value).toISOString() : value;
  if (typeof text !== 'string') return undefined;
  const match = isoDateTime.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute] = match.slice(1).map((digits) => Number(digits));
  const date = new Date(Date.UTC(year!, month! - 1, day));
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return undefined;
  if (part === 'week') return isoWeek(date);
  const number = { minute, hour, day, month, year }[part];
  return Number.isNaN(number) ? undefined : number;
}

const isoDateTime = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)|$)/;

/** What a Date can hold: 100 million days on either side of 1970. */
function isDateNumber(value: number): boolean {
  return Math.abs(value) <= 8.64e15 && Number.isFinite(value);
}

/** Weeks begin on Monday; the first holds the year's first Thursday (ISO 8601). */
function isoWeek(date: Date): number {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const yearStart = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.ceil(((thursday.getTime() - yearStart) / 86_400_000 + 1) / 7);
}
