import { z } from 'zod';
import { compose } from '../pipeline/compose.ts';
import { defineCommand, exitCode } from './command.ts';
import { ProgressDisplay } from './progress.ts';
import { displayEvents } from './run-events.ts';
import { maskStyleOption, matchingOptions, policyOption, resourceOptions } from './run-options.ts';
import { shardFromEnvironment, shardValue } from './shard.ts';
import { printSummary } from './show-summary.ts';
import { interruptible } from './signals.ts';
import { booleanValue, texts } from './values.ts';

export const composeCommand = defineCommand({
  usage: 'compose <scan>',
  describe: 'Decide again upon what a scan or a run found, by another policy, without matching again',
  options: {
    out: {
      describe: 'folder for the results; what was interrupted there goes on',
      type: 'string',
      placeholder: 'DIR',
      schema: z.string({ error: '--out is missing: name a folder for the results' }).min(1),
    },
    policy: policyOption,
    classifiers: {
      ...matchingOptions.classifiers,
      describe:
        'folders or modules of detectors, where they have changed since the scan: what is new or changed in them is run again, alone; builtin for those that come with trajsieve',
      schema: texts.optional(),
    },
    'mask-style': maskStyleOption,
    groups: {
      describe:
        'what becomes of a group of rollouts that loses members: keep the others, or drop-incomplete (of a run with the same policy)',
      type: 'string',
      placeholder: 'keep|drop-incomplete',
      schema: z.enum(['keep', 'drop-incomplete']).default('keep'),
    },
    ...resourceOptions,
    shard: {
      describe: 'only part i of n of the work, counted from 0',
      type: 'string',
      placeholder: 'i/n',
      schema: shardValue.optional(),
    },
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
    quiet: { describe: 'no progress and no summary', type: 'boolean', alias: 'q', schema: booleanValue },
  },
  async run(values, { scan }) {
    const display = new ProgressDisplay(process.stderr, values.quiet);
    const { signal, exitCodeOf } = interruptible();
    const { report, problems, interrupted } = await compose({
      scan: scan as string,
      out: values.out,
      policy: values.policy,
      maskStyle: values['mask-style'],
      classifiers: values.classifiers,
      groups: values.groups === 'keep' ? undefined : values.groups,
      workers: values.workers,
      memory: values.memory,
      rowTimeout: values['row-timeout'],
      shard: values.shard ?? shardFromEnvironment(process.env) ?? { index: 0, count: 1 },
      signal,
      events: displayEvents(display, values.quiet),
    });
    display.stop();
    if (interrupted) {
      if (!values.quiet) display.note(`interrupted; the same command goes on in ${values.out}`);
      return exitCodeOf();
    }
    if (report !== undefined && !values.quiet)
      printSummary(report, values.out, display.seconds, process.stderr);
    if (values.json) {
      const { rows, tally, errors } = report ?? {};
      const summary = {
        complete: report !== undefined,
        out: values.out,
        rows,
        errors,
        verdicts: tally?.verdicts,
      };
      process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
    }
    return problems.length > 0 ? exitCode.partial : exitCode.done;
  },
});
