import { BACKSLASH, bare, CLASS, CLOSING, DOLLAR, OPENING, QUOTE, WORD } from './hide/characters.ts';
import { APPENDED, holesJoin, JOINED, namesJoin, SLICED } from './hide/code.ts';
import { escapesWord, joinsQuoted } from './hide/escapes.ts';
import {
  asksForPath,
  bracesJoin,
  dollarJoins,
  follows,
  forks,
  GROWS,
  guessesPath,
  hidesInShell,
  TICKS,
  UNENDED,
} from './hide/shell.ts';
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
 *   - `/usr/bin/` before what `which` prints, the path that `/b?n/c?t` stands for, `fork-bomb` for one, where `mayHideWords` is true of such a text;
 *   - the fields `kind`, `operation`, `construct`, `language`, `protocol`, `method`, `port`, `forward`, `loop` and `via`.
 */

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
/** `which x`, `command -v x`, `type -p x` */
const SIGN_PATH = 2048;
/** `&` */
const SIGN_AND = 4096;
/** `+=` */
const SIGN_GROWS = 8192;
/** `?` */
const SIGN_GUESS = 16384;

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
const PATHS = 'which command type';

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
  [PATHS, SIGN_PATH],
] as const) {
  for (const word of list.split(/\s+/)) {
    signsOf.set(word, sign);
    slots[hashOf(Buffer.from(word, 'latin1'), 0, word.length) & (TABLE - 1)] = 1;
  }
}

/**
 * True where parsing a text may give a word that does not stand in it: an encoding, words in pieces, numbers for
 * addresses. One pass over ordinary text; a closer look only at texts that hold a sign of it. More text around a text
 * never makes it false.
 */
export function mayHideWords(text: string): boolean {
  const { length } = text;
  reserve(length);
  copy.write(text, 0, 'latin1');
  return copyHides(length, text);
}

/** The same of the bytes of a text, which becomes a string only where it holds some sign. */
export function mayHideWordsIn(bytes: Uint8Array, start: number, end: number): boolean {
  reserve(end - start);
  copy.set(bytes.subarray(start, end));
  return copyHides(end - start, undefined);
}

/** @param text what the copy holds, where it is at hand */
function copyHides(length: number, text: string | undefined): boolean {
  const bytes = copy;
  bytes[length] = 32;
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
        if ((signs & SIGN_ADJACENT) === 0 && joinsQuoted(bytes, at, length)) signs |= SIGN_ADJACENT;
      }
      at += 1;
      if (start >= 0) late = at;
      continue;
    }
    if (kind === BACKSLASH) {
      if (escapesWord(bytes, at, length)) return true;
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
      if (slots[hash & (TABLE - 1)] !== 0) signs |= signOf(bytes, start, at);
      if (late >= 0) {
        if (slots[hashOf(bytes, late, at) & (TABLE - 1)] !== 0) signs |= signOf(bytes, late, at);
        late = -1;
      }
      if ((signs & CERTAIN) !== 0) return true;
      if (bytes[start]! <= 57) signs |= numberSign(bytes, start, at);
      start = -1;
    }
    if (kind >= DOLLAR) signs |= besideWord(bytes, at, kind);
    else if (bytes[at] === 0x26) signs |= SIGN_AND;
    else if (bytes[at] === 0x3f) signs |= SIGN_GUESS;
    else if (bytes[at] === 0x2b && bytes[at + 1] === 0x3d) signs |= SIGN_GROWS;
    at += 1;
  }
  if (signs === 0) return false;
  const whole = text ?? bytes.toString('latin1', 0, length);
  return (
    closer(whole, signs) ||
    ((signs & SIGN_PATH) !== 0 && asksForPath(whole)) ||
    ((signs & SIGN_AND) !== 0 && forks(whole)) ||
    ((signs & SIGN_GUESS) !== 0 && guessesPath(whole))
  );
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

function reserve(length: number): void {
  if (copy.length <= length) copy = Buffer.allocUnsafe(2 * length + 1);
}

/** The hash of a word that may hold quotes and backslashes, which do not count. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at += 1) {
    const code = bytes[at]!;
    if (isWordCode(code)) hash = (Math.imul(hash, 33) + (code | 0x20)) | 0;
  }
  return hash;
}

function signOf(bytes: Buffer, start: number, end: number): number {
  const word = bare(bytes.toString('latin1', start, end)).toLowerCase();
  const sign = signsOf.get(word) ?? 0;
  if (sign !== SIGN_PATH) return sign;
  // `"command"` alone is a key of most calls
  return bytes[end] === 0x20 && (word === 'which' || bytes[end + 1] === 0x2d) ? sign : 0;
}

/** A number as long as an address is, or a part of a dotted one that is octal, hexadecimal or too large. */
function numberSign(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length >= 8 && length <= 11 && isNumber(bytes, start, end)) return SIGN_NUMBER;
  const odd = bytes[start] === 48 && length >= 2 && length <= 5 && bytes[end] === 46;
  const large =
    length >= 3 &&
    length <= 8 &&
    bytes[start - 1] === 46 &&
    Number(bytes.toString('latin1', start, end)) > 255;
  return odd || large ? SIGN_PARTS : 0;
}

function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at += 1) {
    const code = bytes[at]! | 0x20;
    // digits, and the letters of a hexadecimal number
    if (!(code >= 48 && code <= 57) && !(code >= 97 && code <= 102) && !(at === start + 1 && code === 120))
      return false;
  }
  return true;
}

const NETWORK =
  /\b(?:curl|wget|ping|nc|ncat|netcat|ssh|telnet|nmap|connect|requests|urlopen|https?|socket|fetch|scp|dig|nslookup|tcp|udp)\b/i;
const ADDRESS =
  /(?:\/\/|\/(?:tcp|udp)\/|[\s@"'=,(]|^)(?:\d{8,10}|0x[0-9a-f]{7,8}|0[0-7]{9,11})(?=[:/?#\s"'),]|$)/i;
const PARTS =
  /(?:\/\/|\/(?:tcp|udp)\/|[\s@"']|^)((?:0x[0-9a-f]{1,8}|\d{1,11})(?:\.(?:0x[0-9a-f]{1,8}|\d{1,11})){1,3})(?=[:/?#\s"'),]|$)/gi;

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
