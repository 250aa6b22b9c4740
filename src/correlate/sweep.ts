import { Active, type TimedEpisode } from './active.ts';
import type { PlacedAlert } from './alert.ts';
import { type Decision, decide, type JoinOptions, spanOf } from './join.ts';
import { containerKey } from './keys.ts';
import type { Lease } from './lease.ts';

/** An alert whose id is that of an episode which did not run at the time: it is looked up among all of them. */
export interface Deferred {
  readonly alert: PlacedAlert;
  readonly ids: readonly string[];
  /** what holds if no episode has the id after all */
  readonly otherwise: Decision;
  readonly isDuplicate: boolean;
}

export interface SweepInput {
  /** in the order of their starts */
  readonly alerts: Iterable<{ readonly record: PlacedAlert }>;
  readonly episodes: Iterable<{ readonly record: TimedEpisode }>;
  readonly leases: Iterable<{ readonly record: Lease }>;
  readonly options: JoinOptions;
  /** the largest tolerance of any feed that may come */
  readonly slack: number;
  mayHaveId(id: string): boolean;
  onDecision(alert: PlacedAlert, decision: Decision, isDuplicate: boolean): void;
  onDeferred(deferred: Deferred): void;
}

/** Most alerts of one moment that are compared with each other. */
const mostOfMoment = 100_000;

/**
 * Goes through alerts, episodes and leases together in the order of time. What is in memory is what is under way: time
 * and memory are linear in what is read and in how much of it runs at once.
 */
export function sweep(input: SweepInput): void {
  const { options, slack } = input;
  const active = new Active();
  const episodes = input.episodes[Symbol.iterator]();
  const leases = input.leases[Symbol.iterator]();
  let nextEpisode = episodes.next();
  let nextLease = leases.next();
  const repeats = new Repeats();
  for (const { record: alert } of input.alerts) {
    const { to } = spanOf(alert, options);
    for (; nextEpisode.done !== true && nextEpisode.value.record.start <= to; nextEpisode = episodes.next())
      active.addEpisode(nextEpisode.value.record);
    for (; nextLease.done !== true && nextLease.value.record.start <= to; nextLease = leases.next())
      active.addLease(nextLease.value.record);
    active.forget(alert.start - slack - options.lag);
    const isDuplicate = repeats.isRepeat(alert);
    const decision = decide(alert, active, options);
    const ids = decision.strength === 'id' ? [] : knownIds(alert, input);
    if (ids.length > 0) input.onDeferred({ alert, ids, otherwise: decision, isDuplicate });
    else input.onDecision(alert, decision, isDuplicate);
  }
  episodes.return?.();
  leases.return?.();
}

/** Tells alerts that say what another one of the same moment says. */
class Repeats {
  #moment = Number.NaN;
  #first: PlacedAlert | undefined;
  readonly #prints = new Set<string>();

  /** Alerts must come in the order of their starts. */
  isRepeat(alert: PlacedAlert): boolean {
    if (alert.start !== this.#moment) {
      this.#moment = alert.start;
      this.#first = alert;
      if (this.#prints.size > 0) this.#prints.clear();
      return false;
    }
    // most moments have one alert: it is looked at when a second one comes
    if (this.#prints.size === 0) this.#prints.add(printOf(this.#first!));
    const print = printOf(alert);
    const isRepeat = this.#prints.has(print);
    if (this.#prints.size < mostOfMoment) this.#prints.add(print);
    return isRepeat;
  }
}

/** What equal alerts share: a log that was read twice, or shipped twice. */
function printOf(alert: PlacedAlert): string {
  const {
    feed,
    end,
    sourceIp,
    sourcePort,
    destinationIp,
    destinationPort,
    destinationHost,
    signature,
    signatureId,
    flow,
  } = alert;
  const { containers, sandbox, host } = alert;
  return [
    feed,
    end,
    sourceIp,
    sourcePort,
    destinationIp,
    destinationPort,
    destinationHost,
    signature,
    signatureId,
    flow,
    containers,
    sandbox,
    host,
  ].join(' ');
}

function knownIds({ sandbox, containers }: PlacedAlert, { mayHaveId }: SweepInput): string[] {
  const own = [...(sandbox === undefined ? [] : [sandbox]), ...(containers ?? [])].map(containerKey);
  return own.filter((id) => mayHaveId(id));
}
