import { z } from 'zod';
import { estimateRun, sampleRun } from '../audit/audit.ts';
import { type Accuracy, parseRate, perfect } from '../audit/rates.ts';
import { writeDataCard } from '../output/card/write.ts';
import { requireLocal } from '../pipeline/store.ts';
import { defineCommand, exitCode } from './command.ts';
import { count } from './progress.ts';
import { formatTable } from './table.ts';
import { booleanValue, UsageError, wholeNumber } from './values.ts';

const actions = ['sample', 'estimate'] as const;

const rate = z.union([z.number(), z.string()]).transform((value, context) => {
  const found = parseRate(String(value));
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: 'expected a share such as 0.95, 95% or, counted, 95/100' });
  return z.NEVER;
});

const rateOption = (describe: string) =>
  ({ describe, type: 'string', placeholder: 'SHARE', schema: rate.optional() }) as const;

export const auditCommand = defineCommand({
  usage: 'audit <action> <dir>',
  describe:
    'How much may be left: sample draws kept rows for people to label, estimate turns labels into a bound',
  options: {
    rows: {
      describe: 'sample: rows to draw, about',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(1).default(300),
    },
    seed: {
      describe: 'sample: the same seed draws the same rows',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(0).default(1),
    },
    labels: {
      describe: 'estimate: the filled-in table, where it is not audit/labels.csv',
      type: 'string',
      placeholder: 'FILE',
      schema: z.string().min(1).optional(),
    },
    'labeller-sensitivity': rateOption('estimate: share of unsafe rows that labellers call so; 1 without it'),
    'labeller-specificity': rateOption('estimate: share of safe rows that labellers call so; 1 without it'),
    'detector-sensitivity': rateOption(
      'estimate: share of unsafe rows that the detectors find, for comparison',
    ),
    'detector-specificity': rateOption('estimate: share of safe rows that the detectors pass; 1 without it'),
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { action, dir }) {
    const name = actions.find((one) => one === action);
    if (name === undefined)
      throw new UsageError(`audit ${String(action)} is unknown`, `audit ${actions.join('|')}`);
    const folder = dir as string;
    requireLocal(folder, 'people fill in labels in a local folder');
    const write = (text: string) => process.stdout.write(text);
    if (name === 'sample') {
      const { sample, sheet } = await sampleRun(folder, values.rows, values.seed);
      if (values.json) write(`${JSON.stringify({ sheet, strata: sample.strata }, undefined, 2)}\n`);
      else {
        const lines = sample.strata.map((one) => [one.name, count(one.rows), count(one.drawn)]);
        write(formatTable([['stratum', 'kept rows', 'drawn'], ...lines], ''));
        write(`fill in the column label (safe, unsafe or unsure) of ${sheet}\n`);
        write(`then: trajsieve audit estimate ${folder}\n`);
      }
      return exitCode.done;
    }
    const labellers = accuracy(values['labeller-sensitivity'], values['labeller-specificity']) ?? perfect;
    const detectors = accuracy(values['detector-sensitivity'], values['detector-specificity']);
    const audit = estimateRun(folder, values.labels, labellers, detectors);
    await writeDataCard(folder);
    if (values.json) write(`${JSON.stringify(audit, undefined, 2)}\n`);
    else {
      write(`${audit.sentence}\n`);
      if (audit.missing > 0)
        write(
          `${count(audit.missing)} drawn rows have no label: the bound holds if they are no worse than the others\n`,
        );
      if (audit.counts['unsure']! > 0)
        write(`${count(audit.counts['unsure']!)} rows that labellers were unsure about count as unsafe\n`);
      if (audit.expected !== undefined)
        write(`by the detectors' own errors, ${(audit.expected * 100).toFixed(2)} % would be expected\n`);
    }
    return exitCode.done;
  },
});

function accuracy(
  sensitivity: Accuracy['sensitivity'] | undefined,
  specificity: Accuracy['specificity'] | undefined,
): Accuracy | undefined {
  if (sensitivity === undefined && specificity === undefined) return undefined;
  return {
    sensitivity: sensitivity ?? perfect.sensitivity,
    specificity: specificity ?? perfect.specificity,
  };
}
