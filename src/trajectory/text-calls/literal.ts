const deepest = 64;

/** The value of a Python literal (`{'a': None, 'b': [1, 'x']}`), or undefined where the text is none. */
export function readLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  return value === nothing || !reader.atEnd() ? undefined : value;
}

/**
 * Keyword arguments of a Python call (`a=1, b="x"`), positional ones by number, or undefined where the text is something
 * else.
 */
export function readKeywords(text: string): Record<string, unknown> | undefined {
  const reader = new LiteralReader(text);
  return reader.keywords();
}

const nothing = Symbol('nothing');

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
};

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#space();
    return this.#at >= this.#text.length;
  }

  value(depth: number): unknown {
    if (depth > deepest) return nothing;
    this.#space();
    const letter = this.#text[this.#at];
    if (letter === '{') return this.#dictionary(depth);
    if (letter === '[') return this.#list(depth, ']');
    if (letter === '(') return this.#list(depth, ')');
    if (letter === '"' || letter === "'") return this.#string(letter);
    const word = this.#match(/[\w.+-]{1,64}/y);
    if (word === undefined) return nothing;
    if (word === 'None' || word === 'null') return null;
    if (word === 'True' || word === 'true') return true;
    if (word === 'False' || word === 'false') return false;
    const number = Number(word);
    return Number.isNaN(number) ? nothing : number;
  }

  keywords(): Record<string, unknown> | undefined {
    const found: Record<string, unknown> = {};
    for (let position = 0; !this.atEnd(); position++) {
      const name = this.#match(/\s*[\p{L}_][\p{L}\p{N}_.$-]{0,199}\s*=(?!=)/uy);
      const value = this.value(0);
      if (value === nothing) return undefined;
      found[name === undefined ? String(position) : name.slice(0, -1).trim()] = value;
      this.#space();
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (!this.atEnd()) return undefined;
    }
    return found;
  }

  #dictionary(depth: number): unknown {
    const entries: [string, unknown][] = [];
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#take('}')) return Object.fromEntries(entries);
      const key = this.value(depth + 1);
      this.#space();
      if (key === nothing || !this.#take(':')) return nothing;
      const value = this.value(depth + 1);
      if (value === nothing) return nothing;
      entries.push([String(key), value]);
      this.#space();
      if (!this.#take(',') && this.#text[this.#at] !== '}') return nothing;
    }
  }

  #list(depth: number, close: string): unknown {
    const values: unknown[] = [];
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#take(close)) return values;
      const value = this.value(depth + 1);
      if (value === nothing) return nothing;
      values.push(value);
      this.#space();
      if (!this.#take(',') && this.#text[this.#at] !== close) return nothing;
    }
  }

  #string(quote: string): unknown {
    const triple = quote.repeat(3);
    const mark = this.#text.startsWith(triple, this.#at) ? triple : quote;
    let out = '';
    for (let at = this.#at + mark.length; at < this.#text.length; at++) {
      if (this.#text.startsWith(mark, at)) {
        this.#at = at + mark.length;
        return out;
      }
      const letter = this.#text[at]!;
      if (letter !== '\\') {
        out += letter;
        continue;
      }
      at += 1;
      const next = this.#text[at] ?? '';
      const digits = next === 'x' ? 2 : next === 'u' ? 4 : 0;
      const code = digits === 0 ? '' : this.#text.slice(at + 1, at + 1 + digits);
      if (digits > 0 && code.length === digits && /^[\da-f]+$/i.test(code)) {
        out += String.fromCharCode(Number.parseInt(code, 16));
        at += digits;
      } else out += escapes[next] ?? (/["'\\]/.test(next) ? next : `\\${next}`);
    }
    return nothing;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #take(letter: string): boolean {
    if (this.#text[this.#at] !== letter) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match[0];
  }
}
