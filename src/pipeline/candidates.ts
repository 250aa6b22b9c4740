import type { Leaf, SchemaNode } from '../parquet/schema.ts';
import type { LeafWindow, Window } from '../parquet/window.ts';
import { Scratch } from '../prefilter/json-text.ts';
import type { Shape, StepList, TextLeaf } from '../trajectory/shape.ts';
import { mark, type Range, type RowCandidates, type TextSearch, unreadableFlag } from './text-search.ts';

interface LeafSearch {
  readonly window: LeafWindow;
  readonly text: TextLeaf;
  /** the list of steps that the leaf is below, if it is below one */
  readonly list: StepList | undefined;
  readonly roles: StepRoles | undefined;
  readonly found: Map<number, RowCandidates>;
  /** for each row whether it has a list of steps */
  readonly hasSteps: Uint8Array;
}

/** Searches the pages of a window; the rows, by number within the window, in which some requirement is met. */
export class CandidateFinder {
  readonly #shape: Shape;
  readonly #search: TextSearch;
  readonly #gathered = new Scratch();
  readonly #texts: readonly (readonly [Leaf, TextLeaf])[];

  constructor(shape: Shape, leaves: Iterable<Leaf>, search: TextSearch) {
    this.#shape = shape;
    this.#search = search;
    this.#texts = [...leaves].flatMap((leaf): [Leaf, TextLeaf][] => {
      const text = shape.textOf(leaf);
      return text === undefined ? [] : [[leaf, text]];
    });
  }

  find(window: Window): Map<number, RowCandidates> {
    const found = new Map<number, RowCandidates>();
    const { lists, readFirst } = this.#shape;
    if (readFirst) {
      for (let row = 0; row < window.rowCount; row++) mark(found, row, -1, unreadableFlag);
      return found;
    }
    const hasSteps = new Uint8Array(window.rowCount);
    const roles = new Map(lists.map((list) => [list, rolesOf(list, window)]));
    for (const [leaf, text] of this.#texts) {
      const leafWindow = window.leaves.get(leaf);
      if (leafWindow === undefined) continue;
      const list = lists.find(({ node }) => isBelow(leaf, node));
      const search = { window: leafWindow, text, list, roles: list && roles.get(list), found, hasSteps };
      this.#findInLeaf(search);
    }
    // no list at all in a row: it cannot be read
    for (let row = 0; row < window.rowCount; row++)
      if (hasSteps[row] === 0) mark(found, row, -1, unreadableFlag);
    return found;
  }

  #findInLeaf({ window, text, list, roles, found, hasSteps }: LeafSearch): void {
    const node = list?.node;
    const isOnlyList = node !== undefined && node === this.#shape?.stepList;
    const surfacesOf = (roles?.words ?? [undefined]).map((word) => text.surfaces(word));
    const maximum = window.leaf.definitionLevel;
    const gathered: Range[] = [];
    let row = -1;
    let step = -1;
    let ordinal = -1;
    let surfaces = 0;
    const place = () => (isOnlyList ? step : -1);
    const flush = () => {
      if (gathered.length === 0) return;
      const range = this.#join(gathered);
      const flags = this.#search.scan(surfaces, text.json, range.bytes, range.start, range.end);
      if (flags !== 0) mark(found, row, place(), flags);
      gathered.length = 0;
    };
    for (const [number, { page, firstSlot, endSlot, valueAt }] of window.parts.entries()) {
      const { repetition, definition } = page;
      const { bytes, starts, ends } = window.ranges(number);
      for (let slot = firstSlot; slot < endSlot; slot++) {
        const level = repetition === undefined ? 0 : repetition[slot]!;
        if (text.joined && (node === undefined || level <= node.repetitionLevel)) flush();
        if (level === 0) {
          row += 1;
          step = -1;
        }
        const defined = definition === undefined ? maximum : definition[slot]!;
        if (node !== undefined && level <= node.repetitionLevel) {
          // one level below an element stands the empty list, and below that no list at all
          if (defined >= node.definitionLevel - 1) hasSteps[row] = 1;
          if (defined < node.definitionLevel) continue;
          step += 1;
          ordinal += 1;
        }
        surfaces = surfacesOf[roles === undefined ? 0 : roles.wordOf[ordinal]!]!;
        if (surfaces < 0) mark(found, row, -1, unreadableFlag);
        if (surfaces <= 0 || defined < maximum) continue;
        const value = valueAt === undefined ? slot : valueAt[slot]!;
        const start = starts[value]!;
        const end = ends[value]!;
        if (text.joined) gathered.push({ bytes, start, end });
        else if (text.outline !== undefined) {
          if (node === undefined) hasSteps[row] = 1;
          const flags = this.#search.scanDocument(text.outline, text.orText === true, bytes, start, end);
          if (flags !== 0) mark(found, row, place(), flags);
        } else {
          const flags = this.#search.scan(surfaces, text.json, bytes, start, end);
          if (flags !== 0) mark(found, row, place(), flags);
        }
      }
    }
    flush();
  }

  /** Values that are one text, as one. */
  #join(ranges: readonly Range[]): Range {
    if (ranges.length === 1) return ranges[0]!;
    const size = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
    const bytes = this.#gathered.reserve(size);
    let at = 0;
    for (const range of ranges) {
      bytes.set(range.bytes.subarray(range.start, range.end), at);
      at += range.end - range.start;
      bytes[at++] = 0x0a;
    }
    return { bytes, start: 0, end: at };
  }
}

/** The role words of all steps of a window, in order, each by its number among the distinct words. */
interface StepRoles {
  readonly words: readonly (string | undefined)[];
  readonly wordOf: Uint8Array;
}

function rolesOf({ node, roleLeaf }: StepList, window: Window): StepRoles | undefined {
  const leaf = roleLeaf && window.leaves.get(roleLeaf);
  return leaf && stepRoles(leaf, node);
}

function stepRoles(window: LeafWindow, stepList: SchemaNode): StepRoles {
  const words: (string | undefined)[] = [];
  const numbers = new Map<string | undefined, number>();
  let size = 0;
  for (const part of window.parts) size += part.endSlot - part.firstSlot;
  const wordOf = new Uint8Array(size);
  let count = 0;
  for (const [number, { page, firstSlot, endSlot, valueAt }] of window.parts.entries()) {
    const { definition } = page;
    const { bytes, starts, ends } = window.ranges(number);
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const level = definition?.[slot] ?? window.leaf.definitionLevel;
      if (level < stepList.definitionLevel) continue;
      const value = valueAt === undefined ? slot : valueAt[slot]!;
      const isNull = level < window.leaf.definitionLevel;
      const word = isNull ? undefined : asciiWord(bytes, starts[value]!, ends[value]!);
      let found = numbers.get(word);
      if (found === undefined) {
        // a column with that many words is no column of roles: all further ones count as none
        found = Math.min(words.length, 255);
        numbers.set(word, found);
        if (found === words.length) words.push(found === 255 ? undefined : word);
      }
      wordOf[count++] = found;
    }
  }
  return { words, wordOf };
}

function asciiWord(bytes: Uint8Array, start: number, end: number): string {
  let word = '';
  for (let at = start; at < Math.min(end, start + 64); at++) word += String.fromCharCode(bytes[at]!);
  return word;
}

function isBelow(leaf: Leaf, node: SchemaNode): boolean {
  return node.path.every((name, depth) => leaf.path[depth] === name);
}
