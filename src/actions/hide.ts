import { isWordCode } from './word-code.ts';

/**
 * The contract between the prefilter and the actions.
 *
 * The prefilter looks for words in the JSON-decoded text of a call's arguments, without quotes (`'`, `"`, `` ` ``)
 * and backslashes and without regard to case, and a call in which it finds none is not parsed. So every word (a
 * longest run of letters, digits and underscores) of every field of every action must stand in that text, or
 * `mayHideWords` must be true of it. Three things keep this true:
 *
 * - the parser keeps things as they are written where it does not know better: `$x`, `{x}`, `192.168.1.{1..254}`;
 * - it puts words together from pieces, decodes and reckons only where `mayHideWords` is true of the call's text
 *   (`splice.ts`, `Sink.hides`), so whatever is not told here cannot come out;
 * - what it adds of its own is this list, from which no rule may take a literal for the prefilter:
 *   - `/usr/bin/` before a bare program name, and the present directory before a relative path;
 *   - `user: root` of `sudo` and its like, `/bin/sh -c` for a shell that code hands a text to which is not known;
 *   - `host: 0.0.0.0` of a listener, zeros added to a short IPv4 address, `index.html` for a download without a name;
 *   - the hosts that tunnel clients know themselves: `tunnel.ngrok.com`, `argotunnel.com`, `localtunnel.me`,
 *     `ssh.tmate.io`, `sshx.io`, `gs.thc.org`, `global.rel.tunnels.api.visualstudio.com`;
 *   - `path: unknown` for an edit of which the file is not known, `~` for `$HOME`;
 *   - the fields `kind`, `operation`, `construct`, `language`, `protocol`, `method`, `port`, `forward`, `loop` and `via`.
 */

/** Classes of characters. */
const WORD = 1;
const QUOTE = 2;
const BACKSLASH = 3;
const DOLLAR = 4;
const OPENING = 5;
const CLOSING = 6;

const CLASS = new Uint8Array(256);
for (let code = 0; code < 128; code += 1) if (isWordCode(code)) CLASS[code] = WORD;
for (const [kind, characters] of [
  [QUOTE, '\'"`'],
  [BACKSLASH, '\\'],
  [DOLLAR, '$'],
  [OPENING, '{'],
  [CLOSING, '})'],
] as const) {
  for (const character of characters) CLASS[character.charCodeAt(0)] = kind;
}

/** Signs of something hidden, each with a closer look of its own. */
const SIGN_CODE = 1;
const SIGN_SHELL = 2;
const SIGN_ECHO = 4;
const SIGN_TICK = 8;
const SIGN_DOLLAR = 16;
const SIGN_BRACE = 32;
const SIGN_NUMBER = 64;
const SIGN_PARTS = 128;
const SIGN_ADJACENT = 256;
const SIGN_ACT = 512;
const CERTAIN = 1024;

/** Words that undo an encoding, wherever they stand. */
const DECODERS = `b64decode base64_decode decode_base64 decode64 urlsafe_b64decode standard_b64decode strict_decode64 urlsafe_decode64
  decodebytes b32decode b16decode a85decode b85decode a2b_base64 a2b_hex unhexlify fromhex frombase64string encodedcommand fromcharcode
  fromcodepoint atob urldecode rawurldecode decodeuricomponent decodeuri str_rot13 strrev rot13 rot_13 hex2bin gzinflate
  gzuncompress gzdecode uudecode basenc unicode_escape uri_unescape`;

/** Words of code, and of shell, that hide something only together with others. */
const CODE_HINTS =
  'chr unichr bytes bytearray pack reversed reverse join replace gsub format codecs unquote unquote_plus decodestring';
const SHELL_HINTS = 'ffff rev tac tr printf openssl powershell pwsh sed base64 base32 gbase64 xxd';
const ECHO = 'echo';

/** Words by which code runs, loads or connects to something. */
const ACTS = `exec eval system popen popen2 popen3 subprocess spawn spawnl spawnv spawnvp posix_spawn execv execve execvp execvpe execl execlp
  execlpe check_output check_call create_subprocess_exec create_subprocess_shell getoutput getstatusoutput pty pexpect getattr
  setattr __import__ import_module importlib socket connect requests urlopen urllib httpx execsync spawnsync execfile
  execfilesync child_process shell_exec passthru proc_open pcntl_exec ctypes fabric invoke paramiko asyncssh exec_command iex`;

const TABLE = 4096;
const signsOf = new Map<string, number>();
const slots = new Uint8Array(TABLE);

for (const [list, sign] of [
  [DECODERS, CERTAIN],
  [CODE_HINTS, SIGN_CODE],
  [SHELL_HINTS, SIGN_SHELL],
  [ECHO, SIGN_ECHO],
  [ACTS, SIGN_ACT],
] as const) {
  for (const word of list.split(/\s+/)) {
    signsOf.set(word, sign);
    slots[hashOf(word, 0, word.length) & (TABLE - 1)] = 1;
  }
}

