import { escapeRegExp } from '../escape-reg-exp.ts';
import { suggestion } from '../suggest.ts';
import { conditionWords, type Expression } from './condition.ts';
import type { Reporter } from './problems.ts';
import type { Node } from './value.ts';

/** Selections by name; undefined where a selection has an error of its own. */
export type Selections = ReadonlyMap<string, Node | undefined>;

/**
 * Puts the selections in the place of their names. Undefined where a name has no selection, which is reported, or
 * the selection has an error. `used` gathers the names.
 */
export function resolveNames(
  expression: Expression,
  selections: Selections,
  used: Set<string>,
  reporter: Reporter,
): Node | undefined {
  switch (expression.kind) {
    case 'name':
      return named(expression.name, expression.line, selections, used, reporter);
    case 'not': {
      const child = resolveNames(expression.child, selections, used, reporter);
      return child === undefined ? undefined : { kind: 'not', child };
    }
    case 'selector':
      return selected(expression, selections, used, reporter);
    default: {
      const children = expression.children.map((child) => resolveNames(child, selections, used, reporter));
      return linked(expression.kind, '', children);
    }
  }
}

function named(
  name: string,
  line: number,
  selections: Selections,
  used: Set<string>,
  reporter: Reporter,
): Node | undefined {
  used.add(name);
  if (selections.has(name)) return selections.get(name);
  const known = [...selections.keys()];
  const remedy = suggestion(name, [...known, ...conditionWords], `selections are ${known.join(', ')}`);
  reporter.error('sigma-unknown-selection', `condition names '${name}', which is not defined`, line, remedy);
  return undefined;
}

/** `1 of x*`: names that begin with an underscore take part only where the pattern does too. */
function selected(
  { quantifier, pattern, line }: Expression & { kind: 'selector' },
  selections: Selections,
  used: Set<string>,
  reporter: Reporter,
): Node | undefined {
  const label = `${quantifier} of ${pattern}`;
  const matcher = pattern === 'them' ? /^/ : wildcardMatcher(pattern);
  const names = [...selections.keys()].filter((name) => {
    return matcher.test(name) && (pattern.startsWith('_') || !name.startsWith('_'));
  });
  if (names.length === 0) {
    const known = [...selections.keys()];
    const stem = pattern.replaceAll('*', '');
    const remedy = suggestion(stem, known, `selections are ${known.join(', ')}`);
    reporter.error('sigma-unknown-selection', `'${label}' in the condition selects nothing`, line, remedy);
    return undefined;
  }
  for (const name of names) used.add(name);
  const children = names.map((name) => selections.get(name));
  return linked(quantifier === 'all' ? 'and' : 'or', label, children);
}

function linked(
  kind: 'and' | 'or',
  label: string,
  children: readonly (Node | undefined)[],
): Node | undefined {
  const resolved = children.filter((child) => child !== undefined);
  return resolved.length < children.length ? undefined : { kind, label, children: resolved };
}

function wildcardMatcher(pattern: string): RegExp {
  const escaped = pattern.split('*').map(escapeRegExp);
  return new RegExp(`^${escaped.join('.*')}$`);
}
