import type { Step, Trajectory } from './model.ts';

/**
 * Where a trajectory ends that must end before step `at`: the number of elements of the list of steps to keep, at most
 * `at`. Zero where nothing would be left to learn from.
 *
 * A tool call is never parted from its result, nor a result from its call: where the results of a call lie on both sides,
 * the call goes too. The kept part does not end with a call that nobody answers either. A call in its middle that the
 * data set itself has no result for stays, since it is not the cut that takes it away.
 */
export function cutPoint({ steps }: Trajectory, at: number): number {
  const own = steps.filter(({ index }) => index >= 0 && index < at);
  const { spans, answered } = linksOf(steps);
  const parted = partedBoundaries(spans, at);
  let end = at;
  for (;;) {
    while (end > 0 && parted[end]! > 0) end -= 1;
    while (own.length > 0 && own.at(-1)!.index >= end) own.pop();
    const last = own.at(-1);
    if (last === undefined || !endsOpen(last, answered)) break;
    end = last.index;
  }
  return own.some(teaches) ? Math.max(0, end) : 0;
}

/** Whether an agent's own act is in a step. */
function teaches({ role, copied }: Step): boolean {
  return role === 'assistant' && copied !== true;
}

function endsOpen(step: Step, answered: ReadonlySet<string>): boolean {
  return step.toolCalls.some((call) => !answered.has(callKey(step, call.index)));
}

const callKey = ({ index }: Step, call: number) => `${index} ${call}`;

/** A call and what belongs to it: the first and the last element that must stay together. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** Which calls are answered, and from where to where. */
function linksOf(steps: readonly Step[]): { spans: Span[]; answered: Set<string> } {
  const calls = new Map<string, { step: Step; call: number }[]>();
  for (const step of steps) {
    for (const { id, index } of step.toolCalls) {
      if (id === undefined || id === '') continue;
      const known = calls.get(id);
      if (known === undefined) calls.set(id, [{ step, call: index }]);
      else known.push({ step, call: index });
    }
  }
  const spans: Span[] = [];
  const answered = new Set<string>();
  const link = (caller: Step, call: number, answer: Step) => {
    answered.add(callKey(caller, call));
    const [first, last] = [caller.index, answer.index].sort((a, b) => a - b);
    if (first! < last!) spans.push({ first: first!, last: last! });
  };
  let caller: Step | undefined;
  // results without an id answer the calls of the last step that has any, one after the other
  let next = 0;
  for (const step of steps) {
    if (step.toolCalls.length > 0) {
      caller = step;
      next = 0;
    }
    for (const { callId } of step.observations) {
      const named = callId === undefined ? undefined : nearest(calls.get(callId), step.index);
      if (named !== undefined) link(named.step, named.call, step);
      else if (caller !== undefined) {
        const call = Math.min(next, caller.toolCalls.length - 1);
        next += 1;
        link(caller, caller.toolCalls[call]!.index, step);
      }
    }
  }
  return { spans, answered };
}

/** Ids are used again in some data sets: the last call before the result counts, else the first behind it. */
function nearest<T extends { step: Step }>(calls: readonly T[] | undefined, index: number): T | undefined {
  return calls?.findLast(({ step }) => step.index <= index) ?? calls?.[0];
}

/** For each number of kept elements how many spans it would part. */
function partedBoundaries(spans: readonly Span[], at: number): Int32Array {
  const counts = new Int32Array(at + 2);
  for (const { first, last } of spans) {
    if (first >= at || last < 0) continue;
    counts[Math.max(0, first) + 1]! += 1;
    counts[Math.min(at, last) + 1]! -= 1;
  }
  for (let end = 1; end <= at; end++) counts[end]! += counts[end - 1]!;
  return counts;
}
