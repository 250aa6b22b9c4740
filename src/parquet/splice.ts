import { lastLeafOf, writeAddedField } from './added-field.ts';
import type { ChunkOutput } from './chunk-output.ts';
import { headerNulls } from './chunk-output.ts';
import { release } from './codec.ts';
import { ColumnCursor, type PageMap, type Piece } from './column.ts';
import { dictionaryUse, isDictionary, withoutUnused } from './dictionary-use.ts';
import {
  EntryCounter,
  editsOfPiece,
  type GroupEdits,
  type LeafEdits,
  type PieceEdits,
  replaceValues,
  withoutSlots,
} from './edit.ts';
import { encodePages, type Run } from './encode.ts';
import type { Chunk, RowGroup } from './footer.ts';
import type { OutputFile } from './output-file.ts';
import { type IndexedBounds, type PageIndex, readPageIndex } from './page-index.ts';
import { runsOf } from './runs.ts';
import type { ByteSource } from './source.ts';
import { BoundsCollector, hasBounds } from './statistics.ts';

/** The destination of rows that go nowhere. */
export const dropped = 255;

/** Bytes read at once when a chunk is copied whole. */
const copyBlock = 4 << 20;

/** Chunks of flat columns up to this size get exact statistics again when they lose rows. */
const exactStatisticsUpTo = 32 << 20;

/** One output of a splice: a file, and the rows of the row group that go there. */
export interface Destination {
  readonly file: OutputFile;
  readonly rows: number;
}

/**
 * Distributes the rows of one row group over output files, column by column. A chunk that loses no row is copied whole,
 * a page that loses no row is copied as it is, and only pages that lose rows are written anew. Rows keep their order. Values
 * that stand in the dictionary of a chunk and in none of the rows that an output gets are overwritten there.
 * @param target for each row the index of its destination, or `dropped`
 * @param destinations row counts must agree with `target`; one without rows gets nothing
 * @param pages rows of the pages of some leaves, where they are known: those need not be decompressed to be counted
 * @param edits what is changed in rows on their way; what they do not touch is copied as ever
 */
export async function spliceColumns(
  source: ByteSource,
  group: RowGroup,
  target: Uint8Array,
  destinations: readonly Destination[],
  pages: PageMap = new Map(),
  edits: GroupEdits = noEdits,
): Promise<void> {
  for (const chunk of group.chunks) {
    const own = edits.leaves.get(chunk.leaf);
    const index = await readPageIndex(source, chunk);
    const takers = destinations.flatMap(({ file, rows }, number): Taker[] =>
      rows > 0 && file.keeps(chunk) ? [{ number, file, rows }] : [],
    );
    const whole = takers.find((taker) => taker.rows === group.rowCount);
    if (whole !== undefined && own === undefined && !chunk.sizeMayLack)
      await whole.file.copyChunk(chunk, readBlocks(source, chunk), index);
    else await distribute(source, group, chunk, target, takers, index, pages, own);
    if (edits.added === undefined) continue;
    for (const [number, { file, rows }] of destinations.entries()) {
      const { added } = file;
      if (rows === 0 || added === undefined || lastLeafOf(added) !== chunk.leaf) continue;
      const cuts = edits.leaves.get(added.beside);
      await writeAddedField(source, group, added, edits.added, cuts, target, { number, file }, index);
    }
  }
}

const noEdits: GroupEdits = { leaves: new Map() };

interface Taker {
  readonly number: number;
  readonly file: OutputFile;
  readonly rows: number;
}

async function* readBlocks(source: ByteSource, chunk: Chunk): AsyncGenerator<Uint8Array> {
  for (let at = chunk.start; at < chunk.end; at += copyBlock) {
    const block = await source.read(at, Math.min(copyBlock, chunk.end - at));
    yield block;
    release(block);
  }
}

