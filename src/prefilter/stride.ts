import type { WordScanner } from './automaton.ts';

/** The shortest word that `buildStride` takes. */
export const strideMinimum = 7;

const tableBits = 15;
/** The multiplier of Fibonacci hashing, 2^32 divided by the golden ratio. Knuth, TAOCP 3, 6.4. */
const multiplier = 0x9e3779b1;
const lowerCase = 0x20202020;

interface Entry {
  readonly word: number;
  readonly offset: number;
}

/**
 * Finds words of seven bytes or more by looking at every fourth position alone: four bytes there are hashed, and only
 * where a word has those four bytes at one of its first four offsets is it compared. 1.7 GB/s where an automaton does
 * 0.7 (100 words, Node 24). Unlike the automaton it steps over nothing.
 * @param words lower-case
 */
export function buildStride(words: readonly string[]): WordScanner {
  const encoder = new TextEncoder();
  const patterns = words.map((word) => encoder.encode(word));
  const occupied = new Uint8Array(1 << tableBits);
  const entries = new Map<number, Entry[]>();
  for (const [word, pattern] of patterns.entries()) {
    if (pattern.length < strideMinimum)
      throw new Error(`word of ${pattern.length} bytes is shorter than ${strideMinimum}`);
    for (let offset = 0; offset < 4; offset++) {
      const slot = slotOf(four(pattern, offset));
      occupied[slot] = 1;
      const list = entries.get(slot);
      if (list === undefined) entries.set(slot, [{ word, offset }]);
      else list.push({ word, offset });
    }
  }
  return {
    scan(bytes, start, end, hits) {
      let from = start;
      for (;;) {
        const at = nextSlot(occupied, bytes, from, end);
        if (at < 0) return;
        for (const { word, offset } of entries.get(slotOf(four(bytes, at)))!) {
          if (!hits.has(word) && standsAt(patterns[word]!, bytes, at - offset, start, end)) hits.add(word);
        }
        from = at + 4;
      }
    },
  };
}

/** The next position, four by four, whose hash is occupied; -1 when there is none. */
function nextSlot(occupied: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + 4 <= end; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24) | lowerCase;
    if (occupied[Math.imul(word, multiplier) >>> (32 - tableBits)] !== 0) return at;
  }
  return -1;
}

/** Four bytes in lower case; some that are no letters fall together, which costs a comparison. */
function four(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24) | lowerCase;
}

function slotOf(word: number): number {
  return Math.imul(word, multiplier) >>> (32 - tableBits);
}

function standsAt(pattern: Uint8Array, bytes: Uint8Array, at: number, start: number, end: number): boolean {
  if (at < start || at + pattern.length > end) return false;
  for (let i = 0; i < pattern.length; i++) {
    const byte = bytes[at + i]!;
    const folded = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (folded !== pattern[i]) return false;
  }
  return true;
}
