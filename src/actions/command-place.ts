import { isKnownProgram } from './programs/index.ts';
import { isWordCode } from './word-code.ts';

/** Words, besides the names of programs, behind which a command may stand. */
const leading = new Set(
  (
    'if then else elif do while until eval command builtin coproc function alias trap case in when not and or ' +
    'run entrypoint onbuild healthcheck shell user root spawn send start start-process call system popen ' +
    'proxycommand execstart q qq qx qw begin default ' +
    'bash dash ash zsh ksh mksh tcsh rbash source python2 python3'
  ).split(' '),
);

/** Words that are gone through backwards; a command that begins further ahead counts as one. */
const longestWay = 16;

/**
 * Whether a word may be the name of a program that is started: it begins a command, or stands behind something that
 * starts others. False only where it stands behind ordinary words: `the port is at 8000` starts no `at`.
 * @param text may have its quotes and backslashes or not; who has both asks for both
 * @param name lower-case, as `text` is
 */
export function mayBeCommand(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (isPartOfWord(text.charCodeAt(at + name.length))) continue;
    if (at > 0 && isPartOfWord(text.charCodeAt(at - 1))) continue;
    if (isCommandPlace(text, at)) return true;
  }
  // what a function or script is given may be run by it
  return /\$[@*1{]/.test(text);
}

function isCommandPlace(text: string, place: number): boolean {
  let at = place;
  for (let words = 0; words < longestWay; words++) {
    const end = skipBlanks(text, at);
    const field = fieldBefore(text, end);
    if (field > 0) {
      at = end - field;
      words += 1;
      continue;
    }
    // nothing but blanks on this line, or a sign: a command begins here. One word between them may be a script or a
    // function that runs what it is given, more are a sentence
    if (end === 0 || !isPartOfPath(text.charCodeAt(end - 1)))
      return words <= 1 || (end > 0 && '=*%!$}@~'.includes(text[end - 1]!));
    if (words === 0 && end === at) return true; // a path: `/usr/bin/at`
    at = end - 1;
    while (at > 0 && isPartOfPath(text.charCodeAt(at - 1))) at -= 1;
    const word = text.slice(at, end);
    // an option, a number, a path: only commands have them
    if (/^[-\d/.]/.test(word) || word.includes('/')) return true;
    if (leading.has(word) || isKnownProgram(word)) return true;
  }
  return true;
}

/** The length of a field of a format that prints a value with its quotes, `{x!r}`: a word like others. */
function fieldBefore(text: string, end: number): number {
  if (text[end - 1] !== '}') return 0;
  return /\{\w+!r\}$/.exec(text.slice(Math.max(0, end - 40), end))?.[0].length ?? 0;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at -= 1;
  return at;
}

/** Letters, digits, `_`, `.`, `-`, and what is not ASCII. */
function isPartOfWord(code: number): boolean {
  return isWordCode(code) || code === 46 || code === 45 || code > 127;
}

function isPartOfPath(code: number): boolean {
  return isPartOfWord(code) || code === 47;
}
