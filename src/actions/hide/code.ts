import { isWordCode } from '../word-code.ts';

/** What hides words in code: strings that are put together. */

/** In code that also runs or connects to something: strings put together, turned round, filled in. */
export const SLICED = /\[\s*:\s*:\s*-1\s*\]|%s%s/;
export const JOINED =
  /\b(?:chr|unichr|byte(?:s|array))\s*\(|\b(?:unquote|unquote_plus|decodestring)\b|(['"])\1\s*\.\s*join\s*\(|\bjoin\s*\(\s*(['"])\2|\breversed\s*\(|\.reverse\s*\(\s*\)|['"]\s*\.\s*replace\s*\(|\.\s*replace\s*\([^()]*,\s*(['"])\3\s*\)|\bcodecs\s*\.\s*(?:de|en)code\b|\bpack\s*\(|\.\s*pack\b|\{\w*\}\{\w*\}[^'"\n]{0,200}["'].{0,4}format/i;
export const APPENDED = /\+=\s*['"]\w/;

/** `a + b`, `a + "rig"`, `$a.$b`: names that are set to strings, put together. */
export function namesJoin(text: string): boolean {
  let set: Set<string> | undefined;
  const joins = (at: number): boolean => {
    const left = operandBefore(text, at);
    const right = operandBehind(text, at + 1);
    // two literals are told by their quotes, `i + 1` is no string
    if (left === undefined || right === undefined || (left === '' && right === '')) return false;
    set ??= new Set([...text.matchAll(/([A-Za-z_]\w{0,60})\s*=\s*[rbuf]?['"]\w/g)].map((match) => match[1]!));
    return set.size > 0 && (left === '' || set.has(left)) && (right === '' || set.has(right));
  };
  let left = 400;
  for (let at = text.indexOf('+'); at >= 0 && left > 0; at = text.indexOf('+', at + 1), left -= 1)
    if (joins(at)) return true;
  if (!text.includes('$')) return false;
  for (const match of text.matchAll(/\.(?=\s?\$[A-Za-z_])|(?<=\$\w{1,40}\s?)\.(?=\s?['"]\w)/g))
    if (joins(match.index)) return true;
  return false;
}

/** The name that ends before a place, nothing for a literal that ends in a word; `undefined` for anything else. */
function operandBefore(text: string, at: number): string | undefined {
  let end = at;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end -= 1;
  const quote = text.charCodeAt(end - 1);
  if (quote === 34 || quote === 39) return isWordCode(text.charCodeAt(end - 2)) ? '' : undefined;
  let start = end;
  while (start > 0 && end - start < 60 && isWordCode(text.charCodeAt(start - 1))) start -= 1;
  return start === end || text.charCodeAt(start) <= 57 ? undefined : text.slice(start, end);
}

/** The same behind a place. */
function operandBehind(text: string, at: number): string | undefined {
  let start = at;
  while (text.charCodeAt(start) === 32) start += 1;
  if (text.charCodeAt(start) === 36) start += 1;
  const quote = text.charCodeAt(start);
  if (quote === 34 || quote === 39) return isWordCode(text.charCodeAt(start + 1)) ? '' : undefined;
  let end = start;
  while (end - start < 60 && isWordCode(text.charCodeAt(end))) end += 1;
  // a call is no name that is set
  return start === end || quote <= 57 || text.charCodeAt(end) === 40 ? undefined : text.slice(start, end);
}

/** A hole of an f-string or a template beside a word, for a name that is set to a string. */
export function holesJoin(text: string): boolean {
  const tried = new Set<string>();
  for (const match of text.matchAll(/(\w?)\$?\{([A-Za-z_]\w{0,60})\}(\w|\$?\{)?/g)) {
    const [, before, name, after] = match as unknown as [string, string, string, string | undefined];
    if ((before === '' && after === undefined) || tried.has(name)) continue;
    if (tried.size >= 64 || new RegExp(`\\b${name}\\s*=\\s*[rbuf]?['"]\\w`).test(text)) return true;
    tried.add(name);
  }
  return false;
}
