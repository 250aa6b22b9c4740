import type { Step, Trajectory } from '../trajectory/model.ts';

/** Excerpts of the steps beside one that something was found in; empty where there is none. */
export interface Near {
  readonly before: string;
  readonly after: string;
}

/** Longest of these excerpts, in UTF-16 units: enough to see what was asked, and what came of it. */
export const nearLength = 120;

/** What stands beside some steps of a trajectory, by index of the step and in the order of the steps. */
export function nearSteps({ steps }: Trajectory, wanted: Iterable<number>): Map<number, Near> {
  const indexes = new Set(wanted);
  const near = new Map<number, Near>();
  for (const [at, { index }] of steps.entries())
    if (indexes.has(index))
      near.set(index, { before: excerptOf(steps[at - 1]), after: excerptOf(steps[at + 1]) });
  return near;
}

/** Who speaks in a step, and the beginning of what is said, called or answered. */
function excerptOf(step: Step | undefined): string {
  if (step === undefined) return '';
  const { role, text, toolCalls, observations } = step;
  const calls = toolCalls.map((call) => `${head(call.name)} ${head(call.arguments)}`);
  const said = [head(text), ...calls, ...observations.map((observation) => head(observation.text))];
  const line = said.join(' ').replace(/\s+/g, ' ').trim();
  const whole = `${role}: ${line}`;
  return whole.length <= nearLength ? whole : `${whole.slice(0, nearLength - 1)}…`;
}

/** No more of a text than can be shown: what is behind may be megabytes. White space may be most of it. */
function head(text: string): string {
  return text.length <= 4 * nearLength ? text : text.slice(0, 4 * nearLength);
}
