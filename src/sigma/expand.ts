import { escapeRegExp } from '../escape-reg-exp.ts';
import { suggestion } from '../suggest.ts';
import { joinParts, literalOf, type Pattern, type PatternPart, parsePattern } from './glob.ts';
import { type ModifierContext, misfit, type Outcome } from './modifier.ts';
import { regexValue } from './regex-value.ts';
import type { Value } from './value.ts';

/** Fills in `%name%`. In a pattern (`re|expand`) the values stand for themselves, in a text they may hold wildcards. */
export function expand(value: Value, { placeholders, warn }: ModifierContext): Outcome {
  if (value.kind !== 'text' && value.kind !== 'regex') return misfit('expand', 'a text', value);
  if (value.kind === 'text' && value.bytes !== undefined) return misfit('expand', 'a plain text', value);
  const isRegex = value.kind === 'regex';
  const pattern: Pattern = isRegex ? [value.pattern] : value.pattern;
  const result = expandPlaceholders(pattern, (name) => {
    if (!Object.hasOwn(placeholders, name)) return undefined;
    return placeholders[name]!.map((text) =>
      isRegex ? [escapeRegExp(String(text))] : parsePattern(String(text)),
    );
  });
  if ('missing' in result) {
    const known = Object.keys(placeholders);
    const fallback = known.length === 0 ? 'no placeholders are given' : `known are ${known.join(', ')}`;
    return {
      code: 'sigma-unknown-placeholder',
      problem: `placeholder '%${result.missing}%' has no values`,
      remedy: suggestion(result.missing, known, fallback),
    };
  }
  if ('tooMany' in result) {
    const problem = `placeholders in '${value.source}' combine to more than ${result.tooMany} values`;
    return { code: 'sigma-bad-value', problem };
  }
  if (result.patterns.length === 0) {
    const problem = `a placeholder in '${value.source}' has an empty list of values`;
    return { code: 'sigma-unknown-placeholder', problem };
  }
  if (result.patterns.length === 1 && literalOf(result.patterns[0]!) === literalOf(pattern)) {
    warn('sigma-needless-modifier', `value '${value.source}' has no placeholder for 'expand'`);
  }
  const values: Value[] = [];
  for (const expanded of result.patterns) {
    if (!isRegex) values.push({ ...value, pattern: expanded });
    else {
      const outcome = regexValue(literalOf(expanded), value.regex.flags, value.source);
      if ('problem' in outcome) return outcome;
      values.push(outcome);
    }
  }
  return { kind: 'any', source: value.source, values };
}

/** What a placeholder value makes of a pattern: every combination of the values that its placeholders may have. */
type Expansion =
  | { readonly patterns: readonly Pattern[] }
  | { readonly missing: string }
  | { readonly tooMany: number };

/** Combinations of placeholder values that one text may have. */
const expansionLimit = 1000;

/**
 * Fills in `%name%` in the literals of a pattern; `\%` is a per cent sign. Values may hold wildcards, as the
 * specification's own example (`%Servers%` for `srv*`) does.
 */
function expandPlaceholders(
  pattern: Pattern,
  valuesOf: (name: string) => readonly Pattern[] | undefined,
): Expansion {
  let patterns: PatternPart[][] = [[]];
  const append = (choices: readonly Pattern[]) => {
    patterns = patterns.flatMap((grown) => choices.map((choice) => [...grown, ...choice]));
  };
  for (const part of pattern) {
    if (typeof part !== 'string') {
      append([[part]]);
      continue;
    }
    let from = 0;
    for (const match of part.matchAll(/\\%|%([^%\\]+)%/g)) {
      append([[part.slice(from, match.index)]]);
      from = match.index + match[0].length;
      const name = match[1];
      const values = name === undefined ? [['%']] : valuesOf(name);
      if (values === undefined) return { missing: name! };
      if (patterns.length * values.length > expansionLimit) return { tooMany: expansionLimit };
      append(values);
    }
    append([[part.slice(from)]]);
  }
  return { patterns: patterns.map(joinParts) };
}
