import { crc32 } from 'node:zlib';
import { compress } from './codec.ts';
import { ColumnCursor, type PageRows } from './column.ts';
import { EntryCounter, editsOfPiece, type LeafEdits, withoutSlots } from './edit.ts';
import { type Run, valuePositions } from './encode.ts';
import type { Chunk, RowGroup } from './footer.ts';
import { encoding, type RawPage } from './pages.ts';
import { runsOf } from './runs.ts';
import type { Leaf } from './schema.ts';
import type { ByteSource } from './source.ts';
import { i32, listField, numberField, structListField, structOf, writeThrift } from './thrift.ts';
import { asRanges, type DecodedPage, decodeDictionary, plainWidth } from './values.ts';

/** Which entries of a chunk's dictionary the rows of some outputs use. */
export interface DictionaryUse {
  /** by number of the output: 1 for each entry that is used */
  readonly entries: ReadonlyMap<number, Uint8Array>;
  /** data pages that were read for it; a dictionary-encoded page behind them was not looked at */
  readonly counted: number;
  /** the rows of these pages */
  readonly pages: readonly PageRows[];
}

/**
 * Reads the dictionary-encoded pages of a chunk and says which entries the rows of each destination use. Undefined where
 * the footer tells of no dictionary, or nobody asks.
 * @param pages rows of the chunk's pages, where they are known
 */
export async function dictionaryUse(
  source: ByteSource,
  group: RowGroup,
  chunk: Chunk,
  target: Uint8Array,
  destinations: readonly number[],
  pages: readonly PageRows[] | undefined,
  edits: LeafEdits | undefined,
): Promise<DictionaryUse | undefined> {
  const encodings = listField(chunk.metadata, 2) as number[];
  if (destinations.length === 0 || !encodings.some(isDictionary) || chunk.leaf.type === 'BOOLEAN')
    return undefined;
  const cursor = new ColumnCursor(source, chunk, group.rowCount, pages);
  const counter = new EntryCounter(edits?.level ?? 0);
  const entries = new Map<number, Uint8Array>();
  for (let left = dictionaryPages(chunk); left > 0; ) {
    const piece = await cursor.next(group.rowCount);
    const { dictionaryPage } = cursor;
    if (piece === undefined || dictionaryPage === undefined) break;
    const own = edits && editsOfPiece(piece, edits, counter);
    const mayUse = isDictionary(piece.raw.encoding);
    if (mayUse) left -= 1;
    for (const number of destinations) {
      let used = entries.get(number);
      if (used === undefined) entries.set(number, (used = new Uint8Array(dictionaryPage.valueCount)));
      if (!mayUse) continue;
      const runs = withoutSlots(runsOf(piece, target, number), own?.gone);
      if (runs.length > 0) mark(used, piece.decoded(), runs, chunk.leaf.definitionLevel);
    }
    piece.release();
  }
  return { entries, counted: cursor.seen.length, pages: pages ?? cursor.seen };
}

/** Whether a page of an encoding holds indices into the dictionary. */
export function isDictionary(number: number): boolean {
  return number === encoding.plainDictionary || number === encoding.rleDictionary;
}

/** Data pages that use the dictionary, where the footer counts them: what comes behind is plain and need not be read. */
function dictionaryPages({ metadata }: Chunk): number {
  const counts = structListField(metadata, 13);
  if (counts.length === 0) return Number.POSITIVE_INFINITY;
  let pages = 0;
  for (const count of counts) {
    const isData = numberField(count, 1) !== 2;
    if (isData && isDictionary(numberField(count, 2) ?? -1)) pages += numberField(count, 3) ?? 0;
  }
  return pages;
}

function mark(used: Uint8Array, page: DecodedPage, runs: readonly Run[], definitionLevel: number): void {
  const { values } = page;
  if (values.kind !== 'indices') return;
  const { indices } = values;
  const positions = page.valueCount === page.count ? undefined : valuePositions(page, definitionLevel);
  for (const { from, to } of runs) {
    const end = positions === undefined ? to : positions[to]!;
    for (let value = positions === undefined ? from : positions[from]!; value < end; value++)
      used[indices[value]!] = 1;
  }
}

