import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadDetectors } from '../detectors/load.ts';
import { type ActiveRule, activeRules, detectorsFingerprint } from '../output/active-rules.ts';
import type { Settings } from './settings.ts';

/** What the coordinator must know of the detectors: the workers load and run them. */
export interface LoadedRules {
  readonly fingerprint: string;
  readonly rules: readonly ActiveRule[];
}

/**
 * Loads the detectors once, and forgets all but what tells them. The main thread makes few objects after that, so that
 * nothing would collect what loading left: some 50 MB for the whole run, of the bytes that all threads share.
 */
export async function loadRules({
  classifiers,
  scope,
}: Pick<Settings, 'classifiers' | 'scope'>): Promise<LoadedRules> {
  const loaded = await readRules(classifiers, scope);
  collectGarbage();
  return loaded;
}

/** By itself, so that no frame holds the detectors. */
async function readRules(classifiers: readonly string[], scope: string | undefined): Promise<LoadedRules> {
  const detectors = await loadDetectors(classifiers, scope, 'own');
  const rules = activeRules(detectors);
  return { fingerprint: detectorsFingerprint(detectors.engine, rules), rules };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  setFlagsFromString('--no-expose-gc');
}
