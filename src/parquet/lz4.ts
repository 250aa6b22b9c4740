/**
 * LZ4 blocks. No maintained package in plain JavaScript compresses them, and the one that decompresses them does not
 * tell when a block is shorter than it should be; Parquet files with lz4 are rare, so that simple code will do.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */

const hashBits = 14;
const minimumMatch = 4;
/** The format ends every block with literals: a match may not start in the last 12 bytes nor cover the last 5. */
const lastMatchStart = 12;
const lastLiterals = 5;
const maximumOffset = 65_535;

/** Compresses `input` into one LZ4 block, without frame or length: greedy, with a hash table. */
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

/**
 * Decompresses one LZ4 block. Throws where it is damaged, or does not come to `size` bytes.
 */
export function decompressLz4Block(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  let read = 0;
  let written = 0;
  const next = () => {
    const byte = input[read++];
    if (byte === undefined) throw new RangeError('lz4 block ended early');
    return byte;
  };
  const extended = (nibble: number) => {
    let length = nibble;
    if (nibble === 15) {
      let byte: number;
      do {
        byte = next();
        length += byte;
      } while (byte === 255);
    }
    return length;
  };
  while (read < input.length) {
    const token = next();
    const literals = extended(token >> 4);
    if (read + literals > input.length || written + literals > size)
      throw new RangeError('lz4 literals exceed the block');
    output.set(input.subarray(read, read + literals), written);
    read += literals;
    written += literals;
    if (read === input.length) break;
    const offset = next() | (next() << 8);
    const length = extended(token & 15) + minimumMatch;
    if (offset === 0 || offset > written || written + length > size)
      throw new RangeError('lz4 match exceeds the block');
    // a match may overlap what it makes
    for (let from = written - offset, left = length; left > 0; left--) output[written++] = output[from++]!;
  }
  if (written !== size) throw new RangeError(`lz4 block gave ${written} bytes, ${size} were expected`);
  return output;
}

/**
 * Decompresses a page of the deprecated codec LZ4: frames as Hadoop writes them, each with both lengths big-endian
 * before it, or (by some writers) a bare block.
 */
export function decompressHadoopLz4(input: Uint8Array, size: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const output = new Uint8Array(size);
  let written = 0;
  for (let at = 0; at < input.length; ) {
    const plain = at + 8 <= input.length ? view.getUint32(at) : size + 1;
    const packed = plain <= size ? view.getUint32(at + 4) : 0;
    if (written + plain > size || at + 8 + packed > input.length) return decompressLz4Block(input, size);
    output.set(decompressLz4Block(input.subarray(at + 8, at + 8 + packed), plain), written);
    written += plain;
    at += 8 + packed;
  }
  if (written !== size) throw new RangeError(`lz4 frames gave ${written} bytes, ${size} were expected`);
  return output;
}
