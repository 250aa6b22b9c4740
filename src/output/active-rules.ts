import { createHash } from 'node:crypto';
import type { Engine } from '../detectors/engine.ts';
import type { LoadedDetectors } from '../detectors/load.ts';
import { versionsOf } from '../detectors/versions.ts';

/** A rule or detector that was active in a run, as `detectors.json` lists it. */
export interface ActiveRule {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly class: string;
  readonly severity: string;
  /** the pack it is of */
  readonly pack: string;
  readonly attack: readonly string[];
  /** changes whenever what it finds could */
  readonly version: string;
}

/** A hash that changes whenever what a run finds could. */
export function detectorsFingerprint({ fingerprint }: Engine, rules: readonly ActiveRule[]): string {
  const digest = createHash('sha256').update(fingerprint);
  for (const { version } of rules) digest.update(version);
  return digest.digest('hex');
}

/** All that looked at a run's rows, by category and id. */
export function activeRules(loaded: LoadedDetectors): ActiveRule[] {
  const { rules, correlations, detectors } = loaded;
  const versions = versionsOf(loaded);
  const version = (id: string) => versions.get(id)!;
  const described = [...rules, ...correlations].map(
    ({ id, title, category, class: kind, severity, pack, attack }): ActiveRule => {
      return { id, title, category, class: kind, severity, pack, attack, version: version(id) };
    },
  );
  const modules = detectors.map(({ meta }): ActiveRule => {
    const { id, title, category, class: kind, severity, attack } = meta;
    return {
      id,
      title,
      category,
      class: kind,
      severity,
      pack: id,
      attack: attack ?? [],
      version: version(id),
    };
  });
  return [...described, ...modules].sort((a, b) => {
    return a.category === b.category ? (a.id < b.id ? -1 : 1) : a.category < b.category ? -1 : 1;
  });
}
