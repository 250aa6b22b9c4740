import * as decode from '../decode.ts';
import { MAX_STRING, MAX_WORDS } from '../limits.ts';
import { exceeds, firstOf } from '../overrun.ts';
import { runCode } from './effects.ts';
import type { CodeCall } from './evaluate.ts';
import type { Handler } from './python-processes.ts';
import { names, words } from './python-processes.ts';
import type { Value } from './values.ts';
import {
  bytes,
  bytesOf,
  decodeBytes,
  isInstance,
  isList,
  isObject,
  list,
  textOf,
  unknown,
} from './values.ts';

/** Calls of Python that make a text out of another, or run one, by dotted name. */
export const decodingCalls: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...names('exec eval compile builtins.exec builtins.eval builtins.compile', (call) =>
    call.path.endsWith('compile') ? call.arguments[0] : runCode(call, call.arguments[0]),
  ),
  ...names('json.loads', (call) => {
    const text = textOf(call.arguments[0]);
    return text === undefined ? undefined : fromJson(text);
  }),
  ...names(
    'base64.b64decode base64.standard_b64decode base64.urlsafe_b64decode base64.decodebytes base64.decodestring binascii.a2b_base64',
    decoder('base64', decode.base64),
  ),
  ...names('base64.b32decode', decoder('base32', decode.base32)),
  ...names(
    'base64.b16decode binascii.unhexlify binascii.a2b_hex bytes.fromhex bytearray.fromhex',
    decoder('hex', decode.hex),
  ),
  ...names('zlib.decompress gzip.decompress', decoder('zlib', decode.inflate)),
  ...names('codecs.decode', codecs),
  ...names('codecs.encode', (call) => (/rot/i.test(textOf(call.arguments[1]) ?? '') ? rot(call) : undefined)),
  ...names('urllib.parse.unquote urllib.unquote urllib2.unquote', percent(false)),
  ...names('urllib.parse.unquote_plus urllib.unquote_plus', percent(true)),
  ...names('base64.b64encode base64.standard_b64encode base64.urlsafe_b64encode', (call) => {
    const raw = bytesOf(call.arguments[0]);
    return raw === undefined || !call.evaluator.hides
      ? undefined
      : bytes(Buffer.from(raw, 'latin1').toString('base64'));
  }),
  ...names('binascii.hexlify', (call) => {
    const raw = bytesOf(call.arguments[0]);
    return raw === undefined || !call.evaluator.hides
      ? undefined
      : bytes(Buffer.from(raw, 'latin1').toString('hex'));
  }),
  ...names('chr unichr', (call) =>
    call.evaluator.hides &&
    typeof call.arguments[0] === 'number' &&
    call.arguments[0] >= 0 &&
    call.arguments[0] <= 0x10ffff
      ? String.fromCodePoint(Math.floor(call.arguments[0]))
      : undefined,
  ),
  ...names('ord', (call) => textOf(call.arguments[0])?.codePointAt(0)),
  ...names('int', (call) => {
    const text = textOf(call.arguments[0]);
    const base = typeof call.arguments[1] === 'number' ? call.arguments[1] : 10;
    if (typeof call.arguments[0] === 'number') return Math.trunc(call.arguments[0]);
    if (text === undefined || base < 2 || base > 36) return undefined;
    const value = Number.parseInt(text.replace(/^0[xob]/i, ''), base);
    return Number.isNaN(value) ? undefined : value;
  }),
  ...names('bytes bytearray', (call) => {
    const value = call.arguments[0];
    const raw = isList(value) && !call.evaluator.hides ? undefined : bytesOf(value);
    return raw === undefined ? undefined : bytes(raw);
  }),
  ...names('len', (call) => lengthOf(call.arguments[0])),
  ...names('range xrange', range),
  ...names('reversed', (call) => {
    const value = call.arguments[0];
    if (isList(value)) return list([...value.items].reverse());
    return typeof value === 'string' ? list([...value].reverse()) : undefined;
  }),
  ...names('list tuple iter sorted set', (call) => {
    const value = call.arguments[0];
    if (value === undefined) return list([]);
    if (isList(value)) return list([...value.items]);
    const raw =
      isObject(value) && value.kind === 'bytes'
        ? [...value.bytes].map((each) => each.charCodeAt(0))
        : undefined;
    return typeof value === 'string' ? list([...value]) : raw === undefined ? undefined : list(raw);
  }),
  ...names('map', (call) => {
    const [closure, values] = call.arguments;
    if (!isList(values)) {
      const characters = textOf(values);
      return characters === undefined ? undefined : mapped(call, closure, [...characters]);
    }
    return mapped(call, closure, values.items);
  }),
  ...names('zip', (call) => {
    const rows = call.arguments.map((value) =>
      isList(value)
        ? value.items
        : typeof value === 'string'
          ? [...value]
          : isObject(value) && value.kind === 'bytes'
            ? [...value.bytes].map((each) => each.charCodeAt(0))
            : undefined,
    );
    if (rows.some((row) => row === undefined) || rows.length === 0) return undefined;
    const shortest = Math.min(...rows.map((row) => row!.length));
    const length = exceeds(shortest, MAX_WORDS, 'words') ? MAX_WORDS : shortest;
    return list(
      Array.from({ length }, (_, at) =>
        list(
          rows.map((row) => row![at]!),
          true,
        ),
      ),
    );
  }),
  ...names('enumerate', (call) => {
    const value = call.arguments[0];
    const items = isList(value) ? value.items : typeof value === 'string' ? [...value] : undefined;
    return items === undefined
      ? undefined
      : list(firstOf(items, MAX_WORDS, 'words').map((item, at) => list([at, item], true)));
  }),
  ...names('itertools.cycle', (call) => {
    const value = call.arguments[0];
    const items = isList(value) ? value.items : typeof value === 'string' ? [...value] : undefined;
    return items === undefined || items.length === 0
      ? undefined
      : list(Array.from({ length: 4_096 }, (_, at) => items[at % items.length]!));
  }),
  ...names('str.join', (call) =>
    isList(call.arguments[1]) && call.evaluator.hides
      ? call.arguments[1].items.map((item) => call.evaluator.text(item)).join(textOf(call.arguments[0]) ?? '')
      : undefined,
  ),
  ...names('shlex.split', (call) =>
    textOf(call.arguments[0]) === undefined ? undefined : words(textOf(call.arguments[0])!),
  ),
  ...names('shlex.quote pipes.quote repr', (call) => textOf(call.arguments[0])),
  ...names('shlex.join', (call) =>
    isList(call.arguments[0])
      ? call.arguments[0].items.map((item) => call.evaluator.text(item)).join(' ')
      : undefined,
  ),
  ...names('textwrap.dedent inspect.cleandoc', (call) =>
    textOf(call.arguments[0]) === undefined ? undefined : dedent(textOf(call.arguments[0])!),
  ),
  ...names('__import__ importlib.import_module importlib.__import__', (call) => {
    const path = textOf(call.arguments[0]);
    return path === undefined ? undefined : { kind: 'reference', path, imported: true };
  }),
  ...names('getattr', (call) => {
    const name = textOf(call.arguments[1]);
    const [object] = call.arguments;
    return name === undefined || object === undefined
      ? undefined
      : call.evaluator.attribute(object, name, call.expression);
  }),
  ...names('setattr', (call) => {
    const [object, name, value] = call.arguments;
    const path =
      isObject(object) && object.kind === 'reference'
        ? object.path
        : isInstance(object)
          ? object.type
          : undefined;
    const third = call.expression.arguments[2]?.value;
    if (path === undefined || textOf(name) === undefined || third === undefined || value === undefined)
      return undefined;
    call.evaluator.note(
      'assign',
      `${path}.${textOf(name)!}`,
      call.evaluator.source.slice(third.start, third.end),
      call.start,
      call.end,
    );
    return null;
  }),
  ...names('print', (call) => {
    call.evaluator.print(`${call.arguments.map((value) => call.evaluator.text(value)).join(' ')}\n`);
    return null;
  }),
  ...names('sys.stdout.write', (call) => {
    if (call.arguments[0] !== undefined) call.evaluator.print(call.evaluator.text(call.arguments[0]));
    return null;
  }),
]);

