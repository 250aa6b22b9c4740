import type { Finding } from '../detectors/finding.ts';
import { severities } from '../detectors/finding.ts';
import type { RowEdit } from '../edit/row-edit.ts';
import type { ColumnSpec } from '../parquet/columns.ts';
import type { Decision } from '../policy/policy.ts';

/** What is said of one row: in the annotation columns, and row by row in the findings table. */
export interface RowResult {
  /** number of the row in its input file, from 0 */
  readonly row: number;
  readonly decision: Decision;
  readonly findings: readonly Finding[];
  /** findings beyond the limit for one row, which are counted and not listed */
  readonly unlisted: number;
  /** why the row could not be examined */
  readonly error?: string;
  /** why the row is not kept although its findings alone would have it changed and kept */
  readonly uneditable?: string;
  /** how the row was changed */
  readonly edit?: RowEdit;
}

/** Most findings of one row that are listed. */
export const findingsPerRow = 64;

const text = (name: string): ColumnSpec => ({ name, type: 'string' });
const number = (name: string): ColumnSpec => ({ name, type: 'int32' });
const list = (name: string, element: ColumnSpec): ColumnSpec => ({ name, type: 'list', element });

/** The columns that are added beside the input's. */
export const annotationColumns: readonly ColumnSpec[] = [
  { name: 'trajsieve_row', type: 'int64' },
  text('trajsieve_verdict'),
  text('trajsieve_severity'),
  list('trajsieve_categories', text('element')),
  list('trajsieve_rules', text('element')),
  list('trajsieve_findings', {
    name: 'element',
    type: 'struct',
    fields: [
      text('rule'),
      text('severity'),
      number('step'),
      number('call'),
      text('argument'),
      number('start'),
      number('end'),
      text('outcome'),
      text('authorisation'),
    ],
  }),
  text('trajsieve_error'),
  text('trajsieve_disposition'),
  // number of steps that were left of the list of steps, where it was truncated
  number('trajsieve_truncated_at'),
  // steps that nothing is to be learned from
  list('trajsieve_masked_steps', number('element')),
  // findings whose spans were replaced
  number('trajsieve_redacted'),
];

/** The values of the annotation columns for one row, by column. */
export function annotate({
  row,
  decision,
  findings,
  error,
  uneditable,
  edit,
}: RowResult): Readonly<Record<string, unknown>> {
  return {
    trajsieve_row: BigInt(row),
    trajsieve_verdict: decision.verdict,
    trajsieve_severity: worstSeverity(findings) ?? null,
    trajsieve_categories: distinct(findings.map((finding) => finding.category)),
    trajsieve_rules: distinct(findings.map((finding) => finding.rule)),
    trajsieve_findings: findings.map((finding) => ({
      rule: finding.rule,
      severity: finding.severity,
      step: finding.step,
      call: finding.call ?? null,
      argument: finding.argument,
      start: finding.span[0],
      end: finding.span[1],
      outcome: finding.outcome,
      authorisation: finding.authorisation,
    })),
    trajsieve_error: error ?? uneditable ?? null,
    trajsieve_disposition: decision.disposition,
    trajsieve_truncated_at: edit?.keep ?? null,
    trajsieve_masked_steps: edit === undefined || edit.mask.length === 0 ? null : edit.mask,
    trajsieve_redacted: edit === undefined || edit.redact.length === 0 ? null : edit.redact.length,
  };
}

/** The highest severity among findings, or undefined when there are none. */
export function worstSeverity(findings: readonly Finding[]): string | undefined {
  const worst = Math.max(-1, ...findings.map((finding) => severities.indexOf(finding.severity)));
  return severities[worst];
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
