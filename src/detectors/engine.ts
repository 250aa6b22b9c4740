import type { Requirement } from '../prefilter/prefilter.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import type { Finding } from './finding.ts';

/** All active detectors as the pipeline sees them. */
export interface Engine {
  /** changes whenever a result could */
  readonly fingerprint: string;
  /** what the prefilter looks for; flags as `pipeline/candidates.ts` names them */
  readonly requirements: readonly Requirement[];
  /** whether a text of a tool call hides words from the prefilter */
  hidesWords(text: string): boolean;
  /** False only when no detector that looks at single steps can find anything in this one. */
  mayMatch(step: Step): boolean;
  /**
   * The findings in a trajectory.
   * @param only steps that the prefilter picked; without it, all
   */
  detect(trajectory: Trajectory, only?: ReadonlySet<number>): Finding[];
}
