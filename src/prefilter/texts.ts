import { sharedBytes, startsOf } from './shared.ts';

/** Lower-case texts as bytes, in memory that threads share. */
export interface Texts {
  readonly bytes: Uint8Array;
  /** by text, where it begins */
  readonly from: Int32Array;
}

export function buildTexts(texts: readonly string[]): Texts {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  return { bytes: sharedBytes(encoded.flatMap((bytes) => [...bytes])), from: startsOf(encoded) };
}

/** Whether a text stands at a place of `bytes[start, end)`, whatever the case of ASCII letters. */
export function standsAt(
  texts: Texts,
  text: number,
  bytes: Uint8Array,
  at: number,
  start: number,
  end: number,
): boolean {
  const from = texts.from[text]!;
  const length = texts.from[text + 1]! - from;
  if (at < start || at + length > end) return false;
  for (let i = 0; i < length; i++) if (fold(bytes[at + i]!) !== texts.bytes[from + i]) return false;
  return true;
}

/** Whether a text stands anywhere in `bytes[start, end)`. */
export function standsIn(texts: Texts, text: number, bytes: Uint8Array, start: number, end: number): boolean {
  const first = texts.bytes[texts.from[text]!]!;
  for (let at = start; at < end; at++)
    if (fold(bytes[at]!) === first && standsAt(texts, text, bytes, at, start, end)) return true;
  return false;
}

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
