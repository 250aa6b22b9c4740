import { pass } from '../overrun.ts';
import type { ScriptLanguage } from './script-syntax.ts';
import { rawEscapes, scriptEscapes } from './strings.ts';

/** A name inside a double-quoted string. */
export interface Interpolation {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface Token {
  readonly kind: 'string' | 'shell' | 'words' | 'number' | 'word' | 'variable' | 'operator' | 'punctuation';
  /** for strings: what they stand for */
  readonly text: string;
  readonly parts?: readonly (string | Interpolation)[];
  readonly start: number;
  readonly end: number;
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };
const OPERATOR =
  /(?:\?->|->|=>|::|\|\|=|<<=|\.\.\.|\.\.|\.=|\+=|-=|==|=~|!=|<=|>=|&&|\|\||<<|>>|&\.|[-+*/%^=<>!?:.|&~\\@#])/y;
const MAX_TOKENS = 200_000;

/** Cuts a text into tokens; comments are left out, strings are read. */
export function tokenize(source: string, language: ScriptLanguage): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    if (tokens.length >= MAX_TOKENS) {
      pass('code');
      break;
    }
    const character = source[at]!;
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    const comment = commentEnd(source, at, language);
    if (comment !== undefined) {
      at = comment;
      continue;
    }
    const token = stringAt(source, at, language) ?? nameAt(source, at, language) ?? numberAt(source, at);
    if (token !== undefined) {
      tokens.push(token);
      at = token.end;
      continue;
    }
    if (/[()[\]{},;]/.test(character)) {
      tokens.push({ kind: 'punctuation', text: character, start: at, end: at + 1 });
      at += 1;
      continue;
    }
    OPERATOR.lastIndex = at;
    const operator = OPERATOR.exec(source);
    const text = operator?.[0] ?? character;
    if (operator !== null) tokens.push({ kind: 'operator', text, start: at, end: at + text.length });
    at += text.length;
  }
  return tokens;
}

function commentEnd(source: string, at: number, language: ScriptLanguage): number | undefined {
  const hash = language !== 'lua' && source[at] === '#' && source[at + 1] !== '{';
  const slashes = language === 'php' && source.startsWith('//', at);
  const dashes = language === 'lua' && source.startsWith('--', at);
  if (hash || slashes || dashes) {
    if (dashes && source.startsWith('[[', at + 2)) return endOf(source, ']]', at + 4);
    const line = source.indexOf('\n', at);
    return line < 0 ? source.length : line;
  }
  if (language === 'php' && source.startsWith('/*', at)) return endOf(source, '*/', at + 2);
  if (
    language === 'php' &&
    (source.startsWith('<?php', at) || source.startsWith('<?=', at) || source.startsWith('?>', at))
  )
    return at + (source[at + 2] === 'p' ? 5 : source[at] === '?' ? 2 : 3);
  return undefined;
}

function endOf(source: string, text: string, from: number): number {
  const found = source.indexOf(text, from);
  return found < 0 ? source.length : found + text.length;
}

function stringAt(source: string, at: number, language: ScriptLanguage): Token | undefined {
  const character = source[at]!;
  if (character === "'" || character === '"' || character === '`') {
    const end = quoteEnd(source, at + 1, character, character);
    const body = source.slice(at + 1, end - 1);
    if (character === "'")
      return {
        kind: 'string',
        text: language === 'lua' ? scriptEscapes(body) : rawEscapes(body),
        start: at,
        end,
      };
    return interpolated(body, at + 1, character === '`' ? 'shell' : 'string', at, end, language);
  }
  if (language === 'lua' && source.startsWith('[[', at)) {
    const end = endOf(source, ']]', at + 2);
    return { kind: 'string', text: source.slice(at + 2, end - 2), start: at, end };
  }
  if (language === 'perl') {
    const match = /^(q[qxw]?)\s*([^\w\s,;=)])/.exec(source.slice(at, at + 8));
    const previous = source[at - 1] ?? ' ';
    if (match !== null && !/[\w$@%>{]/.test(previous))
      return delimited(source, at, match[1]!, match[2]!, at + match[0].length, language);
  }
  if (language === 'ruby' && character === '%') {
    const match = /^%([qQxwWi]?)([({[<|!/])/.exec(source.slice(at, at + 4));
    const previous =
      source
        .slice(Math.max(0, at - 80), at)
        .trimEnd()
        .at(-1) ?? '';
    if (match !== null && !/[\w)\]]/.test(previous)) {
      const kind = { q: 'q', Q: 'qq', '': 'qq', x: 'qx', w: 'qw', W: 'qw', i: 'qw' }[match[1]!] ?? 'qq';
      return delimited(source, at, kind, match[2]!, at + match[0].length, language);
    }
  }
  return undefined;
}

function delimited(
  source: string,
  start: number,
  kind: string,
  open: string,
  from: number,
  language: ScriptLanguage,
): Token {
  const end = quoteEnd(source, from, PAIRS[open] ?? open, open);
  const body = source.slice(from, end - 1);
  if (kind === 'qw') return { kind: 'words', text: body, start, end };
  if (kind === 'q') return { kind: 'string', text: rawEscapes(body), start, end };
  return interpolated(body, from, kind === 'qx' ? 'shell' : 'string', start, end, language);
}

/** The position behind the closing quote; brackets may be nested. */
function quoteEnd(source: string, from: number, close: string, open: string): number {
  let depth = 1;
  for (let at = from; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === close) {
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (character === open && open !== close) depth += 1;
  }
  return source.length + 1;
}

const NAMES: Readonly<Record<ScriptLanguage, RegExp>> = {
  perl: /(?<!\\)[$@]\{?(\w+)\}?/g,
  php: /(?<!\\)\{?\$(\w+)\}?/g,
  ruby: /#\{([^}]*)\}/g,
  lua: /(?!)/g,
};

function interpolated(
  body: string,
  offset: number,
  kind: 'string' | 'shell',
  start: number,
  end: number,
  language: ScriptLanguage,
): Token {
  const parts: (string | Interpolation)[] = [];
  let from = 0;
  for (const match of body.matchAll(NAMES[language])) {
    if (match.index > from) parts.push(scriptEscapes(body.slice(from, match.index)));
    const place = { start: offset + match.index, end: offset + match.index + match[0].length };
    parts.push({ name: match[1]!, ...place });
    from = match.index + match[0].length;
  }
  if (parts.length === 0) return { kind, text: scriptEscapes(body), start, end };
  if (from < body.length) parts.push(scriptEscapes(body.slice(from)));
  return { kind, text: body, parts, start, end };
}

function nameAt(source: string, at: number, language: ScriptLanguage): Token | undefined {
  if (language === 'perl' || language === 'php' || language === 'ruby') {
    const sigil = /[$@%]{1,8}#?\{?(\w+)\}?/y;
    sigil.lastIndex = at;
    const found = language === 'ruby' && source[at] === '%' ? null : sigil.exec(source);
    if (found !== null) return { kind: 'variable', text: found[1]!, start: at, end: at + found[0].length };
  }
  const word = language === 'lua' || language === 'php' ? /[A-Za-z_\\]\w*/y : /[A-Za-z_]\w*(?:::\w+)*[!?]?/y;
  word.lastIndex = at;
  const found = word.exec(source);
  if (found === null || found[0] === '\\') return undefined;
  let text = found[0];
  // `a?b:c` is no method's name
  if (/[!?]$/.test(text) && (language !== 'ruby' || source[at + text.length] === '='))
    text = text.slice(0, -1);
  if (/^(?:x|eq|ne)$/.test(text) && language === 'perl')
    return { kind: 'operator', text, start: at, end: at + text.length };
  return { kind: 'word', text: text.replace(/^\\/, ''), start: at, end: at + text.length };
}

function numberAt(source: string, at: number): Token | undefined {
  const number = /0x[0-9a-fA-F]+|\d[\d_]*(?:\.\d+)?/y;
  number.lastIndex = at;
  const found = number.exec(source);
  return found === null
    ? undefined
    : { kind: 'number', text: found[0], start: at, end: at + found[0].length };
}
