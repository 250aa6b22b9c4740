import { z } from 'zod';
import { loadDetectors } from '../detectors/load.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Share } from '../evaluate/interval.ts';
import type { Evaluation, GroupFigures } from '../evaluate/tables.ts';
import { expandInputs } from '../pipeline/inputs.ts';
import { loadPolicy } from '../policy/policy.ts';
import { loadSpecs } from '../trajectory/recognise.ts';
import { defineCommand, exitCode } from './command.ts';
import { matchingOptions, policyOption } from './run-options.ts';
import { formatTable, printable } from './table.ts';
import { booleanValue, texts, wholeNumber } from './values.ts';

export const evaluateCommand = defineCommand({
  usage: 'evaluate <inputs..>',
  describe: 'Recall, precision and false positives on labelled data, on the production path',
  options: {
    label: {
      describe: 'column that holds the label',
      type: 'string',
      placeholder: 'COLUMN',
      schema: z.string().min(1),
    },
    unsafe: {
      describe: 'labels of unsafe rows',
      type: 'array',
      placeholder: 'VALUE',
      schema: texts.default(['unsafe']),
    },
    safe: {
      describe: 'labels of safe rows',
      type: 'array',
      placeholder: 'VALUE',
      schema: texts.default(['safe']),
    },
    unknown: {
      describe: 'labels of rows of which nothing is known',
      type: 'array',
      placeholder: 'VALUE',
      schema: texts.default(['unknown']),
    },
    by: {
      describe: 'columns to break the figures down by',
      type: 'array',
      placeholder: 'COLUMN',
      schema: texts.default([]),
    },
    text: {
      describe: 'column of single commands, for files without trajectories',
      type: 'string',
      placeholder: 'COLUMN',
      schema: z.string().min(1).optional(),
    },
    classifiers: matchingOptions.classifiers,
    policy: policyOption,
    mistakes: {
      describe: 'print so many safe rows that were called unsafe',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(0).default(0),
    },
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { inputs }) {
    const { engine } = await loadDetectors(values.classifiers);
    const { evaluation, mistakes } = await evaluate({
      files: await expandInputs(inputs as string[]),
      label: values.label,
      labels: { unsafe: values.unsafe, safe: values.safe, unknown: values.unknown },
      by: values.by,
      text: values.text,
      engine,
      policy: loadPolicy(values.policy),
      specs: loadSpecs(),
    });
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ ...evaluation, mistakes }, undefined, 2)}\n`);
      return exitCode.done;
    }
    print(evaluation);
    for (const { row, rules, evidence } of mistakes.slice(0, values.mistakes)) {
      process.stdout.write(`row ${row}: ${rules.join(', ')}: ${printable(evidence)}\n`);
    }
    return exitCode.done;
  },
});

const header = ['', 'unsafe', 'recall', 'safe', 'false positives', 'candidates', 'unknown', 'flagged'];

function print({ all, by, rules }: Evaluation): void {
  const write = (text: string) => process.stdout.write(text);
  write(formatTable([header, row('all', all)], ''));
  const { unsafe, safe, unknown } = all.labels;
  write('\nlabel    called unsafe  undecided  error  safe\n');
  for (const [name, own] of Object.entries({ unsafe, safe, unknown })) {
    if (own.rows === 0) continue;
    const cells = [own.unsafe, own.undecided, own.error, own.safe].map(String);
    write(
      `${name.padEnd(8)} ${cells[0]!.padStart(13)}  ${cells[1]!.padStart(9)}  ${cells[2]!.padStart(5)}  ${cells[3]!.padStart(4)}\n`,
    );
  }
  if (all.precision !== undefined) write(`precision ${percent(all.precision)}\n`);
  for (const [column, values] of Object.entries(by)) {
    write(`\nby ${column}\n`);
    write(
      formatTable([header, ...Object.entries(values).map(([value, own]) => row(printable(value), own))], ''),
    );
  }
  const noisy = rules.filter((rule) => rule.safe > 0);
  if (noisy.length === 0) return;
  write('\nrules that fired in safe rows\n');
  write(
    formatTable([
      ['rule', 'safe', 'unsafe', 'unknown'],
      ...noisy.map((rule) => [rule.rule, String(rule.safe), String(rule.unsafe), String(rule.unknown)]),
    ]),
  );
}

function row(name: string, { labels, recall, falsePositives, flaggedUnknown }: GroupFigures): string[] {
  const { unsafe, safe, unknown } = labels;
  return [
    name,
    unsafe.rows === 0 ? '' : String(unsafe.rows),
    percent(recall),
    safe.rows === 0 ? '' : String(safe.rows),
    percent(falsePositives),
    safe.rows === 0 ? '' : `${((safe.candidates / safe.rows) * 100).toFixed(1)} %`,
    unknown.rows === 0 ? '' : String(unknown.rows),
    percent(flaggedUnknown),
  ];
}

/** `89.3 % (86.1–91.8)`: a share with its 95 % interval. */
function percent(share: Share | undefined): string {
  if (share === undefined) return '';
  const format = (value: number) => (value * 100).toFixed(value < 0.1 ? 2 : 1);
  return `${format(share.share)} % (${format(share.low)}–${format(share.high)})`;
}
