import { unescapeText } from '../decode.ts';

/** What the escapes of a Python string literal stand for. */
export function pythonEscapes(text: string, bytes: boolean): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:(\r?\n)|x([0-9a-fA-F]{2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{[^}]*\}|([\s\S]))/g,
    (whole, line, hex, octal, small, large, other) => {
      if (line !== undefined) return '';
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      const digits: string | undefined = bytes ? undefined : (small ?? large);
      if (digits !== undefined) return point(Number.parseInt(digits, 16), whole);
      return SIMPLE[other] ?? whole;
    },
  );
}

/** What the escapes of a JavaScript string literal, or of a double-quoted one of Perl, Ruby or PHP, stand for. */
export function scriptEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return unescapeText(text.replace(/\\\r?\n/g, '')).replace(/\\([^\\])/g, '$1');
}

/** A single-quoted string of Perl, Ruby or PHP: only the quote and the backslash are escaped. */
export function rawEscapes(text: string): string {
  return text.includes('\\') ? text.replace(/\\(['\\])/g, '$1') : text;
}

/** The prefix and the body of a Python string literal. */
export function literalOf(text: string): { prefix: string; body: string } {
  const match = /^([a-zA-Z]*)("""|'''|"|')/.exec(text);
  if (match === null) return { prefix: '', body: text };
  const quote = match[2]!;
  const end =
    text.length > match[0].length + quote.length - 1 && text.endsWith(quote)
      ? text.length - quote.length
      : text.length;
  return { prefix: match[1]!.toLowerCase(), body: text.slice(match[0].length, end) };
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function point(code: number, fallback: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : fallback;
}
