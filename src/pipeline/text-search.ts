import { type Engine, stepFlag, trajectoryFlag } from '../detectors/engine.ts';
import { SearchedText } from '../detectors/plausible.ts';
import { Scratch, unescapeJson } from '../prefilter/json-text.ts';
import { JsonWalker, startsContainer } from '../prefilter/json-walk.ts';
import type { Judge, Prefilter } from '../prefilter/prefilter.ts';
import { SeenTexts } from '../prefilter/seen-texts.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import type { Outline } from '../trajectory/outline.ts';
import { everySurface, surfaceBit } from '../trajectory/surface.ts';

/** The row holds something its spec does not know: it must be read, and will fail. */
export const unreadableFlag = 4;

/** Longest text of a call or a message, in UTF-16 units: copies of it that rules need must fit into a worker's memory. */
export const longestText = 16 << 20;

/** What hides words may match anything. */
const everyRuleFlag = ~unreadableFlag;

/** What the prefilter found in one row: flags by step; step -1 is the row as a whole. */
export type RowCandidates = Map<number, number>;

/** Any rule may match: the steps themselves are searched, once they are read. */
export const anything: RowCandidates = new Map([[-1, trajectoryFlag | unreadableFlag]]);

/** What is asked of the engine about single texts. */
export type TextEngine = Pick<Engine, 'prefilter' | 'hidesWords' | 'isPlausible'>;

/** A text within some bytes. */
export interface Range {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Surfaces whose texts are looked at closely. */
const writtenSurfaces = surfaceBit.call | surfaceBit.tool;

/** Layers of JSON quoting that the arguments of a call may lie under, beyond the one that their place has. */
const deepestCall = 3;

/** Asks the engine about what the prefilter found in one text of a call, once for each rule and detector. */
class CloserLook implements Judge {
  readonly isThorough: boolean;
  readonly #engine: TextEngine;
  /** made when something was found: most texts hold nothing */
  #accepted: Map<number, boolean> | undefined;
  readonly #range: Range;
  #text: SearchedText | undefined;

  constructor(engine: TextEngine, range: Range, isThorough: boolean) {
    this.#engine = engine;
    this.#range = range;
    this.isThorough = isThorough;
  }

  accepts(subject: number): boolean {
    this.#accepted ??= new Map();
    let isAccepted = this.#accepted.get(subject);
    if (isAccepted === undefined) {
      this.#text ??= new SearchedText(() => decode(this.#range), this.#engine.prefilter.stood);
      isAccepted = this.#engine.isPlausible(subject, this.#text);
      this.#accepted.set(subject, isAccepted);
    }
    return isAccepted;
  }

  /** Sets to 1 what was accepted. */
  tell(subjects: Uint8Array): void {
    for (const [subject, isAccepted] of this.#accepted ?? []) if (isAccepted) subjects[subject] = 1;
  }
}

/** On the other surfaces the words that were found are all there is to ask. */
class Account implements Judge {
  readonly isThorough = true;
  readonly #subjects: Uint8Array;

  constructor(subjects: Uint8Array) {
    this.#subjects = subjects;
  }

  accepts(subject: number): boolean {
    this.#subjects[subject] = 1;
    return true;
  }
}

/** Bytes of texts whose flags are kept, for each thread. */
const seenBytes = 2 << 20;
const seenBy = new WeakMap<TextEngine, SeenTexts>();

function seenTexts(engine: TextEngine): SeenTexts {
  let seen = seenBy.get(engine);
  if (seen === undefined) seenBy.set(engine, (seen = new SeenTexts(seenBytes)));
  return seen;
}

/** Searches single texts, with all that may lie over the words that rules need: JSON quoting, and words that hide. */
export class TextSearch {
  readonly #prefilter: Prefilter;
  readonly #engine: TextEngine;
  readonly #scratches = [new Scratch(), new Scratch()] as const;
  readonly #walker = new JsonWalker();
  readonly #seen: SeenTexts;

  constructor(engine: TextEngine) {
    this.#prefilter = engine.prefilter;
    this.#engine = engine;
    this.#seen = seenTexts(engine);
  }