/**
 * True where parsing a text may give a word that does not stand in it: an encoding, words in pieces, numbers for
 * addresses. One pass over ordinary text; a closer look only at texts that hold a sign of it. More text around a text
 * never makes it false.
 */
export function mayHideWords(text: string): boolean {
  const length = copied(text);
  const bytes = copy;
  // where the present word begins, quotes and backslashes left out, and behind a quote or a `\n` in it
  let start = -1;
  let late = -1;
  let hash = 0;
  let signs = 0;
  let at = 0;
  // the copy ends with a space
  while (at <= length) {
    let kind = CLASS[bytes[at]!]!;
    if (kind === WORD) {
      if (start < 0) {
        start = at;
        hash = 0;
      }
      do {
        hash = (Math.imul(hash, 33) + (bytes[at]! | 0x20)) | 0;
        at += 1;
        kind = CLASS[bytes[at]!]!;
      } while (kind === WORD);
    }
    if (kind === QUOTE) {
      if (at > 0 && CLASS[bytes[at - 1]!] === WORD) {
        if (bytes[at] === 0x60) signs |= SIGN_TICK;
        if ((signs & SIGN_ADJACENT) === 0 && joinsQuoted(text, at)) signs |= SIGN_ADJACENT;
      }
      at += 1;
      if (start >= 0) late = at;
      continue;
    }
    if (kind === BACKSLASH) {
      if (escapesWord(text, at)) return true;
      at += 1;
      // `\n`, `\r`, `\t`: the letter may be the word's, or the word may begin behind it
      const letter = bytes[at]!;
      if (letter === 110 || letter === 114 || letter === 116) {
        if (start < 0) {
          start = at;
          hash = 0;
        }
        hash = (Math.imul(hash, 33) + letter) | 0;
        at += 1;
        late = at;
      }
      continue;
    }
    if (start >= 0) {
      if (slots[hash & (TABLE - 1)] !== 0) signs |= signOf(text, start, at);
      if (late >= 0) {
        if (slots[hashOf(text, late, at) & (TABLE - 1)] !== 0) signs |= signOf(text, late, at);
        late = -1;
      }
      if ((signs & CERTAIN) !== 0) return true;
      if (bytes[start]! <= 57) signs |= numberSign(text, start, at);
      start = -1;
    }
    if (kind >= DOLLAR) signs |= besideWord(bytes, at, kind);
    at += 1;
  }
  return (signs !== 0 || text.includes('+=')) && closer(text, signs);
}

/** A `$`, `{`, `}` or `)` with a word, or another of them, right beside it; quotes left out. */
function besideWord(bytes: Uint8Array, at: number, kind: number): number {
  let before = at - 1;
  while (before >= 0 && CLASS[bytes[before]!] === QUOTE) before -= 1;
  const left = before < 0 ? 0 : CLASS[bytes[before]!]!;
  const ticks = bytes[before + 1] === 0x60 && before + 1 < at ? SIGN_TICK : 0;
  if (kind === OPENING) return left === WORD || left === CLOSING || left === DOLLAR ? SIGN_BRACE : ticks;
  let after = at + 1;
  if (kind === CLOSING) {
    while (CLASS[bytes[after]!] === QUOTE) after += 1;
    return CLASS[bytes[after]!] === WORD ? SIGN_BRACE | SIGN_DOLLAR : ticks;
  }
  if (left === WORD || left === CLOSING) return SIGN_DOLLAR;
  // `${x/…}`, `$x"rig"`, `$x$y` behind which another follows
  if (bytes[after] === 0x7b) after += 1;
  while (CLASS[bytes[after]!] === WORD) after += 1;
  if (bytes[after] === 0x2f && bytes[at + 1] === 0x7b) return SIGN_DOLLAR;
  if (CLASS[bytes[after]!] !== QUOTE)
    return bytes[after] === 0x24 || bytes[after] === 0x40 ? SIGN_DOLLAR : ticks;
  while (CLASS[bytes[after]!] === QUOTE) after += 1;
  const right = CLASS[bytes[after]!];
  return right === WORD || right === DOLLAR ? SIGN_DOLLAR : ticks;
}

/** The text's bytes, one a character, with a space behind them: what is not ASCII is no part of any word looked for. */
let copy = Buffer.allocUnsafe(64 * 1024);

function copied(text: string): number {
  const { length } = text;
  if (copy.length <= length) copy = Buffer.allocUnsafe(2 * length + 1);
  copy.write(text, 0, 'latin1');
  copy[length] = 32;
  return length;
}

