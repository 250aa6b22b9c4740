import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { authorisations, type Finding, findingClasses, outcomes, severities } from '../detectors/finding.ts';
import { messageOf, TrajsieveError } from '../errors.ts';
import { packagePath } from '../package-path.ts';

/** Verdicts from best to worst. `error` is never `safe`. */
export const verdicts = ['safe', 'undecided', 'unsafe', 'error'] as const;
export type Verdict = (typeof verdicts)[number];

/** What happens to a row, from weakest to strongest. */
export const dispositions = ['keep', 'annotate', 'quarantine', 'drop'] as const;
export type Disposition = (typeof dispositions)[number];

const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((value) => [value]), z.array(item).min(1)]);

const findingRule = z.strictObject({
  when: z
    .strictObject({
      severity: oneOrMore(z.enum(severities)).optional(),
      class: oneOrMore(z.enum(findingClasses)).optional(),
      category: oneOrMore(z.string()).optional(),
      rule: oneOrMore(z.string()).optional(),
      detector: oneOrMore(z.string()).optional(),
      outcome: oneOrMore(z.enum(outcomes)).optional(),
      authorisation: oneOrMore(z.enum(authorisations)).optional(),
    })
    .default({}),
  verdict: z.enum(['safe', 'undecided', 'unsafe']),
  disposition: z.enum(dispositions),
});

const policySchema = z.strictObject({
  name: z.string(),
  title: z.string().default(''),
  findings: z.array(findingRule).min(1),
  rows: z.strictObject({
    safe: z.enum(['keep', 'annotate']),
    undecided: z.enum(dispositions),
    error: z.enum(dispositions),
  }),
});

/** A policy: from findings to a verdict and a disposition. */
export type Policy = z.infer<typeof policySchema>;

export interface Decision {
  readonly verdict: Verdict;
  readonly disposition: Disposition;
}

/** Loads a policy by the name of a ready one, or from a file. */
export function loadPolicy(nameOrFile: string): Policy {
  const file = /^[a-z]+$/.test(nameOrFile)
    ? packagePath('src/policy/policies', `${nameOrFile}.yaml`)
    : nameOrFile;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new TrajsieveError(
      'policy-missing',
      `policy ${JSON.stringify(nameOrFile)} cannot be read: ${messageOf(error)}`,
      {
        remedy: 'ready policies: default; anything else is the path of a YAML file',
      },
    );
  }
  const result = policySchema.safeParse(parse(text));
  if (result.success) return result.data;
  throw new TrajsieveError('policy-invalid', z.prettifyError(result.error), { where: { file } });
}

/** The decision for one row. A row that could not be examined is an error, whatever was found in it. */
export function decide(policy: Policy, findings: readonly Finding[], failed: boolean): Decision {
  let verdict: Verdict = failed ? 'error' : 'safe';
  let disposition: Disposition = failed ? policy.rows.error : 'keep';
  for (const finding of findings) {
    const rule = policy.findings.find((candidate) => fits(candidate.when, finding));
    verdict = worse(verdicts, verdict, rule?.verdict ?? 'undecided');
    if (rule !== undefined) disposition = worse(dispositions, disposition, rule.disposition);
  }
  if (verdict === 'undecided') disposition = worse(dispositions, disposition, policy.rows.undecided);
  if (verdict === 'safe' && disposition === 'keep') disposition = policy.rows.safe;
  return { verdict, disposition };
}

function worse<T>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

function fits(when: Policy['findings'][number]['when'], finding: Finding): boolean {
  const { severity, category, rule, detector, outcome, authorisation } = when;
  const allows = (list: readonly string[] | undefined, value: string) =>
    list === undefined || list.includes(value);
  return (
    allows(severity, finding.severity) &&
    allows(when.class, finding.class) &&
    allows(category, finding.category) &&
    allows(rule, finding.rule) &&
    allows(detector, finding.detector) &&
    allows(outcome, finding.outcome) &&
    allows(authorisation, finding.authorisation)
  );
}
