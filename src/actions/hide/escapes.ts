import { isWordCode } from '../word-code.ts';
import { BACKSLASH, CLASS, DOLLAR, QUOTE } from './characters.ts';

/** `\x6e`, `\156`, `\u006e`: an escape that stands for a letter or a digit; a line's end escaped inside a word. */
export function escapesWord(bytes: Uint8Array, at: number, length: number): boolean {
  const next = at + 1 < length ? bytes[at + 1]! : -1;
  if (next === 10 || next === 13)
    return continues(bytes, at, next === 13 && bytes[at + 2] === 10 ? at + 3 : at + 2, length);
  let digits = 0;
  let base = 16;
  let from = at + 2;
  if (next === 120) digits = 2;
  else if (next === 117) {
    digits = 4;
    if (bytes[from] === 0x7b) {
      from += 1;
      digits = 6;
    }
  } else if (next === 85) digits = 8;
  else if (next >= 48 && next <= 55) {
    digits = next === 48 ? 4 : 3;
    base = 8;
    from = at + 1;
  } else return false;
  let value = 0;
  let count = 0;
  for (; count < digits; count += 1) {
    const digit = digitOf(bytes[from + count]!);
    if (digit >= base) break;
    value = value * base + digit;
    // shorter readings count as well: `\0156` and `\015` + `6`
    if (count >= 1 && isWordCode(value)) return true;
  }
  return count > 0 && isWordCode(value);
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : 99;
}

/** True when a word goes on from before one place to behind another: what may stand between is left out. */
function continues(bytes: Uint8Array, left: number, right: number, length: number): boolean {
  let before = left - 1;
  while (before >= 0 && isMark(bytes[before]!)) before -= 1;
  let after = right;
  while (after < length && (isMark(bytes[after]!) || bytes[after] === 10 || bytes[after] === 13)) after += 1;
  return before >= 0 && isWordCode(bytes[before]!) && after < length && isWordCode(bytes[after]!);
}

/** A quote, `$'`, or a backslash. */
function isMark(code: number): boolean {
  const kind = CLASS[code];
  return kind === QUOTE || kind === BACKSLASH || kind === DOLLAR;
}

/** `"xm" + "rig"`, `"xm" "rig"`, `"xm" . "rig"`: a quote that closes, space or an operator, a quote that opens. */
export function joinsQuoted(bytes: Uint8Array, at: number, length: number): boolean {
  if (at === 0 || !isWordCode(bytes[at - 1]!)) return false;
  let next = at + 1;
  const end = Math.min(length, at + 400);
  while (next < end && isBetween(bytes[next]!)) next += 1;
  if (next === at + 1 || next >= end) return false;
  // `b"rig"`, `r"rig"`
  if (isPrefix(bytes[next]! | 0x20) && next + 1 < length && CLASS[bytes[next + 1]!] === QUOTE) next += 1;
  return CLASS[bytes[next]!] === QUOTE && next + 1 < length && isWordCode(bytes[next + 1]!);
}

/** `b`, `r`, `u`, `f` */
function isPrefix(letter: number): boolean {
  return letter === 98 || letter === 114 || letter === 117 || letter === 102;
}

/** White space, `+`, `.`, `~`, a backslash before a line's end. */
function isBetween(code: number): boolean {
  return (
    code === 32 || (code >= 9 && code <= 13) || code === 43 || code === 46 || code === 126 || code === 92
  );
}
