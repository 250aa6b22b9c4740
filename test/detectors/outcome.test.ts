import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/detectors/outcome.ts';
import type { Observation, Trajectory } from '../../src/trajectory/model.ts';

/** One call of one step, with what came back. */
function answeredBy(...observations: (Partial<Observation> & { text: string })[]): Trajectory {
  const call = { index: 0, id: 'c1', name: 'bash', arguments: '{}' };
  return {
    metadata: {},
    steps: [
      { index: 0, role: 'user', text: 'do it', toolCalls: [], observations: [] },
      { index: 1, role: 'assistant', text: '', toolCalls: [call], observations: [] },
      { index: 2, role: 'tool', text: '', toolCalls: [], observations },
    ],
  };
}

describe('the outcome of an act', () => {
  it.each([
    ['Starting Nmap 7.93\n22/tcp open ssh', 'succeeded'],
    ['', 'succeeded'],
    ['bash: nmap: command not found', 'failed'],
    ['nmap: not found\n[exit code: 127]', 'failed'],
    ['ssh: connect to host example.org port 22: Connection refused', 'failed'],
    ['ssh: Could not resolve hostname example.org: Name or service not known', 'failed'],
    ['cat: /etc/shadow: Permission denied', 'blocked'],
    ['mount: Operation not permitted', 'blocked'],
    ['The user rejected this tool call.', 'blocked'],
    ['Error: command blocked by sandbox policy', 'blocked'],
    ['some output\n[Command finished with exit code 1]', 'failed'],
    ['some output\n[Command finished with exit code 0]', 'succeeded'],
    ['[The command timed out after 120 seconds.]', 'unknown'],
    ['running\nexit code: 124', 'succeeded'],
  ])('after %j is %s', (text, expected) => {
    expect(outcomeOf(answeredBy({ text }), 1, 0, ['nmap', '/etc/shadow'])).toBe(expected);
  });

  it('is that of its own program, where several ran', () => {
    const text = `jq: command not found\n${'x'.repeat(500)}\nnmap done: 256 hosts up`;
    expect(outcomeOf(answeredBy({ text }), 1, 0, ['nmap'])).toBe('succeeded');
    expect(outcomeOf(answeredBy({ text }), 1, 0, ['jq'])).toBe('failed');
  });

  it('goes by what the data set says itself', () => {
    expect(outcomeOf(answeredBy({ text: 'ok', failed: true }), 1, 0, [])).toBe('failed');
    expect(outcomeOf(answeredBy({ text: 'ok', exitCode: 2 }), 1, 0, [])).toBe('failed');
    expect(outcomeOf(answeredBy({ text: 'long', exitCode: 0 }), 1, 0, [])).toBe('succeeded');
  });

  it('is unknown where nothing came back', () => {
    const trajectory = answeredBy();
    expect(outcomeOf({ ...trajectory, steps: trajectory.steps.slice(0, 2) }, 1, 0, [])).toBe('unknown');
    expect(outcomeOf(trajectory, 1, undefined, [])).toBe('unknown');
  });

  it('goes by the call that the observation answers', () => {
    const trajectory = answeredBy({ text: 'permission denied', callId: 'other' }, { text: 'fine', callId: 'c1' });
    expect(outcomeOf(trajectory, 1, 0, [])).toBe('succeeded');
  });
});
