import { z } from 'zod';
import { groupedRun } from '../pipeline/grouped-run.ts';
import { planRun, type RunRequest, run } from '../pipeline/run.ts';
import { alertOptions, alertSettings } from './alert-options.ts';
import { defineCommand, exitCode } from './command.ts';
import { Nightly } from './nightly.ts';
import { nightlyOptions } from './nightly-options.ts';
import { displayEvents } from './run-events.ts';
import {
  groupsOption,
  maskStyleOption,
  matchingOptions,
  policyOption,
  resourceOptions,
} from './run-options.ts';
import { shardFromEnvironment, shardValue } from './shard.ts';
import { printPlan } from './show-plan.ts';
import { interruptible } from './signals.ts';
import { booleanValue, byteSize, UsageError, wholeNumber } from './values.ts';

export const runCommand = defineCommand({
  usage: 'run <inputs..>',
  describe: 'Filter trajectories: kept and quarantined shards, findings, ledger and report',
  options: {
    out: {
      describe: 'folder for the results; a run that was interrupted there goes on',
      type: 'string',
      placeholder: 'DIR',
      schema: z.string().min(1).optional(),
    },
    policy: policyOption,
    ...matchingOptions,
    ...resourceOptions,
    ...alertOptions,
    limit: {
      describe: 'only the first N rows',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(1).optional(),
    },
    shard: {
      describe:
        'only part i of n of the work, counted from 0; also read from Slurm, Kubernetes and AWS Batch',
      type: 'string',
      placeholder: 'i/n',
      schema: shardValue.optional(),
    },
    'mask-style': maskStyleOption,
    groups: groupsOption,
    'row-group-bytes': {
      describe: "cut larger row groups to this size, uncompressed; the input's are kept otherwise",
      type: 'string',
      placeholder: 'SIZE',
      schema: byteSize.optional(),
    },
    since: {
      describe:
        'folder of an earlier run: files that it did under the same rules are taken over, not read again',
      type: 'string',
      placeholder: 'DIR',
      schema: z.string().min(1).optional(),
    },
    ...nightlyOptions,
    'dry-run': { describe: 'print the plan and do nothing', type: 'boolean', schema: booleanValue },
    prefilter: {
      describe: 'skip what no rule can match; --no-prefilter parses everything and finds the same',
      type: 'boolean',
      schema: booleanValue.prefault(true),
    },
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
    quiet: { describe: 'no progress and no summary', type: 'boolean', alias: 'q', schema: booleanValue },
  },
  async run(values, { inputs }) {
    const files = inputs as readonly string[];
    if (values['dry-run']) {
      const plan = await planRun(files, values.out, values);
      if (values.json) process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
      else printPlan(plan, process.stdout);
      return plan.problems.length > 0 ? exitCode.partial : exitCode.done;
    }
    if (values.out === undefined) throw new UsageError('--out is missing', 'name a folder for the results');
    const nightly = new Nightly(values, values.out, values.quiet);
    const { log } = nightly;
    await nightly.checkGates(values.classifiers);
    const { signal, exitCodeOf } = interruptible();
    const alerts = await alertSettings(values);
    const request: RunRequest = {
      inputs: files,
      out: values.out,
      settings: {
        policy: values.policy,
        classifiers: values.classifiers,
        scope: values.scope,
        dataset: values.dataset,
        prefilter: values.prefilter,
        limit: values.limit,
        maskStyle: values['mask-style'],
        rowGroupBytes: values['row-group-bytes'],
        ...(alerts === undefined ? {} : { alerts }),
      },
      workers: values.workers,
      memory: values.memory,
      rowTimeout: values['row-timeout'],
      shard: values.shard ?? shardFromEnvironment(process.env) ?? { index: 0, count: 1 },
      signal,
      since: values.since,
      events: nightly.events(displayEvents(log, values.quiet)),
    };
    return await nightly.conduct(() => (values.groups === 'keep' ? run(request) : groupedRun(request)), {
      out: values.out,
      json: values.json,
      quiet: values.quiet,
      signalCode: exitCodeOf,
    });
  },
});
