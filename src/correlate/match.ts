import type { PlacedAlert } from './alert.ts';
import type { Naming } from './episode.ts';
import { type Decision, type JoinOptions, type Relation, stepOf } from './join.ts';
import type { Strength } from './keys.ts';

/** An alert and the episode that caused it. */
export interface Match {
  readonly alert: PlacedAlert;
  readonly isDuplicate: boolean;
  /** the episode */
  readonly ordinal: number;
  readonly file: number;
  readonly row: number;
  readonly id?: string;
  /** epoch milliseconds; equal to the alert's where the episode's window is not known */
  readonly start: number;
  readonly end: number;
  readonly firstActing?: number;
  readonly step?: number;
  readonly call?: number;
  readonly argument?: string;
  readonly span?: readonly [start: number, end: number];
  readonly stepBy: 'named' | 'time' | 'after' | 'unknown';
  readonly strength: Strength;
  readonly naming?: Naming;
  readonly others: number;
  readonly reason: string;
  readonly relation: Relation;
  readonly gap: number;
}

/** The match that a decision holds. */
export function matchOf(
  alert: PlacedAlert,
  decision: Decision,
  isDuplicate: boolean,
  options: JoinOptions,
): Match {
  const candidate = decision.candidates[0]!;
  const { episode, named, relation, gap } = candidate;
  const { step, by } = stepOf(alert, candidate, options);
  return {
    alert,
    isDuplicate,
    ordinal: episode.ordinal,
    file: episode.file,
    row: episode.row,
    ...(episode.id === undefined ? {} : { id: episode.id }),
    start: episode.start,
    end: episode.end,
    ...(episode.firstActing === undefined ? {} : { firstActing: episode.firstActing }),
    ...(step === undefined ? {} : { step }),
    ...(named === undefined
      ? {}
      : { call: named.call, argument: named.argument, span: named.span, naming: named.naming }),
    stepBy: by,
    strength: decision.strength!,
    others: decision.count - 1,
    reason: decision.reason,
    relation,
    gap,
  };
}