function decoder(how: string, apply: decode.Decoder): Handler {
  return (call) => {
    const raw = bytesOf(call.arguments[0]);
    if (raw === undefined || !call.evaluator.hides) return undefined;
    const output = apply(Buffer.from(raw, 'latin1'));
    if (output === undefined) return undefined;
    call.evaluator.undone.add(how);
    return bytes(output.toString('latin1'));
  };
}

function codecs(call: CodeCall): Value | undefined {
  const encoding = (textOf(call.arguments[1]) ?? 'utf8').toLowerCase().replaceAll('-', '_');
  if (/^rot_?13$/.test(encoding)) return rot(call);
  if (/^hex/.test(encoding)) return decoder('hex', decode.hex)(call);
  if (/^base64/.test(encoding)) return decoder('base64', decode.base64)(call);
  if (/^(?:zlib|zip)/.test(encoding)) return decoder('zlib', decode.inflate)(call);
  if (encoding === 'unicode_escape') {
    const text = textOf(call.arguments[0]);
    return text === undefined || !call.evaluator.hides ? undefined : decode.unescapeText(text);
  }
  const raw = bytesOf(call.arguments[0]);
  return raw === undefined ? undefined : decodeBytes(raw);
}

function rot(call: CodeCall): Value | undefined {
  const text = textOf(call.arguments[0]);
  if (text === undefined || !call.evaluator.hides) return undefined;
  call.evaluator.undone.add('rot13');
  return decode.rot13(text);
}

