import type { Content } from '../content.ts';
import { textContent } from '../content.ts';
import { hostOf, remoteSpec } from '../net.ts';
import { baseName } from '../paths.ts';
import type { Field } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, frameOf, networkAction, pathOf, written } from './invocation.ts';
import type { OptionSpec, Words } from './options.ts';
import { has, names, optionValue, optionValues, readWords } from './options.ts';

/** Programs that do nothing but read their operands: which options take a value, and how many operands come first. */
const READERS: Readonly<Record<string, OptionSpec & { skip?: number; files?: readonly string[] }>> = {
  less: { short: 'bhjkopPtTxyz' },
  bat: { short: 'lHr', long: names('language style theme line-range highlight-line') },
  od: { short: 'AjNStw' },
  hexdump: { short: 'efns' },
  hd: { short: 'ens' },
  strings: { short: 'nteT' },
  wc: {},
  sort: { short: 'koStT', long: names('key output field-separator buffer-size temporary-directory') },
  uniq: { short: 'fsw' },
  cut: { short: 'bcdf', long: names('bytes characters delimiter fields output-delimiter') },
  paste: { short: 'd' },
  join: { short: '12aeotv' },
  comm: {},
  fold: { short: 'bsw' },
  fmt: { short: 'w' },
  pr: {},
  expand: { short: 't' },
  column: { short: 'st' },
  diff: { short: 'UCIxXW', long: names('exclude label') },
  cmp: { short: 'in' },
  sdiff: {},
  colordiff: {},
  md5sum: {},
  sha1sum: {},
  sha224sum: {},
  sha256sum: {},
  sha384sum: {},
  sha512sum: {},
  b2sum: {},
  cksum: {},
  sum: {},
  shasum: { short: 'a' },
  md5: {},
  file: { short: 'fFmP' },
  look: {},
  grep: {
    short: 'efmABCdD',
    long: names(
      'regexp file max-count after-context before-context context include exclude exclude-dir color',
    ),
    skip: 1,
    files: ['f', 'file'],
  },
  rg: {
    short: 'efgtTmABCjrd',
    long: names('regexp file glob type type-not max-count after-context before-context context replace'),
    skip: 1,
    files: ['f', 'file'],
  },
  ag: { short: 'ABCGm', skip: 1 },
  ack: { short: 'ABCm', skip: 1 },
  zgrep: { skip: 1 },
  jq: { short: 'fL', long: names('arg argjson slurpfile rawfile indent'), skip: 1 },
  yq: { short: 'p', skip: 1 },
  xmllint: {},
  csvcut: { short: 'c' },
  bzcat: {},
  xzcat: {},
  zstdcat: {},
  lz4cat: {},
  zless: {},
  zmore: {},
  unzip: { short: 'dPxO' },
  unrar: { skip: 1 },
  pdftotext: { short: 'fl' },
  exiftool: {},
  readelf: { short: 'xpw' },
  objdump: { short: 'jbmM' },
  nm: {},
  ldd: {},
  size: {},
  getcap: {},
  getfacl: {},
  lsattr: {},
  gpg: { short: 'orup', long: names('output recipient passphrase passphrase-file homedir') },
  john: { long: names('wordlist format rules') },
  hashcat: { short: 'mao' },
  visudo: { short: 'f', files: ['f'] },
};

/** Editors: they may read and write what they open. */
const EDITORS = names('vim nano pico emacs ed joe micro mcedit kak hx subl gedit');

/** Operands that are never files: the first of `chmod`, `chown`. */
const PERMISSIONS: Readonly<Record<string, OptionSpec>> = {
  chmod: { long: names('reference') },
  chown: { long: names('reference from') },
  chgrp: { long: names('reference') },
  chattr: { short: 'pv' },
  setcap: {},
  setfacl: { short: 'mxMX', long: names('modify remove set') },
  chcon: { short: 'trul' },
  chflags: {},
  xattr: { short: 'dwp' },
  setfattr: { short: 'nvx' },
  setfile: { short: 'aPdmct' },
  SetFile: { short: 'aPdmct' },
};

