import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { exportFindings, findingFormats } from '../output/export-findings.ts';
import { scan } from '../pipeline/scan.ts';
import { withLocalRun, withoutRows } from '../pipeline/store.ts';
import { defineCommand, exitCode } from './command.ts';
import { ProgressDisplay } from './progress.ts';
import { displayEvents } from './run-events.ts';
import { matchingOptions, policyOption, resourceOptions } from './run-options.ts';
import { shardFromEnvironment, shardValue } from './shard.ts';
import { printSummary } from './show-summary.ts';
import { interruptible } from './signals.ts';
import { booleanValue, UsageError, wholeNumber } from './values.ts';

export const scanCommand = defineCommand({
  usage: 'scan <inputs..>',
  describe: 'Find without filtering: print the findings, or keep them for compose',
  options: {
    out: {
      describe: 'folder for the findings, which compose decides upon; without it they are printed',
      type: 'string',
      placeholder: 'DIR',
      schema: z.string().min(1).optional(),
    },
    format: {
      describe: `how findings are printed, or written beside the Parquet files of --out: ${findingFormats.join(', ')}`,
      type: 'string',
      placeholder: 'FORMAT',
      schema: z.enum(findingFormats).optional(),
    },
    policy: policyOption,
    ...matchingOptions,
    ...resourceOptions,
    limit: {
      describe: 'only the first N rows',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(1).optional(),
    },
    shard: {
      describe: 'only part i of n of the work, counted from 0; needs --out',
      type: 'string',
      placeholder: 'i/n',
      schema: shardValue.optional(),
    },
    prefilter: {
      describe: 'skip what no rule can match; --no-prefilter parses everything and finds the same',
      type: 'boolean',
      schema: booleanValue.prefault(true),
    },
    quiet: { describe: 'no progress and no summary', type: 'boolean', alias: 'q', schema: booleanValue },
  },
  async run(values, { inputs }) {
    const shard = values.shard ?? shardFromEnvironment(process.env) ?? { index: 0, count: 1 };
    if (values.out === undefined && shard.count > 1)
      throw new UsageError('--shard needs --out', 'the parts come together in a folder');
    const display = new ProgressDisplay(process.stderr, values.quiet);
    const { signal, exitCodeOf } = interruptible();
    const out = values.out ?? mkdtempSync(join(tmpdir(), 'trajsieve-scan-'));
    try {
      const { report, problems, interrupted } = await scan({
        inputs: inputs as readonly string[],
        out,
        settings: {
          policy: values.policy,
          classifiers: values.classifiers,
          scope: values.scope,
          dataset: values.dataset,
          prefilter: values.prefilter,
          limit: values.limit,
        },
        workers: values.workers,
        memory: values.memory,
        rowTimeout: values['row-timeout'],
        shard,
        signal,
        events: displayEvents(display, values.quiet),
      });
      display.stop();
      if (interrupted) return exitCodeOf();
      if (report !== undefined) {
        if (values.out === undefined) await exportFindings(out, values.format ?? 'jsonl', process.stdout);
        else if (values.format !== undefined && values.format !== 'parquet')
          await exportInto(out, values.format);
        if (values.out !== undefined && !values.quiet)
          printSummary(report, out, display.seconds, process.stderr, true);
      }
      return problems.length > 0 ? exitCode.partial : exitCode.done;
    } finally {
      if (values.out === undefined) rmSync(out, { recursive: true, force: true });
    }
  },
});

/** Writes the findings beside the others, in another format. */
async function exportInto(out: string, format: (typeof findingFormats)[number]): Promise<void> {
  const write = (folder: string) => exportFindings(folder, format, join(folder, `findings.${format}`));
  await withLocalRun(out, write, { needs: withoutRows, brings: true });
}
