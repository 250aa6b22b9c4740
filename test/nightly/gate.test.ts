import { describe, expect, it } from 'vitest';
import { checkGate, type Gate, parseGate, unknownName } from '../../src/nightly/gate.ts';
import type { Report } from '../../src/pipeline/report.ts';

const report = {
  rows: { in: 1000, kept: 980, edited: 3, negative: 0, dropped: 0, quarantined: 15, unreadable: 5 },
  problems: [],
  tally: {
    verdicts: { safe: 980, unsafe: 10, error: 5 },
    severities: { critical: 4, high: 20 },
    findings: 60,
    rowsByCategory: { mining: 3 },
    rules: { 'mining-pool': 2 },
  },
} as unknown as Report;

const gate = (text: string): Gate => {
  const parsed = parseGate(text);
  if ('error' in parsed) throw new Error(parsed.error);
  return parsed;
};

describe('a gate', () => {
  it.each([
    ['unsafe>0.5%', true],
    ['unsafe>1%', false],
    ['unsafe>=1%', true],
    ['unsafe > 9', true],
    ['error>0', true],
    ['undecided>0', false],
    ['unreadable>=0.5%', true],
    ['kept<99%', true],
    ['quarantined<=15', true],
    ['findings>=100', false],
    ['critical>3', true],
    ['medium>0', false],
    ['problems>0', false],
    ['category:mining>0.2%', true],
    ['category:tunnels>0', false],
    ['rule:mining-pool>=2', true],
  ])('%s fails: %s', (text, fails) => {
    expect(checkGate(gate(text), report).failed).toBe(fails);
  });

  it.each([
    ['unsave>1', 'did you mean unsafe?'],
    ['quarantine>0', 'did you mean quarantined?'],
    ['categry:mining>0', 'did you mean category?'],
    ['findings>5%', 'no share of the rows'],
    ['critical>1%', 'no share of the rows'],
    ['unsafe', 'expected a condition'],
    ['unsafe>', 'expected a condition'],
    ['unsafe>1%%', 'expected a condition'],
    ['unsafe=1', 'expected a condition'],
    ['', 'expected a condition'],
  ])('%s is an error: %s', (text, message) => {
    const parsed = parseGate(text);
    expect('error' in parsed && parsed.error).toContain(message);
  });

  it('names a category or a rule that exists, or would never fail', () => {
    const known = [new Set(['mining', 'tunnels']), new Set(['mining-pool'])] as const;
    expect(unknownName(gate('category:minig>0'), ...known)).toBe(
      'category "minig" is unknown; did you mean mining?',
    );
    expect(unknownName(gate('rule:x>0'), ...known)).toContain('is unknown');
    expect(unknownName(gate('category:mining>0'), ...known)).toBeUndefined();
    expect(unknownName(gate('unsafe>0'), ...known)).toBeUndefined();
  });
});
