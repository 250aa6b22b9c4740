import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { decompress } from './codec.ts';
import type { Chunk } from './footer.ts';
import { encoding, isCompressedV2, pageBody, type RawPage } from './pages.ts';
import { bitWidth, decodeBitPackedLevels, decodeHybrid } from './rle.ts';
import type { Leaf } from './schema.ts';
import { numberField } from './thrift.ts';

/** Byte ranges in one buffer: no object per value. */
export interface Ranges {
  readonly kind: 'ranges';
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** true when each value stands right behind the one before, with its 4-byte length between them */
  readonly plain?: boolean;
}

/** Values of one width, little-endian; booleans are one byte each. */
export interface Fixed {
  readonly kind: 'fixed';
  readonly bytes: Uint8Array;
  readonly width: number;
}

/** Positions in the column chunk's dictionary. */
export interface Indices {
  readonly kind: 'indices';
  readonly indices: Int32Array;
  readonly dictionary: Dictionary;
}

/** The dictionary page of a column chunk, decoded. */
export interface Dictionary {
  readonly values: Ranges | Fixed;
  readonly count: number;
}

/** A data page, decoded: levels for every entry, values for those that are not null. */
export interface DecodedPage {
  /** entries, nulls included */
  readonly count: number;
  /** absent where the leaf's maximum level is 0 */
  readonly repetition: Uint8Array | undefined;
  readonly definition: Uint8Array | undefined;
  /** values that are not null */
  readonly valueCount: number;
  readonly values: Ranges | Fixed | Indices;
  /** bytes held in memory */
  readonly byteLength: number;
}

/** Decodes a dictionary page. */
export function decodeDictionary(page: RawPage, chunk: Chunk): Dictionary {
  if (page.encoding !== encoding.plain && page.encoding !== encoding.plainDictionary) {
    throw new Error(`dictionary page has encoding ${page.encoding}`);
  }
  const bytes = decompress(chunk.codec, pageBody(page), page.uncompressedSize);
  return { values: decodePlain(bytes, 0, page.valueCount, chunk.leaf), count: page.valueCount };
}

/** A data page, decompressed, its levels decoded and its values not yet. */
export interface SplitPage {
  /** entries, nulls included */
  readonly count: number;
  readonly repetition: Uint8Array | undefined;
  readonly definition: Uint8Array | undefined;
  readonly bytes: Uint8Array;
  /** the bytes were decompressed for it, and are no view on the file's */
  readonly isOwn: boolean;
  /** where the values start in `bytes` */
  readonly at: number;
}

/** Decompresses a data page of version 1 or 2 and decodes its levels. */
export function splitPage(page: RawPage, chunk: Chunk): SplitPage {
  return page.kind === 'v2' ? splitV2(page, chunk) : splitV1(page, chunk);
}

/** Decodes the values of a page that was split. */
export function decodePage(
  page: RawPage,
  split: SplitPage,
  chunk: Chunk,
  dictionary: Dictionary | undefined,
): DecodedPage {
  const { count, repetition, definition } = split;
  const maximum = chunk.leaf.definitionLevel;
  let valueCount = count;
  if (definition !== undefined) {
    for (let i = 0; i < count; i++) if (definition[i]! < maximum) valueCount -= 1;
  }
  const values = decodeValues(split.bytes, split.at, page.encoding, valueCount, chunk.leaf, dictionary);
  return {
    count,
    repetition,
    definition,
    valueCount,
    values,
    byteLength: page.uncompressedSize + count * 10,
  };
}

function splitV1(page: RawPage, chunk: Chunk): SplitPage {
  const bytes = decompress(chunk.codec, pageBody(page), page.uncompressedSize);
  const { repetitionLevel, definitionLevel } = chunk.leaf;
  let at = 0;
  const levels = (maximum: number, levelEncoding: number) => {
    if (maximum === 0) return undefined;
    const out = new Uint8Array(page.valueCount);
    if (levelEncoding === encoding.bitPacked) {
      at = decodeBitPackedLevels(bytes, at, bitWidth(maximum), out);
      return out;
    }
    if (at + 4 > bytes.length) throw new RangeError('page ends within its levels');
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    const start = at + 4;
    if (length < 0 || start + length > bytes.length)
      throw new RangeError(`level length ${length} exceeds the page`);
    decodeHybrid(bytes, start, start + length, bitWidth(maximum), out);
    at = start + length;
    return out;
  };
  const repetition = levels(repetitionLevel, numberField(page.detail, 4) ?? encoding.rle);
  const definition = levels(definitionLevel, numberField(page.detail, 3) ?? encoding.rle);
  return { count: page.valueCount, bytes, isOwn: chunk.codec !== 'UNCOMPRESSED', at, repetition, definition };
}

