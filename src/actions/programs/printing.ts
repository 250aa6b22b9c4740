import type { Content } from '../content.ts';
import { textContent } from '../content.ts';
import { unescapeText } from '../decode.ts';
import { MAX_STRING } from '../limits.ts';
import { cut } from '../overrun.ts';
import type { Field } from '../shell/state.ts';
import { splices } from '../splice.ts';
import type { Invocation, Program } from './invocation.ts';
import { frameOf } from './invocation.ts';

/** Programs that print their words. */
export const printing: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['echo', echo],
  [
    'printf',
    (call) =>
      whole(call.argv[2], call.argv) ??
      formatted(
        call.argv.slice(1).map((field) => field.text),
        frameOf(call).sink.hides,
      ),
  ],
  ['print', ({ argv }) => whole(argv[1], argv) ?? textContent(`${plainWords(argv)}\n`)],
  ['yes', ({ argv }) => textContent(`${argv.length > 1 ? plainWords(argv) : 'y'}\n`)],
  ['which', which],
  ['type', which],
  ['basename', ({ argv }) => baseNameOf(argv)],
  ['dirname', ({ argv }) => directoryOf(argv)],
  ['realpath', ({ argv }) => pathAgain(argv)],
  ['readlink', ({ argv }) => pathAgain(argv)],
]);

/** `echo`: `-e` reads escapes, `-n` leaves out the line's end. */
function echo({ argv }: Invocation): Content {
  let escapes = false;
  let end = '\n';
  let at = 1;
  for (; at < argv.length && /^-[neE]+$/.test(argv[at]!.text); at += 1) {
    if (argv[at]!.text.includes('n')) end = '';
    if (argv[at]!.text.includes('e')) escapes = true;
  }
  const only = argv[at];
  if (only?.content !== undefined && at === argv.length - 1) return only.content;
  const text = plainWords(argv, at);
  if (!escapes) return textContent(text + end);
  const cut = text.indexOf('\\c');
  return textContent(cut < 0 ? unescapeText(text) + end : unescapeText(text.slice(0, cut)));
}

/** What `printf FORMAT WORD…` prints; the format is used again while words are left. */
export function formatted(words: readonly string[], hides: () => boolean): Content | undefined {
  const format = words[0] === '--' ? words[1] : words[0];
  if (format === undefined) return undefined;
  const rest = words.slice(words[0] === '--' ? 2 : 1);
  let output = '';
  let used = 0;
  do {
    const before = used;
    const pieces = format.split(/(%%|%[-+ #0]*(?:\d+|\*)?(?:\.\d+)?[a-zA-Z])/);
    for (const piece of pieces) {
      const directs = piece.length > 1 && piece.startsWith('%') && piece !== '%%';
      const next = directs ? directive(piece, rest[used] ?? '') : piece === '%%' ? '%' : unescapeText(piece);
      if (directs) used += 1;
      if (splices(output, next) && !hides()) return undefined;
      output += next;
    }
    if (used === before || output.length > MAX_STRING) break;
  } while (used < rest.length);
  return textContent(cut(output, MAX_STRING, 'string'));
}

function directive(piece: string, word: string): string {
  switch (piece[piece.length - 1]) {
    case 'b':
      return unescapeText(word);
    case 'c':
      return word.slice(0, 1);
    case 'd':
    case 'i':
    case 'u':
      return word.startsWith("'") || word.startsWith('"') ? String(word.charCodeAt(1)) : word;
    default:
      return word;
  }
}

function plainWords(argv: readonly Field[], from = 1): string {
  let output = '';
  for (let at = from; at < argv.length; at += 1) output += at > from ? ` ${argv[at]!.text}` : argv[at]!.text;
  return output;
}

/** `printf '%s' "$(curl …)"`: what is printed is what was downloaded. */
function whole(field: Field | undefined, argv: readonly Field[]): Content | undefined {
  return field?.content !== undefined && argv[argv.length - 1] === field ? field.content : undefined;
}

/** Where a program is taken to be; its name alone where these words may not come out. */
export function placeOf(call: Invocation, name: string): Content {
  return textContent(
    /^[\w.+-]+$/.test(name) && frameOf(call).sink.hides() ? `/usr/bin/${name}\n` : `${name}\n`,
  );
}

function which(call: Invocation): Content | undefined {
  const found = call.argv.slice(1).find((field) => !field.text.startsWith('-'))?.text;
  if (found === undefined || found.startsWith('$')) return undefined;
  return placeOf(call, found);
}

function baseNameOf(argv: readonly Field[]): Content | undefined {
  const path = argv[1]?.text;
  if (path === undefined || path.startsWith('-') || path.startsWith('$')) return undefined;
  const base = path.replace(/\/+$/, '').replace(/^.*\//, '');
  const suffix = argv[2]?.text;
  return textContent(
    `${suffix !== undefined && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base}\n`,
  );
}

function directoryOf(argv: readonly Field[]): Content | undefined {
  const path = argv[1]?.text;
  if (path === undefined || !path.includes('/') || path.startsWith('-')) return undefined;
  return textContent(`${path.replace(/\/[^/]*\/?$/, '') || '/'}\n`);
}

function pathAgain(argv: readonly Field[]): Content | undefined {
  const path = argv.slice(1).find((field) => !field.text.startsWith('-'))?.text;
  return path === undefined || !/^[/~]/.test(path) ? undefined : textContent(`${path}\n`);
}
