import { addressScope } from '../detectors/address.ts';
import type { Active, KnownPlace, TimedEpisode } from './active.ts';
import type { Alert } from './alert.ts';
import type { NamedPlace, Naming } from './episode.ts';
import { containerKey, type Strength, sameHost } from './keys.ts';
import type { Lease } from './lease.ts';
import { isInNetwork, isNetwork } from './places.ts';

/** How the join measures time. All in milliseconds. */
export interface JoinOptions {
  /** how long after an episode its doings may still be seen */
  readonly lag: number;
  /** how far clocks and aggregation may put an alert of a feed off */
  tolerance(feed: string): number;
  /** how much of a long connection counts: what opened it ran when it began */
  readonly longest: number;
  /** whether an address is named by so few episodes that naming it tells them from others */
  isRare(place: string): boolean;
}

export const statuses = ['matched', 'ambiguous', 'unexplained'] as const;
export type Status = (typeof statuses)[number];

/** Where an alert lies beside an episode's window. */
export type Relation = 'during' | 'before' | 'after' | 'unknown';

/** An episode that may have caused an alert. */
export interface Candidate {
  readonly episode: TimedEpisode;
  readonly relation: Relation;
  /** milliseconds between the alert and the window; 0 during it */
  readonly gap: number;
  /** the call that names the alert's address, the last one before the alert */
  readonly named: NamedPlace | undefined;
}

export interface Decision {
  readonly status: Status;
  readonly strength?: Strength;
  /** why it is not matched, or what decided among several: for people and for counting */
  readonly reason: string;
  /** best first, at most `mostCandidates`; the first is the match, where there is one */
  readonly candidates: readonly Candidate[];
  /** episodes that the strongest key allows, the match among them */
  readonly count: number;
}

/** Most candidates that are told of one alert. */
export const mostCandidates = 16;

const levels: Readonly<Record<Naming, number>> = { mentioned: 1, executed: 2 };

/** The interval of an alert with what may be wrong about it. */
interface Span {
  readonly start: number;
  readonly end: number;
  /** the same with tolerance on both sides */
  readonly from: number;
  readonly to: number;
}

export function spanOf(alert: Alert, options: JoinOptions): Span {
  const slack = options.tolerance(alert.feed) + alert.precision;
  const end = Math.min(alert.end, alert.start + options.longest);
  return { start: alert.start, end: end + alert.precision, from: alert.start - slack, to: end + slack };
}

/**
 * Decides which episode caused an alert, by the strongest key that both sides have: an id; a lease; an address; a host;
 * what a call names; time alone. Among several candidates of one key the one whose call names the alert's address is
 * taken, if it is the only one and few episodes name it. Time alone, an alert that merely lies near a window, and a
 * connection that came from outside never convict.
 */
export function decide(alert: Alert, active: Active, options: JoinOptions): Decision {
  const span = spanOf(alert, options);
  const near = (episodes: readonly TimedEpisode[]) => candidatesOf(alert, span, episodes, options);

  const byId = near(idsOf(alert).flatMap((id) => active.byId(id)));
  if (byId.length > 0) return choose('id', byId, options);

  const leases = leasesOf(alert, span, active);
  const leased = near(leases.flatMap((lease) => active.byId(lease.sandbox)));
  if (leased.length > 0) return choose('lease', leased, options);
  // who had the machine is known: nobody else is asked
  const holders = new Set(leases.map((lease) => containerKey(lease.sandbox)));
  const mayBe = ({ episode }: Candidate) =>
    holders.size === 0 || episode.sandbox === undefined || holders.has(containerKey(episode.sandbox));

  const { sourceIp, destinationIp } = alert;
  const bySource = sourceIp === undefined ? [] : near(active.byAddress(sourceIp)).filter(mayBe);
  if (bySource.length > 0) return choose('address', bySource, options);
  const byDestination =
    destinationIp === undefined ? [] : near(active.byAddress(destinationIp)).filter(mayBe);
  if (byDestination.length > 0)
    return alert.initiator ? inbound(byDestination) : choose('address', byDestination, options);

  const { host } = alert;
  const byHost = host === undefined ? [] : near(active.byHost(host)).filter(mayBe);
  const onHost = byHost.filter(({ episode }) => episode.host !== undefined && sameHost(episode.host, host!));
  if (onHost.length > 0) return choose('host', onHost, options);

  const named = near(placesOf(alert).flatMap((place) => active.byPlace(place)))
    .filter(mayBe)
    .filter((one) => one.named?.naming === 'executed' && !isElsewhere(alert, one.episode));
  if (named.length > 0) return choose('content', named, options);

  return byTime(alert, span, active, options, holders.size > 0);
}

