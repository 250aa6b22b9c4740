import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';

/** Bits needed to write numbers from 0 to `maximum`. */
export function bitWidth(maximum: number): number {
  return 32 - Math.clz32(maximum);
}

/**
 * Decodes Parquet's run-length / bit-packed hybrid into `out`, all of it. Unlike hyparquet's, it never runs longer than
 * `out` however damaged the data are.
 * @returns the offset behind the last run that was needed
 * @throws RangeError when the data end before `out` is full
 */
export function decodeHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  out: Uint8Array | Int32Array,
): number {
  let at = start;
  let filled = 0;
  while (filled < out.length) {
    let header = 0;
    let shift = 0;
    for (;;) {
      if (at >= end || shift > 28) throw new RangeError('run-length data ended early');
      const byte = bytes[at++]!;
      header |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
      shift += 7;
    }
    header >>>= 0;
    if ((header & 1) === 0) {
      const size = (width + 7) >> 3;
      if (at + size > end) throw new RangeError('run-length data ended early');
      let value = 0;
      for (let i = 0; i < size; i++) value |= bytes[at + i]! << (8 * i);
      at += size;
      const runEnd = Math.min(filled + (header >>> 1), out.length);
      out.fill(value, filled, runEnd);
      filled = runEnd;
    } else {
      const groups = header >>> 1;
      const count = Math.min(groups * 8, out.length - filled);
      // Some writers leave out the padding of the last group: what is needed must be there, the rest may lack.
      if (at + Math.ceil((count * width) / 8) > end) throw new RangeError('bit-packed data ended early');
      unpack(bytes, at, width, out, filled, count);
      filled += count;
      at = Math.min(at + groups * width, end);
    }
  }
  return at;
}

function unpack(
  bytes: Uint8Array,
  start: number,
  width: number,
  out: Uint8Array | Int32Array,
  from: number,
  count: number,
): void {
  if (width === 0) {
    out.fill(0, from, from + count);
    return;
  }
  const mask = width === 32 ? 0xffffffff : (1 << width) - 1;
  let bit = start * 8;
  for (let i = 0; i < count; i++) {
    const at = Math.floor(bit / 8);
    const shift = bit % 8;
    const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    let value = low >>> shift;
    if (shift + width > 32) value |= bytes[at + 4]! << (32 - shift);
    out[from + i] = value & mask;
    bit += width;
  }
}

/** Decodes levels in the deprecated BIT_PACKED encoding: most significant bit first, no header. */
export function decodeBitPackedLevels(
  bytes: Uint8Array,
  start: number,
  width: number,
  out: Uint8Array,
): number {
  const end = start + Math.ceil((out.length * width) / 8);
  if (end > bytes.length) throw new RangeError('bit-packed levels ended early');
  let bit = start * 8;
  for (let i = 0; i < out.length; i++) {
    let value = 0;
    for (let j = 0; j < width; j++, bit++) value = (value << 1) | ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1);
    out[i] = value;
  }
  return end;
}

/** Encodes numbers in the run-length / bit-packed hybrid, without a length before it. */
export function encodeHybrid(values: Uint8Array | Int32Array, width: number): Uint8Array {
  if (width > 24) throw new Error(`bit width ${width} is more than 24`);
  const writer = new ByteWriter(values.length + 16);
  writeRleBitPackedHybrid(writer, values, width);
  return writer.getBytes();
}
