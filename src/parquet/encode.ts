import { crc32 } from 'node:zlib';
import { compress, release } from './codec.ts';
import type { Chunk } from './footer.ts';
import { encoding, type RawPage } from './pages.ts';
import { bitWidth, encodeHybrid } from './rle.ts';
import { type Bounds, BoundsCollector } from './statistics.ts';
import { bool, i32, structOf, type ThriftStruct, writeThrift } from './thrift.ts';
import { asRanges, type DecodedPage, type Fixed, type Indices, type Ranges } from './values.ts';

/** Plain size that a rewritten page aims at: what pyarrow and the Hugging Face libraries write. */
const pageSize = 1 << 20;

/** Entries `[from, to)` of a page. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

export interface EncodeOptions {
  /** write dictionary indices as plain values, for a chunk that has another dictionary */
  readonly plain?: boolean;
  /** compute the smallest and largest value */
  readonly bounds?: boolean;
}

/** A page ready to be written. */
export interface EncodedPage {
  /** header and body */
  readonly bytes: Uint8Array;
  readonly headerLength: number;
  readonly uncompressedSize: number;
  readonly kind: 'v1' | 'v2';
  readonly encoding: number;
  readonly valueCount: number;
  readonly nullCount: number;
  /** rows that begin in it */
  readonly rowCount: number;
  readonly bounds: Bounds | undefined;
}

/**
 * Writes the chosen entries of a page anew, as pages of about 1 MB in the same codec and page version. Dictionary
 * indices stay indices; every other encoding becomes plain.
 * @param runs ascending, not overlapping; they begin and end at rows, but for the tail of a continued row
 */
export function* encodePages(
  page: DecodedPage,
  runs: readonly Run[],
  template: RawPage,
  chunk: Chunk,
  options: EncodeOptions = {},
): Generator<EncodedPage> {
  const values = options.plain === true ? materialise(page.values, page.valueCount) : page.values;
  const valueAt = valuePositions(page, chunk.leaf.definitionLevel);
  for (const part of cutRuns(runs, page, values, valueAt)) {
    yield encodePage(page, values, part, valueAt, template, chunk, options.bounds === true);
  }
}

/** For each entry the number of values (not nulls) before it. */
export function valuePositions(page: DecodedPage, maximum: number): Int32Array {
  const positions = new Int32Array(page.count + 1);
  let position = 0;
  for (let slot = 0; slot < page.count; slot++) {
    positions[slot] = position;
    if (page.definition === undefined || page.definition[slot] === maximum) position += 1;
  }
  positions[page.count] = position;
  return positions;
}

/** Cuts the runs into pages, at rows. */
function* cutRuns(
  runs: readonly Run[],
  page: DecodedPage,
  values: Ranges | Fixed | Indices,
  valueAt: Int32Array,
): Generator<Run[]> {
  const sizeOf =
    values.kind === 'ranges'
      ? (value: number) => 4 + values.ends[value]! - values.starts[value]!
      : values.kind === 'fixed'
        ? () => values.width
        : () => 2;
  let part: Run[] = [];
  let size = 0;
  for (const run of runs) {
    let from = run.from;
    for (let slot = run.from; slot < run.to; slot++) {
      const startsRow = page.repetition === undefined || page.repetition[slot] === 0;
      if (size >= pageSize && startsRow) {
        if (slot > from) part.push({ from, to: slot });
        yield part;
        part = [];
        size = 0;
        from = slot;
      }
      if (valueAt[slot + 1]! > valueAt[slot]!) size += sizeOf(valueAt[slot]!);
    }
    if (run.to > from) part.push({ from, to: run.to });
  }
  if (part.length > 0) yield part;
}

