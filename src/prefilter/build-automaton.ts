import { type Automaton, boundary, otherLetter, transparent, type Word } from './automaton.ts';
import { sharedBytes, sharedInts, startsOf } from './shared.ts';

/** Bytes that are stepped over: ' " ` \ */
const transparentBytes = [0x27, 0x22, 0x60, 0x5c];

/** Whether words may hold this byte. */
export function isWordByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x5f ||
    byte === 0x2e ||
    byte === 0x2d
  );
}

/**
 * Aho-Corasick as a dense table. Quotes and backslashes are stepped over, so that `'xm''rig'` and `x\mrig` hold the word
 * `xmrig`; all other bytes between words count as one boundary.
 *
 * Aho, Corasick: Efficient string matching, an aid to bibliographic search. CACM 18 (1975).
 */
export function buildAutomaton(words: readonly Word[]): Automaton {
  const { classOf, classCount } = byteClasses(words);
  const trie = buildTrie(
    words.map((word) => patternOf(word, classOf)),
    classCount,
  );
  return compact(trie, addFailures(trie, classCount), classOf, classCount);
}

function byteClasses(words: readonly Word[]): { classOf: Uint8Array; classCount: number } {
  const classOf = Uint8Array.from({ length: 256 }, (_, byte) => (isWordByte(byte) ? otherLetter : boundary));
  for (const byte of transparentBytes) classOf[byte] = transparent;
  let classCount = otherLetter + 1;
  for (const { text } of words) {
    if (text.length === 0) throw new Error('a word of the prefilter is empty');
    for (let at = 0; at < text.length; at++) {
      const byte = text.charCodeAt(at);
      if (byte > 0x7f || !isWordByte(byte) || (byte >= 0x41 && byte <= 0x5a)) {
        throw new Error(`prefilter word ${JSON.stringify(text)} holds more than a-z, 0-9, _, . and -`);
      }
      if (classOf[byte] === otherLetter) classOf[byte] = classCount++;
    }
  }
  for (let upper = 0x41; upper <= 0x5a; upper++) classOf[upper] = classOf[upper + 0x20]!;
  return { classOf: sharedBytes(classOf), classCount };
}

function patternOf(word: Word, classOf: Uint8Array): number[] {
  const classes = Array.from(word.text, (letter) => classOf[letter.charCodeAt(0)]!);
  return [...(word.startsWord ? [boundary] : []), ...classes, ...(word.endsWord ? [boundary] : [])];
}

interface Trie {
  /** child by state and class; 0 where there is none */
  readonly next: Int32Array;
  readonly stateCount: number;
  /** by state, where there are any */
  readonly words: Map<number, readonly number[]>;
  /** states whose last step was a boundary */
  readonly behindBoundary: ReadonlySet<number>;
}

function buildTrie(patterns: readonly (readonly number[])[], classCount: number): Trie {
  const mostStates = patterns.reduce((sum, pattern) => sum + pattern.length, 2);
  const next = new Int32Array(mostStates * classCount);
  const words = new Map<number, number[]>();
  const behindBoundary = new Set<number>();
  let stateCount = 1;
  const step = (state: number, at: number) => {
    const place = state * classCount + at;
    if (next[place] === 0) {
      if (at === boundary) behindBoundary.add(stateCount);
      next[place] = stateCount++;
    }
    return next[place]!;
  };
  step(0, boundary);
  for (const [word, pattern] of patterns.entries()) {
    let state = 0;
    for (const at of pattern) state = step(state, at);
    words.set(state, [...(words.get(state) ?? []), word]);
  }
  return { next, stateCount, words, behindBoundary };
}

/** Fills in where the automaton goes when a word breaks off. Returns the states, shallow ones first. */
function addFailures({ next, stateCount, words, behindBoundary }: Trie, classCount: number): Int32Array {
  const failure = new Int32Array(stateCount);
  const order = new Int32Array(stateCount);
  let found = 1;
  for (let head = 0; head < found; head++) {
    const state = order[head]!;
    const row = state * classCount;
    const fallback = failure[state]! * classCount;
    for (let at = 0; at < classCount; at++) {
      const child = next[row + at]!;
      const broken = state === 0 ? 0 : next[fallback + at]!;
      if (child === 0) {
        next[row + at] = broken;
        continue;
      }
      failure[child] = broken;
      const shorter = words.get(broken);
      if (shorter !== undefined) words.set(child, [...(words.get(child) ?? []), ...shorter]);
      order[found++] = child;
    }
    next[row + transparent] = state;
    // several boundary bytes are one boundary
    if (behindBoundary.has(state)) next[row + boundary] = state;
  }
  return order;
}

/** Renumbers the states so that those that end a word come last: one comparison tells them. */
function compact(trie: Trie, order: Int32Array, classOf: Uint8Array, classCount: number): Automaton {
  const silent = order.filter((state) => !trie.words.has(state));
  const loud = order.filter((state) => trie.words.has(state));
  const renumbered = [...silent, ...loud];
  const numberOf = new Int32Array(order.length);
  for (const [number, state] of renumbered.entries()) numberOf[state] = number;
  const size = order.length * classCount;
  const next =
    order.length < 2 ** 16
      ? new Uint16Array(new SharedArrayBuffer(size * 2))
      : new Uint32Array(new SharedArrayBuffer(size * 4));
  let to = 0;
  for (const state of renumbered) {
    const row = state * classCount;
    for (let at = 0; at < classCount; at++) next[to++] = numberOf[trie.next[row + at]!]!;
  }
  const words = [...loud].map((state) => [...new Set(trie.words.get(state))]);
  return {
    next,
    classOf,
    classCount,
    firstLoud: silent.length,
    words: sharedInts(words.flat()),
    wordsFrom: startsOf(words),
    afterBoundary: next[boundary]!,
  };
}
