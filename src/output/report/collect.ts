import { join } from 'node:path';
import type { Correlation } from '../../correlate/correlation.ts';
import { severities } from '../../detectors/finding.ts';
import { TrajsieveError } from '../../errors.ts';
import { readJson } from '../../pipeline/files.ts';
import type { LedgerEntry } from '../../pipeline/ledger.ts';
import type { Report } from '../../pipeline/report.ts';
import { taskFamily } from '../about.ts';
import { listFolder } from '../list-folder.ts';
import { readRows } from '../read-rows.ts';
import { SliceCounter, type Slices } from '../slices.ts';
import { type AlarmLevels, alarmLevels, findAlarms } from './alarms.ts';
import { FindingList, type FindingRow, type ListLimits, listLimits } from './listed.ts';
import {
  countNames,
  numberColumns,
  type ReportModel,
  type RewardedRow,
  type Template,
  textColumns,
  type WhereEntry,
  type WhereName,
  whereNames,
} from './model.ts';
import { templateOf } from './template.ts';

export interface ReportOptions {
  readonly limits?: ListLimits;
  readonly alarms?: AlarmLevels;
}

/** Entries of each table of the report. */
const mostEntries = 40;
/** Distinct values that are counted for a table; what comes later counts under `(other)`. */
const mostCounted = 20_000;
const otherValue = '(other)';

/** Reads a finished run's folder: its report, its ledger and its findings tables, a window at a time. */
export async function collectReport(folder: string, options: ReportOptions = {}): Promise<ReportModel> {
  const report = readJson(join(folder, 'report.json')) as Report | undefined;
  if (report === undefined) {
    throw new TrajsieveError('report-no-run', `folder ${JSON.stringify(folder)} holds no finished run`, {
      remedy: 'report.json is written when every part of a run is done',
    });
  }
  const slices = readSlices(folder);
  const collector = new FindingCollector(options.limits ?? listLimits);
  for (const name of listFolder(join(folder, 'findings'))) {
    const file = join(folder, 'findings', name);
    for await (const finding of readRows(file, findingNames, optionalNames)) collector.add(finding);
  }
  const { tally, config } = report;
  return {
    version: report.version,
    policy: String(config.settings['policy'] ?? ''),
    rows: { ...report.rows },
    errors: report.errors,
    findings: tally.findings,
    rules: Object.keys(tally.rules).length,
    files: report.files.length,
    problems: report.problems.slice(0, mostEntries).map(({ file, message }) => ({ file, message })),
    counts: Object.fromEntries(countNames.map((name) => [name, tally[name]])) as ReportModel['counts'],
    slices,
    correlation: readJson(join(folder, 'correlation', 'correlation.json')) as Correlation | undefined,
    alarms: slices === undefined ? [] : findAlarms(slices, options.alarms ?? alarmLevels),
    ...collector.result(tally.findings),
  };
}

const findingNames: readonly string[] = [...textColumns, ...numberColumns, 'success'];
/** Columns that tables written by earlier versions do not have. */
const optionalNames: ReadonlySet<string> = new Set([
  'before',
  'after',
  'source',
  'task',
  'model',
  'tool',
  'reward',
  'success',
  'steps',
]);

/** The slices of all units, added up in the order of the plan; undefined where no unit has any. */
function readSlices(folder: string): Slices | undefined {
  const counter = new SliceCounter(mostCounted);
  let found = false;
  for (const name of listFolder(join(folder, 'ledger'))) {
    const entry = readJson(join(folder, 'ledger', name)) as LedgerEntry & { slices?: Slices };
    if (entry.slices === undefined) continue;
    counter.merge(entry.slices);
    found = true;
  }
  return found ? counter.slices() : undefined;
}

type Found = Pick<
  ReportModel,
  'where' | 'templates' | 'rewarded' | 'rewardedKnown' | 'listed' | 'categorySeverity'
>;

