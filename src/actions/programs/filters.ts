import type { Content } from '../content.ts';
import { append } from '../content.ts';
import type { Decoder } from '../decode.ts';
import * as decode from '../decode.ts';
import type { Field } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, pathOf, written } from './invocation.ts';
import type { OptionSpec, Words } from './options.ts';
import { has, names, optionValue, readWords } from './options.ts';

/**
 * Programs that pass on what they read, changed in a way that can be followed: decoders, and the few that pass
 * it on as it is.
 */
export const filters: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['cat', filter({ short: '' }, same)],
  ['tac', filter({}, step('tac', decode.reverseOrder))],
  ['rev', filter({}, step('rev', decode.reverseLines))],
  [
    'base64',
    filter(
      { short: 'bw', long: names('break wrap') },
      decoding('base64', decode.base64, ['d', 'D', 'decode']),
    ),
  ],
  ['b64decode', filter({ short: 'o' }, step('base64', decode.base64))],
  ['gbase64', filter({ short: 'w' }, decoding('base64', decode.base64, ['d', 'D', 'decode']))],
  [
    'base32',
    filter({ short: 'w', long: names('wrap') }, decoding('base32', decode.base32, ['d', 'D', 'decode'])),
  ],
  ['basenc', filter({ short: 'w' }, decoding('base64', decode.base64, ['d', 'decode']))],
  ['xxd', filter({ short: 'cglosn' }, decoding('hex', decode.hex, ['r']))],
  ['uudecode', filter({ short: 'o' }, step('uuencode', decode.uudecode))],
  ['gunzip', filter({ short: 'S' }, step('gzip', decode.inflate))],
  ['gzip', filter({ short: 'S' }, decoding('gzip', decode.inflate, ['d', 'decompress', 'uncompress']))],
  ['pigz', filter({ short: 'Sp' }, decoding('gzip', decode.inflate, ['d', 'decompress']))],
  ['zlib-flate', filter({}, decoding('zlib', decode.inflate, ['uncompress']))],
  ['brotli', filter({}, decoding('brotli', decode.unbrotli, ['d', 'decompress']))],
  ['tr', translate],
  ['openssl', openssl],
  ['tee', tee],
  ['head', filter({ short: 'nc', long: names('lines bytes') }, same)],
  ['tail', filter({ short: 'ncs', long: names('lines bytes pid') }, same)],
  ['iconv', filter({ short: 'fto', long: names('from-code to-code output') }, same)],
  ['dos2unix', filter({}, same)],
  ['nl', filter({}, () => undefined)],
  ['dd', dd],
]);

type Change = (content: Content, words: Words) => Content | undefined;

function same(content: Content): Content {
  return content;
}

function step(how: string, apply: Decoder): Change {
  return (content) => ({ kind: 'decoded', how, apply, of: content });
}

function decoding(how: string, apply: Decoder, flags: readonly string[]): Change {
  return (content, words) =>
    has(words, ...flags) ? { kind: 'decoded', how, apply, of: content } : undefined;
}

/** A program that reads its operands, or its input where there are none. */
function filter(spec: OptionSpec, change: Change): Program {
  return (invocation) => {
    const words = readWords(invocation.argv, spec);
    let content: Content | undefined;
    for (const operand of words.operands) {
      if (operand.text === '-') content = add(content, invocation.context.input);
      else if (operand.content !== undefined) content = add(content, operand.content);
      else {
        fileAction(invocation, 'read', operand);
        content = append(content, { kind: 'file', path: pathOf(invocation, operand.text) });
      }
    }
    content ??= words.operands.length === 0 ? invocation.context.input : undefined;
    const output = followed(invocation, content === undefined ? undefined : change(content, words));
    const target = optionValue(words, 'o', 'output');
    if (target !== undefined) written(invocation, target, false, output);
    return output;
  };
}

/** What is decoded is only followed where the text is one that may hide words. */
export function followed(invocation: Invocation, content: Content | undefined): Content | undefined {
  return content?.kind === 'decoded' && !invocation.context.frame.sink.hides() ? undefined : content;
}

function add(content: Content | undefined, next: Content | undefined): Content | undefined {
  return next === undefined ? content : append(content, next);
}

function translate(invocation: Invocation): Content | undefined {
  const { argv, context } = invocation;
  const words = readWords(argv, {});
  const [from, to] = words.operands;
  if (context.input === undefined || from === undefined || has(words, 'c', 'C', 's', 'complement'))
    return undefined;
  const remove = has(words, 'd', 'delete');
  if (!remove && to === undefined) return undefined;
  const how = 'tr';
  const target = remove ? undefined : to?.text;
  const apply: Decoder = (bytes) => Buffer.from(decode.translate(bytes.toString('utf8'), from.text, target));
  return followed(invocation, { kind: 'decoded', how, apply, of: context.input });
}

const OPENSSL: OptionSpec = {
  single: names('in out k pass K iv connect host port cert key CAfile servername'),
};

/** `openssl enc -base64 -d` and its short form `openssl base64 -d`. */
function openssl(invocation: Invocation): Content | undefined {
  const { argv, context } = invocation;
  const words = readWords(argv, OPENSSL);
  const file = optionValue(words, 'in');
  if (file !== undefined) fileAction(invocation, 'read', file);
  const target = optionValue(words, 'out');
  const texts = argv.map((field) => field.text);
  const decodes =
    /^(?:enc|base64)$/.test(texts[1] ?? '') &&
    texts.includes('-d') &&
    (texts[1] === 'base64' || texts.some((text) => /^-(?:base64|a)$/.test(text)));
  const source: Content | undefined =
    file === undefined ? context.input : { kind: 'file', path: pathOf(invocation, file.text) };
  const output: Content | undefined =
    decodes &&
    source !== undefined &&
    invocation.context.frame.sink.hides() &&
    !texts.some((text) => /^-(?:aes|des|camellia|chacha)/i.test(text))
      ? { kind: 'decoded', how: 'base64', apply: decode.base64, of: source }
      : undefined;
  if (target !== undefined) written(invocation, target, false, output);
  return output;
}

function tee(invocation: Invocation): Content | undefined {
  const words = readWords(invocation.argv, {});
  const appends = has(words, 'a', 'append');
  const { input } = invocation.context;
  for (const operand of words.operands)
    if (operand.content === undefined) written(invocation, operand, appends, input);
  return input;
}

/** `dd if=a of=b`. */
function dd(invocation: Invocation): Content | undefined {
  let input = invocation.context.input;
  let target: Field | undefined;
  for (const field of invocation.argv.slice(1)) {
    const value = { ...field, text: field.text.slice(3) };
    if (field.text.startsWith('if=')) {
      fileAction(invocation, 'read', value);
      input = { kind: 'file', path: pathOf(invocation, value.text) };
    } else if (field.text.startsWith('of=')) target = value;
  }
  if (target === undefined) return input;
  written(invocation, target, false, input);
  return undefined;
}
