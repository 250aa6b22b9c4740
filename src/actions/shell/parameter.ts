import type { ParameterExpansionPart, Word } from 'unbash';
import { escapeRegExp } from '../../escape-reg-exp.ts';
import { MAX_STRING } from '../limits.ts';
import { cut, exceeds, pass } from '../overrun.ts';
import type { Context, Variable } from './state.ts';
import { plain } from './state.ts';

/** What `$x` or `${x…}` stands for: its text, its items, or nothing known. */
export type Value =
  | { readonly text: string; readonly opaque?: boolean; readonly undone?: readonly string[] }
  | { readonly items: readonly string[] }
  | { readonly unknown: Variable | undefined };

const UNKNOWN: Value = { unknown: undefined };

/** `$name`, `$1`, `$@`. */
export function lookup(context: Context, name: string): Value {
  const { state } = context;
  if (name === '@' || name === '*') {
    return state.positional === undefined ? UNKNOWN : { items: state.positional };
  }
  if (/^[0-9]$/.test(name)) {
    const text = name === '0' ? undefined : state.positional?.[Number(name) - 1];
    return text === undefined ? UNKNOWN : { text };
  }
  const variable = state.variables.get(name);
  if (variable !== undefined) {
    if (variable.items !== undefined) return { text: variable.items[0] ?? '' };
    if (variable.text === undefined) return { unknown: variable };
    const { text, opaque, undone } = variable;
    return { text, ...(opaque === true ? { opaque } : {}), ...(undone === undefined ? {} : { undone }) };
  }
  if (name === 'HOME') return { text: '~' };
  if (name === 'IFS') return { text: ' ' };
  if (name === 'PWD' && state.directory !== undefined) return { text: state.directory };
  return UNKNOWN;
}

/** `${name…}` with its operation; what cannot be known stays unknown. */
export function expandParameter(context: Context, part: ParameterExpansionPart, words: WordText): Value {
  let value = indexed(context, part);
  if (part.prefix === '#') return UNKNOWN;
  if (part.prefix === '!') {
    if (!('text' in value) || part.operation?.type === 'Names') return UNKNOWN;
    value = lookup(context, value.text);
  }
  const operation = part.operation;
  if (operation === undefined) return value;
  if (operation.type === 'Default') {
    const missing = !('text' in value || 'items' in value);
    const kind = operation.operator.replace(':', '');
    if (kind === '+') return missing ? UNKNOWN : { text: words(operation.operand) };
    if (!missing) return value;
    // a variable that is set but not known is not replaced by its default
    const set = 'unknown' in value && value.unknown !== undefined;
    if (set || kind === '?') return value;
    const text = words(operation.operand);
    if (kind === '=') context.state.variables.set(part.parameter, { text });
    return { text };
  }
  if ('items' in value) {
    if (operation.type !== 'Slice') return UNKNOWN;
    const from = Number(words(operation.offset));
    const length = operation.length === undefined ? undefined : Number(words(operation.length));
    return Number.isNaN(from)
      ? UNKNOWN
      : { items: value.items.slice(Math.max(0, from - 1), length && from - 1 + length) };
  }
  if (!('text' in value) || value.opaque === true) return UNKNOWN;
  const text = value.text;
  switch (operation.type) {
    case 'Slice': {
      const offset = Number(words(operation.offset));
      const length = operation.length === undefined ? undefined : Number(words(operation.length));
      if (Number.isNaN(offset) || Number.isNaN(length ?? 0)) return UNKNOWN;
      const start = offset < 0 ? Math.max(0, text.length + offset) : offset;
      if (length === undefined) return { text: text.slice(start) };
      return { text: text.slice(start, length < 0 ? text.length + length : start + length) };
    }
    case 'Replace':
      if (!context.frame.sink.hides()) return UNKNOWN;
      return {
        text: replaceGlob(text, words(operation.pattern), words(operation.replacement), operation.operator),
      };
    case 'Remove':
      return { text: remove(text, words(operation.operand), operation.operator) };
    case 'CaseModification': {
      const upper = operation.operator.startsWith('^');
      const change = (part: string) => (upper ? part.toUpperCase() : part.toLowerCase());
      const all = operation.operator.length === 2;
      return { text: all ? change(text) : change(text.slice(0, 1)) + text.slice(1) };
    }
    case 'Transform':
      return { text };
    default:
      return UNKNOWN;
  }
}

/** Gives a word's text, expanded. */
export type WordText = (word: Word) => string;

function indexed(context: Context, part: ParameterExpansionPart): Value {
  if (part.index === undefined) return lookup(context, part.parameter);
  const items = context.state.variables.get(part.parameter)?.items;
  if (items === undefined) return UNKNOWN;
  const index = plain(context, part.index.value);
  if (index === '@' || index === '*') return { items };
  const text = items.at(Number(index));
  return text === undefined ? UNKNOWN : { text };
}

/** The pattern language of the shell as a regular expression, for the simple patterns that values meet. */
function globSource(pattern: string, greedy: boolean): string {
  let output = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]!;
    if (character === '*') output += greedy ? '[\\s\\S]*' : '[\\s\\S]*?';
    else if (character === '?') output += '[\\s\\S]';
    else if (character === '[' && pattern.indexOf(']', at + 2) > 0) {
      const end = pattern.indexOf(']', at + 2);
      const body = pattern
        .slice(at + 1, end)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')
        .replaceAll('[', '\\[');
      output += `[${body}]`;
      at = end;
    } else if (character === '\\' && at + 1 < pattern.length) {
      at += 1;
      output += escapeRegExp(pattern[at]!);
    } else output += escapeRegExp(character);
  }
  return output;
}

/** A pattern with many stars is left alone: matching it could take long. */
function compile(source: string, pattern: string, flags = ''): RegExp | undefined {
  if (pattern.length > 256 || (pattern.match(/\*/g)?.length ?? 0) > 2) {
    pass('pattern');
    return undefined;
  }
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

function replaceGlob(text: string, pattern: string, replacement: string, operator: string): string {
  const anchored = operator === '/#' ? '^' : '';
  const end = operator === '/%' ? '$' : '';
  if (exceeds(text.length, MAX_STRING, 'string') || pattern === '') return text;
  const expression = compile(
    anchored + globSource(pattern, true) + end,
    pattern,
    operator === '//' ? 'g' : '',
  );
  if (expression === undefined) return text;
  return cut(
    text.replace(expression, () => replacement),
    MAX_STRING,
    'string',
  );
}

function remove(text: string, pattern: string, operator: string): string {
  const greedy = operator.length === 2;
  if (operator.startsWith('#')) {
    const expression = compile(`^${globSource(pattern, greedy)}`, pattern);
    return expression === undefined ? text : text.replace(expression, '');
  }
  // the shortest suffix is the one that starts last
  const expression = compile(`^${globSource(pattern, true)}$`, pattern);
  if (exceeds(text.length, 4096, 'string') || expression === undefined) return text;
  const order = [...Array(text.length + 1).keys()];
  for (const start of greedy ? order : order.reverse()) {
    if (expression.test(text.slice(start))) return text.slice(0, start);
  }
  return text;
}
