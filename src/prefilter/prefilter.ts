import { surfaceBit } from '../trajectory/surface.ts';
import { type Automaton, scanWords, type Word } from './automaton.ts';
import { buildAutomaton, isWordByte } from './build-automaton.ts';
import { buildLookup, type Lookup, type Numbered } from './lookup.ts';
import { buildStride, type Stride, scanStride, strideMinimum } from './stride.ts';
import { buildTexts, standsIn, type Texts } from './texts.ts';
import { WordHits } from './word-hits.ts';

/** What a rule needs before it can match: all the words in one value of one of the surfaces. */
export interface Requirement {
  /** bits of the surfaces */
  readonly surfaces: number;
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

/** Requirements made ready to search for, as plain numbers in memory that threads share. */
export interface PrefilterTables {
  /** for what the agent wrote, and what may be anything: words are seen through quotes */
  readonly written: {
    readonly lookup: Lookup;
    readonly automaton: Automaton;
    /** of each word, by number */
    readonly keys: readonly string[];
  };
  /** for what it did not write: texts are sought as they stand, which is faster; absent where one is too short */
  readonly given: { readonly lookup: Lookup; readonly stride: Stride; readonly texts: Texts } | undefined;
}

/** Surfaces that the agent does not write. */
const givenSurfaces = surfaceBit.observation | surfaceBit.request;

export function buildTables(requirements: readonly Requirement[]): PrefilterTables {
  return { written: tablesOfWritten(requirements), given: tablesOfGiven(requirements) };
}

function tablesOfWritten(requirements: readonly Requirement[]): PrefilterTables['written'] {
  const words = new Numbers<Word>();
  const numbered = requirements.map((requirement) => {
    const own = requirement.words.flatMap(splitWord).map((word) => {
      return { number: words.of(keyOf(word), word), length: word.text.length };
    });
    return numberedOf(requirement, own);
  });
  return {
    lookup: buildLookup(numbered, words.list.length),
    automaton: buildAutomaton(words.list),
    keys: words.list.map(keyOf),
  };
}

function keyOf({ text, startsWord, endsWord }: Word): string {
  return `${startsWord ? '<' : ''}${text}${endsWord ? '>' : ''}`;
}

function tablesOfGiven(requirements: readonly Requirement[]): PrefilterTables['given'] {
  const own = requirements.filter(({ surfaces }) => (surfaces & givenSurfaces) !== 0);
  const anchors = new Numbers<string>();
  const others = new Numbers<string>();
  const numbered: Numbered[] = [];
  for (const requirement of own) {
    const [anchor, ...rest] = requirement.words.map(({ text }) => text).sort((a, b) => b.length - a.length);
    if (anchor !== undefined && anchor.length < strideMinimum) return undefined;
    numbered.push({
      ...aboutOf(requirement),
      anchor: anchor === undefined ? undefined : anchors.of(anchor, anchor),
      others: rest.map((text) => others.of(text, text)),
    });
  }
  return {
    lookup: buildLookup(numbered, anchors.list.length),
    stride: buildStride(anchors.list),
    texts: buildTexts(others.list),
  };
}

/** Numbers things in the order in which they first come. */
class Numbers<T> {
  readonly list: T[] = [];
  readonly #known = new Map<string, number>();

