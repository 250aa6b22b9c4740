import { taskFamily } from './about.ts';

/**
 * The mix of a data set before and after: rows and text by source, model, length and so on, how much of each left, and by
 * which rules. A unit's slices are computed while it is read, over all rows, from what the columns or the bytes of a record
 * tell without reading it; slices of several units add up. Their size is bounded whatever the data hold.
 */
export const sliceDimensions = [
  'source',
  'task',
  'model',
  'language',
  'tool',
  'reward',
  'success',
  'steps',
  'text',
] as const;
export type SliceDimension = (typeof sliceDimensions)[number];

/** What is known of a row for its slices, whether anything was found in it or not. */
export interface RowFacts {
  readonly source?: string;
  readonly task?: string;
  readonly model?: string;
  readonly language?: string;
  readonly reward?: number;
  readonly success?: boolean;
  readonly steps?: number;
  /** UTF-8 bytes of the text of its steps */
  readonly bytes?: number;
  /** names of the tools that it calls, each once */
  readonly tools?: readonly string[];
}

/** Rows that share a value. */
export interface Slice {
  rows: number;
  bytes: number;
  /** rows that are not in the kept data any more, and their bytes */
  gone: number;
  goneBytes: number;
  /** rows that are kept, but truncated, masked or redacted */
  changed: number;
  /** for each rule the rows it was found in that are gone */
  readonly rules: Map<string, number>;
}

/** Sums for a mean, over rows whose value is known. */
export interface Sum {
  rows: number;
  sum: number;
}

/** As they stand in the ledger: plain JSON. */
export interface Slices {
  /** rows of which the value is known, and how many of them are gone */
  readonly known: Readonly<Partial<Record<SliceDimension, { readonly rows: number; readonly gone: number }>>>;
  readonly dimensions: Readonly<Partial<Record<SliceDimension, readonly SliceEntry[]>>>;
  /** rewards of all rows, and of those that are kept */
  readonly reward: { readonly all: Sum; readonly kept: Sum };
}

export interface SliceEntry {
  readonly value: string;
  readonly rows: number;
  readonly bytes: number;
  readonly gone: number;
  readonly goneBytes: number;
  readonly changed: number;
  readonly rules: readonly (readonly [rule: string, rows: number])[];
}

/** What became of a row, as its slices count it. */
export interface RowFate {
  readonly isGone: boolean;
  readonly isChanged: boolean;
  /** rules that fired in it */
  readonly rules: readonly string[];
}

/** Values that a dimension tells apart; what comes later counts under {@link otherValue}. */
export const mostValues = 200;
export const otherValue = '(other)';
const longestValue = 120;

/** Collects slices row by row, or adds up those of several units. */
export class SliceCounter {
  readonly #dimensions = new Map<SliceDimension, Map<string, Slice>>();
  readonly #known = new Map<SliceDimension, { rows: number; gone: number }>();
  readonly #mostValues: number;
  readonly #reward: { all: Sum; kept: Sum } = { all: { rows: 0, sum: 0 }, kept: { rows: 0, sum: 0 } };

  /** @param most values that a dimension tells apart */
  constructor(most = mostValues) {
    this.#mostValues = most;
  }