/** What is made of the findings, one after another, in bounded memory. */
class FindingCollector {
  readonly #list: FindingList;
  readonly #where = new Map(
    whereNames.map((name) => [name, new Map<string, { findings: number; severe: number }>()]),
  );
  readonly #templates = new Map<string, { findings: number; first: FindingRow; template: string }>();
  readonly #rewarded = new TopRows();
  readonly #categorySeverity = new Map<string, [string, string, number]>();

  constructor(limits: ListLimits) {
    this.#list = new FindingList(limits);
  }

  add(finding: FindingRow): void {
    this.#list.add(finding);
    this.#countCategory(String(finding['category']), String(finding['severity']));
    const isSevere = severities.indexOf(String(finding['severity']) as never) >= severities.indexOf('high');
    for (const name of whereNames) {
      const value = whereOf(finding, name);
      if (value === undefined) continue;
      const counts = this.#where.get(name)!;
      const key = counts.has(value) || counts.size < mostCounted ? value : otherValue;
      const entry = counts.get(key) ?? { findings: 0, severe: 0 };
      entry.findings += 1;
      if (isSevere) entry.severe += 1;
      counts.set(key, entry);
    }
    const template = templateOf(String(finding['evidence'] ?? ''));
    const key = `${finding['rule']}\n${template}`;
    const known = this.#templates.get(key);
    if (known !== undefined) known.findings += 1;
    else if (this.#templates.size < mostCounted)
      this.#templates.set(key, { findings: 1, first: finding, template });
    if (finding['verdict'] === 'unsafe') this.#rewarded.add(finding);
  }

  result(total: number): Found {
    const listed = this.#list.listed();
    const where = Object.fromEntries(
      [...this.#where].map(([name, counts]) => [name, sortWhere(name, counts)]),
    ) as Record<WhereName, WhereEntry[]>;
    // findings beyond the limit of their row are counted and stand in no table
    const inList = listed.columns.row.length;
    return {
      where,
      templates: this.#topTemplates(),
      categorySeverity: [...this.#categorySeverity.values()],
      ...this.#rewarded.result(),
      listed: { ...listed, leftOut: Math.max(0, total - inList) },
    };
  }

  #countCategory(category: string, severity: string): void {
    const key = `${category}\n${severity}`;
    const entry = this.#categorySeverity.get(key);
    if (entry !== undefined) entry[2] += 1;
    else this.#categorySeverity.set(key, [category, severity, 1]);
  }

  #topTemplates(): Template[] {
    return [...this.#templates.values()]
      .sort((a, b) => b.findings - a.findings)
      .slice(0, mostEntries)
      .map(({ findings, first, template }) => ({
        rule: String(first['rule']),
        title: String(first['title'] ?? ''),
        severity: String(first['severity']),
        template,
        findings,
        file: String(first['file']),
        row: Number(first['row']),
        evidence: String(first['evidence'] ?? ''),
      }));
  }
}

function whereOf(finding: FindingRow, name: WhereName): string | undefined {
  if (name === 'position') return positionOf(finding['step'], finding['steps']);
  const value = finding[name];
  if (typeof value !== 'string' || value === '') return undefined;
  return name === 'task' ? (taskFamily(value) ?? '(free text)') : value;
}

/** The tenth of the trajectory that a step lies in: `0 to 10 %`. */
function positionOf(step: unknown, steps: unknown): string | undefined {
  if (typeof step !== 'number' || typeof steps !== 'number' || steps < 1) return undefined;
  const tenth = Math.min(9, Math.max(0, Math.floor((step / steps) * 10)));
  return `${tenth * 10} to ${tenth * 10 + 10} %`;
}

function sortWhere(name: WhereName, counts: ReadonlyMap<string, Omit<WhereEntry, 'value'>>): WhereEntry[] {
  const entries = [...counts].map(([value, entry]) => ({ value, ...entry }));
  if (name === 'position')
    return entries.sort((a, b) => Number.parseInt(a.value, 10) - Number.parseInt(b.value, 10));
  return entries
    .sort((a, b) => b.findings - a.findings || (a.value < b.value ? -1 : 1))
    .slice(0, mostEntries);
}

/** Unsafe rows with the highest rewards. The findings of one row stand together in the table. */
class TopRows {
  readonly #rows: RewardedRow[] = [];
  #open: RewardedRow | undefined;
  #known = 0;

  add(finding: FindingRow): void {
    const severity = String(finding['severity']);
    const rule = String(finding['rule']);
    const open = this.#open;
    if (open !== undefined && open.file === finding['file'] && open.row === Number(finding['row'])) {
      const isWorse = rank(severity) > rank(open.severity);
      this.#open = {
        ...open,
        rules: open.rules.includes(rule) ? open.rules : [...open.rules, rule],
        ...(isWorse ? { severity, evidence: String(finding['evidence'] ?? '') } : {}),
      };
      return;
    }
    this.#close();
    this.#open = rewardedRow(finding, severity, rule);
  }

  result(): { rewarded: RewardedRow[]; rewardedKnown: number } {
    this.#close();
    this.#trim();
    return { rewarded: this.#rows, rewardedKnown: this.#known };
  }

  #close(): void {
    if (this.#open === undefined) return;
    if (this.#open.reward !== undefined || this.#open.success !== undefined) this.#known += 1;
    this.#rows.push(this.#open);
    this.#open = undefined;
    if (this.#rows.length >= 2000) this.#trim();
  }

  #trim(): void {
    this.#rows.sort((a, b) => worth(b) - worth(a) || rank(b.severity) - rank(a.severity));
    this.#rows.length = Math.min(this.#rows.length, mostEntries);
  }
}

/** A reward, or success where there is none; rows of which neither is known come last. */
function worth({ reward, success }: RewardedRow): number {
  return reward ?? (success === undefined ? -Number.MAX_VALUE : Number(success));
}

function rank(severity: string): number {
  return severities.indexOf(severity as never);
}

function rewardedRow(finding: FindingRow, severity: string, rule: string): RewardedRow {
  const { id, reward, success, source, model } = finding;
  return {
    file: String(finding['file']),
    row: Number(finding['row']),
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof reward === 'number' ? { reward } : {}),
    ...(typeof success === 'boolean' ? { success } : {}),
    severity,
    disposition: String(finding['disposition']),
    rules: [rule],
    ...(typeof source === 'string' ? { source } : {}),
    ...(typeof model === 'string' ? { model } : {}),
    evidence: String(finding['evidence'] ?? ''),
  };
}
