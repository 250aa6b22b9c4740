import { MAX_BRACED, MAX_BRACES } from '../limits.ts';
import { firstOf, pass } from '../overrun.ts';
import { splices } from '../splice.ts';

/**
 * Brace expansion of a word as it is written, quotes and all: `a{b,c}` gives `ab` and `ac`. Sequences
 * (`{1..254}`) are kept: they say more than their first items. So is a list whose items would make new words of
 * what stands around them, unless the text may hide words.
 */
export function expandBraces(word: string, hides: () => boolean): string[] {
  if (word.length > MAX_BRACED && mayHoldList(word)) pass('string');
  const open = word.length > MAX_BRACED ? undefined : firstList(word);
  if (open === undefined) return [word];
  const before = word.slice(0, open.start);
  const middles = firstOf(
    open.items.flatMap((item) => expandBraces(item, hides)),
    MAX_BRACES,
    'words',
  );
  const rests = expandBraces(word.slice(open.end), hides);
  if (join(before, middles, rests) && !hides()) return [word];
  const output: string[] = [];
  for (const middle of middles) {
    for (const rest of rests) {
      if (output.length >= MAX_BRACES) {
        pass('words');
        return output;
      }
      output.push(before + middle + rest);
    }
  }
  return output;
}

/** True when a word goes on over an edge of the list, quotes left out. */
function join(before: string, middles: readonly string[], rests: readonly string[]): boolean {
  const left = bare(before);
  const right = rests.map(bare);
  return middles.map(bare).some((middle) => {
    const inner = middle === '' ? left : middle;
    return splices(left, middle) || right.some((rest) => splices(inner, rest));
  });
}

function bare(text: string): string {
  return text.replace(/\\\r?\n|\$(?=['"])|['"\\]/g, '');
}

interface List {
  readonly start: number;
  readonly end: number;
  readonly items: readonly string[];
}

/** Whether a brace stands in a word that is neither quoted nor the brace of `${…}`. */
function mayHoldList(word: string): boolean {
  for (let at = 0; at < word.length; at += 1) {
    const character = word[at];
    if (character === '\\') at += 1;
    else if (character === "'" || character === '"') at = closing(word, at);
    else if (character === '$' && word[at + 1] === '{') at = balanced(word, at + 1);
    else if (character === '{') return true;
  }
  return false;
}

/** The first `{a,b}` that is not quoted and not the brace of `${…}`. */
function firstList(word: string): List | undefined {
  for (let at = 0; at < word.length; at += 1) {
    const character = word[at];
    if (character === '\\') at += 1;
    else if (character === "'" || character === '"') at = closing(word, at);
    else if (character === '$' && (word[at + 1] === '{' || word[at + 1] === '(')) at = balanced(word, at + 1);
    else if (character === '{') {
      const list = listAt(word, at);
      if (list !== undefined) return list;
    }
  }
  return undefined;
}

function listAt(word: string, start: number): List | undefined {
  const items: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start + 1; at < word.length; at += 1) {
    const character = word[at];
    if (character === '\\') at += 1;
    else if (character === "'" || character === '"') at = closing(word, at);
    else if (character === '$' && (word[at + 1] === '{' || word[at + 1] === '(')) at = balanced(word, at + 1);
    else if (character === '{') depth += 1;
    else if (character === '}' && depth > 0) depth -= 1;
    else if (character === ',' && depth === 0) {
      items.push(word.slice(from, at));
      from = at + 1;
    } else if (character === '}') {
      if (items.length === 0) return undefined;
      items.push(word.slice(from, at));
      return { start, end: at + 1, items };
    }
  }
  return undefined;
}

function closing(word: string, at: number): number {
  const quote = word[at];
  for (let next = at + 1; next < word.length; next += 1) {
    if (word[next] === '\\' && quote === '"') next += 1;
    else if (word[next] === quote) return next;
  }
  return word.length;
}

function balanced(word: string, at: number): number {
  const open = word[at];
  const close = open === '{' ? '}' : ')';
  let depth = 0;
  for (let next = at; next < word.length; next += 1) {
    if (word[next] === open) depth += 1;
    else if (word[next] === close) {
      depth -= 1;
      if (depth === 0) return next;
    }
  }
  return word.length;
}