function idsOf({ sandbox, containers }: Alert): string[] {
  return [...(sandbox === undefined ? [] : [sandbox]), ...(containers ?? [])];
}

/** The names by which an alert's destination may be named. */
export function placesOf({ destinationHost, destinationIp }: Alert): string[] {
  return [destinationHost, destinationIp].filter((one) => one !== undefined);
}

function leasesOf(alert: Alert, { from, to }: Span, active: Active): Lease[] {
  const { sourceIp, destinationIp, host, instance, containers = [], initiator } = alert;
  const found = [
    ...containers.flatMap((one) => active.leases('container', one)),
    ...(instance === undefined ? [] : active.leases('instance', instance)),
    ...(sourceIp === undefined ? [] : active.leases('address', sourceIp)),
    ...(destinationIp === undefined || initiator ? [] : active.leases('address', destinationIp)),
    ...(host === undefined ? [] : active.leases('host', host)),
  ];
  return [...new Set(found)].filter((lease) => lease.start <= to && lease.end >= from);
}

function candidatesOf(
  alert: Alert,
  span: Span,
  episodes: readonly TimedEpisode[],
  options: JoinOptions,
): Candidate[] {
  const candidates: Candidate[] = [];
  const seen = new Set<number>();
  for (const episode of episodes) {
    const { start, end, ordinal } = episode;
    if (start > span.to || end + options.lag < span.from || seen.has(ordinal)) continue;
    seen.add(ordinal);
    if (contradicts(alert, episode)) continue;
    const relation = span.start > end ? 'after' : span.end < start ? 'before' : 'during';
    const gap = relation === 'after' ? span.start - end : relation === 'before' ? start - span.end : 0;
    candidates.push({ episode, relation, gap, named: namingOf(alert, span, episode) });
  }
  return candidates;
}

/** Whether an alert's own ids say that it is of another episode. */
function contradicts({ sandbox, containers }: Alert, episode: TimedEpisode): boolean {
  if (sandbox !== undefined && episode.sandbox !== undefined) {
    if (containerKey(sandbox) !== containerKey(episode.sandbox)) return true;
  }
  if (containers === undefined || episode.container === undefined) return false;
  const own = containerKey(episode.container);
  const isHex = (key: string) => /^[0-9a-f]{12}$/.test(key);
  const alike = containers.map(containerKey).filter((key) => isHex(key) === isHex(own));
  return alike.length > 0 && !alike.includes(own);
}

/** The call of an episode that names an alert's destination: executed before mentioned, then the last before it. */
function namingOf(alert: Alert, span: Span, episode: TimedEpisode): NamedPlace | undefined {
  const places = placesOf(alert);
  if (places.length === 0 || episode.named.length === 0) return undefined;
  let best: NamedPlace | undefined;
  for (const named of episode.named) {
    const isNamed = isNetwork(named.name)
      ? alert.destinationIp !== undefined && isInNetwork(alert.destinationIp, named.name)
      : places.includes(named.name);
    if (!isNamed) continue;
    const { destinationPort } = alert;
    if (named.port !== undefined && destinationPort !== undefined && named.port !== destinationPort) continue;
    const window = episode.steps.find((step) => step.step === named.step);
    if (window !== undefined && window.start > span.to) continue;
    if (best === undefined || levels[named.naming] >= levels[best.naming]) best = named;
  }
  return best;
}