/** The hash of a word that may hold quotes and backslashes, which do not count. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isWordCode(code)) hash = (Math.imul(hash, 33) + (code | 0x20)) | 0;
  }
  return hash;
}

function signOf(text: string, start: number, end: number): number {
  return signsOf.get(bare(text.slice(start, end)).toLowerCase()) ?? 0;
}

/** A number as long as an address is, or a part of a dotted one that is octal, hexadecimal or too large. */
function numberSign(text: string, start: number, end: number): number {
  const length = end - start;
  if (length >= 8 && length <= 11 && isNumber(text, start, end)) return SIGN_NUMBER;
  const odd = text.charCodeAt(start) === 48 && length >= 2 && length <= 5 && text.charCodeAt(end) === 46;
  const large =
    length >= 3 && length <= 8 && text.charCodeAt(start - 1) === 46 && Number(text.slice(start, end)) > 255;
  return odd || large ? SIGN_PARTS : 0;
}

function isNumber(text: string, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at += 1) {
    const code = text.charCodeAt(at) | 0x20;
    // digits, and the letters of a hexadecimal number
    if (!(code >= 48 && code <= 57) && !(code >= 97 && code <= 102) && !(at === start + 1 && code === 120))
      return false;
  }
  return true;
}

/** `\x6e`, `\156`, `\u006e`: an escape that stands for a letter or a digit; a line's end escaped inside a word. */
function escapesWord(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  if (next === 10 || next === 13)
    return continues(text, at, next === 13 && text.charCodeAt(at + 2) === 10 ? at + 3 : at + 2);
  let digits = 0;
  let base = 16;
  let from = at + 2;
  if (next === 120) digits = 2;
  else if (next === 117) {
    digits = 4;
    if (text.charCodeAt(from) === 0x7b) {
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
    const digit = digitOf(text.charCodeAt(from + count));
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

/** True when a word goes on from before one place to behind another, quotes left out. */
function continues(text: string, left: number, right: number): boolean {
  let before = left - 1;
  while (before >= 0 && CLASS[text.charCodeAt(before)] === QUOTE) before -= 1;
  let after = right;
  while (after < text.length && CLASS[text.charCodeAt(after)] === QUOTE) after += 1;
  return before >= 0 && isWordCode(text.charCodeAt(before)) && isWordCode(text.charCodeAt(after));
}

/** `"xm" + "rig"`, `"xm" "rig"`, `"xm" . "rig"`: a quote that closes, space or an operator, a quote that opens. */
function joinsQuoted(text: string, at: number): boolean {
  if (at === 0 || !isWordCode(text.charCodeAt(at - 1))) return false;
  let next = at + 1;
  const end = Math.min(text.length, at + 400);
  while (next < end && isBetween(text.charCodeAt(next))) next += 1;
  if (next === at + 1 || next >= end) return false;
  // `b"rig"`, `r"rig"`
  if (/[bBrRuUfF]/.test(text[next]!) && CLASS[text.charCodeAt(next + 1)] === QUOTE) next += 1;
  return CLASS[text.charCodeAt(next)] === QUOTE && isWordCode(text.charCodeAt(next + 1));
}

/** White space, `+`, `.`, `~`, a backslash before a line's end. */
function isBetween(code: number): boolean {
  return (
    code === 32 || (code >= 9 && code <= 13) || code === 43 || code === 46 || code === 126 || code === 92
  );
}

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
const UNENDED: readonly Sequence[] = [
  { head: /\becho\s{1,9}-[eE]?n[eE]?\b/g, tail: />>/, stop: /[\n|]/g },
  { head: /\becho\s{1,9}-[eE]?n[eE]?\b[^\n|;]*/g, tail: /;[^\n]*\becho\s{1,9}-/, stop: LINE },
];

/** True where the tail follows the head before the stretch ends. Linear: later heads of a stretch add nothing. */
function follows(text: string, { head, tail, stop }: Sequence): boolean {
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

function hidesInShell(text: string): boolean {
  if (SPOTS.some((spot) => spot.test(text)) || SEQUENCES.some((sequence) => follows(text, sequence)))
    return true;
  // `echo … | sed … | sh`
  return stretches(text, SED_HEAD.head, SED_HEAD.stop, (rest) => {
    const sed = SED_HEAD.tail.exec(rest);
    return sed !== null && SED_TAIL.test(rest.slice(sed.index + sed[0].length));
  });
}

const TICKS = /\w`(?:echo|printf)\b|`(?:echo|printf)\b[^`\n]*`\w/;

/** In code that also runs or connects to something: strings put together, turned round, filled in. */
const SLICED = /\[\s*:\s*:\s*-1\s*\]|%s%s/;
const JOINED =
  /\b(?:chr|unichr|byte(?:s|array))\s*\(|\b(?:unquote|unquote_plus|decodestring)\b|(['"])\1\s*\.\s*join\s*\(|\bjoin\s*\(\s*(['"])\2|\breversed\s*\(|\.reverse\s*\(\s*\)|['"]\s*\.\s*replace\s*\(|\.\s*replace\s*\([^()]*,\s*(['"])\3\s*\)|\bcodecs\s*\.\s*(?:de|en)code\b|\bpack\s*\(|\.\s*pack\b|\{\w*\}\{\w*\}["'].{0,4}format/i;
const APPENDED = /\+=\s*['"]\w/;

const NETWORK =
  /\b(?:curl|wget|ping|nc|ncat|netcat|ssh|telnet|nmap|connect|requests|urlopen|https?|socket|fetch|scp|dig|nslookup)\b/i;
const ADDRESS = /(?:\/\/|[\s@"'=,(]|^)(?:\d{8,10}|0x[0-9a-f]{7,8}|0[0-7]{9,11})(?=[:/?#\s"'),]|$)/i;
const PARTS =
  /(?:\/\/|[\s@"']|^)((?:0x[0-9a-f]{1,8}|\d{1,11})(?:\.(?:0x[0-9a-f]{1,8}|\d{1,11})){1,3})(?=[:/?#\s"'),]|$)/gi;

function closer(text: string, signs: number): boolean {
  const acts = (signs & SIGN_ACT) !== 0;
  if ((signs & SIGN_SHELL) !== 0) {
    const plain = bare(text);
    if (hidesInShell(text) || (plain !== text && hidesInShell(plain))) return true;
  }
  if ((signs & SIGN_ECHO) !== 0 && UNENDED.some((sequence) => follows(text, sequence))) return true;
  if ((signs & SIGN_TICK) !== 0 && /`(?:echo|printf)\b/.test(text) && TICKS.test(text)) return true;
  if ((signs & SIGN_CODE) !== 0 && acts && JOINED.test(text)) return true;
  if (acts && ((signs & SIGN_ADJACENT) !== 0 || SLICED.test(text) || APPENDED.test(text) || namesJoin(text)))
    return true;
  if ((signs & SIGN_NUMBER) !== 0 && NETWORK.test(text) && ADDRESS.test(text)) return true;
  if ((signs & SIGN_PARTS) !== 0 && NETWORK.test(text) && hasOddAddress(text)) return true;
  if (text.includes('$') && ((signs & SIGN_DOLLAR) !== 0 || text.includes('+=')) && dollarJoins(text))
    return true;
  if (text.includes('+=') && /\b(?:export|declare|typeset)\b/.test(text) && GROWS.test(bare(text)))
    return true;
  return (signs & SIGN_BRACE) !== 0 && (bracesJoin(text) || (acts && holesJoin(text)));
}

/** An address with parts that are octal, hexadecimal or larger than a byte. */
function hasOddAddress(text: string): boolean {
  for (const match of text.matchAll(PARTS)) {
    const parts = match[1]!.split('.');
    if (parts.some((part) => /^0\w/.test(part)) || Number(parts.at(-1)) > 255) return true;
  }
  return false;
}

function bare(text: string): string {
  return text.replace(/['"`\\]/g, '');
}

/** `x{ab,c}`, `{xm,}rig`: brace expansion inside a word. */
function bracesJoin(text: string): boolean {
  return BRACES.test(bare(text));
}

const BRACES =
  /[A-Za-z]\{(?=[\w/.-]*,)[\w,/.-]*\}[\w/]|[A-Za-z]\{(?:,\w+|\w+,)\}(?!\w*[\s.])|\{(?:,\w+|\w+,)\}[A-Za-z]/;

/** `x+=rig` */
const GROWS = /(?:^|[\s;&(])[A-Za-z_]\w*\+=[A-Za-z_$]/;

/** A variable that is set in the text and stands inside or beside a word: `A=ss; B=h; $A$B`, `${x//a/b}`. */
function dollarJoins(text: string): boolean {
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
  if (/\w['"]*\$['"]\w/.test(text)) return true;
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

/** `a + b`, `a + "rig"`, `$a.$b`: names that are set to strings, put together. */
function namesJoin(text: string): boolean {
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
function holesJoin(text: string): boolean {
  const tried = new Set<string>();
  for (const match of text.matchAll(/(\w?)\$?\{([A-Za-z_]\w{0,60})\}(\w|\$?\{)?/g)) {
    const [, before, name, after] = match as unknown as [string, string, string, string | undefined];
    if ((before === '' && after === undefined) || tried.has(name)) continue;
    if (tried.size >= 64 || new RegExp(`\\b${name}\\s*=\\s*[rbuf]?['"]\\w`).test(text)) return true;
    tried.add(name);
  }
  return false;
}
