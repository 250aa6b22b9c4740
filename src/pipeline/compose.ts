import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { type ActiveRule, activeRules, detectorsFingerprint } from '../output/active-rules.ts';
import { loadPolicy } from '../policy/policy.ts';
import { wordsOf } from '../policy/words.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { version } from '../version.ts';
import { readJson } from './files.ts';
import { hash, type RunConfig } from './ledger.ts';
import type { Plan } from './plan.ts';
import { requireGroups } from './require-groups.ts';
import { execute, type RunOutcome, type RunRequest } from './run.ts';
import type { Settings } from './settings.ts';
import { withLocalRun, withoutRows } from './store.ts';
import { alertFingerprints } from './telemetry.ts';

/** A scan, or a run, to be decided upon again. */
export interface ComposeRequest extends Omit<RunRequest, 'inputs' | 'settings'> {
  /** folder of the scan or run */
  readonly scan: string;
  readonly policy: string;
  readonly maskStyle: string | undefined;
  /** folders or modules of detectors, where they are others than those of the scan: what changed is run again, alone */
  readonly classifiers?: readonly string[] | undefined;
  /** of a group of rollouts that lost members in `scan`, none is kept */
  readonly groups?: 'drop-incomplete' | undefined;
}

/**
 * Decides again upon what an earlier scan or run found, and writes the same bytes as a run with that policy would. Nothing
 * is matched, but for rules that are new or changed; the inputs must be as they were.
 */
export async function compose(request: ComposeRequest): Promise<RunOutcome> {
  return await withLocalRun(request.scan, (scan) => composeHere({ ...request, scan }), {
    needs: withoutRows,
  });
}

async function composeHere(request: ComposeRequest): Promise<RunOutcome> {
  const { scan, policy: name, maskStyle } = request;
  const { plan, config, rules: before } = readScan(scan);
  const { scan: _, ...kept } = config.settings as unknown as Settings & { scan?: true };
  const settings: Settings = {
    ...kept,
    policy: name,
    ...(request.classifiers === undefined ? {} : { classifiers: request.classifiers }),
    ...(maskStyle === undefined ? {} : { maskStyle }),
    ...(request.groups === undefined ? {} : { groups: request.groups }),
  };
  if (settings.groups !== undefined) requireGroups(plan, settings);
  const datasets = hash(specsFor(settings.dataset));
  if (config.version !== version || config.fingerprints['datasets'] !== datasets) {
    const what = config.version === version ? 'other data set specs' : `trajsieve ${config.version}`;
    throw new TrajsieveError('scan-outdated', `scan was made with ${what}`, {
      where: { file: scan },
      remedy: 'scan the inputs again',
    });
  }
  const alerts = await alertFingerprints(settings);
  if (alerts.alerts !== config.fingerprints['alerts']) {
    throw new TrajsieveError('scan-outdated', 'alerts were changed since the run', {
      where: { file: scan },
      remedy: 'run the inputs again with the alerts as they are',
    });
  }
  const others = request.classifiers && (await otherRules(settings, before));
  const rules = others?.rules ?? before;
  const policy = loadPolicy(name, wordsOf(rules));
  const fingerprints = { ...config.fingerprints, ...(others?.fingerprints ?? {}), policy: hash(policy) };
  const same =
    fingerprints.policy === config.fingerprints['policy'] &&
    settings.maskStyle === kept.maskStyle &&
    (others === undefined || fingerprints.detectors === config.fingerprints['detectors']);
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
  const outcome = await execute(
    { ...request, settings },
    {
      plan,
      config: { version, settings: { ...settings }, fingerprints },
      rules,
      mode: { recorded: scan, ...(others === undefined ? {} : { again: others.again }) },
    },
  );
  const changed = outcome.problems.find(({ code }) => code === 'input-changed');
  if (changed === undefined) {
    // what was picked here is not what a prefilter of all rules picks
    const { candidates: __, ...told } = outcome;
    return told;
  }
  throw new TrajsieveError('scan-outdated', 'input was changed since the scan', {
    where: { file: changed.file },
    remedy: 'scan the inputs again',
  });
}

/** The rules to decide by where they are not those of the scan, and which of them must be asked again. */
async function otherRules(settings: Settings, before: readonly ActiveRule[]) {
  // not needed to decide anew by the same rules
  const { loadDetectors } = await import('../detectors/load.ts');
  const { planRerun } = await import('./rerun.ts');
  const loaded = await loadDetectors(settings.classifiers, settings.scope);
  const rules = activeRules(loaded);
  return {
    rules,
    fingerprints: { detectors: detectorsFingerprint(loaded.engine, rules) },
    again: planRerun(before, rules, loaded),
  };
}

/** The rules that a scan was made with. */
export function rulesOf(scan: string): readonly ActiveRule[] {
  return readScan(scan).rules;
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
