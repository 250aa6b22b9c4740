import { type Engine, idleEngine, makeEngine } from '../detectors/engine.ts';
import { detectorsChanged, type LoadedDetectors } from '../detectors/load.ts';
import { withRelated } from '../detectors/versions.ts';
import type { ActiveRule } from '../output/active-rules.ts';
import type { RunMode } from './run-mode.ts';
import type { UnitContext } from './unit-context.ts';

/** Which rules must be asked again after a scan with others, and whose findings of then stay. */
export function planRerun(
  before: readonly ActiveRule[],
  now: readonly ActiveRule[],
  loaded: LoadedDetectors,
): NonNullable<RunMode['again']> {
  const versions = new Map(before.map(({ id, version }) => [id, version]));
  const changed = now.filter(({ id, version }) => versions.get(id) !== version);
  const ask = withRelated(new Set(changed.map(({ id }) => id)), loaded);
  const keep = now.map(({ id }) => id).filter((id) => !ask.has(id));
  return { ask: [...ask].sort(), keep };
}

/** The engines for such a pass: one of the rules that are asked again, and one of all, for rows that failed. */
export function rerunEngines(
  loaded: LoadedDetectors,
  { ask, keep }: NonNullable<RunMode['again']>,
): Pick<UnitContext, 'engine' | 'again'> {
  const asked = new Set(ask);
  const again = { all: loaded.engine, keep: new Set(keep) };
  const rules = loaded.rules.filter(({ id }) => asked.has(id));
  const correlations = loaded.correlations.filter(({ id }) => asked.has(id));
  const detectors = loaded.detectors.filter(({ meta }) => asked.has(meta.id));
  const engine: Engine =
    asked.size === 0
      ? idleEngine
      : makeEngine(rules, correlations, detectors, loaded.engine.fingerprint, loaded.scope?.value);
  if (rules.length + correlations.length + detectors.length !== asked.size) throw detectorsChanged();
  return { engine, again };
}
