import { closeSync, openSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { type ChangedRow, diffRuns, type RunDiff } from '../diff/diff-runs.ts';
import { onDisk } from '../parquet/sink.ts';
import { withLocalRun, withoutRows } from '../pipeline/store.ts';
import { defineCommand, exitCode } from './command.ts';
import { count } from './progress.ts';
import { formatTable, printable } from './table.ts';
import { booleanValue, wholeNumber } from './values.ts';

export const diffCommand = defineCommand({
  usage: 'diff <before> <after>',
  describe: 'Which rows two runs judged differently, and by which rules',
  options: {
    rows: {
      describe: 'file for all changed rows, one JSON document a line',
      type: 'string',
      placeholder: 'FILE',
      schema: z.string().min(1).optional(),
    },
    show: {
      describe: 'changed rows to show',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(0).default(20),
    },
    'fail-on-change': {
      describe: 'exit with code 3 when any row changed',
      type: 'boolean',
      schema: booleanValue,
    },
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { before, after }) {
    const shown: ChangedRow[] = [];
    const file = values.rows;
    const descriptor = file === undefined ? undefined : onDisk(file, () => openSync(file, 'w'));
    let diff: RunDiff;
    try {
      const onRow = (row: ChangedRow) => {
        if (shown.length < values.show) shown.push(row);
        if (descriptor !== undefined) onDisk(file!, () => writeSync(descriptor, `${JSON.stringify(row)}\n`));
      };
      diff = await withLocalRun(
        before as string,
        (first) =>
          withLocalRun(after as string, (second) => diffRuns(first, second, onRow), { needs: withoutRows }),
        { needs: withoutRows },
      );
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ ...diff, shown }, undefined, 2)}\n`);
    else print(diff, shown);
    return values['fail-on-change'] && diff.changed > 0 ? exitCode.gate : exitCode.done;
  },
});

function print(
  { config, rows, changed, verdicts, places, rules }: RunDiff,
  shown: readonly ChangedRow[],
): void {
  const write = (text: string) => process.stdout.write(text);
  for (const line of config) write(`${printable(line)}\n`);
  write(`${count(rows.both)} rows in both runs, ${count(changed)} changed`);
  if (rows.onlyBefore > 0) write(`; ${count(rows.onlyBefore)} in the first alone`);
  if (rows.onlyAfter > 0) write(`; ${count(rows.onlyAfter)} in the second alone`);
  write('\n');
  for (const counts of [verdicts, places]) {
    const lines = Object.entries(counts).sort((a, b) => b[1] - a[1]);
    if (lines.length > 0) write(`\n${formatTable(lines.map(([name, number]) => [name, count(number)]))}`);
  }
  if (rules.length > 0) {
    const lines = rules.map(({ rule, ...of }) => [
      printable(rule),
      count(of.gained),
      count(of.lost),
      count(of.both),
    ]);
    write(`\n${formatTable([['rule of changed rows', 'new in', 'gone from', 'in both'], ...lines])}`);
  }
  if (shown.length > 0) write('\n');
  for (const { file, row, verdicts: own, places: moved, gained, lost, both } of shown) {
    const others = [...gained.map((rule) => `+${rule}`), ...lost.map((rule) => `-${rule}`)];
    const what = (others.length > 0 ? others : both).map((rule) => ` ${printable(rule)}`).join('');
    write(`  ${printable(file)} row ${row}: ${own.join(' → ')}, ${moved.join(' → ')}${what}\n`);
  }
}