function choose(strength: Strength, all: readonly Candidate[], options: JoinOptions): Decision {
  const ranked = [...all].sort(rank);
  const candidates = ranked.slice(0, mostCandidates);
  const shared = { strength, candidates, count: all.length };
  const first = ranked[0]!;
  const isTelling =
    first.named !== undefined && (isNetwork(first.named.name) || options.isRare(first.named.name));
  const level = first.named === undefined ? 0 : levels[first.named.naming];
  const isOnlyNaming =
    level > 0 && (ranked[1]?.named === undefined || levels[ranked[1].named.naming] < level);
  if (strength === 'content' && !isTelling)
    return { status: 'ambiguous', reason: 'many episodes name the address', ...shared };
  if (all.length > 1 && !(isOnlyNaming && isTelling))
    return { status: 'ambiguous', reason: 'several episodes are candidates', ...shared };
  const isExact = strength === 'id' || strength === 'lease';
  if (first.relation !== 'during' && !isExact && !(level > 0 && isTelling)) {
    const reason = first.relation === 'before' ? 'before the episode' : 'after the episode';
    return { status: 'ambiguous', reason, ...shared };
  }
  const reason = all.length > 1 ? 'the only candidate whose call names the address' : 'the only candidate';
  return { status: 'matched', reason, ...shared };
}

/** Those that name the address first, then those that were under way, then by order. */
function rank(a: Candidate, b: Candidate): number {
  const level = ({ named }: Candidate) => (named === undefined ? 0 : levels[named.naming]);
  return level(b) - level(a) || a.gap - b.gap || a.episode.ordinal - b.episode.ordinal;
}

function inbound(all: readonly Candidate[]): Decision {
  const candidates = [...all].sort(rank).slice(0, mostCandidates);
  return {
    status: 'ambiguous',
    strength: 'address',
    reason: 'the connection came from outside',
    candidates,
    count: all.length,
  };
}

/** Whether an alert has an address from inside, which would be that of the machine it is about. */
function insideAddress({ sourceIp, destinationIp, initiator }: Alert): boolean {
  const isInside = (ip: string | undefined) => ip !== undefined && addressScope(ip, ip) === 'private';
  return isInside(sourceIp) || ((!initiator || sourceIp === undefined) && isInside(destinationIp));
}

/** Whether the alert came from another machine than the one that an episode ran on. */
function isElsewhere(alert: Alert, episode: TimedEpisode): boolean {
  if (episode.address !== undefined && insideAddress(alert)) return true;
  return episode.host !== undefined && alert.host !== undefined && !sameHost(episode.host, alert.host);
}

/** Episodes that nothing but the time speaks for, where no other key could have spoken against them. */
function byTime(alert: Alert, span: Span, active: Active, options: JoinOptions, isLeased: boolean): Decision {
  if (isLeased) return { status: 'unexplained', reason: 'sandbox of no episode', candidates: [], count: 0 };
  const open: KnownPlace[] = ['nowhere'];
  if (!insideAddress(alert)) open.push('address');
  if (alert.host === undefined) open.push('host');
  let count = 0;
  for (const known of open) count += active.countOf(known, span.from - options.lag);
  if (count === 0) return { status: 'unexplained', reason: 'no episode', candidates: [], count };
  // where many are under way they are counted, not named
  if (count > 4 * mostCandidates)
    return { status: 'ambiguous', strength: 'time', reason: 'time alone', candidates: [], count };
  const all = open.flatMap((known) => candidatesOf(alert, span, active.byKnown(known), options));
  if (all.length === 0) return { status: 'unexplained', reason: 'no episode', candidates: [], count: 0 };
  const candidates = [...all].sort(rank).slice(0, mostCandidates);
  return { status: 'ambiguous', strength: 'time', reason: 'time alone', candidates, count: all.length };
}

/** The step of an episode that an alert is of, and how it is known. */
export function stepOf(
  alert: Alert,
  { episode, named }: Pick<Candidate, 'episode' | 'named'>,
  options: JoinOptions,
): { readonly step?: number; readonly by: 'named' | 'time' | 'after' | 'unknown' } {
  if (named !== undefined) return { step: named.step, by: 'named' };
  const span = spanOf(alert, options);
  const overlapping = episode.steps.filter((step) => step.start <= span.end && step.end >= span.start);
  if (overlapping.length === 1) return { step: overlapping[0]!.step, by: 'time' };
  if (overlapping.length > 1) return { by: 'unknown' };
  const near = episode.steps.filter((step) => step.start <= span.to && step.end >= span.from);
  if (near.length === 1) return { step: near[0]!.step, by: 'time' };
  const before = episode.steps.filter((step) => step.end < span.start).at(-1);
  if (near.length > 1 || before === undefined || span.start - before.end > options.lag)
    return { by: 'unknown' };
  return { step: before.step, by: 'after' };
}
