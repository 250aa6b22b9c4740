import type { LoadedDetectors } from '../detectors/load.ts';

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
}

/** All that looked at a run's rows, by category and id. */
export function activeRules({ rules, correlations, detectors }: LoadedDetectors): ActiveRule[] {
  const described = [...rules, ...correlations].map(
    ({ id, title, category, class: kind, severity, pack, attack }): ActiveRule => {
      return { id, title, category, class: kind, severity, pack, attack };
    },
  );
  const modules = detectors.map(({ meta }): ActiveRule => {
    const { id, title, category, class: kind, severity, attack } = meta;
    return { id, title, category, class: kind, severity, pack: id, attack: attack ?? [] };
  });
  return [...described, ...modules].sort((a, b) => {
    return a.category === b.category ? (a.id < b.id ? -1 : 1) : a.category < b.category ? -1 : 1;
  });
}
