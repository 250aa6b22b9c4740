import type { Trajectory } from '../trajectory/model.ts';
import type { Outcome } from './finding.ts';

/** What became of the act of a tool call, read from what came back. */
export function outcomeOf(_trajectory: Trajectory, _step: number, _call: number | undefined): Outcome {
  return 'unknown';
}
