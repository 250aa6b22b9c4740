import { hasWildcard, joinParts, literalOf, type Pattern, type PatternPart } from './glob.ts';

/** `utf16le` and `wide` are one; `utf16` is little-endian after a byte order mark. */
export type Utf16 = 'utf16le' | 'utf16be' | 'utf16';

/** A text as bytes of UTF-16, for the base64 modifiers to encode. */
export function utf16Bytes(text: string, form: Utf16): Uint8Array {
  const bytes = Buffer.from(form === 'utf16' ? `\ufeff${text}` : text, 'utf16le');
  return form === 'utf16be' ? bytes.swap16() : bytes;
}

/**
 * A pattern as UTF-16 that was read as single bytes: each character beside a zero. Only ASCII has such a form;
 * undefined for other texts, which base64 can encode all the same.
 */
export function utf16Pattern(pattern: Pattern, form: Utf16): Pattern | undefined {
  const parts: PatternPart[] = form === 'utf16' ? ['\ufeff'] : [];
  for (const part of pattern) {
    if (typeof part !== 'string') parts.push(part);
    else if (!/^[\u0000-\u007f]*$/.test(part)) return undefined;
    else parts.push(part.replace(/[\s\S]/g, form === 'utf16be' ? '\u0000$&' : '$&\u0000'));
  }
  return joinParts(parts);
}

/**
 * The parts of the base64 text that do not depend on what stands before and after the value, for each of the three
 * places that the value may have within a group of three bytes.
 */
export function base64Offsets(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const start = [0, 2, 3][before]!;
    const padded = (before + bytes.length) % 3;
    const end = text.length - [0, 3, 2][padded]!;
    return text.slice(start, end);
  });
}

/** What Windows takes for the dash of an option. */
const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];
const optionDash = /\B[-/\u2013\u2014\u2015]\b/g;

/** Dashes that one value may have: three make 125 variants, as many as pySigma allows. */
export const dashLimit = 3;

/**
 * The value with each dash that begins an option written in every way; undefined where there are more than
 * {@link dashLimit} of them.
 */
export function dashVariants(pattern: Pattern): Pattern[] | undefined {
  let variants: PatternPart[][] = [[]];
  let count = 0;
  for (const part of pattern) {
    if (typeof part !== 'string') {
      for (const variant of variants) variant.push(part);
      continue;
    }
    const pieces = part.split(optionDash);
    count += pieces.length - 1;
    if (count > dashLimit) return undefined;
    variants = pieces.reduce<PatternPart[][]>((grown, piece, index) => {
      if (index === 0) return grown.map((variant) => [...variant, piece]);
      return grown.flatMap((variant) => dashes.map((dash) => [...variant, dash + piece]));
    }, variants);
  }
  return variants.map(joinParts);
}

/** The bytes of a value that is to be encoded, or undefined where it holds wildcards. */
export function bytesOf(pattern: Pattern): Uint8Array | undefined {
  return hasWildcard(pattern) ? undefined : Buffer.from(literalOf(pattern), 'utf8');
}