/** Programs that act on files. */
export const filePrograms: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...Object.entries(READERS).map(([name, spec]) => [name, (call: Invocation) => reads(call, spec)] as const),
  ...[...EDITORS].map((name) => [name, edits] as const),
  ...Object.entries(PERMISSIONS).map(
    ([name, spec]) => [name, (call: Invocation) => permissions(call, spec)] as const,
  ),
  ['rm', deletes({ short: '' })],
  ['unlink', deletes({})],
  ['rmdir', deletes({})],
  ['shred', deletes({ short: 'nsr', long: names('iterations size random-source') })],
  ['srm', deletes({})],
  ['wipe', deletes({ short: 'QqSlkc' })],
  ['trash', deletes({})],
  ['trash-put', deletes({})],
  ['del', deletes({})],
  ['truncate', (call) => writes(call, { short: 'sr', long: names('size reference') }, textContent(''))],
  ['fallocate', (call) => writes(call, { short: 'lon', long: names('length offset') }, undefined)],
  ['touch', touch],
  ['cp', copies],
  ...['gcc', 'g++', 'cc', 'c++', 'clang', 'clang++', 'tcc', 'rustc', 'nasm', 'ld', 'as', 'ghc', 'swiftc'].map(
    (name) => [name, compiles] as const,
  ),
  ['tcpdump', captures],
  ['tshark', captures],
  ['install', copies],
  ['mv', moves],
  ['rename', () => undefined],
  ['ln', links],
  ['tar', tar],
  ['zip', archives],
  ['7z', archives],
  ['7za', archives],
  ['rar', archives],
  ['find', finds],
  ['cpio', (call) => reads(call, { short: 'FIOEHCRD' })],
  ['mkfifo', (call) => writes(call, { short: 'm' }, undefined)],
  ['mknod', (call) => writes({ ...call, argv: call.argv.slice(0, 2) }, { short: 'm' }, undefined)],
  ['sponge', (call) => writes(call, {}, call.context.input)],
  [
    'split',
    (call) => reads({ ...call, argv: call.argv.slice(0, 1 + firstOperand(call)) }, { short: 'abClnt' }),
  ],
  ['mount', mounts],
]);

function firstOperand(call: Invocation): number {
  return readWords(call.argv, { short: 'abClnt' }).first;
}

function reads(
  call: Invocation,
  spec: OptionSpec & { skip?: number; files?: readonly string[] },
): Content | undefined {
  const words = readWords(call.argv, spec);
  // a pattern given by an option is not an operand
  const skip = spec.skip !== undefined && has(words, 'e', 'regexp', 'f', 'file') ? 0 : (spec.skip ?? 0);
  for (const operand of words.operands.slice(skip))
    if (operand.content === undefined) fileAction(call, 'read', operand);
  for (const file of optionValues(words, ...(spec.files ?? []))) fileAction(call, 'read', file);
  const target = call.name === 'sort' ? optionValue(words, 'o', 'output') : undefined;
  if (target !== undefined) written(call, target, false, undefined);
  // what one of these prints is only known to come from what it reads
  return undefined;
}

/** `tcpdump -w file`. */
function captures(call: Invocation): undefined {
  outputs(call, { short: 'iwrcsCGWzZFyfYTeEba' }, 'w');
}

/** `gcc -o program source.c`. */
function compiles(call: Invocation): undefined {
  const words = outputs(call, { short: 'oLIlDUxfTe', single: names('include isystem arch target') }, 'o');
  for (const operand of words.operands)
    if (/\.(?:c|cc|cpp|cxx|rs|s|S|asm|o|m|hs|swift)$/.test(operand.text)) fileAction(call, 'read', operand);
}

function outputs(call: Invocation, spec: OptionSpec, option: string): Words {
  const words = readWords(call.argv, spec);
  const output = optionValue(words, option);
  if (output !== undefined) fileAction(call, 'create', output);
  return words;
}

function edits(call: Invocation): undefined {
  const words = readWords(call.argv, {
    short: 'cuUTsSwWiI',
    long: names('cmd eval'),
    ...(call.name === 'emacs' ? { short: 'ldfLu' } : {}),
  });
  for (const operand of words.operands) if (!operand.text.startsWith('+')) fileAction(call, 'read', operand);
}

