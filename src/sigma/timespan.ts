/** How far apart events may be: in milliseconds, or (an extension of ours) in steps of the trajectory. */
export type Timespan = { readonly milliseconds: number } | { readonly steps: number };

const second = 1000;
/** The units of pySigma: the specification's four, weeks, and mean Gregorian months and years. */
const units: Readonly<Record<string, number>> = {
  s: second,
  m: 60 * second,
  h: 3600 * second,
  d: 86_400 * second,
  w: 604_800 * second,
  M: 2_629_746 * second,
  y: 31_556_952 * second,
};

/** Reads `15m`, `1h`, or `20 steps`. Undefined for anything else. */
export function parseTimespan(text: string): Timespan | undefined {
  const match = /^([1-9]\d{0,8})(?:([smhdwMy])| steps?)$/.exec(text);
  if (match === null) return undefined;
  const [, count, unit] = match;
  return unit === undefined ? { steps: Number(count) } : { milliseconds: Number(count) * units[unit]! };
}

/** When something happened: a time where the data has times, and the step. */
export interface Moment {
  readonly time?: number | undefined;
  readonly step: number;
}

/**
 * Whether two moments lie within a span, its ends included. Times are compared where both moments have one; where one
 * has none, the span is counted in steps of `stepMilliseconds` each.
 */
export function isWithin(span: Timespan, earlier: Moment, later: Moment, stepMilliseconds: number): boolean {
  const steps = Math.abs(later.step - earlier.step);
  if ('steps' in span) return steps <= span.steps;
  if (earlier.time !== undefined && later.time !== undefined) {
    return Math.abs(later.time - earlier.time) <= span.milliseconds;
  }
  return steps * stepMilliseconds <= span.milliseconds;
}
