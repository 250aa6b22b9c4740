import type { Report } from '../pipeline/report.ts';
import { verdicts } from '../policy/policy.ts';
import { nearest } from '../suggest.ts';

/**
 * A condition that a run must not meet, as `--fail-on` takes it:
 *
 *     subject operator limit        unsafe>0.5%    findings>=100    category:mining>0    unreadable>0
 *
 * `subject` is a verdict (rows), a place that rows went to, `findings`, `problems` (inputs that could not be read),
 * a severity (findings), `category:NAME` (rows in which it was found) or `rule:NAME` (findings). `operator` is one of
 * `>`, `>=`, `<`, `<=`. `limit` is a number or, where rows are counted, a share of the rows in: `0.5%`.
 */
export interface Gate {
  readonly text: string;
  readonly subject: string;
  readonly operator: Operator;
  readonly limit: number;
  readonly isShare: boolean;
}

const operators = ['>=', '<=', '>', '<'] as const;
type Operator = (typeof operators)[number];

/** Where rows went, by their names in the report's account. */
const places = ['kept', 'edited', 'negative', 'dropped', 'quarantined', 'unreadable'] as const;
const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;
const rowSubjects: readonly string[] = [...verdicts, ...places];
const countSubjects: readonly string[] = ['findings', 'problems', ...severities];

/** Reads a condition; an error says what is wrong with it, and the nearest word that would be right. */
export function parseGate(text: string): Gate | { readonly error: string } {
  const match = /^\s*([a-z_]+(?::[^<>=\s]+)?)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text);
  if (match === null) return { error: 'expected a condition such as unsafe>0.5% or findings>=100' };
  const [, subject, operator, limit, percent] = match;
  const [kind] = subject!.split(':');
  const isNamed = subject!.includes(':');
  const known = [...rowSubjects, ...countSubjects];
  if (isNamed ? kind !== 'category' && kind !== 'rule' : !known.includes(subject!)) {
    const close = nearest(isNamed ? kind! : subject!, isNamed ? ['category', 'rule'] : known);
    const words = `${known.join(', ')}, category:NAME, rule:NAME`;
    return {
      error: `unknown subject ${kind}; ${close === undefined ? `one of ${words}` : `did you mean ${close}?`}`,
    };
  }
  const isShare = percent === '%';
  if (isShare && !rowSubjects.includes(subject!) && kind !== 'category')
    return { error: `${subject} counts findings, which have no share of the rows: give a number` };
  return {
    text: text.trim(),
    subject: subject!,
    operator: operator as Operator,
    limit: Number(limit),
    isShare,
  };
}

/** What of a gate's words no active rule has; undefined when all is known. */
export function unknownName(
  { subject }: Gate,
  categories: ReadonlySet<string>,
  rules: ReadonlySet<string>,
): string | undefined {
  const [kind, name] = splitSubject(subject);
  if (name === undefined) return undefined;
  const known = kind === 'category' ? categories : rules;
  if (known.has(name)) return undefined;
  const close = nearest(name, known);
  return `${kind} ${JSON.stringify(name)} is unknown${close === undefined ? '' : `; did you mean ${close}?`}`;
}

/** A gate with what the run came to. */
export interface GateResult {
  readonly gate: string;
  /** the count that was looked at, and what it is a share of where the gate is about a share */
  readonly count: number;
  readonly of?: number;
  readonly failed: boolean;
}

/** Holds a gate against a run. */
export function checkGate(gate: Gate, report: Report): GateResult {
  const count = countOf(gate.subject, report);
  const rows = report.rows.in;
  const value = gate.isShare ? (rows === 0 ? 0 : (count / rows) * 100) : count;
  const failed = compare(value, gate.operator, gate.limit);
  return { gate: gate.text, count, ...(gate.isShare ? { of: rows } : {}), failed };
}

function compare(value: number, operator: Operator, limit: number): boolean {
  if (operator === '>') return value > limit;
  if (operator === '>=') return value >= limit;
  return operator === '<' ? value < limit : value <= limit;
}

function countOf(subject: string, { rows, tally, problems }: Report): number {
  const [kind, name] = splitSubject(subject);
  if (name !== undefined) return (kind === 'category' ? tally.rowsByCategory : tally.rules)[name] ?? 0;
  if (subject === 'findings') return tally.findings;
  if (subject === 'problems') return problems.length;
  const place = places.find((one) => one === subject);
  if (place !== undefined) return rows[place];
  return (rowSubjects.includes(subject) ? tally.verdicts : tally.severities)[subject] ?? 0;
}

function splitSubject(subject: string): [kind: string, name: string | undefined] {
  const at = subject.indexOf(':');
  return at < 0 ? [subject, undefined] : [subject.slice(0, at), subject.slice(at + 1)];
}
