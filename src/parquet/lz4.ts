/**
 * LZ4 block compression, greedy with a hash table. No maintained package in plain JavaScript compresses blocks, and
 * Parquet files with lz4 are rare: this serves the pages that are rewritten in them.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */

const hashBits = 14;
const minimumMatch = 4;
/** The format ends every block with literals: a match may not start in the last 12 bytes nor cover the last 5. */
const lastMatchStart = 12;
const lastLiterals = 5;
const maximumOffset = 65_535;

/** Compresses `input` into one LZ4 block, without frame or length. */
export function compressLz4Block(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(input.length + Math.ceil(input.length / 255) + 16);
  const table = new Int32Array(1 << hashBits).fill(-1);
  let written = 0;
  let anchor = 0;
  let at = 0;

  const length = (rest: number) => {
    let left = rest;
    for (; left >= 255; left -= 255) output[written++] = 255;
    output[written++] = left;
  };
  const literals = (end: number, matchToken: number) => {
    const count = end - anchor;
    output[written++] = (Math.min(count, 15) << 4) | matchToken;
    if (count >= 15) length(count - 15);
    output.set(input.subarray(anchor, end), written);
    written += count;
  };

  const matchLimit = input.length - lastLiterals;
  while (at < input.length - lastMatchStart) {
    const word = word32(input, at);
    const slot = Math.imul(word, 2654435761) >>> (32 - hashBits);
    const candidate = table[slot]!;
    table[slot] = at;
    if (candidate < 0 || at - candidate > maximumOffset || word32(input, candidate) !== word) {
      at += 1;
      continue;
    }
    let end = at + minimumMatch;
    let from = candidate + minimumMatch;
    while (end < matchLimit && input[end] === input[from]) {
      end += 1;
      from += 1;
    }
    const extra = end - at - minimumMatch;
    literals(at, Math.min(extra, 15));
    const offset = at - candidate;
    output[written++] = offset & 0xff;
    output[written++] = offset >> 8;
    if (extra >= 15) length(extra - 15);
    at = end;
    anchor = end;
  }
  literals(input.length, 0);
  return output.subarray(0, written);
}

function word32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