/**
 * A dictionary page without the values that no row uses: short fillers stand in their place, so that indices stay true and
 * pages that refer to them can be copied as they are. All entries differ, since Arrow forgets equal ones when it reads a
 * column as a dictionary, and is then wrong about the others. The same page where all are used.
 * @param used 1 for each entry that stays
 */
export function withoutUnused(page: RawPage, used: Uint8Array, chunk: Chunk): RawPage {
  if (!used.includes(0)) return page;
  const { values, count } = decodeDictionary(page, chunk);
  const plain = filled(asRanges(values, count), used, chunk.leaf, values.kind !== 'fixed');
  const body = compress(chunk.codec, plain);
  const detail = new Map(page.detail);
  detail.delete(3); // whether it is sorted
  const header = new Map(page.header);
  header.set(2, i32(plain.length)).set(3, i32(body.length)).set(7, structOf(detail));
  if (header.has(4)) header.set(4, i32(crc32(body) | 0));
  const headerBytes = writeThrift(header);
  return {
    ...page,
    bytes: Buffer.concat([headerBytes, body]),
    headerLength: headerBytes.length,
    header,
    detail,
    uncompressedSize: plain.length,
  };
}

/** Bytes that a filler for texts has at most: numbers of up to 32 bits in base 36. */
const longestFiller = 7;

interface Entries {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * The plain bytes of a dictionary, with fillers for the entries that are not used, each unlike all others.
 * @param hasLengths each entry stands behind its length, four bytes
 */
function filled(entries: Entries, used: Uint8Array, leaf: Leaf, hasLengths: boolean): Uint8Array {
  const { bytes, starts, ends } = entries;
  const width = plainWidth(leaf);
  const ahead = hasLengths ? 4 : 0;
  let size = 0;
  for (let entry = 0; entry < used.length; entry++)
    size += ahead + (used[entry] === 1 ? ends[entry]! - starts[entry]! : width || longestFiller);
  const plain = Buffer.allocUnsafe(size);
  const taken = shortEntries(entries, used, width);
  let at = 0;
  let number = 0;
  for (let entry = 0; entry < used.length; entry++) {
    const from = at + ahead;
    let end = from;
    if (used[entry] === 1) {
      plain.set(bytes.subarray(starts[entry]!, ends[entry]!), from);
      end += ends[entry]! - starts[entry]!;
    } else {
      do {
        number += 1;
        end = from + writeFiller(plain, from, leaf, width, number);
      } while (taken.has(plain.toString('latin1', from, end)));
    }
    if (hasLengths) plain.writeUInt32LE(end - from, at);
    at = end;
  }
  return plain.subarray(0, at);
}

/** The entries in use that a filler could be like. */
function shortEntries({ bytes, starts, ends }: Entries, used: Uint8Array, width: number): Set<string> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const short = new Set<string>();
  for (let entry = 0; entry < used.length; entry++) {
    const length = ends[entry]! - starts[entry]!;
    if (used[entry] === 1 && length <= (width || longestFiller))
      short.add(all.toString('latin1', starts[entry]!, ends[entry]!));
  }
  return short;
}

/** Writes a value of a leaf's type that stands for a number, the number itself where it can be. Returns its length. */
function writeFiller(into: Buffer, at: number, leaf: Leaf, width: number, number: number): number {
  if (width === 0) return into.write(number.toString(36), at, 'latin1');
  into.fill(0, at, at + width);
  if (leaf.type === 'FLOAT') into.writeFloatLE(number, at);
  else if (leaf.type === 'DOUBLE') into.writeDoubleLE(number, at);
  else {
    const length = Math.min(width, 4);
    into.writeUIntLE(number % 2 ** (8 * length), at, length);
  }
  return width;
}
