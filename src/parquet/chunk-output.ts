import type { EncodedPage } from './encode.ts';
import type { Chunk } from './footer.ts';
import type { IndexedBounds, IndexedPage, PageIndex } from './page-index.ts';
import { encoding, type RawPage } from './pages.ts';
import type { ByteSink } from './sink.ts';
import { type Bounds, shortenBounds, statisticsStruct } from './statistics.ts';
import {
  i32,
  i32List,
  i64,
  listField,
  numberField,
  structField,
  structList,
  structOf,
  type ThriftStruct,
} from './thrift.ts';

/** Page types as encoding statistics count them. */
const pageTypeOf = { dictionary: 2, v1: 0, v2: 3 } as const;

/** ColumnMetaData that tells of all rows: what a writer says of the chunk, bloom filter, size and geospatial statistics. */
const ofAllRows = [8, 14, 15, 16, 17] as const;

/** A column chunk in an output file, with what the end of the file has to say of it. */
export interface WrittenChunk {
  readonly struct: ThriftStruct;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly pages: readonly IndexedPage[] | undefined;
  readonly bounds: readonly IndexedBounds[] | undefined;
}

/**
 * Writes one column chunk page by page and keeps the books: sizes, encodings, null count, page index.
 * Statistics of rows that are gone are never passed on: what cannot be told anew is left out.
 */
export class ChunkOutput {
  readonly #sink: ByteSink;
  readonly #chunk: Chunk;
  readonly #start: number;
  #dictionaryOffset: number | undefined;
  #dataOffset: number | undefined;
  #uncompressed = 0;
  #values = 0;
  #rows = 0;
  #nulls: number | undefined = 0;
  readonly #encodings = new Map<string, { page: number; encoding: number; count: number }>();
  readonly #pages: IndexedPage[] = [];
  #bounds: IndexedBounds[] | undefined = [];

  constructor(sink: ByteSink, chunk: Chunk) {
    this.#sink = sink;
    this.#chunk = chunk;
    this.#start = sink.position;
  }

  get isEmpty(): boolean {
    return this.#dataOffset === undefined;
  }

  dictionary(page: RawPage): void {
    this.#dictionaryOffset = this.#sink.position;
    this.#count('dictionary', page.encoding);
    this.#uncompressed += page.headerLength + page.uncompressedSize;
    this.#sink.write(page.bytes);
  }

  /**
   * A page as it was.
   * @param rows rows that begin in it
   * @param bounds what the input's page index says of it
   * @param nulls its nulls, where they are known
   */
  copy(page: RawPage, rows: number, bounds: IndexedBounds | undefined, nulls: number | undefined): void {
    this.#place(page.bytes.length);
    this.#count(page.kind, page.encoding);
    this.#uncompressed += page.headerLength + page.uncompressedSize;
    this.#values += page.valueCount;
    this.#rows += rows;
    const known = nulls ?? bounds?.nullCount;
    this.#nulls = this.#nulls === undefined || known === undefined ? undefined : this.#nulls + known;
    if (bounds === undefined) this.#bounds = undefined;
    else this.#bounds?.push(bounds);
    this.#sink.write(page.bytes);
  }

