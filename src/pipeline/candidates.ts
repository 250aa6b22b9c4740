import type { Leaf, SchemaNode } from '../parquet/schema.ts';
import type { LeafWindow, Window } from '../parquet/window.ts';
import { Scratch, unescapeJson } from '../prefilter/json-text.ts';
import type { Prefilter } from '../prefilter/prefilter.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import type { Shape, TextLeaf } from '../trajectory/shape.ts';
import { surfaceBit } from '../trajectory/surface.ts';

/** A requirement of a rule that looks at one step is met. */
export const stepFlag = 1;
/** A requirement of a detector that looks at the whole trajectory is met. */
export const trajectoryFlag = 2;
/** The row holds something its spec does not know: it must be read, and will fail. */
export const unreadableFlag = 4;

/** What the prefilter found in one row: flags by step; step -1 is the row as a whole. */
export type RowCandidates = Map<number, number>;

/** Whether a text hides words from the prefilter, so that it must be parsed to be searched. Latin-1 of the bytes is enough. */
export type HidesWords = (text: string) => boolean;

/** Searches the pages of a window; the rows, by number within the window, in which some requirement is met. */
export class CandidateFinder {
  readonly #shape: Shape;
  readonly #prefilter: Prefilter;
  readonly #hidesWords: HidesWords;
  readonly #scratch = new Scratch();
  readonly #texts: readonly (readonly [Leaf, TextLeaf])[];

  constructor(shape: Shape, leaves: Iterable<Leaf>, prefilter: Prefilter, hidesWords: HidesWords) {
    this.#shape = shape;
    this.#prefilter = prefilter;
    this.#hidesWords = hidesWords;
    this.#texts = [...leaves].flatMap((leaf): [Leaf, TextLeaf][] => {
      const text = shape.textOf(leaf);
      return text === undefined ? [] : [[leaf, text]];
    });
  }

  find(window: Window): Map<number, RowCandidates> {
    const found = new Map<number, RowCandidates>();
    const { stepList, roleLeaf } = this.#shape;
    const roles = stepList && roleLeaf && stepRoles(window.leaves.get(roleLeaf)!, stepList);
    for (const [leaf, text] of this.#texts) {
      const leafWindow = window.leaves.get(leaf);
      if (leafWindow !== undefined) this.#findInLeaf(leafWindow, text, roles, found);
    }
    return found;
  }

  #findInLeaf(
    window: LeafWindow,
    text: TextLeaf,
    roles: StepRoles | undefined,
    found: Map<number, RowCandidates>,
  ): void {
    const { stepList } = this.#shape;
    const inStep = stepList !== undefined && isBelow(window.leaf, stepList);
    const surfacesOf = (inStep && roles ? roles.words : [undefined]).map((word) => text.surfaces(word));
    const maximum = window.leaf.definitionLevel;
    let row = -1;
    let step = -1;
    let ordinal = -1;
    for (const [number, { page, firstSlot, endSlot, valueAt }] of window.parts.entries()) {
      const { repetition, definition } = page;
      const { bytes, starts, ends } = window.ranges(number);
      for (let slot = firstSlot; slot < endSlot; slot++) {
        const level = repetition === undefined ? 0 : repetition[slot]!;
        if (level === 0) {
          row += 1;
          step = -1;
        }
        if (inStep && level <= stepList.repetitionLevel) {
          const defined = definition === undefined ? maximum : definition[slot]!;
          // one level below an element stands the empty list, and below that no list at all
          if (defined < stepList.definitionLevel - 1) mark(found, row, -1, unreadableFlag);
          if (defined < stepList.definitionLevel) continue;
          step += 1;
          ordinal += 1;
        }
        const surfaces = surfacesOf[inStep && roles ? roles.wordOf[ordinal]! : 0]!;
        if (surfaces < 0) mark(found, row, -1, unreadableFlag);
        if (surfaces <= 0 || (definition !== undefined && definition[slot]! < maximum)) continue;
        const value = valueAt === undefined ? slot : valueAt[slot]!;
        const flags = this.#scan(surfaces, text.json, bytes, starts[value]!, ends[value]!);
        if (flags !== 0) mark(found, row, inStep ? step : -1, flags);
      }
    }
  }

  #scan(surfaces: number, json: boolean, bytes: Uint8Array, start: number, end: number): number {
    if (start === end || !this.#prefilter.reads(surfaces)) return 0;
    const text = json ? unescapeJson(bytes, start, end, this.#scratch) : { bytes, start, end };
    const flags = this.#prefilter.scan(surfaces, text.bytes, text.start, text.end);
    if ((flags & stepFlag) !== 0 || (surfaces & surfaceBit.call) === 0) return flags;
    const plain = Buffer.from(text.bytes.buffer, text.bytes.byteOffset + text.start, text.end - text.start);
    return this.#hidesWords(plain.toString('latin1')) ? flags | stepFlag : flags;
  }

  /** The same search over a trajectory that was read as a whole. */
  findInTrajectory(trajectory: Trajectory): RowCandidates {
    const found = new Map<number, RowCandidates>();
    for (const step of trajectory.steps) {
      for (const [text, surfaces, json] of stepTexts(step)) {
        const bytes = Buffer.from(text);
        const flags = this.#scan(surfaces, json, bytes, 0, bytes.length);
        if (flags !== 0) mark(found, 0, step.index, flags);
      }
    }
    return found.get(0) ?? new Map();
  }
}

/** The texts of a step that rules read, with their surfaces, and whether they are JSON. */
function* stepTexts(step: Step): Generator<readonly [text: string, surfaces: number, json: boolean]> {
  yield [step.text, step.role === 'assistant' ? surfaceBit.message : surfaceBit.request, false];
  if (step.reasoning !== undefined) yield [step.reasoning, surfaceBit.message, false];
  for (const call of step.toolCalls) {
    yield [call.name, surfaceBit.call, false];
    yield [call.arguments, surfaceBit.call, true];
  }
  for (const observation of step.observations) yield [observation.text, surfaceBit.observation, false];
}

function mark(found: Map<number, RowCandidates>, row: number, step: number, flags: number): void {
  const steps = found.get(row);
  if (steps === undefined) found.set(row, new Map([[step, flags]]));
  else steps.set(step, (steps.get(step) ?? 0) | flags);
}

/** The role words of all steps of a window, in order, each by its number among the distinct words. */
interface StepRoles {
  readonly words: readonly (string | undefined)[];
  readonly wordOf: Uint8Array;
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
