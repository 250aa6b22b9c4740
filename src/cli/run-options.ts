import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { maskStyleNames } from '../edit/mask-style.ts';
import { suggestion } from '../suggest.ts';
import type { Options } from './command.ts';
import { byteSize, datasetOption, duration, texts, wholeNumber } from './values.ts';

/** Options of all commands that go through data. */

export const policyOption = {
  describe: 'what findings lead to: a ready policy, or a YAML file',
  type: 'string',
  placeholder: 'NAME|FILE',
  schema: z.string().min(1).default('default'),
} as const;

/** What is looked for, and in what. */
export const matchingOptions = {
  classifiers: {
    describe: 'folders or modules of detectors, instead of those that come with trajsieve',
    type: 'array',
    placeholder: 'PATH',
    schema: texts.default([]),
  },
  scope: {
    describe: 'YAML file of hosts, networks, paths and tools that the agents were free to act on',
    type: 'string',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
  },
  dataset: datasetOption,
} as const satisfies Options;

/** What it may take. */
export const resourceOptions = {
  workers: {
    describe: 'worker threads; one per processor otherwise',
    type: 'string',
    placeholder: 'N',
    schema: wholeNumber(1).default(availableParallelism()),
  },
  memory: {
    describe: 'memory that all workers together aim to stay under',
    type: 'string',
    placeholder: 'SIZE',
    schema: byteSize.prefault('600MB'),
  },
  'row-timeout': {
    describe: 'time for one row; a row that takes longer is recorded as an error',
    type: 'string',
    placeholder: 'TIME',
    schema: duration.prefault('10s'),
  },
} as const satisfies Options;

export const groupsOption = {
  describe:
    'what becomes of a group of rollouts that loses members: keep the others, or drop-incomplete, none of them',
  type: 'string',
  placeholder: 'keep|drop-incomplete',
  schema: z.enum(['keep', 'drop-incomplete']).default('keep'),
} as const;

export const maskStyleOption = {
  describe: `how steps that the policy masks are marked for the trainer: ${maskStyleNames.join(', ')}`,
  type: 'string',
  placeholder: 'STYLE',
  schema: z
    .string()
    .superRefine((name, context) => {
      if (!maskStyleNames.includes(name))
        context.addIssue(suggestion(name, maskStyleNames, `one of ${maskStyleNames.join(', ')}`));
    })
    .optional(),
} as const;
