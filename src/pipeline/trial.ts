import type { Engine } from '../detectors/engine.ts';
import type { Policy } from '../policy/policy.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { type Examined, Examiner } from './examine.ts';
import { type RowCandidates, TextSearch } from './text-search.ts';

/** Single trajectories on the production path: prefilter, steps taken alone, detectors, policy. */
export class Trial {
  readonly #search: TextSearch;
  readonly #examiner: Examiner;

  constructor(engine: Engine, policy: Policy) {
    this.#search = new TextSearch(engine);
    this.#examiner = new Examiner(engine, policy, this.#search);
  }

  /** What the prefilter finds: flags by step. */
  candidates(trajectory: Trajectory): RowCandidates {
    return this.#search.findInTrajectory(trajectory);
  }

  /** @param prefilter false examines every step, as `--no-prefilter` does */
  examine(trajectory: Trajectory, { prefilter = true } = {}): Examined {
    const steps = new Map(trajectory.steps.map((step) => [step.index, step]));
    const row = { trajectory: () => trajectory, step: (index: number) => steps.get(index)! };
    if (!prefilter) return this.#examiner.examine(row, 0, undefined);
    const candidates = this.candidates(trajectory);
    return candidates.size === 0 ? this.#examiner.clean(0) : this.#examiner.examine(row, 0, candidates);
  }
}