async function distribute(
  source: ByteSource,
  group: RowGroup,
  chunk: Chunk,
  target: Uint8Array,
  takers: readonly Taker[],
  index: PageIndex | undefined,
  pages: PageMap,
  edits: LeafEdits | undefined,
): Promise<void> {
  if (takers.length === 0) return;
  // a dictionary would still hold the values that were replaced
  const plain = (edits?.values.size ?? 0) > 0;
  const loses = takers.filter(({ rows }) => rows < group.rowCount || edits !== undefined);
  const known = pages.get(chunk.leaf);
  const destinations = plain ? [] : loses.map(({ number }) => number);
  const use = await dictionaryUse(source, group, chunk, target, destinations, known, edits);
  const cursor = new ColumnCursor(source, chunk, group.rowCount, use?.pages ?? known);
  // The chunks of one file must be contiguous, those of several files may be written side by side.
  const outputs = takers.map((taker) => ({
    taker,
    output: taker.file.startChunk(chunk),
    // what goes out of a value must not stay behind in the statistics
    bounds: edits === undefined ? boundsFor(chunk) : undefined,
  }));
  const counter = new EntryCounter(edits?.level ?? 0);
  let page = 0;
  for (;;) {
    const piece = await cursor.next(group.rowCount);
    if (piece === undefined) break;
    const own = edits && editsOfPiece(piece, edits, counter);
    for (const { taker, output, bounds } of outputs) {
      const runs = withoutSlots(runsOf(piece, target, taker.number), own?.gone);
      if (runs.length === 0) continue;
      const { dictionaryPage } = cursor;
      const used = use?.entries.get(taker.number);
      // a dictionary of which nobody knows who uses what is not passed on
      const without = plain || (used === undefined && loses.includes(taker));
      if (output.isEmpty && dictionaryPage !== undefined && !without)
        output.dictionary(used === undefined ? dictionaryPage : withoutUnused(dictionaryPage, used, chunk));
      const isUncounted = used !== undefined && page >= use!.counted;
      const rewrite = (without || isUncounted) && isDictionary(piece.raw.encoding);
      const bounded = index?.bounds === undefined ? undefined : { page: index.bounds[page] };
      writePiece(piece, runs, output, chunk, bounded, own, rewrite);
      if (bounds !== undefined) collect(piece, runs, bounds, chunk);
    }
    page += 1;
    piece.release();
  }
  for (const { taker, output, bounds } of outputs)
    taker.file.finishChunk(output.finish(index, bounds?.bounds()));
}

function boundsFor(chunk: Chunk): BoundsCollector | undefined {
  const exact = chunk.leaf.repetitionLevel === 0 && chunk.uncompressedSize <= exactStatisticsUpTo;
  return exact && chunk.metadata.has(12) && hasBounds(chunk.leaf)
    ? new BoundsCollector(chunk.leaf)
    : undefined;
}

function writePiece(
  piece: Piece,
  runs: readonly Run[],
  output: ChunkOutput,
  chunk: Chunk,
  bounds: { readonly page: IndexedBounds | undefined } | undefined,
  edits: PieceEdits | undefined,
  plain: boolean,
): void {
  const [first] = runs;
  const all =
    edits === undefined &&
    !plain &&
    piece.whole &&
    runs.length === 1 &&
    first!.from === 0 &&
    first!.to === piece.raw.valueCount;
  if (all) {
    const rows = piece.endRow - piece.firstRow - (piece.continues ? 1 : 0);
    output.copy(piece.raw, rows, bounds?.page, headerNulls(piece.raw));
    return;
  }
  const decoded =
    edits === undefined ? piece.decoded() : replaceValues(piece.decoded(), edits.values, chunk.leaf);
  for (const encoded of encodePages(decoded, runs, piece.raw, chunk, {
    bounds: bounds !== undefined,
    plain,
  })) {
    output.encoded(encoded);
    release(encoded.bytes);
  }
}

function collect(piece: Piece, runs: readonly Run[], bounds: BoundsCollector, chunk: Chunk): void {
  const { definition, values } = piece.decoded();
  if (definition === undefined) {
    for (const { from, to } of runs) bounds.add(values, from, to);
    return;
  }
  let value = 0;
  let slot = 0;
  for (const { from, to } of runs) {
    for (; slot < from; slot++) if (definition[slot] === chunk.leaf.definitionLevel) value += 1;
    const first = value;
    for (; slot < to; slot++) if (definition[slot] === chunk.leaf.definitionLevel) value += 1;
    bounds.add(values, first, value);
  }
}
