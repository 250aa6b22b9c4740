import { type Surface, surfaceBit } from '../trajectory/surface.ts';
import { buildAutomaton, isWordByte, type Word, type WordScanner } from './automaton.ts';
import { buildStride, strideMinimum } from './stride.ts';
import { WordHits } from './word-hits.ts';

/** What a rule needs before it can match: all the words in one value of the surface. */
export interface Requirement {
  readonly surface: Surface;
  /**
   * None at all means that every value is a candidate. On the surfaces that the agent does not write, a word may be any
   * lower-case ASCII text.
   */
  readonly words: readonly Word[];
  /** bits that a value gets for which the requirement is met */
  readonly flags: number;
  /** number of the rule or detector that needs it */
  readonly subject?: number;
}

/** Takes a closer look where a requirement is met, and keeps account of the rules and detectors. */
export interface Judge {
  /** whether it wants to be asked about every rule and detector, also where their flags are there already */
  readonly isThorough: boolean;
  /** Whether the rule or detector really may find something in the value. */
  accepts(subject: number): boolean;
}

/** Decides, for bytes as they lie in a page, which requirements could be met. */
export interface Prefilter {
  /**
   * The flags of all requirements that are met by `bytes[start, end)`.
   * @param surfaceSet bits of the surfaces that the value may belong to
   * @param judge has the last word on each requirement with a subject
   */
  scan(surfaceSet: number, bytes: Uint8Array, start: number, end: number, judge?: Judge): number;
  /** False when no requirement can be met on these surfaces: their values need not be looked at. */
  reads(surfaceSet: number): boolean;
}

/** Requirements of one set of surfaces, with the scanner for their words. */
interface Stage {
  readonly scanner: WordScanner | undefined;
  readonly hits: WordHits;
  /** requirements that every value meets */
  readonly always: readonly Anchored[];
  /** by number of their rarest word */
  readonly byAnchor: readonly (readonly Anchored[])[];
}

/** A requirement behind its rarest word. */
interface Anchored {
  /** numbers of its other words */
  readonly others: Int32Array;
  readonly flags: number;
  readonly subject: number | undefined;
}

export function buildPrefilter(requirements: readonly Requirement[]): Prefilter {
  const stages: (Stage | undefined)[] = [];
  const stageOf = (surfaceSet: number): Stage => {
    stages[surfaceSet] ??= buildStage(requirements, surfaceSet);
    return stages[surfaceSet];
  };
  return {
    reads(surfaceSet) {
      const { scanner, always } = stageOf(surfaceSet);
      return scanner !== undefined || always.length > 0;
    },
    scan(surfaceSet, bytes, start, end, judge) {
      const { scanner, hits, always, byAnchor } = stageOf(surfaceSet);
      let flags = 0;
      for (const one of always) if (adds(one, flags, judge) && isMet(one, judge)) flags |= one.flags;
      if (scanner === undefined) return flags;
      hits.reset();
      scanner.scan(bytes, start, end, hits);
      for (let i = 0; i < hits.count; i++) {
        for (const one of byAnchor[hits.list[i]!]!) {
          if (adds(one, flags, judge) && hasAll(hits, one.others) && isMet(one, judge)) flags |= one.flags;
        }
      }
      return flags;
    },
  };
}

/** Whether it makes a difference that a requirement is met. */
function adds({ flags: own }: Anchored, flags: number, judge: Judge | undefined): boolean {
  return (flags & own) !== own || judge?.isThorough === true;
}

/** Whether a requirement whose words are there is met for its judge too. */
function isMet({ subject }: Anchored, judge: Judge | undefined): boolean {
  return judge === undefined || subject === undefined || judge.accepts(subject);
}

function hasAll(hits: WordHits, words: Int32Array): boolean {
  for (const word of words) if (!hits.has(word)) return false;
  return true;
}

function buildStage(requirements: readonly Requirement[], surfaceSet: number): Stage {
  const own = requirements.filter(({ surface }) => (surfaceBit[surface] & surfaceSet) !== 0);
  const asTheyStand =
    isPlain(surfaceSet) && own.every(({ words }) => words.every(({ text }) => text.length >= strideMinimum));
  const words = new Map<string, { word: Word; number: number }>();
  const numbersOf = (needed: readonly Word[]) =>
    (asTheyStand ? needed : needed.flatMap(splitWord)).map((word) => {
      const key = `${word.startsWord ? '<' : ''}${word.text}${word.endsWord ? '>' : ''}`;
      const known = words.get(key) ?? { word, number: words.size };
      words.set(key, known);
      return known;
    });
  const always: Anchored[] = [];
  const anchored: (Anchored & { anchor: number })[] = [];
  for (const { words: needed, flags, subject } of own) {
    const numbers = [...new Set(numbersOf(needed))].sort((a, b) => b.word.text.length - a.word.text.length);
    const [anchor, ...others] = numbers.map(({ number }) => number);
    if (anchor !== undefined) anchored.push({ anchor, others: Int32Array.from(others), flags, subject });
    else always.push({ others: new Int32Array(0), flags, subject });
  }
  const byAnchor: Anchored[][] = Array.from({ length: words.size }, () => []);
  for (const { anchor, ...one } of anchored) byAnchor[anchor]!.push(one);
  const list = [...words.values()].map(({ word }) => word);
  const scanner =
    list.length === 0
      ? undefined
      : asTheyStand
        ? buildStride(list.map(({ text }) => text))
        : buildAutomaton(list);
  return { scanner, hits: new WordHits(list.length), always, byAnchor };
}

/** Text that the agent did not write is searched as it stands, which is faster; what it wrote, through its quotes. */
function isPlain(surfaceSet: number): boolean {
  return (surfaceSet & (surfaceBit.call | surfaceBit.message | surfaceBit.tool)) === 0;
}

/** Any text as words that the automaton knows: where the text stands, they all stand. */
function splitWord({ text, startsWord, endsWord }: Word): Word[] {
  const parts: { text: string; from: number }[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at;
    while (end < text.length && isWordByte(text.charCodeAt(end))) end += 1;
    if (end > at) parts.push({ text: text.slice(at, end), from: at });
    at = end + 1;
  }
  return parts.map(({ text: part, from }) => {
    const starts = from === 0 ? startsWord === true : !isStepped(text[from - 1]!);
    const after = text[from + part.length];
    const ends = after === undefined ? endsWord === true : !isStepped(after);
    return { text: part, ...(starts ? { startsWord: true } : {}), ...(ends ? { endsWord: true } : {}) };
  });
}

/** Whether the automaton steps over a character, so that it is no boundary there. */
function isStepped(character: string): boolean {
  return '\'"`\\'.includes(character);
}
