import type { RowEdit } from '../edit/row-edit.ts';
import type { Examined } from './examine.ts';

/** Counts by name. */
export type Counts = Record<string, number>;

/** What is counted for a work unit; the report is the sum over all of them. */
export interface Tally {
  /** rows by verdict and by disposition */
  readonly verdicts: Counts;
  readonly dispositions: Counts;
  /** rows that are kept with changes, by what was done: `truncated`, `masked`, `redacted` */
  readonly edits: Counts;
  /** findings in all, and by what they are */
  findings: number;
  readonly categories: Counts;
  readonly severities: Counts;
  readonly rules: Counts;
  readonly outcomes: Counts;
  readonly authorisations: Counts;
  /** rows in which each category was found */
  readonly rowsByCategory: Counts;
}

export function emptyTally(): Tally {
  return {
    verdicts: {},
    dispositions: {},
    edits: {},
    findings: 0,
    categories: {},
    severities: {},
    rules: {},
    outcomes: {},
    authorisations: {},
    rowsByCategory: {},
  };
}

/** @param edit how the row was changed, where it is kept */
export function countRow(tally: Tally, { decision, findings, unlisted }: Examined, edit?: RowEdit): void {
  add(tally.verdicts, decision.verdict);
  add(tally.dispositions, decision.disposition);
  if (edit?.keep !== undefined) add(tally.edits, 'truncated');
  if ((edit?.mask.length ?? 0) > 0) add(tally.edits, 'masked');
  if ((edit?.redact.length ?? 0) > 0) add(tally.edits, 'redacted');
  if (findings.length === 0) return;
  tally.findings += findings.length + unlisted;
  for (const finding of findings) {
    add(tally.categories, finding.category);
    add(tally.severities, finding.severity);
    add(tally.rules, finding.rule);
    add(tally.outcomes, finding.outcome);
    add(tally.authorisations, finding.authorisation);
  }
  for (const category of new Set(findings.map((finding) => finding.category)))
    add(tally.rowsByCategory, category);
}

/** Adds one tally to another. */
export function addTally(total: Tally, part: Tally): void {
  for (const [name, value] of Object.entries(part) as [keyof Tally, number | Counts][]) {
    if (typeof value === 'number') (total[name] as number) += value;
    else for (const [key, count] of Object.entries(value)) add(total[name] as Counts, key, count);
  }
}

function add(counts: Counts, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}
