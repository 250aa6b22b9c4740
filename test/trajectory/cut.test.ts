import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPoint } from '../../src/trajectory/cut.ts';
import type { Step, Trajectory } from '../../src/trajectory/model.ts';

type Draft = { -readonly [Key in keyof Step]: Step[Key] };

function step(index: number, role: Step['role'], own: Partial<Step> = {}): Draft {
  return { index, role, text: `step ${index}`, toolCalls: [], observations: [], ...own };
}

const calls = (...ids: (string | undefined)[]) =>
  ids.map((id, index) => ({ index, name: 'bash', arguments: '{}', ...(id === undefined ? {} : { id }) }));
const answers = (...ids: (string | undefined)[]) =>
  ids.map((callId) => ({ text: 'out', ...(callId === undefined ? {} : { callId }) }));

const cut = (steps: readonly Step[], at: number) => cutPoint({ steps, metadata: {} }, at);

/** A trajectory as a scaffold writes it: every call is answered, in the next steps or in its own. */
const answeredTrajectory: fc.Arbitrary<Trajectory> = fc
  .record({
    turns: fc.array(
      fc.record({
        calls: fc.nat(4),
        style: fc.constantFrom('ids', 'no ids', 'own step', 'one step', 'shuffled', 'same ids'),
        user: fc.boolean(),
        skipped: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    prompt: fc.nat(2),
  })
  .map(({ turns, prompt }) => {
    const steps: Step[] = [];
    let next = 0;
    for (let i = 0; i < prompt; i++) steps.push(step(next++, i === 0 ? 'system' : 'user'));
    for (const [turn, { calls: count, style, user, skipped }] of turns.entries()) {
      const ids = Array.from({ length: count }, (_, call) =>
        style === 'same ids' ? `c${call}` : `t${turn}c${call}`,
      );
      const plain = style === 'no ids' || style === 'own step';
      const given = plain ? ids.map(() => undefined) : ids;
      const own = step(next++, 'assistant', { toolCalls: calls(...given) });
      steps.push(own);
      if (skipped) next += 1; // an element of the list that is no step
      if (style === 'own step') own.observations = answers(...given);
      else if (style === 'one step' && count > 0)
        steps.push(step(next++, 'tool', { observations: answers(...given) }));
      else {
        const order = style === 'shuffled' ? [...given].reverse() : given;
        for (const id of order) steps.push(step(next++, 'tool', { observations: answers(id) }));
      }
      if (user) steps.push(step(next++, 'user'));
    }
    return { steps, metadata: {} };
  });

/** Anything at all: calls that nobody answers, results that nobody asked for. */
const wildTrajectory: fc.Arbitrary<Trajectory> = fc
  .array(
    fc.record({
      role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
      calls: fc.array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), { maxLength: 3 }),
      answers: fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'x'), { nil: undefined }), { maxLength: 3 }),
      copied: fc.boolean(),
    }),
    { maxLength: 15 },
  )
  .map((turns) => ({
    steps: turns.map(({ role, calls: own, answers: results, copied }, index) =>
      step(index, role as Step['role'], {
        toolCalls: role === 'assistant' ? calls(...own) : [],
        observations: role === 'tool' ? answers(...results) : [],
        ...(copied ? { copied } : {}),
      }),
    ),
    metadata: {},
  }));

describe('the cut of a trajectory', () => {
  it('keeps what comes before the step', () => {
    const steps = [step(0, 'user'), step(1, 'assistant'), step(2, 'user'), step(3, 'assistant')];
    expect([4, 3, 2].map((at) => cut(steps, at))).toEqual([4, 3, 2]);
  });

  it('is nothing where no act of the agent is left', () => {
    const steps = [step(0, 'system'), step(1, 'user'), step(2, 'assistant')];
    expect([3, 2, 1, 0].map((at) => cut(steps, at))).toEqual([3, 0, 0, 0]);
    const shown = [step(0, 'assistant', { copied: true }), step(1, 'user'), step(2, 'assistant')];
    expect(cut(shown, 2)).toBe(0);
  });

  it('takes the call away whose result is cut off, with the other results of the same step', () => {
    const steps = [
      step(0, 'user'),
      step(1, 'assistant'),
      step(2, 'assistant', { toolCalls: calls('a', 'b') }),
      step(3, 'tool', { observations: answers('a') }),
      step(4, 'tool', { observations: answers('b') }),
      step(5, 'assistant'),
    ];
    expect([6, 5, 4, 3, 2].map((at) => cut(steps, at))).toEqual([6, 5, 2, 2, 2]);
  });

  it('does not end with a call that nobody answers, but keeps one that the data set has so', () => {
    const steps = [
      step(0, 'assistant', { toolCalls: calls('a') }),
      step(1, 'user'),
      step(2, 'assistant', { toolCalls: calls('b') }),
      step(3, 'assistant'),
    ];
    expect([4, 3, 2, 1].map((at) => cut(steps, at))).toEqual([4, 2, 2, 0]);
  });

  it('leaves no call without its result and no result without its call, in 10,000 trajectories', () => {
    fc.assert(
      fc.property(answeredTrajectory, fc.nat(60), (trajectory, raw) => {
        const last = trajectory.steps.at(-1)!.index + 1;
        const at = raw % (last + 1);
        const end = cutPoint(trajectory, at);
        expect(end).toBeLessThanOrEqual(at);
        const kept = trajectory.steps.filter(({ index }) => index < end);
        // in a well-formed trajectory as many results as calls, turn by turn, and by the same ids
        let open: (string | undefined)[] = [];
        for (const { toolCalls, observations } of kept) {
          if (toolCalls.length > 0) {
            expect(open).toEqual([]);
            open = toolCalls.map(({ id }) => id);
          }
          for (const { callId } of observations) {
            const found = open.indexOf(callId);
            expect(found).toBeGreaterThanOrEqual(0);
            open.splice(found, 1);
          }
        }
        expect(open).toEqual([]);
        if (end === 0) return;
        expect(kept.some(({ role }) => role === 'assistant')).toBe(true);
        // no more was taken than had to be: the next step up to `at` is the turn that would be parted
        const cutOff = trajectory.steps.filter(({ index }) => index >= end && index < at);
        expect(cutOff.slice(1).every(({ role }) => role === 'tool')).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it('parts nothing in trajectories of any kind, and is at most as late for an earlier step', () => {
    fc.assert(
      fc.property(wildTrajectory, fc.nat(15), (trajectory, raw) => {
        const { steps } = trajectory;
        const at = Math.min(raw, steps.length);
        const end = cutPoint(trajectory, at);
        expect(end).toBeLessThanOrEqual(at);
        if (at > 0) expect(cutPoint(trajectory, at - 1)).toBeLessThanOrEqual(end);
        if (end === 0) return;
        expect(cutPoint(trajectory, end)).toBe(end);
        expect(steps.slice(0, end).some(({ role, copied }) => role === 'assistant' && copied !== true)).toBe(
          true,
        );
        const ids = (list: readonly Step[]) =>
          new Set(list.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id)));
        const [before, behind] = [ids(steps.slice(0, end)), ids(steps.slice(end))];
        for (const { observations } of steps.slice(end)) {
          for (const { callId } of observations) {
            if (callId !== undefined && before.has(callId)) expect(behind.has(callId)).toBe(true);
          }
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