function splitV2(page: RawPage, chunk: Chunk): SplitPage {
  const body = pageBody(page);
  const definitionLength = numberField(page.detail, 5) ?? 0;
  const repetitionLength = numberField(page.detail, 6) ?? 0;
  const levelLength = definitionLength + repetitionLength;
  if (definitionLength < 0 || repetitionLength < 0 || levelLength > body.length) {
    throw new RangeError('level lengths exceed the page');
  }
  const levels = (maximum: number, start: number, length: number) => {
    if (maximum === 0) return undefined;
    const out = new Uint8Array(page.valueCount);
    decodeHybrid(body, start, start + length, bitWidth(maximum), out);
    return out;
  };
  const repetition = levels(chunk.leaf.repetitionLevel, 0, repetitionLength);
  const definition = levels(chunk.leaf.definitionLevel, repetitionLength, definitionLength);
  const rest = body.subarray(levelLength);
  const size = page.uncompressedSize - levelLength;
  if (size < 0) throw new RangeError('level lengths exceed the page');
  const isCompressed = isCompressedV2(page) && chunk.codec !== 'UNCOMPRESSED';
  const bytes = isCompressedV2(page) ? decompress(chunk.codec, rest, size) : rest;
  return { count: page.valueCount, bytes, isOwn: isCompressed, at: 0, repetition, definition };
}

function decodeValues(
  bytes: Uint8Array,
  at: number,
  kind: number,
  count: number,
  leaf: Leaf,
  dictionary: Dictionary | undefined,
): Ranges | Fixed | Indices {
  switch (kind) {
    case encoding.plain:
      return decodePlain(bytes, at, count, leaf);
    case encoding.plainDictionary:
    case encoding.rleDictionary:
      return decodeIndices(bytes, at, count, dictionary);
    case encoding.rle:
      return decodeBooleanRuns(bytes, at, count, leaf);
    case encoding.deltaBinaryPacked:
      return decodeDeltaIntegers(bytes, at, count, leaf);
    case encoding.deltaLengthByteArray:
      return decodeDeltaLengths(bytes, at, count);
    case encoding.deltaByteArray:
      return decodeDeltaStrings(bytes, at, count, leaf);
    case encoding.byteStreamSplit:
      return decodeByteStreamSplit(bytes, at, count, leaf);
    default:
      throw new Error(`encoding ${kind} is not supported`);
  }
}

/** Bytes a value of a physical type in the plain encoding; 0 for byte arrays. */
export function plainWidth(leaf: Leaf): number {
  switch (leaf.type) {
    case 'INT32':
    case 'FLOAT':
      return 4;
    case 'INT64':
    case 'DOUBLE':
      return 8;
    case 'INT96':
      return 12;
    case 'FIXED_LEN_BYTE_ARRAY':
      return leaf.typeLength;
    case 'BOOLEAN':
      return 1;
    default:
      return 0;
  }
}

function decodePlain(bytes: Uint8Array, at: number, count: number, leaf: Leaf): Ranges | Fixed {
  if (leaf.type === 'BYTE_ARRAY') return decodePlainByteArrays(bytes, at, count);
  if (leaf.type === 'BOOLEAN') {
    if (at + Math.ceil(count / 8) > bytes.length) throw new RangeError('page ends within its values');
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i++) out[i] = (bytes[at + (i >> 3)]! >> (i & 7)) & 1;
    return { kind: 'fixed', bytes: out, width: 1 };
  }
  const width = plainWidth(leaf);
  if (at + width * count > bytes.length) throw new RangeError('page ends within its values');
  return { kind: 'fixed', bytes: bytes.subarray(at, at + width * count), width };
}

function decodePlainByteArrays(bytes: Uint8Array, from: number, count: number): Ranges {
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = from;
  for (let i = 0; i < count; i++) {
    const start = at + 4;
    if (start > bytes.length) throw new RangeError('page ends within its values');
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    if (length < 0 || start + length > bytes.length)
      throw new RangeError(`value of ${length} bytes exceeds the page`);
    starts[i] = start;
    at = start + length;
    ends[i] = at;
  }
  return { kind: 'ranges', bytes, starts, ends, plain: true };
}

function decodeIndices(
  bytes: Uint8Array,
  at: number,
  count: number,
  dictionary: Dictionary | undefined,
): Indices {
  if (dictionary === undefined)
    throw new Error('page is dictionary-encoded, but the column has no dictionary page');
  const indices = new Int32Array(count);
  if (count > 0) {
    const width = bytes[at] ?? 33;
    if (width > 32) throw new RangeError(`dictionary index width ${width}`);
    decodeHybrid(bytes, at + 1, bytes.length, width, indices);
    for (let i = 0; i < count; i++) {
      if (indices[i]! < 0 || indices[i]! >= dictionary.count) {
        throw new RangeError(`dictionary index ${indices[i]} of ${dictionary.count}`);
      }
    }
  }
  return { kind: 'indices', indices, dictionary };
}

function decodeBooleanRuns(bytes: Uint8Array, at: number, count: number, leaf: Leaf): Fixed {
  if (leaf.type !== 'BOOLEAN') throw new Error(`encoding RLE for ${leaf.type}`);
  const out = new Uint8Array(count);
  if (count > 0) decodeHybrid(bytes, at + 4, bytes.length, 1, out);
  return { kind: 'fixed', bytes: out, width: 1 };
}