  /**
   * The flags of what `bytes[start, end)` may match.
   * @param surfaces bits of the surfaces that the text may belong to
   * @param json the text is JSON: its strings are searched with their escapes undone
   * @param subjects is set to 1 for each rule or detector that it may be of interest to
   */
  scan(
    surfaces: number,
    json: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    subjects?: Uint8Array,
  ): number {
    // too long to be examined: whoever examines it says so, whatever stands in it
    if (end - start > longestText) return everyRuleFlag;
    if (start === end || !this.#prefilter.reads(surfaces)) return 0;
    // what comes back from tools is searched faster than it is looked up
    if (subjects !== undefined || (surfaces & writtenSurfaces) === 0)
      return this.#scan(surfaces, json, bytes, start, end, subjects);
    const kind = 2 * surfaces + (json ? 1 : 0);
    const slot = this.#seen.slot(kind, bytes, start, end);
    if (slot < 0) return this.#scan(surfaces, json, bytes, start, end, undefined);
    let flags = this.#seen.get(slot, kind, bytes, start, end);
    if (flags === undefined) {
      flags = this.#scan(surfaces, json, bytes, start, end, undefined);
      this.#seen.set(slot, kind, bytes, start, end, flags);
    }
    return flags;
  }

  #scan(
    surfaces: number,
    json: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    subjects: Uint8Array | undefined,
  ): number {
    let text = json ? unescapeJson(bytes, start, end, this.#scratches[0]) : { bytes, start, end };
    if ((surfaces & surfaceBit.call) === 0)
      return this.#prefilter.scan(
        surfaces,
        text.bytes,
        text.start,
        text.end,
        subjects && new Account(subjects),
      );
    let flags = this.#scanCall(surfaces, text, subjects);
    if (this.#hides(text)) return everyRuleFlag;
    for (let layer = 1; layer <= deepestCall; layer++) {
      const inner = unescapeJson(text.bytes, text.start, text.end, this.#scratches[layer % 2 === 0 ? 0 : 1]);
      if (inner.bytes === text.bytes) break;
      text = inner;
      flags |= this.#scanCall(surfaceBit.call | (surfaces & surfaceBit.tool), text, subjects);
      if (this.#hides(text)) return everyRuleFlag;
    }
    return flags;
  }

  #scanCall(surfaces: number, range: Range, subjects: Uint8Array | undefined): number {
    const judge = new CloserLook(this.#engine, range, subjects !== undefined);
    const flags = this.#prefilter.scan(surfaces, range.bytes, range.start, range.end, judge);
    if (subjects !== undefined) judge.tell(subjects);
    return flags;
  }

  /**
   * The rules and detectors, by number, that some steps may be of interest to: 1 for each.
   * @param count of all rules and detectors
   */
  subjectsOf(steps: Iterable<Step>, count: number): Uint8Array {
    const subjects = new Uint8Array(count);
    for (const step of steps) {
      for (const [text, surfaces, json] of stepTexts(step)) {
        const bytes = Buffer.from(text);
        const flags = this.scan(surfaces, json, bytes, 0, bytes.length, subjects);
        if (flags === everyRuleFlag) return subjects.fill(1);
      }
    }
    return subjects;
  }

  /**
   * The flags of a JSON text that holds steps, `unreadableFlag` among them when it is not known to be readable.
   * @param orText the text need not be JSON: then it may hold anything
   */
  scanDocument(outline: Outline, orText: boolean, bytes: Uint8Array, start: number, end: number): number {
    if (orText && !startsContainer(bytes, start, end))
      return this.scan(everySurface, false, bytes, start, end);
    let flags = 0;
    const isKnown = this.#walker.walk(outline, bytes, start, end, {
      step: (surfaces, inner, from, to, odd) => {
        flags |= this.scan(surfaces, true, inner, from, to) | (odd ? stepFlag | trajectoryFlag : 0);
      },
      text: (surfaces, inner, from, to, json) => {
        flags |= this.scan(surfaces, json, inner, from, to);
      },
    });
    return isKnown ? flags : flags | unreadableFlag;
  }

  #hides({ bytes, start, end }: Range): boolean {
    return this.#engine.hidesWords(bytes, start, end);
  }

  /** The same search over a trajectory that was read as a whole. */
  findInTrajectory(trajectory: Trajectory): RowCandidates {
    const found = new Map<number, RowCandidates>();
    for (const step of trajectory.steps) {
      for (const [text, surfaces, json] of stepTexts(step)) {
        const bytes = Buffer.from(text);
        const flags = this.scan(surfaces, json, bytes, 0, bytes.length);
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
    yield [call.name, surfaceBit.tool, false];
    yield [call.arguments, surfaceBit.call, true];
  }
  for (const observation of step.observations) yield [observation.text, surfaceBit.observation, false];
}

function decode({ bytes, start, end }: Range): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}

/** Adds flags to a step of a row. */
export function mark(found: Map<number, RowCandidates>, row: number, step: number, flags: number): void {
  const steps = found.get(row);
  if (steps === undefined) found.set(row, new Map([[step, flags]]));
  else steps.set(step, (steps.get(step) ?? 0) | flags);
}
