import type { Chunk } from './footer.ts';
import type { ByteSource } from './source.ts';
import {
  binaryList,
  boolList,
  i32,
  i64,
  i64List,
  listField,
  numberField,
  readThrift,
  structList,
  structListField,
  type ThriftStruct,
} from './thrift.ts';

/** What the page index of a column chunk says of one data page. */
export interface IndexedPage {
  readonly offset: number;
  /** header and body */
  readonly size: number;
  readonly firstRow: number;
}

/** Smallest and largest value of one page as the column index holds them. */
export interface IndexedBounds {
  readonly isNull: boolean;
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  readonly nullCount: number | undefined;
}

/** The page index of a column chunk. */
export interface PageIndex {
  readonly pages: readonly IndexedPage[];
  /** absent where the chunk has an offset index alone */
  readonly bounds: readonly IndexedBounds[] | undefined;
  /** the offset index as it stands in the file */
  readonly offsets: ThriftStruct;
  readonly columnBytes: Uint8Array | undefined;
}

/** Reads a chunk's page index; undefined when it has none. */
export async function readPageIndex(source: ByteSource, chunk: Chunk): Promise<PageIndex | undefined> {
  const offsetBytes = await section(source, chunk, 4, 5);
  if (offsetBytes === undefined) return undefined;
  const offsets = readThrift(offsetBytes).struct;
  const pages = structListField(offsets, 1).map((page) => ({
    offset: numberField(page, 1) ?? 0,
    size: numberField(page, 2) ?? 0,
    firstRow: numberField(page, 3) ?? 0,
  }));
  const columnBytes = await section(source, chunk, 6, 7);
  if (columnBytes === undefined) return { pages, bounds: undefined, offsets, columnBytes };
  const column = readThrift(columnBytes).struct;
  const minima = listField(column, 2) as Uint8Array[];
  const maxima = listField(column, 3) as Uint8Array[];
  const nullCounts = listField(column, 5) as bigint[];
  const bounds = (listField(column, 1) as boolean[]).map((isNull, i) => ({
    isNull,
    min: minima[i] ?? new Uint8Array(0),
    max: maxima[i] ?? new Uint8Array(0),
    nullCount: nullCounts[i] === undefined ? undefined : Number(nullCounts[i]),
  }));
  return { pages, bounds: bounds.length === pages.length ? bounds : undefined, offsets, columnBytes };
}

async function section(source: ByteSource, chunk: Chunk, offsetField: number, lengthField: number) {
  const offset = numberField(chunk.struct, offsetField);
  const length = numberField(chunk.struct, lengthField);
  if (offset === undefined || length === undefined || offset <= 0 || length <= 0) return undefined;
  if (offset + length > source.size) throw new Error('page index lies beyond the end of the file');
  return await source.read(offset, length);
}

/** An OffsetIndex struct. */
export function offsetIndexStruct(pages: readonly IndexedPage[]): ThriftStruct {
  const locations = pages.map(
    (page): ThriftStruct =>
      new Map([
        [1, i64(page.offset)],
        [2, i32(page.size)],
        [3, i64(page.firstRow)],
      ]),
  );
  return new Map([[1, structList(locations)]]);
}

/** A ColumnIndex struct, its order declared unknown. */
export function columnIndexStruct(bounds: readonly IndexedBounds[]): ThriftStruct {
  const struct: ThriftStruct = new Map([
    [1, boolList(bounds.map((page) => page.isNull))],
    [2, binaryList(bounds.map((page) => page.min))],
    [3, binaryList(bounds.map((page) => page.max))],
    [4, i32(0)],
  ]);
  if (bounds.every((page) => page.nullCount !== undefined)) {
    struct.set(5, i64List(bounds.map((page) => page.nullCount!)));
  }
  return struct;
}

/** The same offset index for a chunk that was moved by `shift` bytes; all else it says is kept. */
export function shiftOffsetIndex(offsets: ThriftStruct, shift: number): ThriftStruct {
  const moved = structListField(offsets, 1).map((page): ThriftStruct => {
    return new Map(page).set(1, i64((numberField(page, 1) ?? 0) + shift));
  });
  return new Map(offsets).set(1, structList(moved));
}
