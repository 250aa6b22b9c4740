import type { Trajectory } from '../trajectory/model.ts';
import type { Authorisation } from './finding.ts';

/** Whether the task asks for an act of this category. */
export function authorisationOf(
  _trajectory: Trajectory,
  _category: string,
  _step: number,
  _call: number | undefined,
): Authorisation {
  return 'unknown';
}
