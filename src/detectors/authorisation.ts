import type { Trajectory } from '../trajectory/model.ts';
import type { Authorisation } from './finding.ts';
import { asksFor, type RequestPattern, requestSentences } from './request.ts';
import { isInScope, type Scope } from './scope.ts';

/** What an act is about, as a task or a scope may name it. */
export interface Target {
  /** the program, without its folder */
  readonly program?: string;
  readonly tool?: string;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}

/**
 * Whether an act was asked for: by a declared scope, or by the task itself. Only what system and user said before the
 * act counts; text that came back from a tool never authorises.
 * @param patterns what a task may say for an act of this category
 */
export function authorisationOf(
  trajectory: Trajectory,
  step: number,
  target: Target,
  patterns: readonly RequestPattern[],
  scope: Scope | undefined,
): Authorisation {
  if (scope !== undefined) {
    const inScope = isInScope(scope, target);
    if (inScope !== undefined) return inScope ? 'requested' : 'not_requested';
  }
  const sentences = requestSentences(trajectory.steps, step);
  if (sentences.length === 0) return 'unknown';
  const names = [...target.hosts, ...target.paths, ...(target.program === undefined ? [] : [target.program])];
  // a short name would be found in other words
  const targets = names.map((name) => name.toLowerCase()).filter((name) => name.length >= 4);
  return asksFor(sentences, patterns, targets) ? 'requested' : 'not_requested';
}
