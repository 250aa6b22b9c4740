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

const names = ['nmap', '/etc/shadow', 'cat', 'example.org'];
const long = 'line of a log\n'.repeat(60);

describe('the outcome of an act', () => {
  it.each([
    // it worked
    ['Starting Nmap 7.93\n22/tcp open ssh', 'succeeded'],
    ['', 'succeeded'],
    ['some output\n[Command finished with exit code 0]', 'succeeded'],
    ['running\nexit code: 124', 'succeeded'],
    ['{"output": "ok", "returncode": 0}', 'succeeded'],
    ['<returncode>0</returncode>\n<output>\npermission denied was in the log\n</output>', 'succeeded'],
    ['the old run ended with exit code 1\nall good\n[exit code: 0]', 'succeeded'],
    [`${long}connection refused by an old peer\n${long}`, 'succeeded'],
    ['concatenate: catalogue: permission denied list follows\n[exit code: 0]', 'succeeded'],
    // it did not
    ['bash: nmap: command not found', 'failed'],
    ['nmap: not found\n[exit code: 127]', 'failed'],
    ['ssh: connect to host example.org port 22: Connection refused', 'failed'],
    ['ssh: Could not resolve hostname example.org: Name or service not known', 'failed'],
    ['some output\n[Command finished with exit code 1]', 'failed'],
    ['curl: (7) Failed to connect to example.org port 443', 'failed'],
    ['curl: (22) The requested URL returned error: 500', 'failed'],
    ['Traceback (most recent call last):\n  File "x.py"\nValueError: bad', 'failed'],
    ['No replacement was performed, old_str did not appear verbatim in the file.', 'failed'],
    ['<returncode>2</returncode>\n<output>usage</output>', 'failed'],
    ['{"exit_code": 1, "stdout": "", "stderr": "boom"}', 'failed'],
    ['Error: No such container: web', 'failed'],
    // it was stopped
    ['cat: /etc/shadow: Permission denied', 'blocked'],
    ['mount: Operation not permitted', 'blocked'],
    ['The user rejected this tool call.', 'blocked'],
    ["The user doesn't want to proceed with this tool use.", 'blocked'],
    ['Error: command blocked by sandbox policy', 'blocked'],
    ['Permission to use Bash with command nmap has been denied.', 'blocked'],
    ['This command requires approval', 'blocked'],
    ['nmap is not in the allowlist of this environment', 'blocked'],
    ['sudo: a password is required\n[exit code: 1]', 'blocked'],
    ['An error occurred (AccessDenied) when calling the ListBuckets operation', 'blocked'],
    ['Error from server (Forbidden): pods is forbidden', 'blocked'],
    ["PermissionError: [Errno 13] Permission denied: '/etc/shadow'\n[exit code: 1]", 'blocked'],
    ['bash: ./run: cannot be run\n[exit code: 126]', 'blocked'],
    // nobody knows
    ['[The command timed out after 120 seconds.]', 'unknown'],
    ['The command has no new output after 30 seconds.', 'unknown'],
  ])('after %j is %s', (text, expected) => {
    expect(outcomeOf(answeredBy({ text }), 1, 0, names)).toBe(expected);
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
    expect(outcomeOf(answeredBy({ text: 'a log: permission denied', failed: false }), 1, 0, [])).toBe(
      'succeeded',
    );
  });

  it('is unknown where nothing came back', () => {
    const trajectory = answeredBy();
    expect(outcomeOf({ ...trajectory, steps: trajectory.steps.slice(0, 2) }, 1, 0, [])).toBe('unknown');
    expect(outcomeOf(trajectory, 1, undefined, [])).toBe('unknown');
    expect(outcomeOf(trajectory, 7, 0, [])).toBe('unknown');
  });

  it('goes by the call that the observation answers', () => {
    const trajectory = answeredBy(
      { text: 'permission denied', callId: 'other' },
      { text: 'fine', callId: 'c1' },
    );
    expect(outcomeOf(trajectory, 1, 0, [])).toBe('succeeded');
  });
});
