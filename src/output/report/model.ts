import type { Correlation } from '../../correlate/correlation.ts';
import type { Counts } from '../../pipeline/tally.ts';
import type { Slices } from '../slices.ts';

/** All that `report.md` and `report.html` show. It is bounded in size, whatever the run holds. */
export interface ReportModel {
  /** of trajsieve */
  readonly version: string;
  readonly policy: string;
  readonly rows: Readonly<Counts>;
  /** rows that could not be examined */
  readonly errors: number;
  readonly findings: number;
  readonly rules: number;
  readonly files: number;
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  readonly counts: Readonly<Record<CountName, Readonly<Counts>>>;
  /** findings by category and severity */
  readonly categorySeverity: readonly (readonly [category: string, severity: string, findings: number])[];
  /** findings by where they are */
  readonly where: Readonly<Record<WhereName, readonly WhereEntry[]>>;
  /** undefined where no ledger entry has slices */
  readonly slices: Slices | undefined;
  readonly alarms: readonly Alarm[];
  /** unsafe rows, those with the highest reward first */
  readonly rewarded: readonly RewardedRow[];
  /** unsafe rows of which a reward is known */
  readonly rewardedKnown: number;
  /** what is found again and again, most often first */
  readonly templates: readonly Template[];
  /** what alerts of the network and the hosts say of the episodes; undefined where none were given */
  readonly correlation: Correlation | undefined;
  readonly listed: ListedFindings;
}

export const countNames = [
  'verdicts',
  'dispositions',
  'categories',
  'rowsByCategory',
  'severities',
  'outcomes',
  'authorisations',
  'rules',
] as const;
export type CountName = (typeof countNames)[number];

export const whereNames = ['source', 'task', 'model', 'tool', 'position', 'file'] as const;
export type WhereName = (typeof whereNames)[number];

export interface WhereEntry {
  readonly value: string;
  readonly findings: number;
  /** findings that are high or critical */
  readonly severe: number;
}

/** A rule, or all of them together, took more than the set share of a slice. */
export interface Alarm {
  readonly dimension: string;
  readonly value: string;
  /** undefined for all rules together */
  readonly rule?: string;
  readonly gone: number;
  readonly rows: number;
}

export interface RewardedRow {
  readonly file: string;
  readonly row: number;
  readonly id?: string;
  readonly reward?: number;
  readonly success?: boolean;
  readonly severity: string;
  readonly disposition: string;
  readonly rules: readonly string[];
  readonly source?: string;
  readonly model?: string;
  readonly evidence: string;
}

export interface Template {
  readonly rule: string;
  readonly title: string;
  readonly severity: string;
  readonly template: string;
  readonly findings: number;
  /** source and row of the first one */
  readonly file: string;
  readonly row: number;
  readonly evidence: string;
}

/** Findings by column: texts are numbers of `words`, so that what repeats is written once. */
export interface ListedFindings {
  /** findings of the run that are not in the list, for its size */
  readonly leftOut: number;
  readonly words: readonly string[];
  readonly columns: Readonly<Record<TextColumn | NumberColumn, readonly (number | null)[]>>;
}

export const textColumns = [
  'file',
  'id',
  'verdict',
  'disposition',
  'rule',
  'title',
  'category',
  'class',
  'severity',
  'attack',
  'detector',
  'argument',
  'evidence',
  'before',
  'after',
  'via',
  'outcome',
  'authorisation',
  'source',
  'task',
  'model',
  'tool',
] as const;
export type TextColumn = (typeof textColumns)[number];

export const numberColumns = ['row', 'step', 'call', 'start', 'end', 'reward', 'steps'] as const;
export type NumberColumn = (typeof numberColumns)[number];
