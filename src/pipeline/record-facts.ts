import type { RowFacts } from '../output/slices.ts';
import { JsonGrammar } from '../prefilter/json-grammar.ts';
import { Scratch, unescapeJson } from '../prefilter/json-text.ts';
import { startsContainer } from '../prefilter/json-walk.ts';
import { compileSpec } from '../trajectory/compile.ts';
import type { Trajectory } from '../trajectory/model.ts';
import type { RecordShape } from '../trajectory/record-shape.ts';
import { type Place, recordPlaces, type StepField, stepFields } from './fact-places.ts';
import { factNames, factOf, longestFact, mostTools, type Scalar } from './fact-values.ts';

/** Deepest nesting that is followed within a step. */
const deepest = 100;

/** JSON texts within JSON texts that are followed. */
const deepestText = 3;

/**
 * What is known of every record without parsing any: its metadata, the number of its steps, the bytes of their text, the
 * tools that are called. It goes over the bytes, and comes to what `row-facts.ts` finds in the columns of the same data.
 * Steps that a record keeps inside JSON text are left out, but for their size.
 */
export class RecordFacts {
  readonly #json = new JsonGrammar();
  readonly #scratch = new Scratch();
  readonly #scratches: Scratch[] = [];
  readonly #root: Place;
  readonly #step: StepField;
  /** the spec is known by its calls: a row of it without any calls no tool */
  readonly #hasCalls: boolean;
  readonly #unit: RecordShape['unit'];
  // of the record in progress
  #found: Map<string, { rank: number; value: Scalar }> = new Map();
  #tools: Set<string> | undefined;
  #steps: number | undefined;
  #bytes: number | undefined;

  constructor(shape: RecordShape) {
    const compiled = compileSpec(shape.definition);
    this.#root = recordPlaces(compiled);
    this.#step = stepFields(compiled);
    this.#unit = shape.unit;
    const { step } = shape.definition.recognise;
    const places = compiled.cases.flatMap(({ fields }) => fields.calls.flatMap((call) => call.in ?? []));
    this.#hasCalls = places.some(({ text }) => step.includes(text));
  }

