import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FieldValue, readSigma } from '../../src/sigma/index.ts';
import { randomFields, randomRule } from './random-rule.ts';
import { options, process as processEvent } from './support.ts';

/** The Python that has pySigma (`pip install pysigma`): `python3`, unless TRAJSIEVE_PYTHON names another. */
const python = process.env['TRAJSIEVE_PYTHON'] ?? 'python3';
const script = new URL('./pysigma.py', import.meta.url).pathname;

const installed = (() => {
  try {
    execFileSync(python, ['-c', 'import sigma.rule'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Case {
  readonly rule: string;
  readonly events: readonly Record<string, FieldValue>[];
}

function pysigma(cases: readonly Case[]): (boolean[] | null)[] {
  const output = execFileSync(python, [script], { input: JSON.stringify(cases), maxBuffer: 1 << 28 });
  return JSON.parse(output.toString());
}

function ours({ rule: text, events }: Case): boolean[] | null {
  const { rules, errors } = readSigma([{ file: 'random.yml', text }], options);
  const [rule] = rules;
  return rule === undefined || errors.length > 0
    ? null
    : events.map((fields) => rule.matches(processEvent(fields)));
}

describe.skipIf(!installed)('pySigma, as a second opinion', () => {
  it('matches the same events with random rules', () => {
    const cases = fc.sample(
      fc.record({ rule: randomRule, events: fc.array(randomFields, { minLength: 8, maxLength: 8 }) }),
      1500,
    );
    const expected = pysigma(cases);
    let matches = 0;
    for (const [index, one] of cases.entries()) {
      const verdict = ours(one);
      matches += verdict?.filter(Boolean).length ?? 0;
      expect({ rule: one.rule, events: one.events, verdict }).toEqual({ ...one, verdict: expected[index] });
    }
    expect(matches).toBeGreaterThan(500);
  });

  it('accepts and understands the same conditions', () => {
    const names = ['a', 'b', 'sel_c', 'sel_d', '_e'];
    const word = fc.constantFrom(
      ...names,
      'and',
      'or',
      'and',
      'or',
      'not',
      '(',
      ')',
      '1 of sel_*',
      'all of them',
      'any of b',
      'x',
      '1 of',
    );
    const condition = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => words.join(' '));
    const detection = Object.fromEntries(
      names.map((name, index) => [name, { 'CommandLine|contains': 'pqrst'[index] }]),
    );
    const events = Array.from({ length: 32 }, (_, bits) => {
      return { CommandLine: [...'pqrst'].filter((_letter, index) => (bits >> index) & 1).join('') };
    });
    const cases = fc.sample(condition, 4000).map((condition) => {
      const logsource = { product: 'linux', category: 'process_creation' };
      return {
        rule: JSON.stringify({ title: 'Random', logsource, detection: { ...detection, condition } }),
        events,
      };
    });
    const expected = pysigma(cases);
    for (const [index, one] of cases.entries()) {
      expect({ rule: one.rule, verdict: ours(one) }).toEqual({ rule: one.rule, verdict: expected[index] });
    }
    expect(expected.filter((verdict) => verdict !== null).length).toBeGreaterThan(200);
  });
});
