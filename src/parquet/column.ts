import { release } from './codec.ts';
import type { Chunk } from './footer.ts';
import { pageError, type RawPage, readPages } from './pages.ts';
import type { Leaf } from './schema.ts';
import type { ByteSource } from './source.ts';
import {
  type DecodedPage,
  type Dictionary,
  decodeDictionary,
  decodePage,
  type SplitPage,
  splitPage,
} from './values.ts';

/** A part of a page (mostly all of it) whose rows lie in the range that was asked for. */
export interface Piece {
  readonly raw: RawPage;
  /** the piece is the whole page */
  readonly whole: boolean;
  /** row, in the row group, of the first slot */
  readonly firstRow: number;
  /** the first slot continues a row that began in the page before (data page v1 only) */
  readonly continues: boolean;
  /** row behind the last slot's */
  readonly endRow: number;
  /** entries `[firstSlot, endSlot)` of the page */
  readonly firstSlot: number;
  readonly endSlot: number;
  /** the page, decoded when first asked for */
  decoded(): DecodedPage;
  /** Gives back the memory of the page, where this is the last piece of it: nothing may be read of it afterwards. */
  release(): void;
}

/** Rows of one data page of a nested column, where its header does not tell them: worth keeping once they are known. */
export interface PageRows {
  /** rows that begin in it */
  readonly rows: number;
  /** it begins within a row of the page before */
  readonly continues: boolean;
}

/** The rows of the data pages of some leaves in one row group, in the order of the pages. */
export type PageMap = Map<Leaf, PageRows[]>;

interface Current {
  readonly raw: RawPage;
  /** the page decompressed, with its levels */
  split: SplitPage | undefined;
  decoded: DecodedPage | undefined;
  /** next slot that was not handed out, and its row */
  slot: number;
  row: number;
  continues: boolean;
}

/**
 * Walks a column chunk page by page, handing out pieces by ranges of rows. Pages whose rows can be counted from their
 * header are not decompressed until somebody asks for their values.
 */
export class ColumnCursor {
  readonly chunk: Chunk;
  readonly #rowCount: number;
  readonly #source: ByteSource;
  readonly #pages: AsyncGenerator<RawPage>;
  /** rows of the pages from an earlier reading of all of them */
  readonly #known: readonly PageRows[] | undefined;
  /** the same, as far as this reading has come */
  readonly seen: PageRows[] = [];
  #current: Current | undefined;
  /** rows that have begun in the pages taken so far */
  #row = 0;
  #dictionaryPage: RawPage | undefined;
  #dictionary: Dictionary | undefined;

  /** @param known the rows of its pages, where an earlier reading has counted them */
  constructor(source: ByteSource, chunk: Chunk, rowCount: number, known?: readonly PageRows[]) {
    this.chunk = chunk;
    this.#known = known;
    this.#rowCount = rowCount;
    this.#source = source;
    this.#pages = readPages(source, chunk);
  }

  /** The dictionary page, once the first data page has been asked for. */
  get dictionaryPage(): RawPage | undefined {
    return this.#dictionaryPage;
  }

  /** The decoded dictionary, or undefined when the column has none. */
  dictionary(): Dictionary | undefined {
    if (this.#dictionary === undefined && this.#dictionaryPage !== undefined) {
      this.#dictionary = this.#guard(() => decodeDictionary(this.#dictionaryPage!, this.chunk));
    }
    return this.#dictionary;
  }

  /** The next piece with rows before `until`, or undefined when all of them have been handed out. */
  async next(until: number): Promise<Piece | undefined> {
    this.#current ??= await this.#advance();
    const current = this.#current;
    if (current === undefined || current.row >= until) return undefined;
    const piece = this.#guard(() => this.#cut(current, until));
    if (piece.endSlot === current.raw.valueCount) this.#current = undefined;
    return piece;
  }

  /** Row of the next slot: what is before it has been handed out, but for the tail of a row that continues. */
  get row(): number {
    return this.#current?.row ?? this.#row;
  }

