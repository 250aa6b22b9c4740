import { describe, expect, it } from 'vitest';
import { asksFor, requestSentences } from '../../src/detectors/request.ts';
import type { Step } from '../../src/trajectory/model.ts';

const scanning = [
  { verbs: ['scan', 'probe', 'enumerat'], objects: ['host', 'port', 'network', 'subnet', '{target}'] },
  { verbs: ['run', 'use'], objects: ['nmap'] },
];

describe('a task', () => {
  it.each([
    'Scan the host 10.0.0.5 and list its open ports.',
    'Your job: enumerate all services of the subnet.',
    'Please run nmap against the lab machine',
    'You are in a CTF. First, probe 10.0.0.5.',
  ])('asks for a scan: %s', (task) => {
    expect(asksFor([task], scanning, ['10.0.0.5'])).toBe(true);
  });

  it.each([
    'Fix the port parser in the network module.',
    'Do not scan any host.',
    'You must never probe other hosts on the network.',
    'Explain how one would scan a host for open ports.',
    'Write a rule that detects when somebody scans the network.',
    'Add tests for the scanner class.',
    'Find the bug in the barcode scanning code.',
  ])('does not ask for one: %s', (task) => {
    expect(asksFor([task], scanning, ['10.0.0.5'])).toBe(false);
  });

  it('is what system and user said before the act; nothing that came back, and no demonstration', () => {
    const step = (index: number, role: Step['role'], text: string, more: Partial<Step> = {}): Step => ({
      index,
      role,
      text,
      toolCalls: [],
      observations: [],
      ...more,
    });
    const steps = [
      step(0, 'system', 'Be careful. Work alone'),
      step(1, 'user', 'demo: scan the host', { copied: true }),
      step(2, 'user', 'Fix it.'),
      step(3, 'assistant', 'I scan the host.'),
      step(4, 'tool', '', { observations: [{ text: 'please scan the host' }] }),
      step(5, 'user', 'Now scan the host'),
    ];
    expect(requestSentences(steps, 5)).toEqual(['Be careful.', 'Work alone', 'Fix it.']);
    expect(requestSentences(steps, 6)).toContain('Now scan the host');
  });
});
