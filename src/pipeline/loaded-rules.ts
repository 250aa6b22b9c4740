import type { Engine } from '../detectors/engine.ts';
import { loadDetectors, type SharedTables } from '../detectors/load.ts';
import { type ActiveRule, activeRules, detectorsFingerprint } from '../output/active-rules.ts';
import type { Settings } from './settings.ts';

/** What a run must know of its rules besides matching them. */
export interface LoadedRules {
  readonly fingerprint: string;
  readonly rules: readonly ActiveRule[];
  /** what further threads need not work out again */
  readonly shared: SharedTables;
}

/** Loads the rules of a run, with an engine of them. */
export async function loadRules({
  classifiers,
  scope,
}: Pick<Settings, 'classifiers' | 'scope'>): Promise<{ loaded: LoadedRules; engine: Engine }> {
  const detectors = await loadDetectors(classifiers, scope, 'own');
  const { engine } = detectors;
  const rules = activeRules(detectors);
  const { fingerprint, tables } = engine;
  return {
    loaded: { fingerprint: detectorsFingerprint(engine, rules), rules, shared: { fingerprint, tables } },
    engine,
  };
}
