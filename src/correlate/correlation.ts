import type { FeedCounts } from './alert-store.ts';
import type { ChanceReport, ChanceResult } from './chance.ts';
import type { EpisodeCounts } from './episode-store.ts';
import type { Strength } from './keys.ts';
import type { OffsetReport } from './offsets.ts';
import type { StepTimeCounts } from './step-times.ts';

/** Where every alert went: in = matched + ambiguous + unexplained + unreadable. */
export interface AlertAccount {
  readonly in: number;
  readonly matched: number;
  readonly ambiguous: number;
  readonly unexplained: number;
  readonly unreadable: number;
  /** alerts, among those above, that say what another one of the same moment says */
  readonly duplicates: number;
  /** records of the feeds that are no alerts; not among `in` */
  readonly others: number;
}

export interface StrengthCounts {
  readonly matched: number;
  readonly ambiguous: number;
  /** of the matched: alerts whose address a call of the episode names */
  readonly content: number;
}

export interface SignatureCounts {
  readonly feed: string;
  readonly signature: string;
  readonly severity: string;
  readonly alerts: number;
  readonly matched: number;
  readonly ambiguous: number;
  readonly unexplained: number;
  readonly lift?: ChanceResult['lift'];
  readonly pValue?: number;
}

/** An episode with what was seen of it, for a plot. Times in epoch milliseconds. */
export interface Timeline {
  readonly file: string;
  readonly row: number;
  readonly id?: string;
  readonly start: number;
  readonly end: number;
  readonly worst: string;
  readonly steps: readonly { readonly step: number; readonly start: number; readonly end: number }[];
  readonly alerts: readonly TimelineAlert[];
  readonly findings: readonly { readonly rule: string; readonly step: number; readonly severity: string }[];
}

export interface TimelineAlert {
  readonly start: number;
  readonly end: number;
  readonly signature: string;
  readonly severity: string;
  readonly action: string;
  readonly strength: Strength;
  readonly content?: string;
  readonly others: number;
  readonly step?: number;
  readonly to?: string;
  readonly count: number;
}

/** The result of `trajsieve correlate`, as `correlation.json` holds it. All lists are bounded. */
export interface Correlation {
  readonly version: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly alerts: AlertAccount;
  readonly feeds: readonly FeedCounts[];
  readonly episodes: EpisodeCounts;
  /** what the logs of sandboxes told of step times; null where none were given */
  readonly commandLogs: StepTimeCounts | null;
  readonly strengths: Readonly<Record<Strength, StrengthCounts>>;
  /** the worst and most frequent first */
  readonly signatures: readonly SignatureCounts[];
  readonly chance: ChanceReport;
  readonly offsets: readonly OffsetReport[];
  /** telemetry findings; behaviour findings borne out by an alert; unsafe ones that no sensor saw */
  readonly findings: number;
  readonly corroborated: number;
  readonly unseen: number;
  readonly timelines: readonly Timeline[];
  /** unexplained alerts by time: bins of `bin` milliseconds from `hour` on */
  readonly unexplained: readonly { readonly hour: number; readonly alerts: number; readonly worst: string }[];
  readonly bin: number;
}
