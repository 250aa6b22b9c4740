import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { MAX_DECODED } from './limits.ts';
import { cut, exceeds, pass } from './overrun.ts';

/**
 * Decoders: bytes in, bytes out, `undefined` where the input is not of that encoding. None of them throws;
 * none yields more than `MAX_DECODED` bytes.
 */
export type Decoder = (input: Buffer) => Buffer | undefined;

/** Base64, standard or URL-safe, line breaks and a missing end allowed; other characters end it. */
export function base64(input: Buffer): Buffer | undefined {
  const text = input.toString('latin1').replace(/\s+/g, '');
  if (text.length < 2 || !/^[A-Za-z0-9+/_-]{2,}={0,2}/.test(text)) return undefined;
  const output = Buffer.from(text, 'base64');
  return output.length > 0 ? bounded(output) : undefined;
}

/** Base32 of RFC 4648. */
export function base32(input: Buffer): Buffer | undefined {
  const text = input
    .toString('latin1')
    .replace(/[\s=]+/g, '')
    .toUpperCase();
  if (text.length < 2 || /[^A-Z2-7]/.test(text)) return undefined;
  const output: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    value = (value << 5) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      output.push((value >> bits) & 0xff);
      value &= (1 << bits) - 1;
    }
    if (output.length > MAX_DECODED) break;
  }
  return output.length > 0 ? bounded(Buffer.from(output)) : undefined;
}

/** Pairs of hex digits; white space, `0x` and `\x` before a pair are passed over. */
export function hex(input: Buffer): Buffer | undefined {
  const text = input.toString('latin1').replace(/\\x|0x|[\s:,]+/gi, '');
  if (text.length < 2 || /[^0-9a-f]/i.test(text)) return undefined;
  return bounded(Buffer.from(text, 'hex'));
}

/** Each line backwards, as `rev` does. */
export function reverseLines(input: Buffer): Buffer {
  const lines = input.toString('utf8').split('\n');
  return Buffer.from(lines.map(reverse).join('\n'));
}

/** Lines in the opposite order, as `tac` does. */
export function reverseOrder(input: Buffer): Buffer {
  const text = input.toString('utf8');
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
  return Buffer.from(`${lines.reverse().join('\n')}\n`);
}

/** A string backwards, whole characters kept. */
export function reverse(text: string): string {
  return [...text].reverse().join('');
}

/** The rotation of letters by 13. */
export function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0);
    const start = code < 97 ? 65 : 97;
    return String.fromCharCode(((code - start + 13) % 26) + start);
  });
}

/** gzip, zlib or raw deflate. */
export function inflate(input: Buffer): Buffer | undefined {
  for (const step of [gunzipSync, inflateSync, inflateRawSync]) {
    try {
      return step(input, { maxOutputLength: MAX_DECODED });
    } catch (error) {
      // the next form
      if (isTooLarge(error)) pass('decoded');
    }
  }
  return undefined;
}

/** Brotli. */
export function unbrotli(input: Buffer): Buffer | undefined {
  try {
    return brotliDecompressSync(input, { maxOutputLength: MAX_DECODED });
  } catch (error) {
    if (isTooLarge(error)) pass('decoded');
    return undefined;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

/** Percent-encoding; `+` is kept unless asked. */
export function percent(text: string, plus = false): string {
  const source = plus ? text.replaceAll('+', ' ') : text;
  return source.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** UTF-16LE, as `powershell -EncodedCommand` takes it. */
export function utf16(input: Buffer): Buffer | undefined {
  if (input.length < 2) return undefined;
  return Buffer.from(input.toString('utf16le'), 'utf8');
}

/** uuencoded data, with or without its header line. */
export function uudecode(input: Buffer): Buffer | undefined {
  const output: Buffer[] = [];
  for (const line of input.toString('latin1').split('\n')) {
    if (line === '' || line.startsWith('begin ') || line === 'end' || line.startsWith('`')) continue;
    const length = (line.charCodeAt(0) - 32) & 63;
    const bytes: number[] = [];
    for (let at = 1; at + 3 < line.length; at += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => (line.charCodeAt(at + i) - 32) & 63) as [
        number,
        number,
        number,
        number,
      ];
      bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
    }
    output.push(Buffer.from(bytes).subarray(0, length));
  }
  return output.length > 0 ? Buffer.concat(output) : undefined;
}

/** The escapes of `printf`, `echo -e` and `$'…'`: `\n`, `\x41`, `\101`, `\u0041`, `\e`. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([0-9a-f]{1,2})|u\{([0-9a-f]{1,6})\}|u([0-9a-f]{1,4})|U([0-9a-f]{1,8})|(0[0-7]{1,3}|[0-7]{1,3})|([\s\S]))/gi,
    (whole, h2, hb, h4, h8, octal, other) => {
      const digits: string | undefined = h2 ?? hb ?? h4 ?? h8;
      if (digits !== undefined) return codePoint(Number.parseInt(digits, 16), whole);
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8), whole);
      return ESCAPES[other] ?? whole;
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
  E: '\x1b',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
  '\n': '',
};

function codePoint(code: number, fallback: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : fallback;
}

/** The characters that a set of `tr` stands for: ranges and the classes used for letters and digits. */
export function trSet(set: string): string {
  const classes: Record<string, string> = {
    '[:upper:]': 'A-Z',
    '[:lower:]': 'a-z',
    '[:digit:]': '0-9',
    '[:alpha:]': 'A-Za-z',
    '[:alnum:]': 'A-Za-z0-9',
    '[:space:]': ' \\t\\n\\r\\v\\f',
    '[:blank:]': ' \\t',
  };
  const whole = unescapeText(set.replace(/\[:[a-z]+:\]/g, (name) => classes[name] ?? name));
  const source = cut(whole, 512, 'string');
  let output = '';
  for (let at = 0; at < source.length; at += 1) {
    const start = source.charCodeAt(at);
    const end = source.charCodeAt(at + 2);
    if (source[at + 1] === '-' && end >= start && end - start < 256) {
      for (let code = start; code <= end; code += 1) output += String.fromCharCode(code);
      at += 2;
    } else output += source[at];
  }
  return output;
}

/** What `tr FROM TO` (or `tr -d FROM`) makes of a text. */
export function translate(text: string, from: string, to: string | undefined): string {
  const source = trSet(from);
  const target = to === undefined ? '' : trSet(to);
  const table = new Map<string, string>();
  for (let at = 0; at < source.length; at += 1) {
    const last = target[target.length - 1] ?? '';
    table.set(source[at]!, to === undefined ? '' : (target[at] ?? last));
  }
  let output = '';
  for (const character of text) output += table.get(character) ?? character;
  return output;
}

/** True for bytes that read as text: no control characters but white space and escapes. */
export function isText(text: string): boolean {
  let odd = 0;
  const length = Math.min(text.length, 4096);
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27)) odd += 1;
  }
  return odd * 20 <= length;
}

function bounded(buffer: Buffer): Buffer {
  return exceeds(buffer.length, MAX_DECODED, 'decoded') ? buffer.subarray(0, MAX_DECODED) : buffer;
}