function encodePage(
  page: DecodedPage,
  values: Ranges | Fixed | Indices,
  runs: readonly Run[],
  valueAt: Int32Array,
  template: RawPage,
  chunk: Chunk,
  withBounds: boolean,
): EncodedPage {
  const { leaf, codec } = chunk;
  const count = runs.reduce((sum, run) => sum + run.to - run.from, 0);
  const repetition = gatherLevels(page.repetition, runs, count);
  const definition = gatherLevels(page.definition, runs, count);
  const valueRuns = runs.map((run) => ({ from: valueAt[run.from]!, to: valueAt[run.to]! }));
  const valueCount = valueRuns.reduce((sum, run) => sum + run.to - run.from, 0);

  const repetitionBytes = repetition && encodeHybrid(repetition, bitWidth(leaf.repetitionLevel));
  const definitionBytes = definition && encodeHybrid(definition, bitWidth(leaf.definitionLevel));
  const isV2 = template.kind === 'v2';
  // the levels of version 1 are compressed with the values
  const levels = isV2
    ? [repetitionBytes, definitionBytes]
    : [lengthPrefixed(repetitionBytes), lengthPrefixed(definitionBytes)];
  const plain = gatherPlain(isV2 ? [] : levels, values, valueRuns, valueCount, leaf.type === 'BOOLEAN');
  const body = compress(codec, plain);
  const outside = isV2 ? levels : [];
  const outsideLength = outside.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
  const plainLength = outsideLength + plain.length;
  const valueEncoding = values.kind === 'indices' ? template.encoding : encoding.plain;
  const rowCount =
    repetition === undefined ? count : repetition.reduce((rows, level) => rows + (level === 0 ? 1 : 0), 0);
  const nullCount = count - valueCount;

  const collector = new BoundsCollector(leaf);
  if (withBounds) for (const run of valueRuns) collector.add(values, run.from, run.to);

  const detail: ThriftStruct = new Map(template.detail);
  detail.set(1, i32(count));
  if (isV2) {
    detail.set(2, i32(nullCount)).set(3, i32(rowCount)).set(4, i32(valueEncoding));
    detail.set(5, i32(definitionBytes?.length ?? 0)).set(6, i32(repetitionBytes?.length ?? 0));
    detail.set(7, bool(codec !== 'UNCOMPRESSED'));
    detail.delete(8);
  } else {
    detail.set(2, i32(valueEncoding)).set(3, i32(encoding.rle)).set(4, i32(encoding.rle));
    detail.delete(5);
  }
  const header: ThriftStruct = new Map(template.header);
  header.set(2, i32(plainLength)).set(3, i32(outsideLength + body.length));
  if (header.has(4)) header.set(4, i32(crc32(concatenate([...outside, body])) | 0));
  header.set(isV2 ? 8 : 5, structOf(detail));
  const headerBytes = writeThrift(header);
  const bytes = concatenate([headerBytes, ...outside, body]);
  if (body !== plain) release(body);
  return {
    bytes,
    headerLength: headerBytes.length,
    uncompressedSize: headerBytes.length + plainLength,
    kind: isV2 ? 'v2' : 'v1',
    encoding: valueEncoding,
    valueCount: count,
    nullCount,
    rowCount,
    bounds: collector.bounds(),
  };
}

function gatherLevels(
  levels: Uint8Array | undefined,
  runs: readonly Run[],
  count: number,
): Uint8Array | undefined {
  if (levels === undefined) return undefined;
  const out = new Uint8Array(count);
  let at = 0;
  for (const run of runs) {
    out.set(levels.subarray(run.from, run.to), at);
    at += run.to - run.from;
  }
  return out;
}

/** What a page holds before it is compressed: the same memory for one page after another. */
let plainBytes = new Uint8Array(0);

/**
 * What is compressed of a page: what comes first, and the chosen values behind it.
 * @returns a view that the next page overwrites
 */
