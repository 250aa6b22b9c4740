/**
 * A set of texts that may say yes where it should say no, and never the other way round (Bloom, 1970). With 2^26 bits
 * and three hashes, ten million texts give about one false yes in twenty; it costs a little time and nothing else.
 */
export class TextSet {
  readonly #words: Uint32Array;
  readonly #mask: number;

  /** @param bits a power of two */
  constructor(bits = 1 << 26, shared?: SharedArrayBuffer) {
    this.#words = shared === undefined ? new Uint32Array(bits / 32) : new Uint32Array(shared);
    this.#mask = this.#words.length * 32 - 1;
  }

  add(text: string): void {
    let [hash, step] = hashes(text);
    for (let round = 0; round < 3; round++) {
      const bit = hash & this.#mask;
      this.#words[bit >>> 5]! |= 1 << (bit & 31);
      hash = (hash + step) | 0;
      step = (step + round) | 0;
    }
  }

  has(text: string): boolean {
    let [hash, step] = hashes(text);
    for (let round = 0; round < 3; round++) {
      const bit = hash & this.#mask;
      if ((this.#words[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
      hash = (hash + step) | 0;
      step = (step + round) | 0;
    }
    return true;
  }
}

function hashes(text: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return [mix(a), mix(b) | 1];
}

/** The finaliser of MurmurHash3. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A number of 53 bits that a text comes to, the same on every machine. */
export function hashOf(text: string): number {
  const [a, b] = hashes(text);
  return (a >>> 0) * 0x200000 + (b >>> 11);
}
