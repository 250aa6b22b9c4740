import { readFileSync } from 'node:fs';
import { messageOf, TrajsieveError } from '../errors.ts';
import { nearest } from '../suggest.ts';
import { readCsv, writeCsv } from './csv.ts';
import type { LabelledStratum } from './estimate.ts';
import type { Sample, SampledRow } from './sample.ts';

/** What people say of a row. What they are not sure about counts as unsafe: the bound must hold. */
export const labels = ['safe', 'unsafe', 'unsure'] as const;
export type Label = (typeof labels)[number];

const head = ['number', 'stratum', 'file', 'row', 'label', 'note', 'look'];

/** The table that people fill in: one line a row, with the command that shows it. */
export function labelSheet({ rows }: Sample): string {
  return writeCsv(
    head,
    rows.map(({ stratum, file, row }, index) => [
      String(index),
      stratum,
      file,
      String(row),
      '',
      '',
      `trajsieve inspect ${shellWord(file)} --row ${row}`,
    ]),
  );
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a filled-in table says, by stratum. */
export interface Labelled {
  readonly strata: readonly LabelledStratum[];
  readonly counts: Readonly<Record<Label, number>>;
  /** drawn rows without a label: they are not counted, and must be as good as the others for the estimate to hold */
  readonly missing: number;
}

/** Reads labels back. Rows that were not drawn, or not as they stand, are errors, and so is a word that is no label. */
export function readLabels(file: string, sample: Sample): Labelled {
  let lines: ReturnType<typeof readCsv>;
  try {
    lines = readCsv(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TrajsieveError('audit-labels', `labels cannot be read: ${messageOf(error)}`, {
      where: { file },
    });
  }
  const counts: Record<Label, number> = { safe: 0, unsafe: 0, unsure: 0 };
  const strata = new Map(sample.strata.map(({ name }) => [name, { drawn: 0, unsafe: 0 }]));
  const seen = new Set<SampledRow>();
  for (const [index, line] of lines.entries()) {
    const row = sampledRow(sample, line, file, index, seen);
    const label = labelOf(line['label'] ?? '', file, index);
    if (label === undefined) continue;
    counts[label] += 1;
    const stratum = strata.get(row.stratum)!;
    stratum.drawn += 1;
    if (label !== 'safe') stratum.unsafe += 1;
  }
  const given = counts.safe + counts.unsafe + counts.unsure;
  return {
    strata: sample.strata.map(({ name, rows }) => ({ name, rows, ...strata.get(name)! })),
    counts,
    missing: sample.rows.length - given,
  };
}

function sampledRow(
  sample: Sample,
  line: Readonly<Record<string, string>>,
  file: string,
  index: number,
  seen: Set<SampledRow>,
): SampledRow {
  const row = sample.rows[Number(line['number'])];
  const where = { file, line: index + 2 };
  if (row === undefined || row.file !== line['file'] || String(row.row) !== line['row']) {
    throw new TrajsieveError('audit-labels', 'the row was not drawn in this sample', {
      where,
      remedy: 'leave the columns number, file and row as they were, or draw again',
    });
  }
  if (seen.has(row)) throw new TrajsieveError('audit-labels', 'the row is labelled twice', { where });
  seen.add(row);
  return row;
}

function labelOf(text: string, file: string, index: number): Label | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return undefined;
  const label = labels.find((one) => one === word);
  if (label !== undefined) return label;
  const close = nearest(word, labels);
  throw new TrajsieveError('audit-labels', `label ${JSON.stringify(text)} is unknown`, {
    where: { file, line: index + 2 },
    remedy: close === undefined ? `labels are ${labels.join(', ')}` : `did you mean ${close}?`,
  });
}
