import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { isRemote } from '../remote/location.ts';
import { compose } from './compose.ts';
import type { InputProblem } from './inputs.ts';
import { requireGroups } from './require-groups.ts';
import { type RunOutcome, type RunRequest, run } from './run.ts';

/**
 * A run that keeps none of a group of rollouts which loses members. Whether a group does is known when all rows have been
 * examined: so they are, without writing any, and then decided upon with what is known. The first part lies in `.partial/`
 * of the run's folder until the second is done, and either goes on where it was interrupted. The results are those of a
 * run, and of `compose` with `groups` from that.
 */
export async function groupedRun(request: RunRequest): Promise<RunOutcome> {
  const { out, shard, since, settings, events } = request;
  const obstacle =
    shard.count > 1
      ? 'one part of a run does not see all members of a group'
      : since !== undefined
        ? 'what an earlier run kept of a group may be for another reason'
        : isRemote(out)
          ? 'groups are found in a local folder'
          : undefined;
  if (obstacle !== undefined) {
    throw new TrajsieveError('groups-run', `groups cannot be dropped whole in this run: ${obstacle}`, {
      remedy: 'scan first, then compose with --groups drop-incomplete',
    });
  }
  const first = join(out, '.partial', 'groups');
  const problems: InputProblem[] = [];
  const examined = await run(
    // what went wrong shows again in the second part, if there is one
    {
      ...request,
      out: first,
      events: {
        ...events,
        onPlan(plan, own, done) {
          requireGroups(plan, settings);
          events.onPlan?.(plan, own, done);
        },
        onProblem: (problem) => problems.push(problem),
      },
    },
    { shards: false },
  );
  if (examined.report === undefined) {
    for (const problem of problems) events.onProblem?.(problem);
    return examined;
  }
  const outcome = await compose({
    ...request,
    scan: first,
    policy: settings.policy,
    maskStyle: settings.maskStyle,
    groups: 'drop-incomplete',
  });
  const { candidates } = examined;
  return { ...outcome, ...(candidates === undefined ? {} : { candidates }) };
}
