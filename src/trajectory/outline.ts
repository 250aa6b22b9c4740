import { caseSurfaces } from './case-surfaces.ts';
import type { CompiledSpec, ItemCase, ListPlace } from './compile.ts';
import type { Path } from './path.ts';
import { surfaceBit } from './surface.ts';
import type { Condition } from './tests.ts';

/**
 * What a JSON text must look like for its row to be readable, as far as can be told from the bytes: where the steps are,
 * and what each says of its kind. `prefilter/json-walk.ts` follows it.
 */
export type Outline = RecordOutline | EachOutline | ListOutline | StepOutline | TextOutline;

/** An object some of whose fields matter. */
export interface RecordOutline {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Outline>;
}

/** A list of objects some of whose fields matter. */
export interface EachOutline {
  readonly kind: 'each';
  readonly element: RecordOutline;
}

/** A list of steps, or a JSON text of one. */
export interface ListOutline {
  readonly kind: 'list';
  readonly step: StepOutline;
  /** a text that is no JSON is a turn, or several */
  readonly orText: boolean;
}

/** One step. */
export interface StepOutline {
  readonly kind: 'step';
  /** the fields that tell its kind, nested as in the step; the leaves are numbers of words */
  readonly words: WordFields;
  readonly wordCount: number;
  /**
   * Bits of the surfaces that the step's texts may belong to, by its words in their order; -1 when the step may be of no
   * kind that the spec knows. `undefined` stands for a field that is not there or null, `null` for one that is no text.
   */
  surfaces(words: readonly (string | null | undefined)[]): number;
}

export type WordFields = ReadonlyMap<string, number | WordFields>;

/** A text outside the steps. */
export interface TextOutline {
  readonly kind: 'text';
  readonly surfaces: number;
}

/** The outline of one list. */
export function listOutline(compiled: CompiledSpec, place: ListPlace): ListOutline {
  return { kind: 'list', step: stepOutline(compiled), orText: place.as !== undefined };
}

/** The outline of a whole record, or undefined where its structure is not to be told from bytes alone. */
export function recordOutline(compiled: CompiledSpec): RecordOutline | undefined {
  const fields = new Map<string, Outline>();
  for (const place of compiled.lists) {
    for (const path of place.at) {
      if (
        place.flattened !== undefined ||
        place.when !== undefined ||
        !putOutline(fields, path, listOutline(compiled, place))
      )
        return undefined;
    }
  }
  for (const { at } of compiled.before) {
    for (const path of at) {
      if (!putOutline(fields, path, { kind: 'text', surfaces: surfaceBit.request })) return undefined;
    }
  }
  return { kind: 'record', fields };
}

/** Puts an outline at a path, under each way in which keys may hold its dots. */
function putOutline(fields: Map<string, Outline>, { names }: Path, outline: Outline): boolean {
  if (
    names.length === 0 ||
    names.length > 6 ||
    names.some((name) => /^-?\d+$/.test(name)) ||
    names.at(-1) === '*'
  )
    return false;
  return put(fields, names, outline);
}

function put(fields: Map<string, Outline>, names: readonly string[], outline: Outline): boolean {
  const whole = names.join('.');
  if (fields.has(whole)) return false;
  fields.set(whole, outline);
  for (let split = 1; split < names.length; split++) {
    const name = names.slice(0, split).join('.');
    const rest = names.slice(split);
    const isEach = rest[0] === '*';
    const inner = fields.get(name) ?? (isEach ? eachOutline() : emptyRecord());
    const record = inner.kind === 'each' ? inner.element : inner;
    if (record.kind !== 'record' || isEach !== (inner.kind === 'each')) return false;
    fields.set(name, inner);
    if (!put(record.fields as Map<string, Outline>, isEach ? rest.slice(1) : rest, outline)) return false;
  }
  return true;
}

const emptyRecord = (): RecordOutline => ({ kind: 'record', fields: new Map<string, Outline>() });
const eachOutline = (): EachOutline => ({ kind: 'each', element: emptyRecord() });

const outlines = new WeakMap<CompiledSpec, StepOutline>();

/** Most combinations of words that are remembered. */
const mostRemembered = 4096;

export function stepOutline(compiled: CompiledSpec): StepOutline {
  const known = outlines.get(compiled);
  if (known !== undefined) return known;
  const slots = new Map<string, number>();
  const words = new Map<string, number | WordFields>();
  for (const { when } of compiled.cases) {
    for (const { paths, values } of (when ?? []).flat()) {
      if (values !== undefined) for (const path of paths) putWord(words, slots, path);
    }
  }
  const remembered = new Map<string, number>();
  const outline: StepOutline = {
    kind: 'step',
    words,
    wordCount: slots.size,
    surfaces(own) {
      const key = own.map((word) => (word === undefined ? '-' : word === null ? '!' : `=${word}`)).join('\n');
      let found = remembered.get(key);
      if (found === undefined) {
        found = surfacesOfWords(compiled, slots, own);
        if (remembered.size < mostRemembered) remembered.set(key, found);
      }
      return found;
    },
  };
  outlines.set(compiled, outline);
  return outline;
}

function putWord(words: Map<string, number | WordFields>, slots: Map<string, number>, path: Path): void {
  if (slots.has(path.text) || path.names.length === 0) return;
  let at = words;
  for (const name of path.names.slice(0, -1)) {
    const inner = at.get(name) ?? new Map<string, number | WordFields>();
    // a field that is a word and holds words: left to the reader
    if (typeof inner === 'number') return;
    at.set(name, inner);
    at = inner as Map<string, number | WordFields>;
  }
  const last = path.names.at(-1)!;
  if (at.has(last)) return;
  at.set(last, slots.size);
  slots.set(path.text, slots.size);
}

type Answer = 'yes' | 'no' | 'maybe';

function surfacesOfWords(
  compiled: CompiledSpec,
  slots: ReadonlyMap<string, number>,
  words: readonly (string | null | undefined)[],
): number {
  let bits = 0;
  for (const one of compiled.cases) {
    const answer = answerOf(one, slots, words);
    if (answer !== 'no') bits |= caseSurfaces(compiled, one);
    if (answer === 'yes') return bits;
  }
  return compiled.skipsOthers ? bits : -1;
}

function answerOf(
  { when }: ItemCase,
  slots: ReadonlyMap<string, number>,
  words: readonly (string | null | undefined)[],
): Answer {
  if (when === undefined) return 'yes';
  let best: Answer = 'no';
  for (const group of when) {
    const answers = group.map((condition) => answerOfCondition(condition, slots, words));
    if (answers.every((answer) => answer === 'yes')) return 'yes';
    if (!answers.includes('no')) best = 'maybe';
  }
  return best;
}

function answerOfCondition(
  { paths, values, holds }: Condition,
  slots: ReadonlyMap<string, number>,
  words: readonly (string | null | undefined)[],
): Answer {
  if (values === undefined) return 'maybe';
  for (const { text } of paths) {
    const slot = slots.get(text);
    if (slot === undefined) return 'maybe';
    const word = words[slot];
    if (word === null) return 'maybe';
    if (word !== undefined) return holds(word) ? 'yes' : 'no';
  }
  return 'no';
}