  async #advance(): Promise<Current | undefined> {
    for (;;) {
      const { value: raw } = await this.#pages.next();
      if (raw === undefined) {
        if (this.#row !== this.#rowCount) throw this.#wrongRows();
        return undefined;
      }
      if (raw.kind === 'dictionary') {
        this.#dictionaryPage = raw;
        continue;
      }
      if (raw.valueCount === 0) {
        raw.done();
        continue;
      }
      return this.#guard(() => this.#place(raw));
    }
  }

  #place(raw: RawPage): Current {
    const { rows, continues, split } = this.#countRows(raw);
    if (continues && this.#row === 0) throw new Error('first page starts in the middle of a row');
    const row = continues ? this.#row - 1 : this.#row;
    this.#row += rows;
    if (this.#row > this.#rowCount) throw this.#wrongRows();
    this.seen.push({ rows, continues });
    return { raw, split, decoded: undefined, slot: 0, row, continues };
  }

  /** Only a nested page of version 1 whose rows nobody has counted yet must be decompressed for it. */
  #countRows(raw: RawPage): PageRows & { split: SplitPage | undefined } {
    const known = this.#known?.[this.seen.length];
    if (known !== undefined) return { ...known, split: undefined };
    if (this.chunk.leaf.repetitionLevel === 0)
      return { rows: raw.valueCount, continues: false, split: undefined };
    if (raw.kind === 'v2') return { rows: raw.rowCount!, continues: false, split: undefined };
    const split = splitPage(raw, this.chunk);
    const repetition = split.repetition!;
    return { rows: countRows(repetition, 0, split.count), continues: repetition[0]! > 0, split };
  }

  #cut(current: Current, until: number): Piece {
    const { raw } = current;
    const firstSlot = current.slot;
    const { row: firstRow, continues } = current;
    let endSlot = raw.valueCount;
    let endRow = this.#row;
    if (endRow > until) {
      endSlot = this.#slotOfRow(current, until);
      endRow = until;
    }
    current.slot = endSlot;
    current.row = endRow;
    current.continues = false;
    let isReleased = false;
    return {
      raw,
      whole: firstSlot === 0 && endSlot === raw.valueCount,
      firstRow,
      continues,
      endRow,
      firstSlot,
      endSlot,
      decoded: () => this.#decode(current),
      release: () => {
        if (endSlot < raw.valueCount || isReleased) return;
        isReleased = true;
        if (current.split?.isOwn === true) release(current.split.bytes);
        current.split = undefined;
        raw.done();
      },
    };
  }

  #slotOfRow(current: Current, row: number): number {
    if (this.chunk.leaf.repetitionLevel === 0) return current.slot + (row - current.row);
    const { repetition } = current.split ?? this.#decode(current);
    let at = current.row;
    for (let slot = current.slot + 1; slot < current.raw.valueCount; slot++) {
      if (repetition![slot] === 0 && ++at === row) return slot;
    }
    throw new Error(`row ${row} is not in its page`);
  }

  #decode(current: Current): DecodedPage {
    current.decoded ??= this.#guard(() => {
      const split = (current.split ??= splitPage(current.raw, this.chunk));
      const { rowCount } = current.raw;
      if (split.repetition !== undefined && rowCount !== undefined) {
        const rows = countRows(split.repetition, 0, split.count);
        if (rows !== rowCount) throw new Error(`page holds ${rows} rows, its header says ${rowCount}`);
      }
      return decodePage(current.raw, split, this.chunk, this.dictionary());
    });
    return current.decoded;
  }

  #wrongRows(): Error {
    const error = new Error(`pages hold ${this.#row} rows or more, the row group has ${this.#rowCount}`);
    return pageError(error, this.#source, this.chunk);
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw pageError(error, this.#source, this.chunk);
    }
  }
}

/** Rows that begin in slots `[from, to)`. */
function countRows(repetition: Uint8Array, from: number, to: number): number {
  let rows = 0;
  for (let slot = from; slot < to; slot++) if (repetition[slot] === 0) rows += 1;
  return rows;
}
