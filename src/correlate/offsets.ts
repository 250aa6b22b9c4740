import type { Alert } from './alert.ts';
import { placesOf } from './join.ts';
import { machineOf } from './machine.ts';
import type { Occupancy } from './occupancy.ts';
import { randomNumbers } from './random.ts';
import type { Zone } from './zone.ts';

/** A difference between the clocks of a feed and of the episodes that would make more of them fit. */
export interface OffsetReport {
  readonly feed: string;
  /** what it was told from: ids, named addresses, or machines */
  readonly by: OffsetKind;
  /** alerts that were looked at */
  readonly alerts: number;
  /** milliseconds that the alerts' times would have to be moved by */
  readonly offset: number;
  /** share of the alerts that fits with it, and without */
  readonly fits: number;
  readonly now: number;
  readonly message: string;
}

const kinds = ['id', 'place', 'machine'] as const;
type OffsetKind = (typeof kinds)[number];

const quarter = 15 * 60_000;
/** Zones go from -12:00 to +14:00. */
const widest = 14 * 4;
const offsets = Array.from({ length: 2 * widest + 1 }, (_, at) => (at - widest) * quarter);

const mostSamples = 2000;
/** Fewer alerts than these say nothing. */
const fewest = 8;

interface Votes {
  seen: number;
  sampled: number;
  /** by offset: alerts that would fit */
  fits: Int32Array;
}

/**
 * Looks for a wrong time zone or a clock that is far off: counts, for each multiple of a quarter of an hour, how many
 * alerts would fall into a window of what they name. The strongest of the three ways that says anything is told.
 */
export class OffsetDiagnosis {
  readonly #occupancy: Occupancy;
  readonly #random: () => number;
  readonly #votes = new Map<string, Votes>();

  constructor(occupancy: Occupancy, seed: number) {
    this.#occupancy = occupancy;
    this.#random = randomNumbers(seed + 2);
  }

  /** Takes an alert into account by what it names and the machine that it is about. */
  add(alert: Alert): void {
    const place = placesOf(alert)
      .map((name) => `place ${name}`)
      .find((key) => this.#occupancy.has(key));
    if (place !== undefined)
      this.#vote(alert.feed, 'place', (offset) => this.#occupancy.isMarked(place, alert.start + offset));
    const machine = machineOf(alert, this.#occupancy);
    if (machine !== undefined)
      this.#vote(alert.feed, 'machine', (offset) => this.#occupancy.isMarked(machine, alert.start + offset));
  }

  /** Takes an alert into account whose id is that of an episode. */
  addById(alert: Alert, start: number, end: number): void {
    this.#vote(alert.feed, 'id', (offset) => alert.start + offset >= start && alert.start + offset <= end);
  }

  #vote(feed: string, kind: OffsetKind, fits: (offset: number) => boolean): void {
    const key = `${feed}\0${kind}`;
    let votes = this.#votes.get(key);
    if (votes === undefined) {
      votes = { seen: 0, sampled: 0, fits: new Int32Array(offsets.length) };
      this.#votes.set(key, votes);
    }
    votes.seen += 1;
    // the first ones, then ever fewer of the rest: the whole time is looked at, at a bounded cost
    if (votes.seen > mostSamples && this.#random() > mostSamples / votes.seen) return;
    votes.sampled += 1;
    for (const [at, offset] of offsets.entries()) if (fits(offset)) votes.fits[at]! += 1;
  }

  /** What is wrong, feed by feed; empty where nothing is. */
  report(zone: Zone | undefined): OffsetReport[] {
    const feeds = [...new Set([...this.#votes.keys()].map((key) => key.split('\0')[0]!))].sort();
    return feeds.flatMap((feed) => {
      for (const by of kinds) {
        const votes = this.#votes.get(`${feed}\0${by}`);
        if (votes === undefined || votes.sampled < fewest) continue;
        const found = bestOffset(votes);
        return found === undefined ? [] : [describe(feed, by, votes, found, zone)];
      }
      return [];
    });
  }
}

/** The offset that fits far better than none: by more than four standard deviations, and by half again. */
function bestOffset({ sampled, fits }: Votes): number | undefined {
  const now = fits[widest]!;
  let best = widest;
  for (const at of fits.keys()) {
    const isBetter = fits[at]! > fits[best]!;
    const isRounder = fits[at] === fits[best] && roundness(at) > roundness(best);
    if (isBetter || (best !== widest && isRounder)) best = at;
  }
  if (best === widest) return undefined;
  const mean = fits.reduce((sum, count) => sum + count, 0) / fits.length / sampled;
  const deviation = Math.sqrt(sampled * Math.max(mean * (1 - mean), 1 / sampled));
  const gain = fits[best]! - now;
  return gain >= 4 * deviation && fits[best]! >= 1.5 * now && gain >= 0.1 * sampled ? best : undefined;
}

/** Whole hours before halves before quarters, small offsets before large ones. */
function roundness(at: number): number {
  const quarters = Math.abs(at - widest);
  return (quarters % 4 === 0 ? 2000 : quarters % 2 === 0 ? 1000 : 0) - quarters;
}

function describe(
  feed: string,
  by: OffsetKind,
  { sampled, fits }: Votes,
  at: number,
  zone: Zone | undefined,
): OffsetReport {
  const offset = offsets[at]!;
  const share = (count: number) => count / sampled;
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  const hours = `${Math.abs(offset) / 3_600_000} h`;
  const [fit, now] = [share(fits[at]!), share(fits[widest]!)];
  const zoneHint =
    zone === undefined
      ? ''
      : `; times without a zone were read as ${zone.name}: with --naive-tz ${formatZone(zoneOffset(zone) + offset)} they would fit, if they are the episodes'`;
  return {
    feed,
    by,
    alerts: sampled,
    offset,
    fits: fit,
    now,
    message: `alerts of ${feed} seem to be ${hours} ${offset < 0 ? 'late' : 'early'}: moved by ${offset < 0 ? '-' : '+'}${hours} ${percent(fit)} of ${sampled} would fall into episodes, and ${percent(now)} do now${zoneHint}`,
  };
}

function zoneOffset(zone: Zone): number {
  const local = Date.UTC(2026, 0, 1);
  return local - zone.toUtc(local);
}

function formatZone(offset: number): string {
  const minutes = Math.abs(offset) / 60_000;
  const digits = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${digits(minutes / 60)}:${digits(minutes % 60)}`;
}
