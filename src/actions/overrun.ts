import {
  MAX_ACTIONS,
  MAX_CODE,
  MAX_DECODED,
  MAX_DECODINGS,
  MAX_DEPTH,
  MAX_ITEMS,
  MAX_STARTING,
  MAX_TEXT,
  MAX_WORK,
} from './limits.ts';

/** What a text may hold too much of, as an error says it. */
const words = {
  actions: `more than ${MAX_ACTIONS} actions`,
  code: `code of more than ${MAX_CODE} characters`,
  decoded: `a payload or a file of more than ${MAX_DECODED} bytes`,
  decodings: `more than ${MAX_DECODINGS} encodings one inside the other`,
  depth: `texts inside texts, more than ${MAX_DEPTH} deep`,
  files: 'a run of a file that was forgotten, as more was written than is remembered',
  items: `a loop over more than ${MAX_ITEMS} items`,
  nesting: 'brackets or blocks nested too deep',
  pattern: 'a pattern too long or with too many stars',
  starting: `more than ${MAX_STARTING} commands that start one another`,
  string: 'a word or string too long to be worked out',
  syntax: 'code with too many syntax errors',
  text: `a text of more than ${MAX_TEXT} characters`,
  words: 'more words or items than are gone through',
  work: `more than ${MAX_WORK} commands and expressions`,
} as const;

/** A bound of the parser behind which something may stand that it has not seen. */
export type Limit = keyof typeof words;

/** What there was too much of, for an error. */
export function wordsOf(limit: Limit): string {
  return words[limit];
}

/**
 * The first limit passed since `watched` began. Parsing is synchronous and happens in many small functions, few of which
 * know for whom they work: hence one place for all of them.
 */
let passed: Limit | undefined;

/** Tells whoever watches that something was left out because of a limit. */
export function pass(limit: Limit): void {
  passed ??= limit;
}

/** Does something; beside its result, the first limit that it passed, if any. */
export function watched<T>(act: () => T): readonly [result: T, passed: Limit | undefined] {
  const before = passed;
  passed = undefined;
  try {
    return [act(), passed];
  } finally {
    passed = before;
  }
}

/** Whether there is more of something than there may be; a limit is passed then. */
export function exceeds(amount: number, most: number, limit: Limit): boolean {
  if (amount <= most) return false;
  pass(limit);
  return true;
}

/** The beginning of a text; a limit is passed where there was more. */
export function cut(text: string, most: number, limit: Limit): string {
  return exceeds(text.length, most, limit) ? text.slice(0, most) : text;
}

/** The first items of a list; a limit is passed where there were more. */
export function firstOf<T>(items: readonly T[], most: number, limit: Limit): readonly T[] {
  return exceeds(items.length, most, limit) ? items.slice(0, most) : items;
}
