import fc from 'fast-check';
import {
  authorisations,
  confidences,
  type Finding,
  findingClasses,
  outcomes,
  severities,
} from '../../src/detectors/finding.ts';
import type { Policy } from '../../src/policy/policy.ts';

/** A finding of no note, but for what is said of it. */
export function finding(own: Partial<Finding> = {}): Finding {
  return {
    detector: 'mining',
    rule: 'rule',
    title: 'A rule',
    category: 'mining',
    class: 'safety',
    severity: 'medium',
    confidence: 'medium',
    attack: [],
    step: 1,
    argument: '',
    span: [0, 4],
    evidence: 'evidence',
    via: [],
    outcome: 'unknown',
    authorisation: 'unknown',
    ...own,
  };
}

export const anyFinding: fc.Arbitrary<Finding> = fc
  .record({
    rule: fc.constantFrom('a', 'b', 'c'),
    category: fc.constantFrom('mining', 'tunnels'),
    class: fc.constantFrom(...findingClasses),
    severity: fc.constantFrom(...severities),
    confidence: fc.constantFrom(...confidences),
    outcome: fc.constantFrom(...outcomes),
    authorisation: fc.constantFrom(...authorisations),
    step: fc.nat(20),
  })
  .map(finding);

/** A policy of one line for each disposition, which rules ask for by their name. */
export const byName: Policy = {
  name: 'by-name',
  title: '',
  findings: (
    ['keep', 'annotate', 'redact', 'mask', 'truncate', 'negative', 'quarantine', 'drop'] as const
  ).map((disposition) => ({
    when: { rule: disposition },
    verdict: disposition === 'keep' || disposition === 'annotate' ? 'safe' : 'unsafe',
    disposition,
  })),
  rows: { safe: 'keep', undecided: 'quarantine', error: 'quarantine', uneditable: 'quarantine' },
};
