import { sharedBytes, sharedInts, startsOf } from './shared.ts';

/** What a rule needs, with its words by number. */
export interface Numbered {
  /** its rarest word; undefined where every value meets it */
  readonly anchor: number | undefined;
  readonly others: readonly number[];
  /** bits of the surfaces of which a value must be */
  readonly surfaces: number;
  readonly flags: number;
  /** number of the rule or detector; -1 for none */
  readonly subject: number;
}

/** Requirements as plain numbers, in memory that threads share; those that need no word come first. */
export interface Lookup {
  /** by word: the first requirement that it is the rarest word of; they go on to where the next word's begin */
  readonly ofAnchor: Int32Array;
  /** by requirement: where its other words begin in `others` */
  readonly othersFrom: Int32Array;
  readonly others: Int32Array;
  readonly surfaces: Uint8Array;
  readonly flags: Int32Array;
  readonly subjects: Int32Array;
}

export function buildLookup(requirements: readonly Numbered[], wordCount: number): Lookup {
  const ofWord: Numbered[][] = Array.from({ length: wordCount + 1 }, () => []);
  for (const one of requirements) ofWord[one.anchor === undefined ? 0 : one.anchor + 1]!.push(one);
  const sorted = ofWord.flat();
  return {
    ofAnchor: startsOf(ofWord).subarray(1),
    othersFrom: startsOf(sorted.map(({ others }) => others)),
    others: sharedInts(sorted.flatMap(({ others }) => others)),
    surfaces: sharedBytes(sorted.map(({ surfaces }) => surfaces)),
    flags: sharedInts(sorted.map(({ flags }) => flags)),
    subjects: sharedInts(sorted.map(({ subject }) => subject)),
  };
}