function deletes(spec: OptionSpec): Program {
  return (call) => {
    for (const operand of readWords(call.argv, spec).operands) fileAction(call, 'delete', operand);
    return textContent('');
  };
}

function writes(call: Invocation, spec: OptionSpec, content: Content | undefined): undefined {
  for (const operand of readWords(call.argv, spec).operands) written(call, operand, false, content);
}

function touch(call: Invocation): Content {
  const words = readWords(call.argv, { short: 'drt', long: names('date reference time') });
  for (const operand of words.operands) fileAction(call, 'create', operand);
  return textContent('');
}

function permissions(call: Invocation, spec: OptionSpec): Content {
  const words = readWords(
    call.argv.filter((field, at) => at === 0 || !/^-[rwxXst,]+$/.test(field.text) || call.name !== 'chmod'),
    spec,
  );
  const mode = call.argv.find(
    (field, at) => at > 0 && call.name === 'chmod' && /^-[rwxXst,]+$/.test(field.text),
  );
  const by = optionValue(words, 'reference', 'm', 'modify', 'x', 'remove', 'set', 'n', 'a', 'd', 'w');
  const given = mode ?? by ?? words.operands[0];
  const files = mode === undefined && by === undefined ? words.operands.slice(1) : words.operands;
  if (call.name === 'setcap') {
    for (const file of words.operands.filter((_, at) => at % 2 === 1))
      fileAction(call, 'permission', file, modeOf(words.operands[0]));
    return textContent('');
  }
  for (const file of files) fileAction(call, 'permission', file, modeOf(given));
  return textContent('');
}

function modeOf(field: Field | undefined): { mode?: string } {
  return field === undefined ? {} : { mode: field.text };
}

const COPY: OptionSpec = { short: 'tSmog', long: names('target-directory suffix mode owner group') };

/** Sources and target of `cp`, `mv` and `install`. */
function sourcesAndTarget(words: Words): {
  sources: readonly Field[];
  target: Field | undefined;
  inside: boolean;
} {
  const directory = optionValue(words, 't', 'target-directory');
  if (directory !== undefined) return { sources: words.operands, target: directory, inside: true };
  const target = words.operands.length > 1 ? words.operands[words.operands.length - 1] : undefined;
  const inside = words.operands.length > 2 || /\/$|^\.{1,2}$/.test(target?.text ?? '');
  return { sources: target === undefined ? words.operands : words.operands.slice(0, -1), target, inside };
}

/** Where one source ends up: in the directory under its own name, or as the target. */
function destination(target: Field, source: Field, inside: boolean): Field {
  if (!inside) return target;
  return { ...target, text: `${target.text.replace(/\/+$/, '')}/${baseName(source.text)}` };
}

function copies(call: Invocation): Content | undefined {
  const words = readWords(call.argv, COPY);
  const { sources, target, inside } = sourcesAndTarget(words);
  if (target === undefined) return undefined;
  if (call.name === 'install' && has(words, 'd', 'directory')) return undefined;
  for (const source of sources) {
    fileAction(call, 'read', source);
    const piped = /^(?:\/dev\/stdin|-)$/.test(source.text) ? call.context.input : undefined;
    const content: Content = source.content ?? piped ?? { kind: 'file', path: pathOf(call, source.text) };
    const to = destination(target, source, inside);
    written(call, to, false, content);
    const mode = call.name === 'install' ? optionValue(words, 'm', 'mode') : undefined;
    if (mode !== undefined) fileAction(call, 'permission', to, modeOf(mode));
  }
  return textContent('');
}

function moves(call: Invocation): Content {
  const words = readWords(call.argv, COPY);
  const { sources, target, inside } = sourcesAndTarget(words);
  const { files } = call.context.state;
  for (const source of sources) {
    if (target === undefined) break;
    const from = pathOf(call, source.text);
    const to = pathOf(call, destination(target, source, inside).text);
    fileAction(call, 'rename', source, { target: to });
    const content = files.get(from);
    if (content === undefined) continue;
    files.delete(from);
    files.set(to, content);
  }
  return textContent('');
}

