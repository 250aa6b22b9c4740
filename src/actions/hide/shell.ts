import { isWordCode } from '../word-code.ts';
import { bare } from './characters.ts';

/** What hides words in shell texts. */

/** What stands before something else in the same line, or in the same command of it. */
interface Sequence {
  readonly head: RegExp;
  readonly tail: RegExp;
  /** what ends the stretch in which the tail is looked for */
  readonly stop: RegExp;
}

const LINE = /\n/g;
const COMMAND = /[\n|;&]/g;
const PIPELINE = /[\n|;]/g;
const SHELL_AFTER_PIPE = /\|[ \t]*(?:sudo[ \t]+)?(?:\w+\/)*(?:ba|z|da|k|a)?sh\b/i;

/** In shell: text that is turned round, translated or put together on its way to somewhere. */
const SEQUENCES: readonly Sequence[] = [
  { head: /\bg?base(?:64|32)\b/g, tail: /[ \t]-{1,2}[a-zA-Z]*[dD]/, stop: COMMAND },
  { head: /\bxxd\b/g, tail: /[ \t]-\w*r/, stop: COMMAND },
  { head: /\becho\b|\bprintf\b|<</gi, tail: /\|[ \t]*(?:rev|tr|tac)\b/i, stop: LINE },
  { head: /\b(?:rev|tr)\b/gi, tail: /<<</, stop: PIPELINE },
  { head: /\b(?:rev|tr)\b/gi, tail: SHELL_AFTER_PIPE, stop: LINE },
  { head: /\b(?:powershell|pwsh)\b/gi, tail: /[-/]e[a-z]*[ \t]+['"]?[A-Za-z0-9+/=]{8,}/i, stop: LINE },
  { head: /\bprintf\b/gi, tail: /\w['"]?[ \t]*>>/, stop: PIPELINE },
];
const SED_HEAD: Sequence = { head: /\becho\b|\bprintf\b|<<</gi, tail: /\|[ \t]*sed\b/i, stop: LINE };
const SED_TAIL = /\)|\|[ \t]*(?:sudo[ \t]+)?(?:ba|z|da|k|a)?sh\b/i;
export const UNENDED: readonly Sequence[] = [
  { head: /\becho\s{1,9}-[eE]?n[eE]?\b/g, tail: />>/, stop: /[\n|]/g },
  { head: /\becho\s{1,9}-[eE]?n[eE]?\b[^\n|;]*/g, tail: /;[^\n]*\becho\s{1,9}-/, stop: LINE },
];

/** True where the tail follows the head before the stretch ends. Linear: later heads of a stretch add nothing. */
export function follows(text: string, { head, tail, stop }: Sequence): boolean {
  return stretches(text, head, stop, (rest) => tail.test(rest));
}

function stretches(text: string, head: RegExp, stop: RegExp, test: (rest: string) => boolean): boolean {
  head.lastIndex = 0;
  for (let found = head.exec(text); found !== null; found = head.exec(text)) {
    stop.lastIndex = found.index + found[0].length;
    const end = stop.exec(text)?.index ?? text.length;
    if (test(text.slice(found.index + found[0].length, end))) return true;
    head.lastIndex = Math.max(end, found.index + 1);
  }
  return false;
}

/** The same kind of signs, where one look at each place is enough. */
const SPOTS = [
  /['"]base64['"]/,
  /\bopenssl\s{1,9}(?:enc|base64)\b/i,
  /\bprintf\s{1,9}-v\b/i,
  /\bprintf\s{1,9}['"]?(?:\w{0,40}%[sbc]){2}/i,
  /\bprintf\s{1,9}['"]?\w{0,400}%[sbc]\w*['"]?[ \t]+[^\s|;&>]+[ \t]+[^\s|;&>]/i,
  /::ffff:[0-9a-f]{1,4}:[0-9a-f]/i,
];

export function hidesInShell(text: string): boolean {
  if (SPOTS.some((spot) => spot.test(text)) || SEQUENCES.some((sequence) => follows(text, sequence)))
    return true;
  // `echo … | sed … | sh`
  return stretches(text, SED_HEAD.head, SED_HEAD.stop, (rest) => {
    const sed = SED_HEAD.tail.exec(rest);
    return sed !== null && SED_TAIL.test(rest.slice(sed.index + sed[0].length));
  });
}

export const TICKS = /\w`(?:echo|printf)\b|`(?:echo|printf)\b[^`\n]*`\w/;

/** `x{ab,c}`, `{xm,}rig`: brace expansion inside a word. */
export function bracesJoin(text: string): boolean {
  return BRACES.test(bare(text));
}

const BRACES =
  /[A-Za-z]\{(?=[\w/.-]*,)[\w,/.-]*\}[\w/]|[A-Za-z]\{(?:,\w+|\w+,)\}(?!\w*[\s.])|\{(?:,\w+|\w+,)\}[A-Za-z]/;

/** `x+=rig` */
export const GROWS = /(?:^|[\s;&(])[A-Za-z_]\w*\+=[A-Za-z_$]/;

/** A variable that is set in the text and stands inside or beside a word: `A=ss; B=h; $A$B`, `${x//a/b}`. */
export function dollarJoins(text: string): boolean {
  const plain = bare(text);
  if (GROWS.test(plain)) return true;
  if (/\$\{\w+\/|\w\$[@*]\w|\$\{?\d\}?\$\{?\d/.test(plain)) return true;
  if (/\w\$\((?:echo|printf)\b|\$\((?:echo|printf)\b[^()]*\)\w/.test(plain)) return true;
  const set = new Map<string, boolean>();
  const isKnown = (name: string): boolean => {
    const before = set.get(name);
    if (before !== undefined || set.size >= 64) return before ?? true;
    const known = isSet(plain, name);
    set.set(name, known);
    return known;
  };
  for (const match of plain.matchAll(/(\w?)\$\{?([A-Za-z_]\w{0,60})(?:\[\d+\])?(\})?(\w|\$)?/g)) {
    const [, before, name, closed, after] = match as unknown as [
      string,
      string,
      string,
      string | undefined,
      string | undefined,
    ];
    const joinsAfter = after === '$' || (closed !== undefined && after !== undefined);
    if ((before !== '' || joinsAfter) && isKnown(name)) return true;
  }
  // `xm$'rig'`: the dollar is the quote's
  if (/\w['"\\]*\$['"]['"\\]*\w/.test(text)) return true;
  // `$x"rig"`: without its quotes the name would go on
  for (const match of text.matchAll(/\$([A-Za-z_]\w{0,60})["'`]{1,4}\w/g))
    if (isKnown(match[1]!)) return true;
  return false;
}

/** True where a variable is set to something literal. */
function isSet(text: string, name: string): boolean {
  for (let at = text.indexOf(`${name}=`); at >= 0; at = text.indexOf(`${name}=`, at + 1)) {
    const before = at === 0 ? 32 : text.charCodeAt(at - 1);
    const next = text.charCodeAt(at + name.length + 1);
    if (!isWordCode(before) && (isWordCode(next) || next === 40)) return true;
  }
  return false;
}

/** A function that starts itself through a pipe or in the background is told by a word of its own: `fork-bomb`. */
export function forks(text: string): boolean {
  if (!text.includes('&') || !/\(\s{0,9}\)\s{0,9}\{|\bfunction\s/.test(text)) return false;
  return FORKS.test(text);
}

const FORKS =
  /(?:^|[\s;&|{("'])([\w:.-]{1,40})\s{0,9}(?:\(\s{0,9}\))?\s{0,9}\{[^}]{0,300}?[\s{|;&]\1\s{0,9}[|&]/;

/** `/b?n/c?t /e?c/sh?dow`: what a shell finds for it is a path (`shell/guessed-path.ts`). */
export function guessesPath(text: string): boolean {
  if (!text.includes('?')) return false;
  for (const { index, 0: path } of text.matchAll(GUESSED)) {
    if (path.includes('?') && !/[=%&#:]/.test(text[index + path.length] ?? '')) return true;
  }
  return false;
}

/** Folders in which well-known programs and files are, or what may stand for them. */
const GUESSED = /\/(?:usr|bin|etc|[a-z?]{1,3}\?|\?[a-z?]{1,3}|[a-z]\?[a-z])\/[\w./?*-]+/g;

/** `cp $(which curl) x`: what it prints is a path. */
export function asksForPath(text: string): boolean {
  if (!text.includes('which ') && !text.includes('command -v ') && !text.includes('type -')) return false;
  return /(?:\(|`)\s{0,9}(?:which|command -v|type -[pP])\s/.test(text);
}
