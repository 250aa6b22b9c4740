import type { Leaf } from './schema.ts';
import { binary, bool, i64, type ThriftStruct } from './thrift.ts';
import type { Fixed, Indices, Ranges } from './values.ts';

/**
 * Smallest and largest value of a set, as the plain bytes that statistics hold.
 * `undefined` when there is no value, or when the column's order is not one that is computed here.
 */
export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

type Compare = (
  bytes: Uint8Array,
  a: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
) => number;

/** Whether bounds can be computed for a column: its type has a total order that is defined by the format. */
export function hasBounds(leaf: Leaf): boolean {
  return comparison(leaf) !== undefined;
}

function comparison(leaf: Leaf): Compare | undefined {
  const { logical, unsigned } = leaf;
  switch (leaf.type) {
    case 'BOOLEAN':
      return compareBytes;
    case 'INT32':
      return unsigned ? compareUint32 : compareInt32;
    case 'INT64':
      return unsigned ? compareUint64 : compareInt64;
    case 'FLOAT':
      return compareFloat;
    case 'DOUBLE':
      return compareDouble;
    case 'BYTE_ARRAY':
      return logical === undefined || ['STRING', 'UTF8', 'JSON', 'ENUM', 'BSON'].includes(logical)
        ? compareBytes
        : undefined;
    case 'FIXED_LEN_BYTE_ARRAY':
      return logical === undefined || logical === 'UUID' ? compareBytes : undefined;
    default:
      return undefined;
  }
}

/** Collects bounds over any number of values. */
export class BoundsCollector {
  readonly #leaf: Leaf;
  readonly #compare: Compare | undefined;
  #min: Uint8Array | undefined;
  #max: Uint8Array | undefined;

  constructor(leaf: Leaf) {
    this.#leaf = leaf;
    this.#compare = comparison(leaf);
  }

  /** Adds values `[from, to)`. */
  add(values: Ranges | Fixed | Indices, from: number, to: number): void {
    if (this.#compare === undefined) return;
    if (values.kind === 'fixed') {
      const { bytes, width } = values;
      for (let i = from; i < to; i++) this.#take(bytes, i * width, (i + 1) * width);
      return;
    }
    if (values.kind === 'ranges') {
      for (let i = from; i < to; i++) this.#take(values.bytes, values.starts[i]!, values.ends[i]!);
      return;
    }
    const entries = values.dictionary.values;
    for (let i = from; i < to; i++) {
      const index = values.indices[i]!;
      if (entries.kind === 'fixed')
        this.#take(entries.bytes, index * entries.width, (index + 1) * entries.width);
      else this.#take(entries.bytes, entries.starts[index]!, entries.ends[index]!);
    }
  }

  #take(bytes: Uint8Array, start: number, end: number): void {
    const compare = this.#compare!;
    if (this.#leaf.type === 'FLOAT' && Number.isNaN(viewOf(bytes).getFloat32(start, true))) return;
    if (this.#leaf.type === 'DOUBLE' && Number.isNaN(viewOf(bytes).getFloat64(start, true))) return;
    if (this.#min === undefined || compare(bytes, start, end, this.#min, 0, this.#min.length) < 0) {
      this.#min = new Uint8Array(bytes.subarray(start, end));
    }
    if (this.#max === undefined || compare(bytes, start, end, this.#max, 0, this.#max.length) > 0) {
      this.#max = new Uint8Array(bytes.subarray(start, end));
    }
  }

  bounds(): Bounds | undefined {
    if (this.#min === undefined || this.#max === undefined) return undefined;
    return signedZeros(this.#leaf, { min: this.#min, max: this.#max });
  }
}

/** The format wants −0 as a minimum and +0 as a maximum, since some writers do not tell them apart. */
function signedZeros(leaf: Leaf, bounds: Bounds): Bounds {
  if (leaf.type !== 'FLOAT' && leaf.type !== 'DOUBLE') return bounds;
  const zero = (bytes: Uint8Array) =>
    bytes.every((byte, i) => (i === bytes.length - 1 ? byte & 0x7f : byte) === 0);
  const withSign = (bytes: Uint8Array, sign: number) => {
    const copy = new Uint8Array(bytes);
    copy[copy.length - 1] = sign;
    return copy;
  };
  return {
    min: zero(bounds.min) ? withSign(bounds.min, 0x80) : bounds.min,
    max: zero(bounds.max) ? withSign(bounds.max, 0) : bounds.max,
  };
}

const views = new WeakMap<ArrayBufferLike, DataView>();

/** A view whose offset 0 is that of `bytes`. */
function viewOf(bytes: Uint8Array): DataView {
  if (bytes.byteOffset !== 0) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let view = views.get(bytes.buffer);
  if (view === undefined) {
    view = new DataView(bytes.buffer);
    views.set(bytes.buffer, view);
  }
  return view;
}

const compareInt32: Compare = (a, start, _, b) =>
  viewOf(a).getInt32(start, true) - viewOf(b).getInt32(0, true);
const compareUint32: Compare = (a, start, _, b) =>
  viewOf(a).getUint32(start, true) - viewOf(b).getUint32(0, true);
const compareFloat: Compare = (a, start, _, b) =>
  viewOf(a).getFloat32(start, true) - viewOf(b).getFloat32(0, true);
const compareDouble: Compare = (a, start, _, b) =>
  viewOf(a).getFloat64(start, true) - viewOf(b).getFloat64(0, true);
const compareInt64: Compare = (a, start, _, b) =>
  order(viewOf(a).getBigInt64(start, true), viewOf(b).getBigInt64(0, true));
const compareUint64: Compare = (a, start, _, b) =>
  order(viewOf(a).getBigUint64(start, true), viewOf(b).getBigUint64(0, true));
const compareBytes: Compare = (a, start, end, b, bStart, bEnd) => {
  const length = Math.min(end - start, bEnd - bStart);
  for (let i = 0; i < length; i++) {
    const difference = a[start + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return end - start - (bEnd - bStart);
};

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Longest bound that a page index holds; a longer one is shortened. pyarrow and parquet-java do the same. */
const indexBoundLength = 64;

/**
 * Bounds as a page index holds them: a long minimum is cut, a long maximum is cut and its last character raised.
 * Undefined when a maximum cannot be raised (a long text without ASCII at its start).
 */
export function shortenBounds(leaf: Leaf, bounds: Bounds): Bounds | undefined {
  if (leaf.type !== 'BYTE_ARRAY') return bounds;
  const min =
    bounds.min.length <= indexBoundLength ? bounds.min : bounds.min.subarray(0, characterEnd(bounds.min));
  if (bounds.max.length <= indexBoundLength) return { min, max: bounds.max };
  for (let end = indexBoundLength; end > 0; end--) {
    const last = bounds.max[end - 1]!;
    if (last < 0x7f) {
      const max = new Uint8Array(bounds.max.subarray(0, end));
      max[end - 1] = last + 1;
      return { min, max };
    }
  }
  return undefined;
}

/** The last position up to the limit that does not split a UTF-8 character. */
function characterEnd(bytes: Uint8Array): number {
  let end = indexBoundLength;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}

/** A Statistics struct. Bounds and null count are left out where they are not known. */
export function statisticsStruct(bounds: Bounds | undefined, nullCount: number | undefined): ThriftStruct {
  const struct: ThriftStruct = new Map();
  if (nullCount !== undefined) struct.set(3, i64(nullCount));
  if (bounds !== undefined) {
    struct.set(5, binary(bounds.max));
    struct.set(6, binary(bounds.min));
    struct.set(7, bool(true));
    struct.set(8, bool(true));
  }
  return struct;
}
