import { MAX_STRING } from './limits.ts';
import { cut } from './overrun.ts';
import { isWordCode } from './word-code.ts';

/**
 * Words are what the prefilter looks for in a call's text. Putting two texts together can make a word that stands
 * nowhere in it; that is done only where `mayHideWords` has said that the text may hide some.
 */

/** True when a word would go on from one text into the other, in whatever language: quotes and backslashes left out. */
export function splices(left: string, right: string): boolean {
  let end = left.length - 1;
  while (end >= 0 && isQuote(left.charCodeAt(end))) end -= 1;
  if (end < 0 || !isWordCode(left.charCodeAt(end))) return false;
  let start = 0;
  while (start < right.length && isQuote(right.charCodeAt(start))) start += 1;
  return start < right.length && isWordCode(right.charCodeAt(start));
}

/** `'`, `"`, `` ` `` and the backslash. */
function isQuote(code: number): boolean {
  return code === 39 || code === 34 || code === 96 || code === 92;
}

/** A piece of a text that is put together: what stands for something is kept as it is written, too. */
export interface Piece {
  readonly text: string;
  readonly raw?: string;
}

/**
 * The pieces as one text. A value that would join the word beside it stays as it is written, unless the text is one
 * to hide words; `undefined` where two pieces that stand for nothing would join.
 */
export function assemble(pieces: readonly Piece[], hides: () => boolean): string | undefined {
  let output = '';
  for (let at = 0; at < pieces.length && output.length <= MAX_STRING; at += 1) {
    const { text, raw } = pieces[at]!;
    const joins = splices(output, text) || (raw !== undefined && splices(text, pieces[at + 1]?.text ?? ''));
    if (!joins || hides()) output += text;
    else if (raw === undefined) return undefined;
    else output += raw;
  }
  return cut(output, MAX_STRING, 'string');
}

/** Fills the names that a pattern's first group finds; one that is not known stays as it is written. */
export function fillNames(
  text: string,
  names: RegExp,
  hides: () => boolean,
  value: (...groups: string[]) => string | undefined,
): string {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(names)) {
    const found = value(...match.slice(1));
    if (found === undefined) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: found, raw: match[0] });
    from = match.index + match[0].length;
  }
  if (from === 0) return text;
  pieces.push({ text: text.slice(from) });
  return assemble(pieces, hides) ?? text;
}
