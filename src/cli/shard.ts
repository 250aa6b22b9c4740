import { z } from 'zod';
import { UsageError } from './values.ts';

export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** `i/n`, counted from 0. */
export const shardValue = z.string().transform((text, context): Shard => {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || count === 0 || index >= count) {
    context.addIssue({ code: 'custom', message: 'expected i/n with i from 0 to n - 1' });
    return z.NEVER;
  }
  return { index, count };
});

/** Index and size of an array job, by the variables that its scheduler sets. */
const schedulers = [
  { index: 'SLURM_ARRAY_TASK_ID', count: 'SLURM_ARRAY_TASK_COUNT', first: 'SLURM_ARRAY_TASK_MIN' },
  { index: 'JOB_COMPLETION_INDEX', count: 'JOB_COMPLETIONS', first: undefined },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE', first: undefined },
] as const;

/**
 * The part of the work that an array job's environment names; undefined outside of one. Kubernetes sets the index alone:
 * JOB_COMPLETIONS must be given in the pod's `env`. An index without its count is an error, since every job would then
 * do everything.
 */
export function shardFromEnvironment(environment: NodeJS.ProcessEnv): Shard | undefined {
  for (const names of schedulers) {
    const index = environment[names.index];
    if (index === undefined || index === '') continue;
    const count = environment[names.count];
    if (count === undefined || count === '') {
      throw new UsageError(
        `${names.index} is set, but ${names.count} is not`,
        `set ${names.count}, or give --shard i/n`,
      );
    }
    const first = names.first === undefined ? 0 : Number(environment[names.first] ?? 0);
    const shard = { index: Number(index) - first, count: Number(count) };
    if (!Number.isInteger(shard.index) || shard.index < 0 || shard.index >= shard.count) {
      throw new UsageError(
        `${names.index}=${index} with ${names.count}=${count} names no part of the work`,
        'give --shard i/n',
      );
    }
    return shard;
  }
  return undefined;
}
