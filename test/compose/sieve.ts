import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadDetectors } from '../../src/detectors/load.ts';
import { maskStyle } from '../../src/edit/mask-style.ts';
import { namesOfIncomplete } from '../../src/output/groups.ts';
import { hash, Ledger, type LedgerEntry } from '../../src/pipeline/ledger.ts';
import { processUnit } from '../../src/pipeline/process-unit.ts';
import { rerunEngines } from '../../src/pipeline/rerun.ts';
import { planRun } from '../../src/pipeline/run.ts';
import type { RunMode } from '../../src/pipeline/run-mode.ts';
import type { Settings } from '../../src/pipeline/settings.ts';
import { loadPolicy } from '../../src/policy/policy.ts';
import { specsFor } from '../../src/trajectory/recognise.ts';

export interface SieveRequest {
  readonly policy: string;
  readonly rules: string;
  readonly maskStyle?: string | undefined;
  readonly mode?: RunMode;
  /** a data set spec to read the inputs by */
  readonly dataset?: string | undefined;
  /** drop groups that are incomplete in `mode.recorded` */
  readonly groups?: boolean;
}

/** What a run does, in this process: plan, units one after the other, ledger. Worker threads would load what is built. */
export async function sieve(
  inputs: readonly string[],
  out: string,
  { policy: name, rules, maskStyle: style, mode = {}, dataset, groups = false }: SieveRequest,
): Promise<LedgerEntry[]> {
  const settings: Settings = {
    policy: name,
    classifiers: [rules],
    scope: undefined,
    dataset,
    prefilter: true,
    limit: undefined,
    maskStyle: style,
  };
  const plan = await planRun(inputs, out, settings);
  const loaded = await loadDetectors(settings.classifiers);
  const engines = mode.again === undefined ? { engine: loaded.engine } : rerunEngines(loaded, mode.again);
  const policy = loadPolicy(name);
  const ledger = new Ledger(
    out,
    { version: '0', settings: { ...settings }, fingerprints: { policy: hash(policy) } },
    plan,
  );
  const entries: LedgerEntry[] = [];
  for (const unit of plan.units) {
    const folder = join(ledger.partial, String(unit.number));
    mkdirSync(folder, { recursive: true });
    const result = await processUnit(unit, folder, {
      policy,
      specs: specsFor(dataset),
      brokenGroups: groups ? await namesOfIncomplete(mode.recorded!) : undefined,
      prefilter: true,
      maskStyle: style === undefined ? undefined : maskStyle(style),
      windowBytes: 1 << 20,
      givenUp: new Map(),
      onRow: () => {},
      onProgress: () => {},
      ...mode,
      again: undefined,
      ...engines,
    });
    entries.push(ledger.commit(unit, folder, result));
  }
  return entries;
}
