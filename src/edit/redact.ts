import { applyChanges, type Change, placesOf, stringsOf } from './json-text.ts';

/** A text that is to be replaced. */
export interface Needle {
  readonly text: string;
  readonly replacement: string;
}

/** What stands for what was found: `[redacted: credential-access]`. */
export function replacementFor(category: string): string {
  return `[redacted: ${category.replace(/[^\w .:-]/g, '_')}]`;
}

/** A text with needles replaced, and for each needle how often. */
export interface Redacted {
  readonly text: string;
  readonly counts: readonly number[];
}

/**
 * Replaces texts wherever they stand, as they are or as JSON writes them. Where the text is JSON it stays JSON: only the
 * insides of its strings are changed, also of strings that are themselves JSON. All other characters stay.
 * @param isJson the text is read as JSON; otherwise only where it is JSON and does not hold a needle as it stands
 */
export function redactText(text: string, needles: readonly Needle[], isJson: boolean): Redacted {
  const counts = needles.map(() => 0);
  const places = isJson || looksLikeJson(text) ? tryPlaces(text) : undefined;
  if (places === undefined) return { text: replacePlain(text, needles, counts), counts };
  if (!isJson) {
    const plain = replacePlain(text, needles, counts);
    // what reads the text may find the needle in it, or in a string of it: both are done
    if (plain !== text) return { text: plain, counts };
  }
  const changes: Change[] = [];
  for (const { start, end } of stringsOf(places)) {
    const literal = text.slice(start, end);
    const again = redactLiteral(literal, needles, counts);
    if (again !== literal) changes.push({ start, end, text: again });
  }
  return { text: applyChanges(text, changes), counts };
}

/** Most often JSON is within JSON three times: a record, its messages, the arguments of a call. */
const deepest = 6;

function redactLiteral(literal: string, needles: readonly Needle[], counts: number[], depth = 0): string {
  const decoded = JSON.parse(literal) as string;
  const places = depth < deepest && looksLikeJson(decoded) ? tryPlaces(decoded) : undefined;
  if (places !== undefined) {
    const changes: Change[] = [];
    for (const { start, end } of stringsOf(places)) {
      const inner = decoded.slice(start, end);
      const again = redactLiteral(inner, needles, counts, depth + 1);
      if (again !== inner) changes.push({ start, end, text: again });
    }
    if (changes.length > 0) return JSON.stringify(applyChanges(decoded, changes));
  }
  const replaced = replacePlain(decoded, needles, counts);
  if (replaced === decoded) return literal;
  // as it was written, where it was written in the common way
  return JSON.stringify(decoded) === literal ? JSON.stringify(replaced) : rewrite(literal, needles);
}

/** The same in a literal with unusual escapes: what is not replaced stays as it was written. */
function rewrite(literal: string, needles: readonly Needle[]): string {
  const { text, from } = decodeWithPlaces(literal);
  const changes: Change[] = [];
  let taken = 0;
  for (const { start, end, needle } of occurrences(text, needles)) {
    if (start < taken) continue;
    taken = end;
    changes.push({
      start: from[start]!,
      end: from[end]!,
      text: JSON.stringify(needle.replacement).slice(1, -1),
    });
  }
  return applyChanges(literal, changes);
}

/** A JSON string's text, and for each of its units (and its end) where in the literal it begins. */
function decodeWithPlaces(literal: string): { text: string; from: number[] } {
  let text = '';
  const from: number[] = [];
  for (let at = 1; at < literal.length - 1; ) {
    const length = literal[at] !== '\\' ? 1 : literal[at + 1] === 'u' ? 6 : 2;
    from.push(at);
    text += length === 1 ? literal[at] : (JSON.parse(`"${literal.slice(at, at + length)}"`) as string);
    at += length;
  }
  from.push(literal.length - 1);
  return { text, from };
}

function replacePlain(text: string, needles: readonly Needle[], counts: number[]): string {
  const changes: Change[] = [];
  let taken = 0;
  for (const { start, end, needle, index } of occurrences(text, needles)) {
    counts[index]! += 1;
    if (start < taken) continue;
    taken = end;
    changes.push({ start, end, text: needle.replacement });
  }
  return changes.length === 0 ? text : applyChanges(text, changes);
}

interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly needle: Needle;
  readonly index: number;
}

/** Where needles stand, as they are or escaped, in order; of those that begin together the longest first. */
function occurrences(text: string, needles: readonly Needle[]): Occurrence[] {
  const found: Occurrence[] = [];
  for (const [index, needle] of needles.entries()) {
    for (const form of formsOf(needle.text)) {
      for (let start = text.indexOf(form); start >= 0; start = text.indexOf(form, start + form.length))
        found.push({ start, end: start + form.length, needle, index });
    }
  }
  return mergeOverlaps(found.sort((a, b) => a.start - b.start || b.end - a.end));
}

/** Of needles that overlap, the first is replaced up to the end of the last: nothing of either stays. */
function mergeOverlaps(found: readonly Occurrence[]): Occurrence[] {
  const merged: Occurrence[] = [];
  let covered = -1;
  for (const one of found) {
    const last = merged[covered];
    if (last !== undefined && one.start < last.end) {
      merged[covered] = { ...last, end: Math.max(last.end, one.end) };
      merged.push(one); // counted, and passed over
    } else {
      covered = merged.length;
      merged.push(one);
    }
  }
  return merged;
}

/** A text as it is, and as JSON writes it within a string, once and twice. */
function formsOf(text: string): string[] {
  const once = JSON.stringify(text).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  return [...new Set([text, once, twice])];
}

function looksLikeJson(text: string): boolean {
  return /^\s*[[{"]/.test(text);
}

function tryPlaces(text: string) {
  try {
    return placesOf(text);
  } catch {
    return undefined;
  }
}