function decodeDeltaIntegers(bytes: Uint8Array, at: number, count: number, leaf: Leaf): Fixed {
  if (leaf.type === 'INT32') {
    const out = unpackInt32(deltaReader(bytes, at), count);
    return { kind: 'fixed', bytes: new Uint8Array(out.buffer), width: 4 };
  }
  if (leaf.type !== 'INT64') throw new Error(`encoding DELTA_BINARY_PACKED for ${leaf.type}`);
  const out = new BigInt64Array(count);
  if (count > 0) {
    const reader = deltaReader(bytes, at);
    checkDelta(reader);
    deltaBinaryUnpack(reader, count, out);
  }
  return { kind: 'fixed', bytes: new Uint8Array(out.buffer), width: 8 };
}

interface DeltaReader {
  view: DataView;
  offset: number;
}

function deltaReader(bytes: Uint8Array, at: number): DeltaReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at };
}

/** The format's rules for the header; without them damaged data could ask for any amount of memory. */
function checkDelta(reader: DeltaReader): void {
  const ahead = { ...reader };
  const blockSize = readVarInt(ahead);
  const miniblocks = readVarInt(ahead);
  if (blockSize <= 0 || miniblocks <= 0 || blockSize % miniblocks !== 0 || blockSize > 1 << 20) {
    throw new RangeError(`delta block of ${blockSize} values in ${miniblocks} miniblocks`);
  }
}

function unpackInt32(reader: DeltaReader, count: number): Int32Array {
  const out = new Int32Array(count);
  if (count === 0) return out;
  checkDelta(reader);
  deltaBinaryUnpack(reader, count, out);
  return out;
}

function decodeDeltaLengths(bytes: Uint8Array, at: number, count: number): Ranges {
  const reader = deltaReader(bytes, at);
  const ends = unpackInt32(reader, count);
  const starts = new Int32Array(count);
  let position = reader.offset;
  for (let i = 0; i < count; i++) {
    const length = ends[i]!;
    if (length < 0 || position + length > bytes.length)
      throw new RangeError(`value of ${length} bytes exceeds the page`);
    starts[i] = position;
    position += length;
    ends[i] = position;
  }
  return { kind: 'ranges', bytes, starts, ends };
}

function decodeDeltaStrings(bytes: Uint8Array, at: number, count: number, leaf: Leaf): Ranges | Fixed {
  const reader = deltaReader(bytes, at);
  const prefixes = unpackInt32(reader, count);
  const suffixes = unpackInt32(reader, count);
  let total = 0;
  let longest = 0;
  for (let i = 0; i < count; i++) {
    const length = prefixes[i]! + suffixes[i]!;
    if (prefixes[i]! < 0 || suffixes[i]! < 0 || prefixes[i]! > longest)
      throw new RangeError('prefix longer than the value before');
    longest = length;
    total += length;
  }
  if (total > 0x7fffffff) throw new RangeError(`page expands to ${total} bytes`);
  const out = new Uint8Array(total);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let from = reader.offset;
  let position = 0;
  for (let i = 0; i < count; i++) {
    if (from + suffixes[i]! > bytes.length) throw new RangeError('page ends within its values');
    starts[i] = position;
    if (i > 0) out.copyWithin(position, starts[i - 1]!, starts[i - 1]! + prefixes[i]!);
    position += prefixes[i]!;
    out.set(bytes.subarray(from, from + suffixes[i]!), position);
    position += suffixes[i]!;
    from += suffixes[i]!;
    ends[i] = position;
  }
  if (leaf.type !== 'FIXED_LEN_BYTE_ARRAY') return { kind: 'ranges', bytes: out, starts, ends };
  if (total !== leaf.typeLength * count) throw new RangeError('value of another length than its type');
  return { kind: 'fixed', bytes: out, width: leaf.typeLength };
}

function decodeByteStreamSplit(bytes: Uint8Array, at: number, count: number, leaf: Leaf): Fixed {
  const width = plainWidth(leaf);
  if (width === 0 || leaf.type === 'BOOLEAN') throw new Error(`encoding BYTE_STREAM_SPLIT for ${leaf.type}`);
  if (at + width * count > bytes.length) throw new RangeError('page ends within its values');
  const out = new Uint8Array(width * count);
  for (let stream = 0; stream < width; stream++) {
    for (let i = 0; i < count; i++) out[i * width + stream] = bytes[at + stream * count + i]!;
  }
  return { kind: 'fixed', bytes: out, width };
}

/** The values as byte ranges, whatever their encoding. */
export function asRanges(values: Ranges | Fixed | Indices, count: number): Ranges {
  if (values.kind === 'ranges') return values;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  if (values.kind === 'fixed') {
    for (let i = 0; i < count; i++) {
      starts[i] = i * values.width;
      ends[i] = starts[i]! + values.width;
    }
    return { kind: 'ranges', bytes: values.bytes, starts, ends };
  }
  const { indices, dictionary } = values;
  const entries = asRanges(dictionary.values, dictionary.count);
  for (let i = 0; i < count; i++) {
    starts[i] = entries.starts[indices[i]!]!;
    ends[i] = entries.ends[indices[i]!]!;
  }
  return { kind: 'ranges', bytes: entries.bytes, starts, ends };
}