  /** A page written anew. */
  encoded(page: EncodedPage): void {
    this.#place(page.bytes.length);
    this.#count(page.kind, page.encoding);
    this.#uncompressed += page.uncompressedSize;
    this.#values += page.valueCount;
    this.#rows += page.rowCount;
    if (this.#nulls !== undefined) this.#nulls += page.nullCount;
    const short = page.bounds && shortenBounds(this.#chunk.leaf, page.bounds);
    const isNull = page.nullCount === page.valueCount;
    if (short !== undefined) this.#bounds?.push({ isNull: false, ...short, nullCount: page.nullCount });
    else if (isNull) this.#bounds?.push({ isNull, min: empty, max: empty, nullCount: page.nullCount });
    else this.#bounds = undefined;
    this.#sink.write(page.bytes);
  }

  /**
   * @param index the input's page index: the output has one where the input had
   * @param bounds of all values that were written, where they were collected
   */
  finish(index: PageIndex | undefined, bounds: Bounds | undefined): WrittenChunk {
    const compressed = this.#sink.position - this.#start;
    const metadata: ThriftStruct = new Map(this.#chunk.metadata);
    const data = this.#dataOffset ?? this.#sink.position;
    metadata.set(
      2,
      i32List([
        ...new Set(
          [...this.#encodings.values()].map((entry) => entry.encoding).concat(this.#levelEncodings()),
        ),
      ]),
    );
    metadata
      .set(5, i64(this.#values))
      .set(6, i64(this.#uncompressed))
      .set(7, i64(compressed))
      .set(9, i64(data));
    metadata.delete(10);
    if (this.#dictionaryOffset === undefined) metadata.delete(11);
    else metadata.set(11, i64(this.#dictionaryOffset));
    if (metadata.has(12)) {
      const statistics = statisticsStruct(bounds, this.#nulls);
      if (statistics.size > 0) metadata.set(12, structOf(statistics));
      else metadata.delete(12);
    }
    if (metadata.has(13)) metadata.set(13, structList(this.#encodingStatistics()));
    for (const stale of ofAllRows) metadata.delete(stale);

    const struct: ThriftStruct = new Map(this.#chunk.struct);
    struct.set(2, i64(data)).set(3, structOf(metadata));
    for (const stale of [4, 5, 6, 7]) struct.delete(stale);
    return {
      struct,
      compressedSize: compressed,
      uncompressedSize: this.#uncompressed,
      pages: index === undefined ? undefined : this.#pages,
      bounds: index?.bounds === undefined ? undefined : this.#bounds,
    };
  }

  #place(size: number): void {
    this.#dataOffset ??= this.#sink.position;
    this.#pages.push({ offset: this.#sink.position, size, firstRow: this.#rows });
  }

  #count(kind: RawPage['kind'], encodingNumber: number): void {
    const key = `${kind} ${encodingNumber}`;
    const entry = this.#encodings.get(key);
    if (entry === undefined)
      this.#encodings.set(key, { page: pageTypeOf[kind], encoding: encodingNumber, count: 1 });
    else entry.count += 1;
  }

  /** Level encodings that the input declares are kept, those of its values are counted anew. */
  #levelEncodings(): number[] {
    const declared = listField(this.#chunk.metadata, 2) as number[];
    return [encoding.rle, ...declared.filter((value) => value === encoding.bitPacked)];
  }

  #encodingStatistics(): ThriftStruct[] {
    return [...this.#encodings.values()].map(
      (entry): ThriftStruct =>
        new Map([
          [1, i32(entry.page)],
          [2, i32(entry.encoding)],
          [3, i32(entry.count)],
        ]),
    );
  }
}

const empty = new Uint8Array(0);

/** A chunk that is copied whole, moved by `shift` bytes: everything the footer says of it stays true. */
export function movedChunk(chunk: Chunk, shift: number): WrittenChunk {
  const metadata: ThriftStruct = new Map(chunk.metadata);
  for (const field of [9, 10, 11]) {
    const offset = numberField(metadata, field);
    if (offset !== undefined && offset > 0) metadata.set(field, i64(offset + shift));
  }
  for (const stale of [14, 15]) metadata.delete(stale);
  const struct: ThriftStruct = new Map(chunk.struct);
  struct.set(2, i64(numberField(metadata, 9) ?? 0)).set(3, structOf(metadata));
  for (const stale of [4, 5, 6, 7]) struct.delete(stale);
  return {
    struct,
    compressedSize: chunk.end - chunk.start,
    uncompressedSize: chunk.uncompressedSize,
    pages: undefined,
    bounds: undefined,
  };
}

/** Nulls that a page's own header tells of: all of them for v2, those of its statistics for v1. */
export function headerNulls(page: RawPage): number | undefined {
  if (page.kind === 'v2') return numberField(page.detail, 2);
  const statistics = structField(page.detail, 5);
  return statistics === undefined ? undefined : numberField(statistics, 3);
}
