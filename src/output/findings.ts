import type { ColumnSpec } from '../parquet/columns.ts';
import type { RowAbout } from './about.ts';
import type { RowResult } from './annotations.ts';

const text = (name: string): ColumnSpec => ({ name, type: 'string' });
const number = (name: string): ColumnSpec => ({ name, type: 'int32' });

/** The findings table: one flat row per finding, never the transcript. */
export const findingColumns: readonly ColumnSpec[] = [
  text('file'),
  { name: 'row', type: 'int64' },
  text('id'),
  text('verdict'),
  text('disposition'),
  text('rule'),
  text('title'),
  text('category'),
  text('class'),
  text('severity'),
  text('attack'),
  text('detector'),
  number('step'),
  number('call'),
  text('argument'),
  number('start'),
  number('end'),
  text('evidence'),
  // of the steps beside it, which a row may lack
  text('before'),
  text('after'),
  text('via'),
  text('outcome'),
  text('authorisation'),
  text('confidence'),
  text('source'),
  text('task'),
  text('model'),
  text('group'),
  text('tool'),
  { name: 'reward', type: 'double' },
  { name: 'success', type: 'boolean' },
  number('steps'),
];

/** The rows of the findings table for one row of the input. */
export function findingRows(
  file: string,
  id: string | undefined,
  result: RowResult,
  about?: RowAbout,
): Readonly<Record<string, unknown>>[] {
  const { verdict, disposition } = result.decision;
  return result.findings.map((finding) => ({
    file,
    row: BigInt(result.row),
    id: id ?? null,
    verdict,
    disposition,
    rule: finding.rule,
    title: finding.title,
    category: finding.category,
    class: finding.class,
    severity: finding.severity,
    attack: finding.attack.join(' '),
    detector: finding.detector,
    step: finding.step,
    call: finding.call ?? null,
    argument: finding.argument,
    start: finding.span[0],
    end: finding.span[1],
    evidence: finding.evidence,
    before: about?.near.get(finding.step)?.before ?? '',
    after: about?.near.get(finding.step)?.after ?? '',
    via: finding.via.join(' > '),
    outcome: finding.outcome,
    authorisation: finding.authorisation,
    confidence: finding.confidence,
    source: about?.source ?? null,
    task: about?.task ?? null,
    model: about?.model ?? null,
    group: about?.group ?? null,
    tool: about?.tools.get(`${finding.step} ${finding.call}`) ?? null,
    reward: about?.reward ?? null,
    success: about?.success ?? null,
    steps: about?.steps ?? null,
  }));
}
