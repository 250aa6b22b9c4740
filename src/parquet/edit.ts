import type { Piece } from './column.ts';
import type { Run } from './encode.ts';
import { materialise } from './encode.ts';
import type { Leaf, SchemaNode } from './schema.ts';
import { asRanges, type DecodedPage } from './values.ts';

/**
 * What is changed in one leaf of a row group, by row. Rows and elements are numbered from 0, entries within their row.
 * What is not named here stays, and pages of it are copied as they are.
 */
export interface LeafEdits {
  /** by row: how many elements of the list stay, at least one; entries of the others go */
  readonly cuts: ReadonlyMap<number, number>;
  /** repetition level of the list's elements */
  readonly level: number;
  /** by row and entry: new bytes for the value, as the plain encoding has them but for lengths; booleans are one byte */
  readonly values: ReadonlyMap<number, ReadonlyMap<number, Uint8Array>>;
}

/** What is changed in a row group. */
export interface GroupEdits {
  readonly leaves: ReadonlyMap<Leaf, LeafEdits>;
  /** the values of the field that the outputs add, see {@link AddedField} */
  readonly added?: AddedValues;
}

/** A field that is added to the elements of a list of structs. */
export interface AddedField {
  /** the struct, at the repetition level of the list */
  readonly struct: SchemaNode;
  readonly name: string;
  readonly type: 'INT32' | 'BOOLEAN' | 'DOUBLE';
  /** a leaf right in the struct, whose values tell those of the new field */
  readonly beside: Leaf;
}

/**
 * The value of an added field in one element, as plain bytes; undefined for null.
 * @param beside the value of the leaf beside it, undefined where it is null
 */
export type AddedValues = (
  row: number,
  element: number,
  beside: Uint8Array | undefined,
) => Uint8Array | undefined;

/** Walks the entries of a leaf, page by page, and knows where in its row each stands. */
export class EntryCounter {
  readonly #level: number;
  #entry = -1;
  #element = -1;

  /** @param level repetition level of the elements to count */
  constructor(level: number) {
    this.#level = level;
  }

  /** Calls back for each entry of a piece, in order. */
  walk(
    { firstRow, firstSlot, endSlot, continues }: Piece,
    repetition: Uint8Array | undefined,
    visit: (slot: number, row: number, entry: number, element: number) => void,
  ): void {
    let row = continues ? firstRow : firstRow - 1;
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const level = repetition === undefined ? 0 : repetition[slot]!;
      if (level === 0) {
        row += 1;
        this.#entry = -1;
        this.#element = -1;
      }
      this.#entry += 1;
      if (level <= this.#level) this.#element += 1;
      visit(slot, row, this.#entry, this.#element);
    }
  }
}

/** What the edits of a leaf come to in one piece. */
export interface PieceEdits {
  /** slots that go; undefined where none does */
  readonly gone: ReadonlySet<number> | undefined;
  /** by slot */
  readonly values: ReadonlyMap<number, Uint8Array>;
}

/** The edits of a piece; undefined where it stays as it is. Every piece must come, in order. */
export function editsOfPiece(piece: Piece, edits: LeafEdits, counter: EntryCounter): PieceEdits | undefined {
  const isTouched = hasRow(edits.cuts, piece) || hasRow(edits.values, piece);
  // a row that goes on in the next page is counted on
  if (!isTouched) return undefined;
  const gone = new Set<number>();
  const values = new Map<number, Uint8Array>();
  counter.walk(piece, piece.decoded().repetition, (slot, row, entry, element) => {
    const keep = edits.cuts.get(row);
    if (keep !== undefined && element >= keep) {
      gone.add(slot);
      return;
    }
    const value = edits.values.get(row)?.get(entry);
    if (value !== undefined) values.set(slot, value);
  });
  return gone.size === 0 && values.size === 0
    ? undefined
    : { gone: gone.size === 0 ? undefined : gone, values };
}

function hasRow(rows: ReadonlyMap<number, unknown>, { firstRow, endRow }: Piece): boolean {
  for (let row = firstRow; row < endRow; row++) if (rows.has(row)) return true;
  return false;
}

/** Runs without the slots that go. */
export function withoutSlots(runs: readonly Run[], gone: ReadonlySet<number> | undefined): readonly Run[] {
  if (gone === undefined) return runs;
  const left: Run[] = [];
  for (const run of runs) {
    let { from } = run;
    for (let slot = run.from; slot < run.to; slot++) {
      if (!gone.has(slot)) continue;
      if (slot > from) left.push({ from, to: slot });
      from = slot + 1;
    }
    if (run.to > from) left.push({ from, to: run.to });
  }
  return left;
}

/**
 * A page with new values in some of its entries; what was a dictionary is plain then. A null that is given a value must
 * be one of the leaf itself: what is above it must be there.
 */
export function replaceValues(
  page: DecodedPage,
  values: ReadonlyMap<number, Uint8Array>,
  leaf: Leaf,
): DecodedPage {
  if (values.size === 0) return page;
  const definition = page.definition?.slice();
  const all: Uint8Array[] = [];
  const kept = asRanges(materialise(page.values, page.valueCount), page.valueCount);
  let value = 0;
  for (let slot = 0; slot < page.count; slot++) {
    const isNull = definition !== undefined && definition[slot]! < leaf.definitionLevel;
    const given = values.get(slot);
    if (given !== undefined) {
      if (isNull && (leaf.repetition !== 'optional' || definition[slot]! < leaf.definitionLevel - 1))
        throw new Error('a value cannot be given where there is nothing to hold it');
      if (isNull) definition[slot] = leaf.definitionLevel;
      all.push(given);
    } else if (!isNull) all.push(kept.bytes.subarray(kept.starts[value]!, kept.ends[value]!));
    if (!isNull) value += 1;
  }
  return {
    count: page.count,
    repetition: page.repetition,
    definition,
    valueCount: all.length,
    values: page.values.kind === 'fixed' || leaf.type !== 'BYTE_ARRAY' ? asFixed(all) : asOneRange(all),
    byteLength: page.byteLength,
  };
}

function asFixed(values: readonly Uint8Array[]): DecodedPage['values'] {
  const width = values[0]?.length ?? 1;
  if (values.some(({ length }) => length !== width)) throw new Error('values of one column differ in width');
  return { kind: 'fixed', bytes: Buffer.concat(values), width };
}

function asOneRange(values: readonly Uint8Array[]): DecodedPage['values'] {
  const starts = new Int32Array(values.length);
  const ends = new Int32Array(values.length);
  let at = 0;
  for (const [index, { length }] of values.entries()) {
    starts[index] = at;
    at += length;
    ends[index] = at;
  }
  return { kind: 'ranges', bytes: Buffer.concat(values), starts, ends };
}