  add(facts: RowFacts, fate: RowFate): void {
    const bytes = facts.bytes ?? 0;
    let before: SliceDimension | undefined;
    for (const [dimension, value] of valuesOf(facts)) {
      // a row has several tools, and one of everything else
      if (dimension !== before) this.#addKnown(dimension, 1, fate.isGone ? 1 : 0);
      before = dimension;
      const slice = this.#slice(dimension, value);
      slice.rows += 1;
      slice.bytes += bytes;
      if (fate.isChanged) slice.changed += 1;
      if (!fate.isGone) continue;
      slice.gone += 1;
      slice.goneBytes += bytes;
      for (const rule of new Set(fate.rules)) count(slice.rules, rule, 1);
    }
    const { reward } = facts;
    if (reward === undefined) return;
    for (const sum of fate.isGone ? [this.#reward.all] : [this.#reward.all, this.#reward.kept]) {
      sum.rows += 1;
      sum.sum += reward;
    }
  }

  /** Adds the slices of a unit. The order of units decides which values are told apart; it is the plan's. */
  merge(part: Slices): void {
    for (const [dimension, entries] of Object.entries(part.dimensions) as [SliceDimension, SliceEntry[]][]) {
      for (const entry of entries) {
        const slice = this.#slice(dimension, entry.value);
        slice.rows += entry.rows;
        slice.bytes += entry.bytes;
        slice.gone += entry.gone;
        slice.goneBytes += entry.goneBytes;
        slice.changed += entry.changed;
        for (const [rule, rows] of entry.rules) count(slice.rules, rule, rows);
      }
    }
    for (const [dimension, { rows, gone }] of Object.entries(part.known))
      this.#addKnown(dimension as SliceDimension, rows, gone);
    for (const which of ['all', 'kept'] as const) {
      this.#reward[which].rows += part.reward[which].rows;
      this.#reward[which].sum += part.reward[which].sum;
    }
  }

  slices(): Slices {
    const dimensions: Partial<Record<SliceDimension, SliceEntry[]>> = {};
    for (const dimension of sliceDimensions) {
      const values = this.#dimensions.get(dimension);
      if (values === undefined) continue;
      dimensions[dimension] = [...values].map(([value, slice]) => ({
        value,
        ...slice,
        rules: [...slice.rules].sort(([a], [b]) => (a < b ? -1 : 1)),
      }));
    }
    const known = Object.fromEntries(this.#known);
    return { known, dimensions, reward: { all: { ...this.#reward.all }, kept: { ...this.#reward.kept } } };
  }

  #addKnown(dimension: SliceDimension, rows: number, gone: number): void {
    const known = this.#known.get(dimension);
    if (known === undefined) this.#known.set(dimension, { rows, gone });
    else {
      known.rows += rows;
      known.gone += gone;
    }
  }

  #slice(dimension: SliceDimension, value: string): Slice {
    let values = this.#dimensions.get(dimension);
    if (values === undefined) {
      values = new Map();
      this.#dimensions.set(dimension, values);
    }
    const name = value.length <= longestValue ? value : `${value.slice(0, longestValue - 1)}…`;
    const key = values.has(name) || values.size < this.#mostValues ? name : otherValue;
    let slice = values.get(key);
    if (slice === undefined) {
      slice = { rows: 0, bytes: 0, gone: 0, goneBytes: 0, changed: 0, rules: new Map() };
      values.set(key, slice);
    }
    return slice;
  }
}

function* valuesOf(facts: RowFacts): Generator<[SliceDimension, string]> {
  const { source, task, model, language, reward, success, steps, bytes, tools } = facts;
  if (source !== undefined) yield ['source', source];
  if (task !== undefined) yield ['task', taskFamily(task) ?? '(free text)'];
  if (model !== undefined) yield ['model', model];
  if (language !== undefined) yield ['language', language];
  if (reward !== undefined) yield ['reward', rewardBand(reward)];
  if (success !== undefined) yield ['success', success ? 'yes' : 'no'];
  if (steps !== undefined) yield ['steps', band(steps, '')];
  if (bytes !== undefined) yield ['text', band(bytes / 1024, ' KiB')];
  if (tools !== undefined) {
    if (tools.length === 0) yield ['tool', '(none)'];
    for (const tool of tools) yield ['tool', tool];
  }
}

/** Bands of rewards: most are 0 or 1, and what lies between or beyond matters as such. */
export const rewardBands = ['below 0', '0', '0 to 0.5', '0.5 to 1', '1', 'above 1'] as const;

function rewardBand(reward: number): string {
  if (reward < 0) return 'below 0';
  if (reward === 0) return '0';
  if (reward < 0.5) return '0 to 0.5';
  if (reward < 1) return '0.5 to 1';
  return reward === 1 ? '1' : 'above 1';
}

/** Bands that double: under 1, 1 to 2, 2 to 4, … */
function band(value: number, unit: string): string {
  if (value < 1) return `under 1${unit}`;
  const low = 2 ** Math.floor(Math.log2(value));
  return `${low} to ${low * 2}${unit}`;
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
