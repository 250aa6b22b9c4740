import type { Observation, Step, ToolCall, Trajectory } from './model.ts';

/**
 * What came back from a tool call: by its id where the data set has ids; otherwise by order, in the step itself and the
 * ones that follow it up to the next of the assistant.
 */
export function observationsOf(trajectory: Trajectory, step: Step, call: ToolCall): readonly Observation[] {
  const following = resultsAfter(trajectory.steps, step);
  const byId = call.id === undefined ? [] : following.filter(({ callId }) => callId === call.id);
  if (byId.length > 0) return byId;
  const nearby = resultsNear(trajectory.steps, step);
  const ids = new Set(step.toolCalls.flatMap(({ id }) => id ?? []));
  // a result that names another call of this step is not this one's
  const free = nearby.filter(({ callId }) => callId === undefined || !ids.has(callId));
  const calls = step.toolCalls;
  if (free.length === 0) return [];
  if (calls.length === 1) return free;
  // calls that were written as one text, or whose results came as one
  if (free.length === 1) return free;
  const own = free[calls.findIndex(({ index }) => index === call.index)];
  return own === undefined ? [] : [own];
}

/** How many results are looked through for one that names its call: it may come after other steps. */
const farthest = 2000;

function resultsAfter(steps: readonly Step[], step: Step): Observation[] {
  const found: Observation[] = [];
  const ids = new Set(step.toolCalls.flatMap(({ id }) => id ?? []));
  const first = positionOf(steps, step);
  for (let at = first; at >= 0 && at < Math.min(steps.length, first + farthest); at++) {
    const other = steps[at]!;
    // some agents count their ids anew: the next call of the same id ends it
    if (at > first && other.toolCalls.some(({ id }) => id !== undefined && ids.has(id))) break;
    for (const one of other.observations) found.push(one);
  }
  return found;
}

function resultsNear(steps: readonly Step[], step: Step): Observation[] {
  const found = [...step.observations];
  for (let at = positionOf(steps, step) + 1; at > 0 && at < steps.length; at++) {
    const other = steps[at]!;
    if (other.role === 'assistant') break;
    for (const one of other.observations) found.push(one);
  }
  return found;
}

function positionOf(steps: readonly Step[], step: Step): number {
  const guess = steps[step.index] === step ? step.index : steps.indexOf(step);
  return guess >= 0 ? guess : steps.findIndex(({ index }) => index === step.index);
}
