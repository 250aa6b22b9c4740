import type { Finding } from '../detectors/finding.ts';
import { type Disposition, stronger, type Verdict, worse } from './disposition.ts';
import type { Condition, Policy, PolicyLine } from './schema.ts';

/** What the findings ask to be changed in a row that is not left out. */
export interface Edits {
  /** the first step to go, with all behind it */
  readonly truncateAt?: number;
  /** steps that nothing is to be learned from, ascending */
  readonly mask: readonly number[];
  /** findings whose spans are to be replaced */
  readonly redact: readonly Finding[];
}

export interface Decision {
  readonly verdict: Verdict;
  /** the strongest of all that findings ask for */
  readonly disposition: Disposition;
  /** set where the row is to be changed */
  readonly edits?: Edits;
}

/**
 * The decision for one row: the worst verdict and the strongest disposition of its findings. Where the row stays, all
 * that weaker findings ask for is done as well: a truncated row is also masked and redacted in what is left of it. A
 * negative row is redacted alone, since what it shows is what it is kept for; a quarantined one stays as it was found.
 * @param failed the row could not be examined: that is an error, whatever was found in it
 */
export function decide(policy: Policy, findings: readonly Finding[], failed: boolean): Decision {
  let verdict: Verdict = failed ? 'error' : 'safe';
  let disposition: Disposition = failed ? policy.rows.error : 'keep';
  const asked: [Disposition, Finding][] = [];
  for (const finding of findings) {
    const line = lineFor(policy, finding);
    verdict = worse(verdict, line?.verdict ?? 'undecided');
    if (line === undefined) continue;
    disposition = stronger(disposition, line.disposition);
    asked.push([line.disposition, finding]);
  }
  if (verdict === 'undecided') disposition = stronger(disposition, policy.rows.undecided);
  if (verdict === 'safe' && disposition === 'keep') disposition = policy.rows.safe;
  const edits = editsOf(disposition, asked);
  return { verdict, disposition, ...(edits === undefined ? {} : { edits }) };
}

/** The decision where what was asked for cannot be done: the row must not stay as it is. */
export function decideUneditable(policy: Policy, decision: Decision): Decision {
  return { verdict: decision.verdict, disposition: policy.rows.uneditable };
}

/** The first line of a policy that fits a finding. */
export function lineFor(policy: Policy, finding: Finding): PolicyLine | undefined {
  return policy.findings.find(({ when }) => fits(when, finding));
}

function editsOf(
  disposition: Disposition,
  asked: readonly (readonly [Disposition, Finding])[],
): Edits | undefined {
  if (disposition === 'quarantine' || disposition === 'drop') return undefined;
  const of = (wanted: Disposition) => asked.flatMap(([own, finding]) => (own === wanted ? [finding] : []));
  const redact = of('redact');
  if (disposition === 'negative') return redact.length === 0 ? undefined : { mask: [], redact };
  const steps = of('truncate').map(({ step }) => step);
  const mask = [...new Set(of('mask').map(({ step }) => step))].sort((a, b) => a - b);
  if (steps.length === 0 && mask.length === 0 && redact.length === 0) return undefined;
  return { ...(steps.length === 0 ? {} : { truncateAt: Math.min(...steps) }), mask, redact };
}

function fits(when: Condition, finding: Finding): boolean {
  for (const key of conditionKeys) {
    const wanted = when[key];
    if (wanted === undefined) continue;
    const words: readonly string[] = Array.isArray(wanted) ? wanted : [wanted];
    if (!words.includes(finding[key])) return false;
  }
  return true;
}

const conditionKeys = [
  'severity',
  'class',
  'category',
  'rule',
  'detector',
  'outcome',
  'authorisation',
  'confidence',
] as const satisfies readonly (keyof Condition & keyof Finding)[];
