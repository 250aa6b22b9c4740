/** A Sigma text with its wildcards taken apart: literals, and the two wildcards. Neighbouring literals are joined. */
export type Pattern = readonly PatternPart[];
export type PatternPart = string | typeof anyOne | typeof anyRun;

/** `?`: exactly one character (code point) */
export const anyOne = 1;
/** `*`: any number of characters, line breaks included */
export const anyRun = 2;

/**
 * Takes a value apart as the specification says ("Escaping"): a backslash before `*`, `?` or another backslash
 * escapes it, any other backslash is itself.
 */
export function parsePattern(text: string): Pattern {
  const parts: PatternPart[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const next = text[at + 1];
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      at++;
    } else if (character === '*' || character === '?') {
      parts.push(literal, character === '*' ? anyRun : anyOne);
      literal = '';
    } else literal += character;
  }
  parts.push(literal);
  return joinParts(parts);
}

/** Joins neighbouring literals, drops empty ones, and makes one of neighbouring `*`. */
export function joinParts(parts: Pattern): Pattern {
  const joined: PatternPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part === '' || (part === anyRun && last === anyRun)) continue;
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

export function hasWildcard(pattern: Pattern): boolean {
  return pattern.some((part) => typeof part !== 'string');
}

/** The text of a pattern without wildcards. */
export function literalOf(pattern: Pattern): string {
  return pattern.join('');
}

export type Span = readonly [start: number, end: number];

/** How a pattern is compared: most are one literal at a known place. */
export type Shape =
  | { readonly kind: 'any' }
  | { readonly kind: 'equals' | 'startswith' | 'endswith' | 'contains'; readonly literal: string }
  | { readonly kind: 'glob'; readonly glob: Glob };

export function shapeOf(pattern: Pattern): Shape {
  const [first, second, third] = pattern;
  if (pattern.length === 0) return { kind: 'equals', literal: '' };
  if (pattern.length === 1 && typeof first === 'string') return { kind: 'equals', literal: first };
  if (pattern.length === 1 && first === anyRun) return { kind: 'any' };
  if (pattern.length === 2) {
    if (typeof first === 'string' && second === anyRun) return { kind: 'startswith', literal: first };
    if (first === anyRun && typeof second === 'string') return { kind: 'endswith', literal: second };
  }
  const around = pattern.length === 3 && first === anyRun && third === anyRun;
  if (around && typeof second === 'string') return { kind: 'contains', literal: second };
  return { kind: 'glob', glob: new Glob(pattern) };
}

/** Where a shape matches a text, as UTF-16 offsets of what stands between its outer wildcards. */
export function findShape(shape: Shape, text: string): Span | undefined {
  switch (shape.kind) {
    case 'any':
      return [0, text.length];
    case 'equals':
      return text === shape.literal ? [0, text.length] : undefined;
    case 'startswith':
      return text.startsWith(shape.literal) ? [0, shape.literal.length] : undefined;
    case 'endswith':
      return text.endsWith(shape.literal) ? [text.length - shape.literal.length, text.length] : undefined;
    case 'contains': {
      const at = text.indexOf(shape.literal);
      return at < 0 ? undefined : [at, at + shape.literal.length];
    }
    case 'glob':
      return shape.glob.find(text);
  }
}

/** What stands between two `*`: literals and `?`. */
type Segment = readonly (string | typeof anyOne)[];

/**
 * A pattern with wildcards inside. Each segment takes the first place it fits after the one before it, which is
 * never wrong since only `*` stands between them; so the time is that of searching the literals.
 */
export class Glob {
  readonly #segments: readonly Segment[];
  readonly #startsFree: boolean;
  readonly #endsFree: boolean;

  constructor(pattern: Pattern) {
    const segments: (string | typeof anyOne)[][] = [[]];
    for (const part of pattern) {
      if (part === anyRun) segments.push([]);
      else segments.at(-1)!.push(part);
    }
    this.#segments = segments.filter((segment) => segment.length > 0);
    this.#startsFree = pattern[0] === anyRun;
    this.#endsFree = pattern.at(-1) === anyRun;
  }

  find(text: string): Span | undefined {
    const segments = this.#segments;
    let next = 0;
    let last = segments.length;
    let start: number | undefined;
    let position = 0;
    let end = text.length;
    if (!this.#startsFree) {
      position = matchAt(segments[next++]!, text, 0);
      if (position < 0) return undefined;
      start = 0;
      if (next === last && !this.#endsFree) return position === text.length ? [0, position] : undefined;
    }
    if (!this.#endsFree) {
      end = matchBefore(segments[--last]!, text);
      if (end < position) return undefined;
    }
    for (; next < last; next++) {
      const found = search(segments[next]!, text, position);
      if (found === undefined || found[1] > end) return undefined;
      start ??= found[0];
      position = found[1];
    }
    return [start ?? end, this.#endsFree ? position : text.length];
  }
}

/** The end of a segment that begins at `start`, or -1. */
function matchAt(segment: Segment, text: string, start: number): number {
  let at = start;
  for (const part of segment) {
    if (part === anyOne) {
      if (at >= text.length) return -1;
      at += isPair(text, at) ? 2 : 1;
    } else {
      if (!text.startsWith(part, at)) return -1;
      at += part.length;
    }
  }
  return at;
}

/** The start of a segment that ends where the text ends, or -1. */
function matchBefore(segment: Segment, text: string): number {
  let at = text.length;
  for (let index = segment.length - 1; index >= 0; index--) {
    const part = segment[index]!;
    at = part === anyOne ? stepBack(text, at) : text.endsWith(part, at) ? at - part.length : -1;
    if (at < 0) return -1;
  }
  return at;
}

/** The first place at or after `from` where a segment stands. */
function search(segment: Segment, text: string, from: number): Span | undefined {
  let leading = 0;
  while (segment[leading] === anyOne) leading++;
  const literal = segment[leading];
  let earliest = from;
  for (let skipped = 0; skipped < leading; skipped++) {
    if (earliest >= text.length) return undefined;
    earliest += isPair(text, earliest) ? 2 : 1;
  }
  if (typeof literal !== 'string') return [from, earliest];
  for (let at = text.indexOf(literal, earliest); at >= 0; at = text.indexOf(literal, at + 1)) {
    let start = at;
    for (let skipped = 0; skipped < leading; skipped++) start = stepBack(text, start);
    const end = matchAt(segment, text, start);
    if (end >= 0 && start >= from) return [start, end];
  }
  return undefined;
}

function stepBack(text: string, at: number): number {
  if (at <= 0) return -1;
  return at >= 2 && isPair(text, at - 2) ? at - 2 : at - 1;
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}
