import { describe, expect, it } from 'vitest';
import { nearLength, nearSteps } from '../../src/output/near.ts';
import type { Step, Trajectory } from '../../src/trajectory/model.ts';

const step = (index: number, more: Partial<Step>): Step => ({
  index,
  role: 'assistant',
  text: '',
  toolCalls: [],
  observations: [],
  ...more,
});

/** The system prompt stands outside of the list. */
const trajectory: Trajectory = {
  steps: [
    step(-1, { role: 'system', text: 'You have\n\n a shell.' }),
    step(0, { role: 'user', text: 'go' }),
    step(1, { toolCalls: [{ index: 0, name: 'bash', arguments: '{"command":"ls"}' }] }),
    step(2, { role: 'tool', observations: [{ text: `${'x'.repeat(5_000_000)}secret` }] }),
  ],
  metadata: {},
};

describe('what stands beside a step', () => {
  it('is who speaks, and the beginning of it, in one line', () => {
    const near = nearSteps(trajectory, [2, 0]);
    expect([...near.keys()]).toEqual([0, 2]);
    expect(near.get(0)).toEqual({
      before: 'system: You have a shell.',
      after: 'assistant: bash {"command":"ls"}',
    });
    expect(near.get(2)).toEqual({ before: 'assistant: bash {"command":"ls"}', after: '' });
  });

  it('is short, and nothing where there is no step', () => {
    const near = nearSteps(trajectory, [-1, 1, 7]);
    expect(near.get(1)!.after).toHaveLength(nearLength);
    expect(near.get(1)!.after).toMatch(/^tool: x+…$/);
    expect(near.get(-1)).toMatchObject({ before: '' });
    expect(near.has(7)).toBe(false);
  });
});
