import { release } from './codec.ts';
import { ColumnCursor, type PageMap, type Piece } from './column.ts';
import type { RowGroup } from './footer.ts';
import type { Leaf } from './schema.ts';
import type { ByteSource } from './source.ts';
import { asRanges, type DecodedPage, type Ranges } from './values.ts';

/** A run of entries of one leaf within one decoded page. */
export interface LeafPart {
  readonly page: DecodedPage;
  /** entries `[firstSlot, endSlot)` of the page */
  readonly firstSlot: number;
  readonly endSlot: number;
  /** number of the first entry within the window */
  readonly base: number;
  /** for each entry of the page the values (not nulls) before it; undefined when nothing is null */
  readonly valueAt: Int32Array | undefined;
}

/** All entries of one leaf for the rows of a window. */
export class LeafWindow {
  readonly leaf: Leaf;
  readonly parts: readonly LeafPart[];
  /** for each row of the window its first entry; one more at the end */
  readonly rowSlots: Int32Array;
  #ranges: (Ranges | undefined)[] = [];

  constructor(leaf: Leaf, parts: readonly LeafPart[], rowCount: number) {
    this.leaf = leaf;
    this.parts = parts;
    this.rowSlots = rowSlots(parts, rowCount);
  }

  /** The values of a part as byte ranges. */
  ranges(part: number): Ranges {
    const { page } = this.parts[part]!;
    this.#ranges[part] ??= asRanges(page.values, page.valueCount);
    return this.#ranges[part];
  }

  /** Gives back the memory of what was worked out from the pages. */
  release(): void {
    for (const [number, { page, valueAt }] of this.parts.entries()) {
      if (valueAt !== undefined) release(valueAt);
      const own = this.#ranges[number];
      if (own === undefined || own === page.values) continue;
      release(own.starts);
      release(own.ends);
    }
  }

  repetition(slot: number): number {
    const { part, at } = this.#locate(slot);
    return part.page.repetition?.[at] ?? 0;
  }

  definition(slot: number): number {
    const { part, at } = this.#locate(slot);
    return part.page.definition?.[at] ?? this.leaf.definitionLevel;
  }

  /** The bytes of an entry's value, or undefined for null. They are a view on the page. */
  bytes(slot: number): Uint8Array | undefined {
    const { part, at, index } = this.#locate(slot);
    const { definition } = part.page;
    if (definition !== undefined && definition[at]! < this.leaf.definitionLevel) return undefined;
    const value = part.valueAt === undefined ? at : part.valueAt[at]!;
    const { bytes, starts, ends } = this.ranges(index);
    return bytes.subarray(starts[value]!, ends[value]!);
  }

  #locate(slot: number): { part: LeafPart; at: number; index: number } {
    let low = 0;
    let high = this.parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.parts[middle]!.base <= slot) low = middle;
      else high = middle - 1;
    }
    const part = this.parts[low]!;
    return { part, at: slot - part.base + part.firstSlot, index: low };
  }
}

function rowSlots(parts: readonly LeafPart[], rowCount: number): Int32Array {
  const slots = new Int32Array(rowCount + 1);
  let row = 0;
  let end = 0;
  for (const { page, firstSlot, endSlot, base } of parts) {
    const { repetition } = page;
    for (let slot = firstSlot; slot < endSlot; slot++) {
      if (repetition === undefined || repetition[slot] === 0) slots[row++] = base + slot - firstSlot;
    }
    end = base + endSlot - firstSlot;
  }
  if (row !== rowCount) throw new Error(`window has ${row} rows, ${rowCount} were asked for`);
  slots[rowCount] = end;
  return slots;
}

/** Some rows of a row group, with the chosen leaves decoded. */
export interface Window {
  /** row, in the row group, of the first one */
  readonly firstRow: number;
  readonly rowCount: number;
  readonly leaves: ReadonlyMap<Leaf, LeafWindow>;
  /** Gives back the memory of pages that end with this window, when nothing is read of it any more. */
  release(): void;
}

/**
 * Reads a row group in windows of whole rows, the chosen leaves side by side. A window ends with the page of the largest
 * leaf that fills the budget: memory goes with pages and the budget, not with the row group.
 * @param budget decoded bytes of the largest leaf in one window
 * @param pages is told the rows of the pages of each leaf, once all windows have been read
 */
export async function* readWindows(
  source: ByteSource,
  group: RowGroup,
  leaves: ReadonlySet<Leaf>,
  budget: number,
  pages?: PageMap,
): AsyncGenerator<Window> {
  const chunks = group.chunks.filter((chunk) => leaves.has(chunk.leaf));
  chunks.sort((a, b) => b.uncompressedSize - a.uncompressedSize);
  const cursors = chunks.map((chunk) => new ColumnCursor(source, chunk, group.rowCount));
  const [lead, ...others] = cursors;
  for (let firstRow = 0; firstRow < group.rowCount; ) {
    const pieces = new Map<ColumnCursor, Piece[]>();
    const endRow = lead === undefined ? group.rowCount : await fill(lead, group.rowCount, budget, pieces);
    for (const cursor of others) pieces.set(cursor, await rest(cursor, endRow, []));
    const rowCount = endRow - firstRow;
    const windows = [...pieces].map(([cursor, own]): [Leaf, LeafWindow] => {
      return [cursor.chunk.leaf, leafWindow(cursor.chunk.leaf, own, rowCount)];
    });
    const release = () => {
      for (const [, window] of windows) window.release();
      for (const own of pieces.values()) for (const piece of own) piece.release();
    };
    yield { firstRow, rowCount, leaves: new Map(windows), release };
    firstRow = endRow;
  }
  for (const cursor of cursors) pages?.set(cursor.chunk.leaf, cursor.seen);
}

/** Takes pages of the leading leaf until the budget is full; the row behind the last one. */
async function fill(
  lead: ColumnCursor,
  rowCount: number,
  budget: number,
  pieces: Map<ColumnCursor, Piece[]>,
): Promise<number> {
  const own: Piece[] = [];
  pieces.set(lead, own);
  let endRow = 0;
  for (let size = 0; size < budget; ) {
    const piece = await lead.next(rowCount);
    if (piece === undefined) break;
    own.push(piece);
    size += piece.decoded().byteLength;
    endRow = piece.endRow;
  }
  await rest(lead, endRow, own);
  return endRow;
}

async function rest(cursor: ColumnCursor, endRow: number, pieces: Piece[]): Promise<Piece[]> {
  for (;;) {
    const piece = await cursor.next(endRow);
    if (piece === undefined) return pieces;
    pieces.push(piece);
  }
}

function leafWindow(leaf: Leaf, pieces: readonly Piece[], rowCount: number): LeafWindow {
  let base = 0;
  const parts = pieces.map((piece): LeafPart => {
    const page = piece.decoded();
    const part = {
      page,
      firstSlot: piece.firstSlot,
      endSlot: piece.endSlot,
      base,
      valueAt: valuesBefore(page, leaf),
    };
    base += piece.endSlot - piece.firstSlot;
    return part;
  });
  return new LeafWindow(leaf, parts, rowCount);
}

function valuesBefore(page: DecodedPage, leaf: Leaf): Int32Array | undefined {
  const { definition } = page;
  if (definition === undefined || page.valueCount === page.count) return undefined;
  const before = new Int32Array(page.count);
  let value = 0;
  for (let slot = 0; slot < page.count; slot++) {
    before[slot] = value;
    if (definition[slot] === leaf.definitionLevel) value += 1;
  }
  return before;
}
