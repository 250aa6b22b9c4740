import type { ScalarNode } from './document.ts';
import { base64, base64offset, encoded, windash } from './encode-modifiers.ts';
import { expand } from './expand.ts';
import { anyRun, hasWildcard, joinParts, literalOf, parsePattern } from './glob.ts';
import { type Apply, type ModifierContext, misfit, type Outcome, tooLate } from './modifier.ts';
import { parseNetwork } from './network.ts';
import type { RegexFlags } from './regex.ts';
import { regexValue } from './regex-value.ts';
import { type TimePart, timeParts } from './time-part.ts';
import type { Comparison, Position, Value } from './value.ts';

/** Modifiers of the whole list of values rather than of each. */
export const listModifiers: readonly string[] = ['all', 'neq'];

const comparisons: readonly Comparison[] = ['lt', 'lte', 'gt', 'gte'];

/** Every value modifier of the specification (appendix v2.1), and pySigma's long names of the flags of `re`. */
const valueModifiers: Readonly<Record<string, Apply>> = {
  contains: positioned('contains'),
  startswith: positioned('startswith'),
  endswith: positioned('endswith'),
  cased: (value) => {
    if (value.kind === 'text' || value.kind === 'field') return { ...value, cased: true };
    return misfit('cased', 'a text', value);
  },
  exists: (value) => {
    if (value.kind !== 'boolean') return misfit('exists', 'true or false', value);
    return { kind: 'exists', source: value.source, expected: value.boolean };
  },
  re: (value, _context, before) => {
    if (before.length > 0) return tooLate('re', before);
    if (value.kind !== 'text') return misfit('re', 'a pattern', value);
    return regexValue(value.source, { i: false, m: false, s: false });
  },
  i: flagged('i'),
  ignorecase: flagged('i'),
  m: flagged('m'),
  multiline: flagged('m'),
  s: flagged('s'),
  dotall: flagged('s'),
  cidr: (value, _context, before) => {
    if (before.length > 0) return tooLate('cidr', before);
    if (value.kind !== 'text') return misfit('cidr', 'an IP network', value);
    const result = parseNetwork(value.source);
    if ('network' in result) return { kind: 'network', source: value.source, network: result.network };
    return { code: 'sigma-bad-cidr', problem: `'${value.source}' ${result.problem}` };
  },
  base64,
  base64offset,
  wide: encoded('utf16le'),
  utf16le: encoded('utf16le'),
  utf16be: encoded('utf16be'),
  utf16: encoded('utf16'),
  windash,
  lt: compared('lt'),
  lte: compared('lte'),
  gt: compared('gt'),
  gte: compared('gte'),
  ...Object.fromEntries(timeParts.map((part) => [part, timed(part)])),
  fieldref: (value) => {
    if (value.kind !== 'text') return misfit('fieldref', 'the name of a field', value);
    if (hasWildcard(value.pattern)) {
      const problem = `'fieldref' after wildcards in '${value.source}'`;
      return { code: 'sigma-bad-modifier', problem, remedy: "put 'fieldref' first" };
    }
    const { source, cased } = value;
    return { kind: 'field', source, field: literalOf(value.pattern), position: 'equals', cased };
  },
  expand,
};

/** Every modifier that a rule may use. */
export const modifierNames: readonly string[] = [...Object.keys(valueModifiers), ...listModifiers];

/** The value that stands in a rule, before any modifier. */
export function plainValue(node: ScalarNode): Value {
  const { value, text } = node;
  if (value === null) return { kind: 'null', source: 'null' };
  if (typeof value === 'number') return { kind: 'number', source: text, number: value };
  if (typeof value === 'boolean') return { kind: 'boolean', source: text, boolean: value };
  return { kind: 'text', source: value, pattern: parsePattern(value), cased: false };
}

/** Applies a value modifier. Of a value that stands for several, to each of them. */
export function applyModifier(
  name: string,
  value: Value,
  context: ModifierContext,
  before: readonly string[],
): Outcome {
  if (!context.hasField && needField.includes(name)) {
    const problem = `modifier '${name}' needs a field: keywords are looked for anywhere`;
    return { code: 'sigma-bad-modifier', problem };
  }
  if (value.kind !== 'any') return valueModifiers[name]!(asText(name, value), context, before);
  const values: Value[] = [];
  for (const one of value.values) {
    const outcome = applyModifier(name, one, context, before);
    if ('problem' in outcome) return outcome;
    values.push(outcome);
  }
  return { ...value, values };
}

const numeric: readonly string[] = [...comparisons, ...timeParts, 'exists'];
/** Modifiers that say something of a field, so that keywords cannot have them. */
const needField: readonly string[] = [...numeric, 'startswith', 'endswith', 'cidr', 'fieldref'];

/** `contains: 4444` means the digits: a number is a text for every modifier of texts. */
function asText(modifier: string, value: Value): Value {
  if (value.kind !== 'number' || numeric.includes(modifier)) return value;
  return { kind: 'text', source: value.source, pattern: [value.source], cased: false };
}

function positioned(position: Exclude<Position, 'equals'>): Apply {
  return (value, _context, before) => {
    if (value.kind === 'text') {
      const { bytes: _encoded, ...rest } = value;
      const left = position === 'startswith' ? [] : [anyRun as typeof anyRun];
      const right = position === 'endswith' ? [] : [anyRun as typeof anyRun];
      return { ...rest, pattern: joinParts([...left, ...value.pattern, ...right]) };
    }
    if (value.kind === 'field') return { ...value, position };
    if (value.kind !== 'regex') return misfit(position, 'a text', value, before);
    // a pattern is searched anywhere in the field unless it is told where
    if (position === 'contains') return value;
    const placed = position === 'startswith' ? `\\A(?:${value.pattern})` : `(?:${value.pattern})\\z`;
    return regexValue(placed, value.regex.flags, value.source);
  };
}

function flagged(flag: keyof RegexFlags): Apply {
  return (value) => {
    if (value.kind === 'regex') {
      return regexValue(value.pattern, { ...value.regex.flags, [flag]: true }, value.source);
    }
    return {
      code: 'sigma-bad-modifier',
      problem: `modifier '${flag}' is for patterns`,
      remedy: "put 're' first",
    };
  };
}

function compared(comparison: Comparison): Apply {
  return (value) => {
    if (value.kind === 'number') {
      return { kind: 'comparison', source: value.source, comparison, number: value.number };
    }
    // `hour|gte: 22`: a part of a date that is not yet compared otherwise
    if (value.kind === 'comparison' && value.part !== undefined) return { ...value, comparison };
    return misfit(comparison, 'a number', value);
  };
}

function timed(part: TimePart): Apply {
  return (value) => {
    if (value.kind !== 'number') return misfit(part, 'a number', value);
    return { kind: 'comparison', source: value.source, comparison: 'eq', number: value.number, part };
  };
}

/** Whether a pattern is so large that a text may make it slow. */
export function isSlow(value: Value): boolean {
  if (value.kind === 'any') return value.values.some(isSlow);
  return value.kind === 'regex' && value.regex.isLarge;
}
