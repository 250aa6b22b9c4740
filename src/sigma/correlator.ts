import type { CompiledRule } from './compiled-rule.ts';
import type { FieldValue, SigmaEvent } from './event.ts';
import {
  type Contribution,
  type Entry,
  type Gathered,
  gatherEvents,
  gatherMembers,
  gatherNumbers,
  gatherValues,
} from './gathered.ts';
import type { CompiledCorrelation } from './link.ts';
import { gatherOrdered } from './ordered.ts';
import { isWithin, type Moment } from './timespan.ts';

/** A correlation that came true. */
export interface CorrelationHit {
  readonly correlation: CompiledCorrelation;
  /** the fields that the events were grouped by, with their value; null where the events have none */
  readonly group: Readonly<Record<string, FieldValue>>;
  /** the matches that made it true, in the order of feeding; of very many, the last {@link contributionLimit} */
  readonly events: readonly Contribution[];
  /** the count (of events, values, rules) or the figure of the values */
  readonly figure: number;
}

export interface CorrelatorOptions {
  /** how long a step counts where events have no times: by default a minute, so that `10m` is ten steps */
  readonly stepMilliseconds?: number;
}

/** Events that a hit names. */
export const contributionLimit = 100;
/** Groups that a correlation follows at a time. */
export const groupLimit = 10_000;

interface Group {
  readonly values: Readonly<Record<string, FieldValue>>;
  gathered: Gathered;
  /** of a correlation that is judged when its timespan is over: the event that it began with */
  start?: Entry;
}

/**
 * Finds correlations in one trajectory: feed it the matches of base rules in the order of the events, then finish.
 *
 * A condition that more events can only help (`gte`, all rules, `a and b`) is met as soon as it holds for the events
 * of the timespan that ends with the newest; the group then begins anew, so that no event counts twice. A condition
 * that more events may spoil (`lt`, `eq`, a range, `not b`) is judged when a timespan, counted from the group's first
 * event, is over. Memory is bounded by {@link groupLimit} and the limits of `gathered.ts`; `lost` counts what they
 * cost.
 */
export class Correlator {
  readonly #correlations: readonly CompiledCorrelation[];
  readonly #stepMilliseconds: number;
  readonly #listeners = new Map<CompiledRule | CompiledCorrelation, CompiledCorrelation[]>();
  readonly #groups = new Map<CompiledCorrelation, Map<string, Group>>();
  #lastEvent: SigmaEvent | undefined;
  #order = 0;
  /** whether moments only went forward so far, all of them with times or all without */
  #inOrder = true;
  #lastMoment: Moment | undefined;
  /** matches and groups that were given up to stay within bounds: hits may be missing where it is not 0 */
  lost = 0;

  /** @param correlations as loaded: those that others refer to come before them */
  constructor(
    correlations: readonly CompiledCorrelation[],
    { stepMilliseconds = 60_000 }: CorrelatorOptions = {},
  ) {
    this.#correlations = correlations;
    this.#stepMilliseconds = stepMilliseconds;
    for (const correlation of correlations) {
      for (const member of correlation.members) {
        const listeners = this.#listeners.get(member) ?? [];
        this.#listeners.set(member, [...listeners, correlation]);
      }
    }
  }

  /**
   * Takes a match in. Matches of one event are fed one after another, with the same event.
   *
   * @returns the correlations that it made true, each before those that rest on it
   */
  feed(rule: CompiledRule, event: SigmaEvent): CorrelationHit[] {
    const hits: CorrelationHit[] = [];
    if (event !== this.#lastEvent) {
      // what is judged now lies before the event, so it has a place of its own in the order
      this.#order++;
      this.#closeOver(event, hits);
      this.#order++;
      this.#lastEvent = event;
    }
    this.#spread(rule, { event, contributions: [{ rule, event }] }, hits);
    return hits;
  }

  /** Judges what was waiting for its timespan to be over, and forgets everything: ready for the next trajectory. */
  finish(): CorrelationHit[] {
    const hits: CorrelationHit[] = [];
    for (const correlation of this.#correlations) {
      if (!correlation.judgedLate) continue;
      for (const group of this.#groups.get(correlation)?.values() ?? []) {
        this.#close(correlation, group, hits);
      }
    }
    this.#groups.clear();
    this.#lastEvent = undefined;
    this.#lastMoment = undefined;
    this.#inOrder = true;
    this.#order = 0;
    return hits;
  }

