import { crc32 } from 'node:zlib';
import { messageOf, TrajsieveError } from '../errors.ts';
import { release } from './codec.ts';
import type { Chunk } from './footer.ts';
import type { ByteSource } from './source.ts';
import { booleanField, numberField, readThrift, structField, type ThriftStruct } from './thrift.ts';

/** Encodings by their number in parquet.thrift. */
export const encoding = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;

export const pageType = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

/** A page as it lies in the file: still compressed, its header understood. */
export interface RawPage {
  readonly kind: 'dictionary' | 'v1' | 'v2';
  /** header and body, as in the file */
  readonly bytes: Uint8Array;
  readonly headerLength: number;
  readonly header: ThriftStruct;
  /** the v1, v2 or dictionary page header inside it */
  readonly detail: ThriftStruct;
  /** entries, nulls included */
  readonly valueCount: number;
  readonly encoding: number;
  readonly uncompressedSize: number;
  /** v2 only */
  readonly rowCount?: number;
  /** Call once, when nothing is read of the page any more: its memory is given back with that of the pages read with it. */
  done(): void;
}

/** The body of a page, compressed as it is. */
export function pageBody(page: RawPage): Uint8Array {
  return page.bytes.subarray(page.headerLength);
}

const readAhead = 512 * 1024;

/** Bytes that one compressed byte may come to where the footer says less: the limit of deflate, rounded up. */
const plausibleRatio = 1100;

/**
 * The pages of a column chunk in file order, index pages left out. At most one page and the read-ahead are in memory.
 * Throws a TrajsieveError that names file and column when a page cannot be read.
 */
export async function* readPages(source: ByteSource, chunk: Chunk): AsyncGenerator<RawPage> {
  let loan = new Loan(new Uint8Array(0));
  let window = loan.bytes;
  let windowStart = chunk.start;
  let at = chunk.start;
  let values = 0;

  const ensure = async (length: number) => {
    if (at - windowStart + length <= window.length) return;
    if (at + length > chunk.end) throw new RangeError(`page at byte ${at} reaches beyond its column chunk`);
    const size = Math.min(Math.max(length, readAhead), chunk.end - at);
    const bytes = await source.read(at, size);
    loan.end();
    loan = new Loan(bytes);
    window = bytes;
    windowStart = at;
  };

  try {
    while (values < chunk.valueCount && at < chunk.end) {
      const { struct: header, length: headerLength } = await readHeader();
      const bodySize = numberField(header, 3) ?? -1;
      if (bodySize < 0) throw new Error(`page at byte ${at} has size ${bodySize}`);
      await ensure(headerLength + bodySize);
      const from = at - windowStart;
      const bytes = window.subarray(from, from + headerLength + bodySize);
      const page = interpret(header, headerLength, bytes, chunk, loan);
      at += bytes.length;
      if (page === undefined) continue;
      loan.pages += 1;
      if (page.kind !== 'dictionary') values += page.valueCount;
      yield page;
    }
    loan.end();
    if (values !== chunk.valueCount)
      throw new Error(`pages hold ${values} values, the footer says ${chunk.valueCount}`);
  } catch (error) {
    throw pageError(error, source, chunk);
  }

  async function readHeader(): Promise<{ struct: ThriftStruct; length: number }> {
    // Headers hold statistics of any length: read more until it parses or the chunk ends.
    for (let need = Math.min(128, chunk.end - at); ; need = Math.min(need * 4, chunk.end - at)) {
      await ensure(need);
      const from = at - windowStart;
      try {
        const { struct, end } = readThrift(window, from);
        return { struct, length: end - from };
      } catch (error) {
        if (!(error instanceof RangeError) || windowStart + window.length >= chunk.end) throw error;
        if (need < window.length - from) need = window.length - from;
      }
    }
  }
}

/** Memory that pages were read into, and how many of them are still in use. */
class Loan {
  readonly bytes: Uint8Array;
  pages = 0;
  #isRead = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** No more pages are read from it. */
  end(): void {
    this.#isRead = true;
    if (this.pages === 0) release(this.bytes);
  }

  giveBack(): void {
    this.pages -= 1;
    if (this.pages === 0 && this.#isRead) release(this.bytes);
  }
}

function interpret(
  header: ThriftStruct,
  headerLength: number,
  bytes: Uint8Array,
  chunk: Chunk,
  loan: Loan,
): RawPage | undefined {
  const type = numberField(header, 1);
  if (type === pageType.index) return undefined;
  const [kind, field] =
    type === pageType.data
      ? (['v1', 5] as const)
      : type === pageType.dataV2
        ? (['v2', 8] as const)
        : type === pageType.dictionary
          ? (['dictionary', 7] as const)
          : (['unknown', 0] as const);
  const detail = structField(header, field);
  if (kind === 'unknown' || detail === undefined)
    throw new Error(`page type ${type} is unknown or has no header of its own`);

  const uncompressedSize = numberField(header, 2) ?? -1;
  const valueCount = numberField(detail, 1) ?? -1;
  // A damaged header must not ask for gigabytes. Some writers (parquetjs) give too small a size in the footer.
  const largest = Math.max(chunk.uncompressedSize, (bytes.length - headerLength) * plausibleRatio);
  if (uncompressedSize < 0 || uncompressedSize > largest) {
    throw new Error(`page claims ${uncompressedSize} bytes, its column chunk has ${chunk.uncompressedSize}`);
  }
  if (valueCount < 0 || (kind !== 'dictionary' && valueCount > chunk.valueCount)) {
    throw new Error(`page claims ${valueCount} values, its column chunk has ${chunk.valueCount}`);
  }
  if (kind === 'dictionary' && valueCount > uncompressedSize) {
    throw new Error(`dictionary page claims ${valueCount} values in ${uncompressedSize} bytes`);
  }
  const checksum = numberField(header, 4);
  if (
    checksum !== undefined &&
    crc32 !== undefined &&
    crc32(bytes.subarray(headerLength)) !== checksum >>> 0
  ) {
    throw new Error('page checksum does not match its bytes');
  }
  const done = () => loan.giveBack();
  const base = { kind, bytes, headerLength, header, detail, valueCount, uncompressedSize, done };
  if (kind !== 'v2') return { ...base, encoding: numberField(detail, 2) ?? -1 };
  return { ...base, encoding: numberField(detail, 4) ?? -1, rowCount: numberField(detail, 3) ?? -1 };
}

/** Whether the values of a v2 page are compressed. */
export function isCompressedV2(page: RawPage): boolean {
  return booleanField(page.detail, 7) !== false;
}

/** The same error with file and column. */
export function pageError(error: unknown, source: ByteSource, chunk: Chunk): TrajsieveError {
  if (error instanceof TrajsieveError) return error;
  return new TrajsieveError('parquet-page', `page cannot be read: ${messageOf(error)}`, {
    where: { file: source.name, column: chunk.leaf.path.join('.') },
    remedy: 'the file is damaged; its other row groups are still read',
    cause: error,
  });
}