function links(call: Invocation): Content {
  const words = readWords(call.argv, { short: 'tS', long: names('target-directory suffix') });
  const [to, name] = words.operands;
  if (to === undefined) return textContent('');
  const place = name ?? { ...to, text: baseName(to.text) };
  const target = has(words, 's', 'symbolic') && !to.text.startsWith('/') ? to.text : pathOf(call, to.text);
  fileAction(call, 'create', place, { target });
  const index = frameOf(call).sink.drafts.length - 1;
  const draft = frameOf(call).sink.drafts[index];
  if (draft?.body.kind === 'file') draft.written = { kind: 'file', path: pathOf(call, to.text) };
  return textContent('');
}

const TAR: OptionSpec = {
  short: 'fCTXIFbgHKLNV',
  long: names(
    'file directory files-from exclude use-compress-program transform checkpoint checkpoint-action to-command mode owner group',
  ),
};

function tar(call: Invocation): Content | undefined {
  const argv = call.argv.map((field, at) =>
    at === 1 && /^[A-Za-z]+$/.test(field.text) ? { ...field, text: `-${field.text}` } : field,
  );
  const words = readWords(argv, TAR);
  const archive = optionValue(words, 'f', 'file');
  const remote = archive === undefined || has(words, 'force-local') ? undefined : remoteSpec(archive.text);
  if (archive !== undefined && remote !== undefined) {
    const payload = words.operands.map((field) => `@${field.text}`).join(' ');
    networkAction(call, { ...hostOf(remote.host), port: 22, protocol: 'ssh' }, archive, {
      payload: has(words, 'c', 'create') ? payload : undefined,
    });
  }
  if (has(words, 'c', 'create', 'r', 'append', 'u', 'update')) {
    for (const operand of words.operands) fileAction(call, 'read', operand);
    if (archive !== undefined) written(call, archive, has(words, 'r', 'u'), undefined);
  } else if (archive !== undefined) fileAction(call, 'read', archive);
  return undefined;
}

function archives(call: Invocation): undefined {
  const words = readWords(call.argv, { short: 'bntiP', long: names('password') });
  const operands = call.name === 'zip' ? words.operands : words.operands.slice(1);
  const [archive, ...files] = operands;
  const extracts = call.name !== 'zip' && /^[xlet]$/.test(words.operands[0]?.text ?? '');
  if (archive === undefined) return;
  if (extracts) fileAction(call, 'read', archive);
  else {
    for (const file of files) fileAction(call, 'read', file);
    written(call, archive, false, undefined);
  }
}

/** `find … -delete` and `-fprint`; what `-exec` starts is told elsewhere. */
function finds(call: Invocation): undefined {
  const { argv } = call;
  const deleting = argv.some((field) => field.text === '-delete');
  argv.forEach((field, at) => {
    if (/^-f(?:print0?|printf|ls)$/.test(field.text) && argv[at + 1] !== undefined)
      written(call, argv[at + 1]!, false, undefined);
  });
  if (deleting) fileAction(call, 'delete', { ...argv[0]!, text: foundPath(argv) });
}

/** What `find` finds, as a path: `/var/log` with `-name '*.log'` is `/var/log/**\/*.log`. */
export function foundPath(argv: readonly Field[]): string {
  const start =
    argv.find((field, at) => at > 0 && !/^-/.test(field.text) && !/^[!(]/.test(field.text))?.text ?? '.';
  const named = argv.findIndex((field) => /^-(?:i?name|i?wholename|i?path)$/.test(field.text));
  const pattern = named < 0 ? undefined : argv[named + 1]?.text;
  const root = argv[1] !== undefined && !argv[1].text.startsWith('-') ? argv[1].text : start;
  const clean = root.replace(/\/+$/, '');
  if (pattern === undefined) return `${clean}/**`;
  return pattern.startsWith('/') ? pattern : `${clean}/**/${pattern.replace(/^\*\//, '')}`;
}

function mounts(call: Invocation): undefined {
  const words = readWords(call.argv, { short: 'toLUO', long: names('types options source target bind') });
  const [device, place] = words.operands;
  if (device !== undefined && place !== undefined && device.text.startsWith('/'))
    fileAction(call, 'read', device);
}