function gatherPlain(
  first: readonly (Uint8Array | undefined)[],
  values: Ranges | Fixed | Indices,
  runs: readonly Run[],
  count: number,
  bits: boolean,
): Uint8Array {
  const others =
    values.kind === 'ranges'
      ? undefined
      : values.kind === 'indices'
        ? gatherIndices(values, runs, count)
        : bits
          ? gatherBits(values, runs, count)
          : gatherFixed(values, runs, count);
  const ahead = concatenate(first);
  const size = ahead.length + (others?.length ?? sizeOfRanges(values as Ranges, runs));
  if (plainBytes.length < size) plainBytes = new Uint8Array(size + (size >> 2));
  plainBytes.set(ahead);
  if (others === undefined) gatherRanges(values as Ranges, runs, plainBytes, ahead.length);
  else plainBytes.set(others, ahead.length);
  return plainBytes.subarray(0, size);
}

function sizeOfRanges({ starts, ends }: Ranges, runs: readonly Run[]): number {
  let size = 0;
  for (const run of runs) for (let i = run.from; i < run.to; i++) size += 4 + ends[i]! - starts[i]!;
  return size;
}

/** Writes values as the plain encoding has them, each behind its length. */
function gatherRanges(values: Ranges, runs: readonly Run[], out: Uint8Array, from: number): void {
  const { bytes, starts, ends } = values;
  let at = from;
  for (const { from, to } of runs) {
    if (from === to) continue;
    if (values.plain === true) {
      // values in the plain encoding lie there as they are to be written, lengths and all
      const whole = bytes.subarray(starts[from]! - 4, ends[to - 1]!);
      out.set(whole, at);
      at += whole.length;
      continue;
    }
    for (let i = from; i < to; i++) {
      const length = ends[i]! - starts[i]!;
      out[at] = length;
      out[at + 1] = length >>> 8;
      out[at + 2] = length >>> 16;
      out[at + 3] = length >>> 24;
      out.set(bytes.subarray(starts[i]!, ends[i]!), at + 4);
      at += 4 + length;
    }
  }
}

function gatherIndices(values: Indices, runs: readonly Run[], count: number): Uint8Array {
  const indices = new Int32Array(count);
  let at = 0;
  let largest = 0;
  for (const run of runs) {
    for (let i = run.from; i < run.to; i++) {
      const index = values.indices[i]!;
      indices[at++] = index;
      if (index > largest) largest = index;
    }
  }
  const width = bitWidth(largest);
  const runsOfIndices = encodeHybrid(indices, width);
  return concatenate([Uint8Array.of(width), runsOfIndices]);
}

function gatherBits(values: Fixed, runs: readonly Run[], count: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(count / 8));
  let at = 0;
  for (const run of runs) {
    for (let i = run.from; i < run.to; i++, at++) {
      if (values.bytes[i] !== 0) out[at >> 3] = out[at >> 3]! | (1 << (at & 7));
    }
  }
  return out;
}

function gatherFixed(values: Fixed, runs: readonly Run[], count: number): Uint8Array {
  const { bytes, width } = values;
  const out = new Uint8Array(count * width);
  let at = 0;
  for (const run of runs) {
    out.set(bytes.subarray(run.from * width, run.to * width), at);
    at += (run.to - run.from) * width;
  }
  return out;
}

/** Dictionary indices as the values they stand for. */
export function materialise(values: Ranges | Fixed | Indices, count: number): Ranges | Fixed {
  if (values.kind !== 'indices') return values;
  const { indices, dictionary } = values;
  if (dictionary.values.kind === 'ranges') return asRanges(values, count);
  const { bytes, width } = dictionary.values;
  const out = new Uint8Array(count * width);
  for (let i = 0; i < count; i++)
    out.set(bytes.subarray(indices[i]! * width, (indices[i]! + 1) * width), i * width);
  return { kind: 'fixed', bytes: out, width };
}

function lengthPrefixed(bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const out = new Uint8Array(bytes.length + 4);
  new DataView(out.buffer).setUint32(0, bytes.length, true);
  out.set(bytes, 4);
  return out;
}

function concatenate(parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  const present = parts.filter((part) => part !== undefined);
  if (present.length === 1) return present[0]!;
  const out = new Uint8Array(present.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of present) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
