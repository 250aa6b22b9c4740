import { inspectFile } from '../pipeline/inspect.ts';
import { nameOf } from '../remote/addresses.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { defineCommand, exitCode } from './command.ts';
import { count, rowCount } from './progress.ts';
import { formatTable, printable } from './table.ts';
import { booleanValue, datasetOption, wholeNumber } from './values.ts';

/** Characters of a text that are shown. */
const excerpt = 160;

export const inspectCommand = defineCommand({
  usage: 'inspect <file>',
  describe: 'Show how a file is understood: shape, row groups, columns, and a few steps',
  options: {
    row: {
      describe: 'the row whose steps are shown',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(0).default(0),
    },
    steps: {
      describe: 'how many of its steps are shown',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(0).default(6),
    },
    dataset: datasetOption,
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
  },
  async run(values, { file }) {
    const [dataset] = values.dataset === undefined ? [] : specsFor(values.dataset);
    const inspection = await inspectFile(file as string, { ...values, dataset });
    if (values.json) {
      process.stdout.write(`${JSON.stringify(inspection, undefined, 2)}\n`);
      return exitCode.done;
    }
    const { rows, groups, spec, reason, columns, unread, steps, createdBy } = inspection;
    const write = (text: string) => process.stdout.write(text);
    write(
      `${printable(nameOf(file as string))}: ${rowCount(rows)} in ${count(groups.length)} part${groups.length === 1 ? '' : 's'}, ${printable(createdBy)}\n`,
    );
    write(`shape: ${spec} (${reason})\n\ncolumns\n`);
    write(
      formatTable(
        columns.map(({ path, type, use, codec, bytes }) => [
          printable(path),
          type,
          codec,
          bytes === 0 ? '' : `${(bytes / 1e6).toFixed(2)} MB`,
          use,
        ]),
      ),
    );
    if (unread.length > 0) write(`not read, passed through: ${unread.map(printable).join(', ')}\n`);
    write('\nrow groups\n');
    const shown = groups
      .slice(0, 10)
      .map((group, index) => [
        String(index),
        group.rows === null ? '' : count(group.rows),
        `${(group.bytes / 1e6).toFixed(1)} MB`,
      ]);
    write(formatTable([['number', 'rows', 'uncompressed'], ...shown]));
    if (groups.length > shown.length) write(`  … and ${count(groups.length - shown.length)} more\n`);
    write(`\nrow ${values.row}\n`);
    for (const step of steps) {
      write(`  ${step.index} ${step.role}: ${shorten(step.text)}\n`);
      for (const call of step.toolCalls)
        write(`    calls ${printable(call.name)} ${shorten(call.arguments)}\n`);
      for (const observation of step.observations) write(`    came back: ${shorten(observation.text)}\n`);
    }
    return exitCode.done;
  },
});

function shorten(text: string): string {
  const shown = printable(text.slice(0, excerpt));
  return text.length > excerpt ? `${shown}…` : shown;
}
