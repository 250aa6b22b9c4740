import type { TimedEpisode } from './active.ts';
import type { PlacedAlert } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import { rowKey } from './behaviour.ts';
import { deferTo, joinById, type Pending } from './by-id.ts';
import { ChanceTest } from './chance.ts';
import type { EpisodeStore } from './episode-store.ts';
import type { Decision, JoinOptions } from './join.ts';
import type { Lease } from './lease.ts';
import { machineOf } from './machine.ts';
import { type Match, matchOf } from './match.ts';
import { OffsetDiagnosis } from './offsets.ts';
import { RecordSorter } from './record-sorter.ts';
import { sweep } from './sweep.ts';
import type { TableFile } from './table-file.ts';
import { alertCells, ambiguousCells } from './tables.ts';
import { JoinTally, signatureName } from './tally.ts';

export interface JoinInput {
  readonly alerts: AlertStore;
  readonly episodes: EpisodeStore;
  readonly leases: RecordSorter<Lease>;
  readonly options: JoinOptions;
  readonly seed: number;
  /** for temporary files */
  readonly folder: string;
  /** names of the inputs, by number */
  readonly inputs: readonly string[];
  readonly tables: { readonly ambiguous: TableFile; readonly unexplained: TableFile };
  readonly signal: AbortSignal;
  onProgress?(alerts: number): void;
}

/** What the join of all alerts comes to. */
export interface Joined {
  /** by `rowKey` of their episodes */
  readonly matches: RecordSorter<Match>;
  readonly tally: JoinTally;
  readonly chance: ChanceTest;
  readonly offsets: OffsetDiagnosis;
}

/** Joins all alerts with all episodes: once in the order of time, then by id those whose id is of another time. */
export function joinAll(input: JoinInput): Joined {
  const { alerts, episodes, leases, options, folder } = input;
  const matches = new RecordSorter<Match>(folder, 'matches');
  const tally = new JoinTally();
  const chance = new ChanceTest(episodes.occupancy, input.seed);
  const offsets = new OffsetDiagnosis(episodes.occupancy, input.seed);
  let pending = new RecordSorter<Pending>(folder, 'deferred-0');

  let settled = 0;
  const settle = (alert: PlacedAlert, decision: Decision, isDuplicate: boolean) => {
    settled += 1;
    if (settled % 10_000 === 0) input.onProgress?.(settled);
    input.signal.throwIfAborted();
    tally.add(alert, decision, isDuplicate);
    if (!isDuplicate) {
      offsets.add(alert);
      const machine = machineOf(alert, episodes.occupancy);
      if (machine !== undefined)
        chance.add(machine, machine.slice(machine.indexOf(' ') + 1), signatureName(alert), alert.start);
    }
    if (decision.status === 'matched') {
      const match = matchOf(alert, decision, isDuplicate, options);
      matches.add(rowKey(match.file, match.row), match);
      return;
    }
    const cells = alertCells(alert, alerts.files, isDuplicate);
    if (decision.status === 'ambiguous')
      input.tables.ambiguous.add({ ...ambiguousCells(decision, input.inputs), ...cells });
    else input.tables.unexplained.add({ reason: decision.reason, ...cells });
  };

  sweep({
    alerts: alerts.byStart.sorted(),
    episodes: episodes.byStart.sorted() as Iterable<{ record: TimedEpisode }>,
    leases: leases.sorted(),
    options,
    slack: Math.max(...alerts.tolerances.values()) + 2000,
    mayHaveId: (id) => episodes.mayHaveId(id),
    onDecision(alert, decision, isDuplicate) {
      const window = decision.strength === 'id' ? decision.candidates[0]?.episode : undefined;
      if (window !== undefined) offsets.addById(alert, window.start, window.end);
      settle(alert, decision, isDuplicate);
    },
    onDeferred: (deferred) => deferTo(pending, deferred),
  });

  for (let round = 1; pending.count > 0; round++) {
    const next = new RecordSorter<Pending>(folder, `deferred-${round}`);
    for (const { alert, decision, isDuplicate, nearest } of joinById(pending, episodes.byId, (one) =>
      deferTo(next, one),
    )) {
      if (nearest !== undefined) offsets.addById(alert, nearest.start, nearest.end);
      settle(alert, decision, isDuplicate);
    }
    pending.remove();
    pending = next;
  }
  return { matches, tally, chance, offsets };
}
