import type { PlacedAlert } from './alert.ts';
import { hashOf } from './bloom.ts';
import type { EpisodeById } from './episode-store.ts';
import { type Candidate, type Decision, mostCandidates, type Relation } from './join.ts';
import type { RecordSorter } from './record-sorter.ts';
import type { Deferred } from './sweep.ts';

/** Most episodes of one id that are compared: a sandbox that is used again and again. */
const mostOfId = 1000;

/** A deferred alert with the id that it is looked up by. */
export interface Pending extends Deferred {
  readonly id: string;
}

/** What comes of an alert that was looked up by its ids. */
export interface ById {
  readonly alert: PlacedAlert;
  readonly decision: Decision;
  readonly isDuplicate: boolean;
  /** the nearest episode with its id, where that has a window */
  readonly nearest: { readonly start: number; readonly end: number } | undefined;
}

/** Puts a deferred alert where `joinById` finds it: under the first of its ids. */
export function deferTo(sorter: RecordSorter<Pending>, deferred: Deferred): void {
  const [id, ...ids] = deferred.ids;
  sorter.add(hashOf(id!), { ...deferred, id: id!, ids });
}

/**
 * Joins alerts and episodes that share an id, whatever their times. An episode that has no window is a match; one that
 * ran at another time is not: the id may have been used again, or a clock is wrong, and so it is said.
 * @param retry takes the alerts that no episode has the id of, and that have another id
 */
export function* joinById(
  alerts: RecordSorter<Pending>,
  episodes: RecordSorter<EpisodeById>,
  retry: (deferred: Deferred) => void,
): Generator<ById> {
  if (alerts.count === 0) return;
  const groups = groupsOf(episodes);
  let group = groups.next();
  for (const { key, record } of alerts.sorted()) {
    while (group.done !== true && group.value.key < key) group = groups.next();
    const all = group.done !== true && group.value.key === key ? group.value.episodes : [];
    const own = all.filter((episode) => episode.id === record.id);
    if (own.length === 0 && record.ids.length > 0) retry(record);
    else yield decideById(record, own);
  }
  groups.return(undefined);
}

function* groupsOf(episodes: RecordSorter<EpisodeById>): Generator<{ key: number; episodes: EpisodeById[] }> {
  let key = Number.NaN;
  let group: EpisodeById[] = [];
  for (const { key: next, record } of episodes.sorted()) {
    if (next !== key && group.length > 0) yield { key, episodes: group };
    if (next !== key) group = [];
    key = next;
    if (group.length < mostOfId) group.push(record);
  }
  if (group.length > 0) yield { key, episodes: group };
}

function decideById({ alert, otherwise, isDuplicate }: Pending, episodes: readonly EpisodeById[]): ById {
  if (episodes.length === 0) return { alert, decision: otherwise, isDuplicate, nearest: undefined };
  const all = episodes
    .map((episode): { candidate: Candidate; hasWindow: boolean } => {
      const { start, end, name, ...own } = episode;
      const hasWindow = start !== undefined && end !== undefined;
      const window = { start: start ?? alert.start, end: end ?? alert.start };
      const relation: Relation = !hasWindow ? 'unknown' : alert.start > window.end ? 'after' : 'before';
      const gap = !hasWindow ? 0 : relation === 'after' ? alert.start - window.end : window.start - alert.end;
      const full = { ...own, ...window, steps: [], named: [], ...(name === undefined ? {} : { id: name }) };
      return { candidate: { episode: full, relation, gap, named: undefined }, hasWindow };
    })
    .sort(
      (a, b) =>
        a.candidate.gap - b.candidate.gap || a.candidate.episode.ordinal - b.candidate.episode.ordinal,
    );
  const candidates = all.slice(0, mostCandidates).map(({ candidate }) => candidate);
  const [first] = all;
  const isMatch = all.length === 1 && !first!.hasWindow;
  const decision: Decision = {
    status: isMatch ? 'matched' : 'ambiguous',
    strength: 'id',
    reason: isMatch
      ? 'the only candidate'
      : first!.hasWindow
        ? 'id of an episode of another time'
        : 'several episodes are candidates',
    candidates,
    count: all.length,
  };
  const nearest = all.find(({ hasWindow }) => hasWindow)?.candidate.episode;
  return { alert, decision, isDuplicate, nearest };
}