function percent(plus: boolean): Handler {
  return (call) => {
    const text = textOf(call.arguments[0]);
    if (text === undefined || !call.evaluator.hides) return undefined;
    call.evaluator.undone.add('URL encoding');
    return decode.percent(text, plus);
  };
}

/** The value of a JSON text; numbers and truth values are left out, as they may be written otherwise. */
function fromJson(text: string): Value | undefined {
  if (exceeds(text.length, MAX_STRING, 'string')) return undefined;
  try {
    return jsonValue(JSON.parse(text), 0);
  } catch {
    return undefined;
  }
}

function jsonValue(value: unknown, depth: number): Value | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > 16) return undefined;
  if (Array.isArray(value)) return list(value.map((item) => jsonValue(item, depth + 1) ?? unknown('?')));
  const entries = new Map<string, Value>();
  for (const [key, item] of Object.entries(value))
    entries.set(key, jsonValue(item, depth + 1) ?? unknown('?'));
  return { kind: 'dict', entries };
}

function lengthOf(value: Value | undefined): number | undefined {
  if (typeof value === 'string') return value.length;
  if (isList(value)) return value.items.length;
  if (isObject(value) && value.kind === 'bytes') return value.bytes.length;
  return undefined;
}

/** A range is gone through where it decodes something, in a comprehension; a loop over it stays a loop. */
function range(call: CodeCall): Value | undefined {
  const numbers = call.arguments;
  if (numbers.some((value) => typeof value !== 'number')) return undefined;
  const [first, second, third] = numbers as number[];
  const start = second === undefined ? 0 : first!;
  const end = second ?? first!;
  const step = third ?? 1;
  const count = Math.ceil((end - start) / step);
  if (step === 0 || !(count >= 0) || count > 4_096) return undefined;
  return { kind: 'list', items: Array.from({ length: count }, (_, at) => start + at * step), range: true };
}

function mapped(call: CodeCall, closure: Value | undefined, values: readonly Value[]): Value | undefined {
  if (!isObject(closure)) return undefined;
  if (closure.kind === 'closure')
    return list(
      firstOf(values, MAX_WORDS, 'words').map((value) => call.evaluator.apply(closure, [value], new Map())),
    );
  if (closure.kind !== 'reference') return undefined;
  const handler = decodingCalls.get(closure.path);
  if (handler === undefined) return undefined;
  return list(
    firstOf(values, MAX_WORDS, 'words').map(
      (value) => handler({ ...call, path: closure.path, arguments: [value] }) ?? value,
    ),
  );
}

function dedent(text: string): string {
  const lines = text.split('\n');
  const margins = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)![0].length);
  const margin = margins.length === 0 ? 0 : Math.min(...margins);
  return lines.map((line) => line.slice(margin)).join('\n');
}