  #spread(
    source: CompiledRule | CompiledCorrelation,
    match: { readonly event: SigmaEvent; readonly contributions: readonly Contribution[] },
    hits: CorrelationHit[],
  ): void {
    const moment = { time: match.event.time, step: match.event.step };
    this.#inOrder &&= this.#lastMoment === undefined || follows(moment, this.#lastMoment);
    this.#lastMoment = moment;
    for (const correlation of this.#listeners.get(source) ?? []) {
      const member = correlation.members.indexOf(source);
      this.#add(correlation, { ...match, member, moment, order: this.#order }, hits);
    }
  }

  #add(correlation: CompiledCorrelation, entry: Entry, hits: CorrelationHit[]): void {
    const group = this.#groupOf(correlation, entry);
    if (correlation.judgedLate) {
      group.start ??= entry;
      this.lost += group.gathered.add(entry);
      return;
    }
    group.gathered.prune((earlier) => this.#near(correlation, earlier, entry), this.#inOrder);
    this.lost += group.gathered.add(entry);
    if (!group.gathered.holds()) return;
    const { gathered } = group;
    group.gathered = startGathering(correlation);
    this.#report(correlation, group, gathered, hits);
  }

  /** Closes what is too long ago for the new event, so that hits come in the order of their timespans. */
  #closeOver(event: SigmaEvent, hits: CorrelationHit[]): void {
    const now = { moment: { time: event.time, step: event.step } };
    for (const correlation of this.#correlations) {
      if (!correlation.judgedLate) continue;
      for (const group of this.#groups.get(correlation)?.values() ?? []) {
        if (group.start !== undefined && !this.#near(correlation, group.start, now)) {
          this.#close(correlation, group, hits);
        }
      }
    }
  }

  #close(correlation: CompiledCorrelation, group: Group, hits: CorrelationHit[]): void {
    const { gathered, start } = group;
    group.gathered = startGathering(correlation);
    delete group.start;
    if (start !== undefined && gathered.holds()) this.#report(correlation, group, gathered, hits);
  }

  #report(correlation: CompiledCorrelation, group: Group, gathered: Gathered, hits: CorrelationHit[]): void {
    const entries = gathered.entries();
    const contributions = entries.flatMap((entry) => entry.contributions).slice(-contributionLimit);
    const { values } = group;
    hits.push({ correlation, group: values, events: contributions, figure: gathered.figure() });
    const last = entries.at(-1);
    if (last !== undefined) this.#spread(correlation, { event: last.event, contributions }, hits);
  }

  #groupOf(correlation: CompiledCorrelation, entry: Entry): Group {
    const values = Object.fromEntries(
      correlation.groupBy.map((field) => [field, fieldValue(correlation, entry, field) ?? null]),
    );
    const key = JSON.stringify(Object.values(values));
    let groups = this.#groups.get(correlation);
    if (groups === undefined) {
      groups = new Map();
      this.#groups.set(correlation, groups);
    }
    let group = groups.get(key);
    if (group === undefined) {
      group = { values, gathered: startGathering(correlation) };
      groups.set(key, group);
      if (groups.size > groupLimit) {
        groups.delete(groups.keys().next().value!);
        this.lost++;
      }
    }
    return group;
  }

  #near(
    { timespan }: CompiledCorrelation,
    earlier: Pick<Entry, 'moment'>,
    later: Pick<Entry, 'moment'>,
  ): boolean {
    return isWithin(timespan, earlier.moment, later.moment, this.#stepMilliseconds);
  }
}

function follows(later: Moment, earlier: Moment): boolean {
  if (later.step < earlier.step) return false;
  if (later.time === undefined || earlier.time === undefined) return later.time === earlier.time;
  return later.time >= earlier.time;
}

/** The field of an event, by its own name or by the alias that the correlation has for it. */
function fieldValue(correlation: CompiledCorrelation, entry: Entry, name: string): FieldValue | undefined {
  const field = correlation.fieldOf(name, entry.member);
  return Object.hasOwn(entry.event.fields, field) ? entry.event.fields[field] : undefined;
}

function startGathering(correlation: CompiledCorrelation): Gathered {
  const { type, condition, memberOf } = correlation;
  if (type === 'temporal') return gatherMembers(condition, memberOf);
  if (type === 'temporal_ordered') return gatherOrdered(condition, correlation.members.length, memberOf);
  if (!('bounds' in condition)) throw new TypeError(`${type} with an expression`);
  if (type === 'event_count') return gatherEvents(condition);
  if (type === 'value_count') {
    return gatherValues(condition, (entry) => {
      const values = condition.fields.map((field) => fieldValue(correlation, entry, field) ?? null);
      return values.includes(null) ? undefined : JSON.stringify(values);
    });
  }
  return gatherNumbers(type, condition, (entry) => {
    const value = fieldValue(correlation, entry, condition.fields[0]!);
    return typeof value === 'object' || value === null ? undefined : value;
  });
}
