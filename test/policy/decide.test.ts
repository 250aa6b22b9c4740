import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Disposition, dispositions, verdicts } from '../../src/policy/disposition.ts';
import { decide, decideUneditable, loadPolicy, type Policy } from '../../src/policy/policy.ts';
import { anyFinding, byName, finding } from './support.ts';

const asked = fc.array(fc.record({ rule: fc.constantFrom(...dispositions), step: fc.nat(30) }).map(finding), {
  minLength: 1,
  maxLength: 8,
});

describe('a decision', () => {
  it('is the worst verdict and the strongest disposition of all findings, in any order', () => {
    fc.assert(
      fc.property(asked, (findings) => {
        const { disposition, verdict } = decide(byName, findings, false);
        const strongest = Math.max(...findings.map(({ rule }) => dispositions.indexOf(rule as Disposition)));
        expect(disposition).toBe(dispositions[strongest]);
        expect(verdict).toBe(strongest <= dispositions.indexOf('annotate') ? 'safe' : 'unsafe');
        const reversed = decide(byName, [...findings].reverse(), false);
        expect(reversed.disposition).toBe(disposition);
        expect(reversed.edits?.truncateAt).toBe(decide(byName, findings, false).edits?.truncateAt);
        expect(reversed.edits?.mask).toEqual(decide(byName, findings, false).edits?.mask);
      }),
    );
  });

  it('asks for every edit of a row that stays, and for none of a row that does not', () => {
    fc.assert(
      fc.property(asked, (findings) => {
        const { disposition, edits } = decide(byName, findings, false);
        const of = (rule: Disposition) => findings.filter((one) => one.rule === rule);
        if (disposition === 'quarantine' || disposition === 'drop') {
          expect(edits).toBeUndefined();
          return;
        }
        expect(edits?.redact ?? []).toEqual(of('redact'));
        const stays = disposition !== 'negative';
        const steps = stays ? of('truncate').map(({ step }) => step) : [];
        expect(edits?.truncateAt).toBe(steps.length === 0 ? undefined : Math.min(...steps));
        const masked = new Set(stays ? of('mask').map(({ step }) => step) : []);
        expect(new Set(edits?.mask ?? [])).toEqual(masked);
      }),
    );
  });

  // what a row with two findings comes to: the table of src/policy/README.md
  it.each([
    ['keep', 'annotate', 'annotate', ''],
    ['annotate', 'redact', 'redact', 'redact'],
    ['redact', 'mask', 'mask', 'redact mask'],
    ['mask', 'truncate', 'truncate', 'mask truncate'],
    ['redact', 'truncate', 'truncate', 'redact truncate'],
    ['redact', 'negative', 'negative', 'redact'],
    ['mask', 'negative', 'negative', ''],
    ['truncate', 'negative', 'negative', ''],
    ['negative', 'quarantine', 'quarantine', ''],
    ['truncate', 'quarantine', 'quarantine', ''],
    ['quarantine', 'drop', 'drop', ''],
    ['negative', 'drop', 'drop', ''],
  ] as const)('of %s and %s is %s, with edits "%s"', (first, second, disposition, names) => {
    const decision = decide(
      byName,
      [finding({ rule: first, step: 3 }), finding({ rule: second, step: 5 })],
      false,
    );
    expect(decision.disposition).toBe(disposition);
    const { edits } = decision;
    const done = [
      ...((edits?.redact.length ?? 0) > 0 ? ['redact'] : []),
      ...((edits?.mask.length ?? 0) > 0 ? ['mask'] : []),
      ...(edits?.truncateAt === undefined ? [] : ['truncate']),
    ];
    expect(done.join(' ')).toBe(names);
  });

  it('is never safe for a row that could not be examined', () => {
    fc.assert(
      fc.property(
        fc.array(anyFinding),
        fc.constantFrom('strict', 'default', 'research'),
        (findings, name) => {
          const decision = decide(loadPolicy(name), findings, true);
          expect(decision.verdict).toBe('error');
          expect(['quarantine', 'drop']).toContain(decision.disposition);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('only gets worse with another finding', () => {
    const policies = ['strict', 'default', 'research'].map((name) => loadPolicy(name));
    fc.assert(
      fc.property(fc.array(anyFinding), anyFinding, fc.constantFrom(...policies), (some, more, policy) => {
        const before = decide(policy, some, false);
        const after = decide(policy, [...some, more], false);
        expect(verdicts.indexOf(after.verdict)).toBeGreaterThanOrEqual(verdicts.indexOf(before.verdict));
        expect(dispositions.indexOf(after.disposition)).toBeGreaterThanOrEqual(
          dispositions.indexOf(before.disposition),
        );
      }),
    );
  });

  it('is undecided where no line fits', () => {
    const { findings: _, ...rest } = byName;
    const policy: Policy = {
      ...rest,
      findings: [{ when: { severity: 'critical' }, verdict: 'unsafe', disposition: 'drop' }],
    };
    expect(decide(policy, [finding()], false)).toEqual({ verdict: 'undecided', disposition: 'quarantine' });
  });

  it('never keeps a row that cannot be changed as it should', () => {
    const decision = decide(byName, [finding({ rule: 'truncate', step: 0 })], false);
    expect(decideUneditable(byName, decision)).toEqual({ verdict: 'unsafe', disposition: 'quarantine' });
  });
});

describe('the ready policies', () => {
  const act = (own: object) => [finding({ severity: 'high', authorisation: 'not_requested', ...own })];
  it.each([
    ['strict', act({}), 'unsafe', 'drop'],
    ['strict', act({ authorisation: 'requested' }), 'undecided', 'quarantine'],
    ['strict', act({ severity: 'medium' }), 'undecided', 'quarantine'],
    ['strict', act({ severity: 'low' }), 'safe', 'annotate'],
    ['default', act({}), 'unsafe', 'quarantine'],
    ['default', act({ authorisation: 'unknown' }), 'unsafe', 'quarantine'],
    ['default', act({ authorisation: 'requested' }), 'safe', 'annotate'],
    ['default', act({ severity: 'medium' }), 'safe', 'annotate'],
    ['research', act({}), 'unsafe', 'mask'],
    ['research', act({ authorisation: 'requested' }), 'safe', 'annotate'],
    ['research', act({ severity: 'medium' }), 'undecided', 'mask'],
    ['research', act({ severity: 'medium', confidence: 'low' }), 'safe', 'annotate'],
  ] as const)('%s decides %# as documented', (name, findings, verdict, disposition) => {
    expect(decide(loadPolicy(name), findings, false)).toMatchObject({ verdict, disposition });
  });
});