  /**
   * The facts of a record.
   * @param trajectory for a record that is a file of entries, which its bytes do not tell apart
   */
  read(record: Uint8Array, trajectory: () => Trajectory): RowFacts {
    if (this.#unit === 'file') return factsOfTrajectory(record, trajectory);
    this.#found = new Map();
    this.#tools = undefined;
    this.#steps = undefined;
    this.#bytes = undefined;
    const json = this.#json;
    json.bytes = record;
    json.end = record.length;
    const isRead = this.#value(this.#root, json.space(0)) >= 0;
    const facts: Record<string, unknown> = {};
    for (const [name, { value }] of this.#found) facts[name] = value;
    if (this.#steps !== undefined) facts['steps'] = this.#steps;
    // where the texts are not to be told apart, the record is as long as it is
    facts['bytes'] = isRead && this.#bytes !== undefined ? this.#bytes : record.length;
    const tools = this.#tools ?? (this.#hasCalls && this.#steps !== undefined ? [] : undefined);
    if (tools !== undefined) facts['tools'] = [...tools];
    return facts as RowFacts;
  }

  /** Goes over the value at a place of the record; the offset behind it, or -1. */
  #value(place: Place, at: number, nesting = 0): number {
    const json = this.#json;
    const first = json.bytes[at];
    if (first === quote && place.fields.size > 0 && nesting < deepestText) this.#nested(place, at, nesting);
    if (first === openObject && place.fields.size > 0)
      return this.#object(at, (start, end, value) => {
        for (const [name, inner] of place.fields)
          if (json.holds(name, start, end)) return this.#value(inner, value, nesting);
        return json.value(value);
      });
    if (first === openList && place.isSteps) {
      this.#steps ??= 0;
      this.#bytes ??= 0;
      return this.#list(at, (element) => {
        this.#steps! += 1;
        return this.#fieldValue(this.#step, true, element, 0);
      });
    }
    if (first === openList && place.each !== undefined) {
      const { each } = place;
      return this.#list(at, (element) => this.#value(each, element, nesting));
    }
    const end = json.value(at);
    if (end < 0) return -1;
    if (first === quote && (place.isSteps || place.isText)) this.#addText(at, end);
    if (place.facts.length > 0 && first !== openObject && first !== openList) {
      const value = this.#scalar(at, end);
      for (const { name, rank } of place.facts) this.#note(name, rank, value);
    }
    return end;
  }

  /** A text that may hold JSON: what is wanted of it is read there, if it does. */
  #nested(place: Place, at: number, nesting: number): void {
    const json = this.#json;
    const behind = json.string(at + 1);
    if (behind < 0) return;
    const { bytes, end } = json;
    this.#scratches[nesting] ??= new Scratch();
    const inner = unescapeJson(bytes, at + 1, behind - 1, this.#scratches[nesting]);
    if (!startsContainer(inner.bytes, inner.start, inner.end)) return;
    json.bytes = inner.bytes;
    json.end = inner.end;
    this.#value(place, json.space(inner.start), nesting + 1);
    json.bytes = bytes;
    json.end = end;
  }

  /** The first place that says something counts; of a key that comes twice, the last. */
  #note(name: string, rank: number, value: Scalar | undefined): void {
    const fact = factOf(name, value);
    const before = this.#found.get(name);
    if (before !== undefined && before.rank < rank) return;
    if (fact !== undefined) this.#found.set(name, { rank, value: fact });
    else if (before?.rank === rank) this.#found.delete(name);
  }

  /**
   * Goes over the value of a step's field, or a step itself.
   * @param counts a text at its place counts
   */
  #fieldValue(field: StepField, counts: boolean, at: number, depth: number): number {
    const json = this.#json;
    const first = json.bytes[at];
    if (depth > deepest) return json.value(at);
    if (first === openList)
      return this.#list(at, (element) => this.#fieldValue(field, counts, element, depth + 1));
    if (first === openObject) {
      if (field.below === 'none') return json.value(at);
      if (field.below === 'all') return this.#object(at, (_s, _e, value) => this.#texts(value, depth + 1));
      return this.#object(at, (start, end, value) => {
        const inner = this.#child(field, start, end);
        if (inner === undefined) return json.value(value);
        return this.#fieldValue(inner, inner.counts, value, depth + 1);
      });
    }
    const end = json.value(at);
    if (end < 0 || first !== quote) return end;
    if (counts) this.#addText(at, end);
    if (field.isTool) {
      this.#tools ??= new Set();
      if (this.#tools.size < mostTools) this.#tools.add(String(this.#scalar(at, end)));
    }
    return end;
  }

  /** Counts all texts of a value. */
  #texts(at: number, depth: number): number {
    const first = this.#json.bytes[at];
    if (depth > deepest) return this.#json.value(at);
    if (first === openList) return this.#list(at, (element) => this.#texts(element, depth + 1));
    if (first === openObject) return this.#object(at, (_s, _e, value) => this.#texts(value, depth + 1));
    const end = this.#json.value(at);
    if (end >= 0 && first === quote) this.#addText(at, end);
    return end;
  }

  #child(field: StepField, start: number, end: number): StepField | undefined {
    for (const [name, inner] of field.children) if (this.#json.holds(name, start, end)) return inner;
    return field.child(this.#text(start, end));
  }

  #addText(at: number, end: number): void {
    this.#bytes = (this.#bytes ?? 0) + textLength(this.#json.bytes, at + 1, end - 1);
  }

  #scalar(at: number, end: number): Scalar | undefined {
    const { bytes } = this.#json;
    const first = bytes[at];
    if (first === quote) return this.#text(at + 1, end - 1);
    const literal = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1');
    if (literal === 'null') return undefined;
    return literal === 'true' ? true : literal === 'false' ? false : Number(literal);
  }

  /** What a string says, from between its quotes; a long one is cut. */
  #text(start: number, end: number): string {
    const { bytes } = this.#json;
    if (end - start <= 4 * longestFact) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
      return text.includes(backslash)
        ? (JSON.parse(`"${text.toString()}"`) as string)
        : text.toString('utf8', 0, longestFact);
    }
    const { bytes: plain, start: from } = unescapeJson(bytes, start, start + 4 * longestFact, this.#scratch);
    return Buffer.from(plain.buffer, plain.byteOffset + from, longestFact).toString();
  }

  #object(start: number, field: (keyStart: number, keyEnd: number, at: number) => number): number {
    const json = this.#json;
    let at = json.space(start + 1);
    if (json.bytes[at] === openObject + 2) return at + 1;
    for (;;) {
      if (json.bytes[at] !== quote) return -1;
      const keyEnd = json.string(at + 1) - 1;
      if (keyEnd < 0) return -1;
      const keyStart = at + 1;
      at = json.space(keyEnd + 1);
      if (json.bytes[at] !== colon) return -1;
      at = field(keyStart, keyEnd, json.space(at + 1));
      if (at < 0) return -1;
      at = json.space(at);
      if (json.bytes[at] === openObject + 2) return at + 1;
      if (json.bytes[at] !== comma) return -1;
      at = json.space(at + 1);
    }
  }

  #list(start: number, element: (at: number) => number): number {
    const json = this.#json;
    let at = json.space(start + 1);
    if (json.bytes[at] === openList + 2) return at + 1;
    for (;;) {
      at = element(at);
      if (at < 0) return -1;
      at = json.space(at);
      if (json.bytes[at] === openList + 2) return at + 1;
      if (json.bytes[at] !== comma) return -1;
      at = json.space(at + 1);
    }
  }
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const backslash = 0x5c;
const openObject = 0x7b;

/** UTF-8 bytes of what a string says, from between its quotes. */
function textLength(bytes: Uint8Array, start: number, end: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  let length = text.length;
  for (let at = text.indexOf(backslash); at >= 0; at = text.indexOf(backslash, at)) {
    if (text[at + 1] !== 0x75) {
      length -= 1;
      at += 2;
      continue;
    }
    const unit = Number.parseInt(text.toString('latin1', at + 2, at + 6), 16);
    const isPair =
      unit >= 0xd800 && unit < 0xdc00 && /^\\ud[c-f]/i.test(text.toString('latin1', at + 6, at + 10));
    length -= isPair ? 8 : 6 - (unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3);
    at += isPair ? 12 : 6;
  }
  return length;
}

function factsOfTrajectory(record: Uint8Array, trajectory: () => Trajectory): RowFacts {
  const bytes = record.length;
  try {
    const { metadata, steps } = trajectory();
    const facts: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(metadata)) {
      if (!factNames.has(name)) continue;
      facts[name] = typeof value === 'string' ? value.slice(0, longestFact) : value;
    }
    const tools = new Set(steps.flatMap(({ toolCalls }) => toolCalls.map(({ name }) => name)));
    return { ...facts, bytes, steps: steps.length, tools: [...tools].slice(0, mostTools) };
  } catch {
    return { bytes }; // a file that cannot be read says nothing of itself
  }
}
