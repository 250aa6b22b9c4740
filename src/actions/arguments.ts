/** The arguments of a tool call as data sets hold them: JSON, the text of a Python dictionary, or plain text. */
import { pass } from './overrun.ts';

/** Arguments as named values, or as one text. */
export type Arguments =
  | { readonly named: ReadonlyMap<string, unknown> }
  | { readonly list: readonly unknown[] }
  | { readonly text: string };

/** Reads the arguments of a call, however they are written. Never throws: what is nothing else is plain text. */
export function readArguments(text: string): Arguments {
  const start = text.trimStart()[0];
  if (start === '{' || start === '[' || start === '"') {
    const value = parseJson(text) ?? (start === '"' ? undefined : parseLiteral(text));
    if (typeof value === 'string') {
      // encoded twice
      const inner = value.trimStart()[0];
      const again = inner === '{' || inner === '[' ? parseJson(value) : undefined;
      return again === undefined ? { text: value } : fromValue(again, value);
    }
    if (value !== undefined) return fromValue(value, text);
  }
  return { text };
}

function fromValue(value: unknown, text: string): Arguments {
  if (Array.isArray(value)) return { list: value };
  if (typeof value === 'object' && value !== null) return { named: new Map(Object.entries(value)) };
  return { text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads the text of a Python literal: `{'command': 'ls', 'n': None}`. `undefined` for anything else. */
export function parseLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  try {
    const value = reader.value(0);
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof RangeError) pass('nesting');
    return undefined;
  }
}

const PYTHON_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

class LiteralReader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    this.space();
    return this.at >= this.text.length;
  }

  value(depth: number): unknown {
    if (depth > 64) throw new RangeError('nested too deep');
    this.space();
    const character = this.text[this.at];
    if (character === '{') return this.dictionary(depth);
    if (character === '[' || character === '(') return this.list(depth, character === '[' ? ']' : ')');
    if (character === "'" || character === '"') return this.strings();
    const word = /(?:None|True|False|null|true|false|[-+]?[\d.]+(?:[eE][-+]?\d+)?)(?!\w)/y;
    word.lastIndex = this.at;
    const match = word.exec(this.text);
    if (match === null) throw new SyntaxError('no literal');
    this.at += match[0].length;
    if (match[0] === 'None' || match[0] === 'null') return null;
    if (/^(?:True|true)$/.test(match[0])) return true;
    return /^(?:False|false)$/.test(match[0]) ? false : Number(match[0]);
  }

  private dictionary(depth: number): Record<string, unknown> {
    const output: [string, unknown][] = [];
    this.at += 1;
    for (this.space(); this.text[this.at] !== '}'; this.space()) {
      const key = this.value(depth + 1);
      this.space();
      this.take(':');
      output.push([String(key), this.value(depth + 1)]);
      this.space();
      if (this.text[this.at] !== '}') this.take(',');
    }
    this.at += 1;
    return Object.fromEntries(output);
  }

  private list(depth: number, close: string): unknown[] {
    const output: unknown[] = [];
    this.at += 1;
    for (this.space(); this.text[this.at] !== close; this.space()) {
      output.push(this.value(depth + 1));
      this.space();
      if (this.text[this.at] !== close) this.take(',');
    }
    this.at += 1;
    return output;
  }

  private strings(): string {
    let output = '';
    for (this.space(); this.text[this.at] === "'" || this.text[this.at] === '"'; this.space())
      output += this.string();
    return output;
  }

  private string(): string {
    const quote = this.text[this.at]!;
    let output = '';
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at]!;
      if (character === quote) {
        this.at += 1;
        return output;
      }
      if (character !== '\\') output += character;
      else output += this.escape();
    }
    throw new SyntaxError('string without an end');
  }

  private escape(): string {
    this.at += 1;
    const character = this.text[this.at] ?? '';
    const width = { x: 2, u: 4, U: 8 }[character];
    if (width === undefined) return PYTHON_ESCAPES[character] ?? (character === '\n' ? '' : `\\${character}`);
    const digits = this.text.slice(this.at + 1, this.at + 1 + width);
    const code = Number.parseInt(digits, 16);
    this.at += width;
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  }

  private take(character: string): void {
    if (this.text[this.at] !== character) throw new SyntaxError(`no ${character}`);
    this.at += 1;
  }

  private space(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at += 1;
  }
}

const JSON_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  '/': '/',
  '\\': '\\',
};

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']', '"': '"' };

/** True for an object, an array or a string by its first characters and its last one. */
function looksStructured(text: string): boolean {
  const start = /^\s*(?:(\{)\s*["'}]|(\[)\s*["'{[\]]|("))/.exec(text);
  const open = start?.[1] ?? start?.[2] ?? start?.[3];
  return open !== undefined && text.trimEnd().endsWith(CLOSERS[open]!);
}

/**
 * The text of a call's arguments as the prefilter looks at it: with the escapes of JSON undone and its structure left
 * as it is. A text that is none (`\nmap -sS host`) stays as it is, and so does a backslash that JSON does not know
 * (`\x41`): what a shell or a script reads there is theirs.
 */
export function unescapeArguments(text: string): string {
  if (!text.includes('\\') || !looksStructured(text)) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, hex: string | undefined, other: string) =>
    hex === undefined ? (JSON_ESCAPES[other] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
