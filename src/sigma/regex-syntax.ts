/**
 * What a regular expression is made of, as far as it matters for the literals that every match must hold. Whatever
 * the reader does not know becomes `unknown`, which may match anything.
 */
export type RegexNode =
  /** one character out of a few, case variants not included */
  | { readonly kind: 'characters'; readonly characters: readonly string[]; readonly ignoreCase: boolean }
  | { readonly kind: 'sequence'; readonly children: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly children: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly child: RegexNode; readonly min: number; readonly max: number }
  /** matches between characters: an anchor or a word boundary */
  | { readonly kind: 'boundary'; readonly atTextEdge: boolean }
  /** one character of a class of many, none of them white space, a quote or a backslash; `source` is the class as written */
  | { readonly kind: 'class'; readonly source: string }
  | { readonly kind: 'unknown' };

/** Characters of a class that are still tried one by one. */
const classLimit = 4;
/** A class of ranges and single characters that every engine reads alike. */
const plainClass = /^\[(?:0-[0-9]|[1-9]-[1-9]|a-[a-z]|A-[A-Z]|[A-Za-z0-9_./+=:@%,](?!-))+\]$/;
/** Groups within groups; deeper ones are `unknown`. */
const depthLimit = 50;

/** Reads a pattern that RE2 has accepted. Undefined where the reader loses track: nothing is known of it then. */
export function readRegex(pattern: string, ignoreCase: boolean, multiLine: boolean): RegexNode | undefined {
  const reader = new RegexReader(pattern);
  const node = reader.choice({ ignoreCase, multiLine }, 0);
  return reader.atEnd && !reader.lost ? node : undefined;
}

interface Flags {
  ignoreCase: boolean;
  multiLine: boolean;
}

class RegexReader {
  readonly #pattern: string;
  #at = 0;
  lost = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** Flags set inside a group (`(?i)`) hold to its end, over `|` too. */
  choice(given: Flags, depth: number): RegexNode {
    const flags = { ...given };
    if (depth > depthLimit) this.lost = true;
    const children: RegexNode[] = [];
    let sequence: RegexNode[] = [];
    while (!this.atEnd && !this.lost && this.#peek() !== ')') {
      if (this.#take('|')) {
        children.push({ kind: 'sequence', children: sequence });
        sequence = [];
      } else sequence.push(this.#repeated(this.#atom(flags, depth)));
    }
    children.push({ kind: 'sequence', children: sequence });
    return children.length === 1 ? children[0]! : { kind: 'choice', children };
  }

  #repeated(child: RegexNode): RegexNode {
    const counts = /^(?:([*+?])|\{(\d+)(,(\d*))?\})\??/.exec(this.#pattern.slice(this.#at, this.#at + 16));
    if (counts === null) return child;
    this.#at += counts[0].length;
    const [, sign, least, range, most] = counts;
    if (sign !== undefined) {
      const min = sign === '+' ? 1 : 0;
      return { kind: 'repeat', child, min, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    const max = range === undefined ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    return { kind: 'repeat', child, min: Number(least), max };
  }

  #atom(flags: Flags, depth: number): RegexNode {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group(flags, depth);
      case '[':
        return this.#class(flags);
      case '.':
        return { kind: 'unknown' };
      case '^':
      case '$':
        return { kind: 'boundary', atTextEdge: !flags.multiLine };
      case '\\':
        return this.#escape(flags);
      default:
        return characters([character], flags);
    }
  }

  #group(flags: Flags, depth: number): RegexNode {
    let inner = flags;
    if (this.#take('?')) {
      const named = /^P?<\w+>/.exec(this.#rest(200));
      const switches = /^([imsU]*)(?:-([imsU]*))?([:)])/.exec(this.#rest(20));
      if (named !== null) this.#at += named[0].length;
      else if (switches !== null) {
        const [all, on = '', off = '', close] = switches;
        this.#at += all.length;
        // `(?i)` changes the group that it stands in, `(?i:…)` only itself
        inner = close === ')' ? flags : { ...flags };
        if (on.includes('i')) inner.ignoreCase = true;
        if (off.includes('i')) inner.ignoreCase = false;
        if (on.includes('m')) inner.multiLine = true;
        if (off.includes('m')) inner.multiLine = false;
        if (close === ')') return { kind: 'sequence', children: [] };
      } else this.lost = true;
    }
    const node = this.choice(inner, depth + 1);
    if (!this.#take(')')) this.lost = true;
    return node;
  }

  /** A class of few characters is known by them, one of letters, digits and signs by its source. */
  #class(flags: Flags): RegexNode {
    const start = this.#at - 1;
    let simple = !this.#take('^');
    const members: string[] = [];
    for (let first = true; this.#peek() !== ']' || first; first = false) {
      if (this.atEnd) {
        this.lost = true;
        return { kind: 'unknown' };
      }
      if (this.#rest(2) === '[:') {
        const close = this.#pattern.indexOf(':]', this.#at);
        if (close > 0) this.#at = close + 2;
        else this.#at++;
        simple = false;
        continue;
      }
      const escaped = this.#take('\\');
      const character = this.#next();
      const range = this.#peek() === '-' && this.#pattern[this.#at + 1] !== ']';
      if (range || (escaped && /\w/.test(character))) simple = false;
      members.push(character);
    }
    this.#at++;
    if (simple && members.length <= classLimit) return characters(members, flags);
    const source = this.#pattern.slice(start, this.#at);
    return plainClass.test(source) ? { kind: 'class', source } : { kind: 'unknown' };
  }

  #escape(flags: Flags): RegexNode {
    const character = this.#next();
    const control = { a: '\u0007', f: '\f', t: '\t', n: '\n', r: '\r', v: '\v' }[character];
    if (control !== undefined) return characters([control], flags);
    if (character === 'A' || character === 'z') return { kind: 'boundary', atTextEdge: true };
    if (character === 'b' || character === 'B') return { kind: 'boundary', atTextEdge: false };
    if (character === 'd' || character === 'w')
      return { kind: 'class', source: character === 'd' ? '[0-9]' : '[A-Za-z0-9_]' };
    if ('DsSWC'.includes(character)) return { kind: 'unknown' };
    if (character === 'p' || character === 'P') {
      if (!this.#take('{')) this.#next();
      else this.#at = this.#pattern.indexOf('}', this.#at) + 1 || this.#pattern.length;
      return { kind: 'unknown' };
    }
    if (character === 'x') {
      const code = /^(?:\{([0-9a-f]+)\}|([0-9a-f]{2}))/i.exec(this.#rest(12));
      if (code === null) this.lost = true;
      else {
        this.#at += code[0].length;
        return characters([String.fromCodePoint(Number.parseInt(code[1] ?? code[2]!, 16))], flags);
      }
    } else if (/\w/.test(character) && character !== '_') this.lost = true; // octal, \Q…\E
    return this.lost ? { kind: 'unknown' } : characters([character], flags);
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at];
  }

  #rest(length: number): string {
    return this.#pattern.slice(this.#at, this.#at + length);
  }

  #take(character: string): boolean {
    if (this.#pattern[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** One character, by code point. */
  #next(): string {
    const code = this.#pattern.codePointAt(this.#at);
    if (code === undefined) {
      this.lost = true;
      return '';
    }
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }
}

function characters(members: readonly string[], { ignoreCase }: Flags): RegexNode {
  return { kind: 'characters', characters: members, ignoreCase };
}
