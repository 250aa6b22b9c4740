import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import type { ActiveRule } from '../output/active-rules.ts';
import { loadPolicy } from '../policy/policy.ts';
import { wordsOf } from '../policy/words.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { version } from '../version.ts';
import { readJson } from './files.ts';
import { hash, type RunConfig } from './ledger.ts';
import type { Plan } from './plan.ts';
import { execute, type RunOutcome, type RunRequest } from './run.ts';
import type { Settings } from './settings.ts';
import { withLocalRun, withoutRows } from './store.ts';

/** A scan, or a run, to be decided upon again. */
export interface ComposeRequest extends Omit<RunRequest, 'inputs' | 'settings'> {
  /** folder of the scan or run */
  readonly scan: string;
  readonly policy: string;
  readonly maskStyle: string | undefined;
  /** of a group of rollouts that lost members in `scan`, none is kept */
  readonly groups?: 'drop-incomplete' | undefined;
}

/**
 * Decides again upon what an earlier scan or run found, and writes the same bytes as a run with that policy would. Nothing
 * is matched; the inputs must be as they were.
 */
export async function compose(request: ComposeRequest): Promise<RunOutcome> {
  return await withLocalRun(request.scan, (scan) => composeHere({ ...request, scan }), {
    needs: withoutRows,
  });
}

async function composeHere(request: ComposeRequest): Promise<RunOutcome> {
  const { scan, policy: name, maskStyle } = request;
  const { plan, config, rules } = readScan(scan);
  const before = config.settings as unknown as Settings & { scan?: true };
  const { scan: _, ...kept } = before;
  const settings: Settings = {
    ...kept,
    policy: name,
    ...(maskStyle === undefined ? {} : { maskStyle }),
    ...(request.groups === undefined ? {} : { groups: request.groups }),
  };
  const datasets = hash(specsFor(settings.dataset));
  if (config.version !== version || config.fingerprints['datasets'] !== datasets) {
    const what = config.version === version ? 'other data set specs' : `trajsieve ${config.version}`;
    throw new TrajsieveError('scan-outdated', `scan was made with ${what}`, {
      where: { file: scan },
      remedy: 'scan the inputs again',
    });
  }
  const policy = loadPolicy(name, wordsOf(rules));
  const fingerprints = { ...config.fingerprints, policy: hash(policy) };
  const same =
    fingerprints.policy === config.fingerprints['policy'] && settings.maskStyle === before.maskStyle;
  if (settings.groups !== undefined && !same) {
    throw new TrajsieveError(
      'groups-policy',
      'which groups are incomplete is told by a run with the same policy',
      {
        where: { file: scan },
        remedy: `compose with policy ${name} first, and drop the incomplete groups of that`,
      },
    );
  }
  return await execute(
    { ...request, settings },
    {
      plan,
      config: { version, settings: { ...settings }, fingerprints },
      rules,
      mode: { recorded: scan },
    },
  );
}

/** The plan and the configuration of a scan that is complete. */
function readScan(folder: string): { plan: Plan; config: RunConfig; rules: readonly ActiveRule[] } {
  const plan = readJson(join(folder, 'plan.json')) as Plan | undefined;
  const config = readJson(join(folder, 'config.json')) as RunConfig | undefined;
  const detectors = readJson(join(folder, 'detectors.json')) as { rules: ActiveRule[] } | undefined;
  if (plan === undefined || config === undefined) {
    throw new TrajsieveError('scan-missing', `folder ${JSON.stringify(folder)} holds no scan and no run`, {
      remedy: 'make one: trajsieve scan INPUT --out DIR',
    });
  }
  if (detectors === undefined || readJson(join(folder, 'report.json')) === undefined) {
    throw new TrajsieveError('scan-incomplete', `scan ${JSON.stringify(folder)} is not finished`, {
      remedy: 'run the same command again: it goes on where it stopped',
    });
  }
  return { plan, config, rules: detectors.rules };
}
