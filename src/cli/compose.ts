import { z } from 'zod';
import { type ComposeRequest, compose, rulesOf } from '../pipeline/compose.ts';
import { defineCommand } from './command.ts';
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
      ...groupsOption,
      describe: `${groupsOption.describe}, of a run with the same policy`,
    },
    ...resourceOptions,
    shard: {
      describe: 'only part i of n of the work, counted from 0',
      type: 'string',
      placeholder: 'i/n',
      schema: shardValue.optional(),
    },
    ...nightlyOptions,
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
    quiet: { describe: 'no progress and no summary', type: 'boolean', alias: 'q', schema: booleanValue },
  },
  async run(values, { scan }) {
    const nightly = new Nightly(values, values.out, values.quiet);
    const { log } = nightly;
    await nightly.checkGates(values.classifiers ?? rulesOf(scan as string));
    const { signal, exitCodeOf } = interruptible();
    const request: ComposeRequest = {
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
      events: nightly.events(displayEvents(log, values.quiet)),
    };
    return await nightly.conduct(() => compose(request), {
      out: values.out,
      json: values.json,
      quiet: values.quiet,
      signalCode: exitCodeOf,
    });
  },
});
