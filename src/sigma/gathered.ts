import type { CompiledRule } from './compiled-rule.ts';
import type { Expression } from './condition.ts';
import type { CorrelationType } from './correlation.ts';
import type { SigmaEvent } from './event.ts';
import { reaches, type Threshold, windowLimit } from './threshold.ts';
import type { Moment } from './timespan.ts';
import { numberOf } from './value-test.ts';
import { Text } from './view.ts';

/** A match of a base rule. */
export interface Contribution {
  readonly rule: CompiledRule;
  readonly event: SigmaEvent;
}

/** A match of one of a correlation's rules. */
export interface Entry {
  /** which of the correlation's rules matched, in the rule's order */
  readonly member: number;
  /** counts the events that were fed: matches of one event share it */
  readonly order: number;
  readonly moment: Moment;
  readonly event: SigmaEvent;
  /** the matches of base rules that this one stands for */
  readonly contributions: readonly Contribution[];
}

/** What a correlation has seen of one group within its timespan. */
export interface Gathered {
  /** @returns how many older entries had to be given up to stay within bounds */
  readonly add: (entry: Entry) => number;
  /**
   * Forgets the entries that are too long ago.
   *
   * @param inOrder whether entries came in the order of their moments, so that the oldest are the first
   */
  readonly prune: (keep: (entry: Entry) => boolean, inOrder: boolean) => void;
  readonly holds: () => boolean;
  /** the number that the condition is about */
  readonly figure: () => number;
  /** what made it hold, in the order of feeding */
  readonly entries: () => readonly Entry[];
}

/** `event_count`: how many. */
export function gatherEvents(threshold: Threshold): Gathered {
  let entries: Entry[] = [];
  let forgotten = 0;
  return {
    add: (entry) => {
      entries.push(entry);
      if (entries.length <= windowLimit + 1) return 0;
      // still counted: only their events are no longer at hand
      entries.shift();
      forgotten++;
      return 0;
    },
    prune: (keep, inOrder) => {
      if (inOrder) entries.splice(0, countOutdated(entries, keep));
      else entries = entries.filter(keep);
    },
    holds: () => reaches(threshold, entries.length + forgotten),
    figure: () => entries.length + forgotten,
    entries: () => entries,
  };
}

/** `value_count`: how many different values the fields have; entries without one of the fields do not count. */
export function gatherValues(threshold: Threshold, keyOf: (entry: Entry) => string | undefined): Gathered {
  const latest = new Map<string, Entry>();
  return {
    add: (entry) => {
      const key = keyOf(entry);
      if (key === undefined) return 0;
      latest.delete(key);
      latest.set(key, entry);
      return evictOldest(latest, windowLimit + 1);
    },
    prune: (keep, inOrder) => {
      for (const [key, entry] of latest) {
        if (!keep(entry)) latest.delete(key);
        else if (inOrder) return;
      }
    },
    holds: () => reaches(threshold, latest.size),
    figure: () => latest.size,
    entries: () => [...latest.values()],
  };
}

/** `value_sum` and its kind: a figure made of the numbers in a field; entries without a number do not count. */
export function gatherNumbers(
  type: CorrelationType,
  threshold: Threshold,
  textOf: (entry: Entry) => string | number | boolean | undefined,
): Gathered {
  let entries: Entry[] = [];
  const numbers = new Map<Entry, number>();
  const sorted: number[] = [];
  const forget = (entry: Entry) => {
    sorted.splice(placeIn(sorted, numbers.get(entry)!), 1);
    numbers.delete(entry);
  };
  const figure = () => reckon(type, sorted, threshold.percentile ?? 50);
  return {
    add: (entry) => {
      const text = textOf(entry);
      const number = text === undefined ? undefined : numberOf(new Text(text));
      if (number === undefined) return 0;
      entries.push(entry);
      numbers.set(entry, number);
      sorted.splice(placeIn(sorted, number), 0, number);
      if (entries.length <= windowLimit) return 0;
      forget(entries.shift()!);
      return 1;
    },
    prune: (keep, inOrder) => {
      const outdated = inOrder
        ? entries.slice(0, countOutdated(entries, keep))
        : entries.filter((one) => !keep(one));
      if (outdated.length === 0) return;
      outdated.forEach(forget);
      entries = entries.filter((entry) => numbers.has(entry));
    },
    holds: () => entries.length > 0 && reaches(threshold, figure()),
    figure,
    entries: () => entries,
  };
}

/** Percentiles are by nearest rank; the median of an even number of values is the mean of the middle two. */
function reckon(type: CorrelationType, sorted: readonly number[], percentile: number): number {
  const total = () => sorted.reduce((sum, number) => sum + number, 0);
  const middle = Math.floor(sorted.length / 2);
  switch (type) {
    case 'value_sum':
      return total();
    case 'value_avg':
      return total() / sorted.length;
    case 'value_min':
      return sorted[0] ?? Number.NaN;
    case 'value_max':
      return sorted.at(-1) ?? Number.NaN;
    case 'value_median':
      return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    default:
      return sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? Number.NaN;
  }
}

/** The first place in a sorted list whose number is no less. */
function placeIn(sorted: readonly number[], number: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countOutdated(entries: readonly Entry[], keep: (entry: Entry) => boolean): number {
  const first = entries.findIndex(keep);
  return first < 0 ? entries.length : first;
}

/** `temporal`: which of the rules matched, in any order. */
export function gatherMembers(
  condition: Threshold | Expression,
  memberOf: (name: string) => number,
): Gathered {
  const latest = new Map<number, Entry>();
  const evaluate = (expression: Expression): boolean => {
    switch (expression.kind) {
      case 'name':
        return latest.has(memberOf(expression.name));
      case 'not':
        return !evaluate(expression.child);
      case 'and':
        return expression.children.every(evaluate);
      case 'or':
        return expression.children.some(evaluate);
      case 'selector':
        return false;
    }
  };
  return {
    add: (entry) => {
      latest.set(entry.member, entry);
      return 0;
    },
    prune: (keep) => {
      for (const [member, entry] of latest) if (!keep(entry)) latest.delete(member);
    },
    holds: () => ('bounds' in condition ? reaches(condition, latest.size) : evaluate(condition)),
    figure: () => latest.size,
    entries: () => [...latest.values()].sort((left, right) => left.order - right.order),
  };
}

function evictOldest(map: Map<string, Entry>, limit: number): number {
  if (map.size <= limit) return 0;
  map.delete(map.keys().next().value!);
  return 1;
}