  of(key: string, value: T): number {
    const known = this.#known.get(key) ?? this.list.push(value) - 1;
    this.#known.set(key, known);
    return known;
  }
}

function aboutOf({ surfaces, flags, subject = -1 }: Requirement): Omit<Numbered, 'anchor' | 'others'> {
  return { surfaces, flags, subject };
}

/** A requirement behind its longest word, which is taken for the rarest. */
function numberedOf(
  requirement: Requirement,
  words: readonly { number: number; length: number }[],
): Numbered {
  const byLength = [...words].sort((a, b) => b.length - a.length).map(({ number }) => number);
  const [anchor, ...others] = new Set(byLength);
  return { ...aboutOf(requirement), anchor, others };
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

/** Decides, for bytes as they lie in a page, which requirements could be met. */
export class Prefilter {
  readonly #tables: PrefilterTables;
  readonly #writtenHits: WordHits;
  readonly #givenHits: WordHits;
  #numbers: ReadonlyMap<string, number> | undefined;
  /** surfaces for which there are requirements */
  readonly #surfaces: number;

  constructor(tables: PrefilterTables) {
    const { written, given } = tables;
    this.#tables = tables;
    this.#writtenHits = new WordHits(written.lookup.ofAnchor.length - 1);
    this.#givenHits = new WordHits(given === undefined ? 0 : given.lookup.ofAnchor.length - 1);
    this.#surfaces = written.lookup.surfaces.reduce((all, surfaces) => all | surfaces, 0);
  }

  /** The number of a word that is looked for in what the agent wrote. */
  numberOf(word: Word): number | undefined {
    this.#numbers ??= new Map(this.#tables.written.keys.map((key, number) => [key, number]));
    return this.#numbers.get(keyOf(word));
  }

  /** Whether a word, by its number, stood in the text of the agent's that was searched last. */
  readonly stood = (word: number): boolean => this.#writtenHits.has(word);

  /** False when no requirement can be met on these surfaces: their values need not be looked at. */
  reads(surfaceSet: number): boolean {
    return (this.#surfaces & surfaceSet) !== 0;
  }

  /**
   * The flags of all requirements that are met by `bytes[start, end)`.
   * @param surfaceSet bits of the surfaces that the value may belong to
   * @param judge has the last word on each requirement with a subject
   */
  scan(surfaceSet: number, bytes: Uint8Array, start: number, end: number, judge?: Judge): number {
    const { written, given } = this.#tables;
    if (given === undefined || (surfaceSet & ~givenSurfaces) !== 0) {
      const hits = this.#writtenHits;
      hits.reset();
      scanWords(written.automaton, bytes, start, end, hits);
      return flagsOf(written.lookup, surfaceSet, hits, this.stood, judge);
    }
    const hits = this.#givenHits;
    hits.reset();
    scanStride(given.stride, bytes, start, end, hits);
    const stands = (text: number) => standsIn(given.texts, text, bytes, start, end);
    return flagsOf(given.lookup, surfaceSet, hits, stands, judge);
  }
}

/** @param has whether another word of a requirement is there too */
function flagsOf(
  lookup: Lookup,
  surfaceSet: number,
  hits: WordHits,
  has: (word: number) => boolean,
  judge: Judge | undefined,
): number {
  const { ofAnchor } = lookup;
  let flags = flagsAmong(lookup, 0, ofAnchor[0]!, 0, surfaceSet, has, judge);
  for (let i = 0; i < hits.count; i++) {
    const word = hits.list[i]!;
    flags = flagsAmong(lookup, ofAnchor[word]!, ofAnchor[word + 1]!, flags, surfaceSet, has, judge);
  }
  return flags;
}

/** `flags` and those of the requirements from `first` to `end` that are met. */
function flagsAmong(
  { surfaces, flags: flagsOfRequirement, subjects, othersFrom, others }: Lookup,
  first: number,
  end: number,
  flags: number,
  surfaceSet: number,
  has: (word: number) => boolean,
  judge: Judge | undefined,
): number {
  let all = flags;
  next: for (let one = first; one < end; one++) {
    const own = flagsOfRequirement[one]!;
    if ((surfaces[one]! & surfaceSet) === 0) continue;
    if ((all & own) === own && judge?.isThorough !== true) continue;
    for (let at = othersFrom[one]!; at < othersFrom[one + 1]!; at++) if (!has(others[at]!)) continue next;
    const subject = subjects[one]!;
    if (judge === undefined || subject < 0 || judge.accepts(subject)) all |= own;
  }
  return all;
}
