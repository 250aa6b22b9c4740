import { type Occupancy, occupancyStep } from './occupancy.ts';
import { randomNumbers } from './random.ts';

/** How much more often alerts fall into episodes than they would by chance. */
export interface ChanceResult {
  readonly name: string;
  /** alerts of a machine of which episodes are known */
  readonly alerts: number;
  /** how many of them were looked at */
  readonly sampled: number;
  /** share of them that falls into a window, and the share over all shifts */
  readonly observed: number;
  readonly expected: number;
  /** observed / expected; null where nothing is expected */
  readonly lift: number | null;
  /** share of the shifts, the observation among them, with as many alerts in windows */
  readonly pValue: number;
}

export interface ChanceReport {
  readonly shifts: number;
  readonly seed: number;
  /** milliseconds that times are rounded to */
  readonly resolution: number;
  /** the time that alerts are shifted around in, in epoch milliseconds */
  readonly span: readonly [start: number, end: number];
  readonly all: ChanceResult | null;
  readonly signatures: readonly ChanceResult[];
  readonly sources: readonly ChanceResult[];
}

/** Alerts of one group that are looked at, chosen evenly from all that came (Vitter's algorithm R). */
class Reservoir {
  readonly keys: number[] = [];
  readonly times: number[] = [];
  readonly #most: number;
  readonly #random: () => number;
  seen = 0;

  constructor(most: number, random: () => number) {
    this.#most = most;
    this.#random = random;
  }

  add(key: number, time: number): void {
    this.seen += 1;
    const at = this.keys.length < this.#most ? this.keys.length : Math.floor(this.#random() * this.seen);
    if (at >= this.#most) return;
    this.keys[at] = key;
    this.times[at] = time;
  }
}

const mostOfAll = 50_000;
const mostOfGroup = 2000;
const mostGroups = 1000;
/** Bytes of flattened bits. */
const mostBytes = 64 << 20;

/**
 * The test that the ROME team did by eye: do alerts coincide with the times at which tools ran? All alerts are moved by
 * the same random time, those that leave at the end come in at the beginning, and it is counted again how many fall into
 * windows of their machine. Moving all of them together keeps their own rhythm, and that of the episodes.
 */
export class ChanceTest {
  readonly #occupancy: Occupancy;
  readonly #seed: number;
  readonly #random: () => number;
  readonly #keys = new Map<string, number>();
  readonly #all: Reservoir;
  readonly #signatures = new Map<string, Reservoir>();
  readonly #sources = new Map<string, Reservoir>();

  constructor(occupancy: Occupancy, seed: number) {
    this.#occupancy = occupancy;
    this.#seed = seed;
    this.#random = randomNumbers(seed);
    this.#all = new Reservoir(mostOfAll, this.#random);
  }

  /**
   * Takes an alert into account.
   * @param machine key of the occupancy: the machine that the alert is about
   */
  add(machine: string, source: string, signature: string, time: number): void {
    let key = this.#keys.get(machine);
    if (key === undefined) {
      if (!this.#occupancy.has(machine)) return;
      key = this.#keys.size;
      this.#keys.set(machine, key);
    }
    this.#all.add(key, time);
    this.#group(this.#signatures, signature)?.add(key, time);
    this.#group(this.#sources, source)?.add(key, time);
  }

  #group(groups: Map<string, Reservoir>, name: string): Reservoir | undefined {
    let group = groups.get(name);
    if (group === undefined && groups.size < mostGroups) {
      group = new Reservoir(mostOfGroup, this.#random);
      groups.set(name, group);
    }
    return group;
  }

  /** @param shifts how often the alerts are moved */
  run(shifts: number): ChanceReport {
    const { first, last } = this.#occupancy;
    let [start, end] = [first, last];
    for (const time of this.#all.times) {
      start = Math.min(start, time);
      end = Math.max(end, time);
    }
    const shared = { shifts, seed: this.#seed };
    if (this.#all.keys.length === 0 || !(end > start))
      return { ...shared, resolution: occupancyStep, span: [0, 0], all: null, signatures: [], sources: [] };
    let step = occupancyStep;
    const bytesAt = (size: number) => (this.#keys.size * (end - start)) / size / 8;
    while (bytesAt(step) > mostBytes) step *= 2;
    const count = Math.floor((end - start) / step) + 1;
    const windows = [...this.#keys.keys()].map((key) => this.#occupancy.flatten(key, start, count, step));
    const random = randomNumbers(this.#seed + 1);
    const offsets = Array.from({ length: shifts }, () => 1 + Math.floor(random() * Math.max(1, count - 1)));
    const test = (name: string, group: Reservoir) =>
      testGroup(name, group, windows, { start, count, step, offsets });
    const tests = (groups: ReadonlyMap<string, Reservoir>) =>
      [...groups]
        .map(([name, group]) => test(name, group))
        .sort((a, b) => b.alerts - a.alerts || (a.name < b.name ? -1 : 1));
    return {
      ...shared,
      resolution: step,
      span: [start, end],
      all: test('all', this.#all),
      signatures: tests(this.#signatures),
      sources: tests(this.#sources),
    };
  }
}

interface Timeline {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  readonly offsets: readonly number[];
}

function testGroup(
  name: string,
  group: Reservoir,
  windows: readonly Uint8Array[],
  timeline: Timeline,
): ChanceResult {
  const { start, count, step, offsets } = timeline;
  const ticks = group.times.map((time) => Math.floor((time - start) / step));
  const hitsAt = (offset: number) => {
    let hits = 0;
    for (let at = 0; at < ticks.length; at++) {
      let tick = ticks[at]! + offset;
      if (tick >= count) tick -= count;
      if ((windows[group.keys[at]!]![tick >> 3]! & (1 << (tick & 7))) !== 0) hits += 1;
    }
    return hits;
  };
  const sampled = ticks.length;
  const observed = hitsAt(0);
  const shifted = offsets.map(hitsAt);
  const asMany = shifted.filter((hits) => hits >= observed).length;
  const expected = shifted.reduce((sum, hits) => sum + hits, 0) / Math.max(1, shifted.length);
  return {
    name,
    alerts: group.seen,
    sampled,
    observed: observed / sampled,
    expected: expected / sampled,
    lift: expected === 0 ? null : observed / expected,
    pValue: (1 + asMany) / (1 + shifted.length),
  };
}
