import { percent } from '../decode.ts';
import { MAX_STRING, MAX_WORDS } from '../limits.ts';
import { cut, exceeds, firstOf } from '../overrun.ts';
import type { Piece } from '../splice.ts';
import { assemble, fillNames } from '../splice.ts';
import type { Expression } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { List, Value } from './values.ts';
import {
  bytes,
  bytesOf,
  decodeBytes,
  isList,
  isObject,
  isUnknown,
  list,
  textOf,
  unknown,
  written,
} from './values.ts';

/** What a method of a string, a byte string, a list or a dictionary gives; `undefined` where it is not known. */
export function method(
  evaluator: Evaluator,
  self: Value,
  name: string,
  given: readonly Value[],
  named: ReadonlyMap<string, Value>,
  expression: Expression,
): Value | undefined {
  if (typeof self === 'string' && name === 'format') return format(evaluator, self, given, named);
  if (typeof self === 'string') return ofString(evaluator, self, name, given);
  if (isObject(self) && self.kind === 'bytes') return ofBytes(evaluator, self.bytes, name, given);
  if (isList(self)) return ofList(evaluator, self, name, given);
  if (isObject(self) && self.kind === 'dict') return ofDict(self.entries, name, given);
  if (typeof self === 'number' && name === 'toString') return evaluator.text(self);
  // a hole keeps its writing through what only changes its looks
  if (isUnknown(self) && /^(?:strip|rstrip|lstrip|trim|encode|decode|lower|upper|chomp|toString)$/.test(name))
    return unknown(written(evaluator.source, expression), self.content);
  return undefined;
}

function ofString(
  evaluator: Evaluator,
  self: string,
  name: string,
  given: readonly Value[],
): Value | undefined {
  const python = evaluator.dialect.language === 'python';
  const first = textOf(given[0]);
  const second = textOf(given[1]);
  switch (name) {
    case 'join':
      return isList(given[0]) ? joined(evaluator, given[0], self) : undefined;
    case 'replace':
    case 'gsub':
    case 'replaceAll':
      if (first === undefined || second === undefined || !evaluator.hides) return undefined;
      return cut(
        python || name !== 'replace'
          ? self.replaceAll(first, () => second)
          : self.replace(first, () => second),
        MAX_STRING,
        'string',
      );
    case 'encode':
      return bytes(Buffer.from(self, 'utf8').toString('latin1'));
    case 'decode':
    case 'strip':
    case 'trim':
    case 'lstrip':
    case 'rstrip':
    case 'chomp':
      return first === undefined || name === 'decode'
        ? name === 'decode'
          ? self
          : self.trim()
        : stripped(self, first, name);
    case 'lower':
    case 'toLowerCase':
    case 'downcase':
      return self.toLowerCase();
    case 'upper':
    case 'toUpperCase':
    case 'upcase':
      return self.toUpperCase();
    case 'swapcase':
    case 'title':
    case 'capitalize':
      return self;
    case 'split':
      if (given[0] === undefined || given[0] === null) return listOf(self.trim().split(/\s+/));
      if (first === undefined) return undefined;
      return listOf(first === '' ? [...self] : self.split(first));
    case 'splitlines':
      return listOf(self.split(/\r?\n/));
    case 'reverse':
      return evaluator.hides ? [...self].reverse().join('') : undefined;
    case 'concat':
      return given.reduce<string | undefined>(
        (text, value) => (text === undefined ? undefined : evaluator.concat(text, evaluator.text(value))),
        self,
      );
    case 'slice':
    case 'substring':
      return typeof given[0] === 'number'
        ? self.slice(given[0], typeof given[1] === 'number' ? given[1] : undefined)
        : undefined;
    case 'substr':
      return typeof given[0] === 'number'
        ? self.substr(given[0], typeof given[1] === 'number' ? given[1] : undefined)
        : undefined;
    case 'charAt':
      return typeof given[0] === 'number' ? self.charAt(given[0]) : undefined;
    case 'charCodeAt':
    case 'codePointAt':
      return typeof given[0] === 'number' ? self.charCodeAt(given[0]) : undefined;
    case 'toString':
    case 'valueOf':
    case 'to_s':
      return self;
    case 'hex':
      return evaluator.hides ? Buffer.from(self).toString('hex') : undefined;
    case 'unquote':
      return evaluator.hides ? percent(self) : undefined;
    case 'startsWith':
    case 'startswith':
      return first === undefined ? undefined : self.startsWith(first);
    case 'pack':
      return undefined;
    default:
      return undefined;
  }
}

function stripped(self: string, characters: string, name: string): string {
  let start = 0;
  let end = self.length;
  if (name !== 'rstrip') while (start < end && characters.includes(self[start]!)) start += 1;
  if (name !== 'lstrip') while (end > start && characters.includes(self[end - 1]!)) end -= 1;
  return self.slice(start, end);
}

function ofBytes(
  evaluator: Evaluator,
  self: string,
  name: string,
  given: readonly Value[],
): Value | undefined {
  switch (name) {
    case 'decode':
    case 'toString': {
      const encoding = textOf(given[0])?.toLowerCase() ?? 'utf8';
      if (/^(?:utf-?16|base64|hex)/.test(encoding) && !evaluator.hides) return undefined;
      if (/^utf-?16/.test(encoding)) return Buffer.from(self, 'latin1').toString('utf16le');
      if (encoding === 'base64') return Buffer.from(self, 'latin1').toString('base64');
      if (encoding === 'hex') return Buffer.from(self, 'latin1').toString('hex');
      return decodeBytes(self);
    }
    case 'hex':
      return evaluator.hides ? Buffer.from(self, 'latin1').toString('hex') : undefined;
    case 'join':
      return isList(given[0]) && evaluator.hides
        ? bytes(cut(given[0].items.map((item) => bytesOf(item) ?? '').join(self), MAX_STRING, 'string'))
        : undefined;
    case 'strip':
      return bytes(self.trim());
    case 'replace': {
      const [from, to] = given.map(bytesOf);
      return from === undefined || to === undefined || !evaluator.hides
        ? undefined
        : bytes(
            cut(
              self.replaceAll(from, () => to),
              MAX_STRING,
              'string',
            ),
          );
    }
    case 'split':
    case 'reverse':
    case 'startswith':
      return ofString(evaluator, self, name, given);
    default:
      return undefined;
  }
}

function ofList(evaluator: Evaluator, self: List, name: string, given: readonly Value[]): Value | undefined {
  const { items } = self;
  switch (name) {
    case 'append':
    case 'push':
    case '<<':
      if (hasRoom(items, given)) items.push(...given);
      return self;
    case 'extend':
    case 'concat': {
      const more = isList(given[0]) ? given[0].items : [];
      if (name === 'concat') return list([...items, ...more]);
      if (hasRoom(items, more)) items.push(...more);
      return null;
    }
    case 'insert':
    case 'unshift':
      if (hasRoom(items, given))
        items.splice(
          name === 'insert' && typeof given[0] === 'number' ? given[0] : 0,
          0,
          ...(name === 'insert' ? given.slice(1) : given),
        );
      return null;
    case 'reverse':
      items.reverse();
      return self;
    case 'pop':
    case 'shift': {
      const at = name === 'shift' ? 0 : typeof given[0] === 'number' ? given[0] : -1;
      return items.splice(at < 0 ? items.length + at : at, 1)[0];
    }
    case 'join':
      return joined(
        evaluator,
        self,
        textOf(given[0]) ?? (evaluator.dialect.language === 'javascript' ? ',' : ''),
      );
    case 'map':
    case 'forEach':
    case 'each': {
      const closure = given[0];
      if (!isObject(closure) || closure.kind !== 'closure') return undefined;
      return list(
        firstOf(items, MAX_WORDS, 'words').map((item, at) => evaluator.apply(closure, [item, at], new Map())),
      );
    }
    case 'slice':
      return typeof given[0] === 'number'
        ? list(items.slice(given[0], typeof given[1] === 'number' ? given[1] : undefined))
        : list([...items]);
    case 'toString':
      return joined(evaluator, self, ',');
    case 'pack': {
      const template = textOf(given[0]) ?? '';
      if (!evaluator.hides) return undefined;
      if (/^m/.test(template)) return Buffer.from(textOf(items[0]) ?? '').toString('base64');
      if (/^H/i.test(template)) return Buffer.from(textOf(items[0]) ?? '', 'hex').toString('utf8');
      if (/^[cCU]/.test(template))
        return items
          .map((item) => (typeof item === 'number' ? String.fromCodePoint(item & 0x1fffff & 0x10ffff) : ''))
          .join('');
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Texts as a list, as many as a list may hold. */
function listOf(texts: readonly string[]): List {
  return list([...firstOf(texts, MAX_WORDS, 'words')]);
}

/** Whether a list may take so many more. */
function hasRoom(items: readonly Value[], more: readonly Value[]): boolean {
  return !exceeds(items.length + more.length, MAX_WORDS, 'words');
}

function ofDict(entries: Map<string, Value>, name: string, given: readonly Value[]): Value | undefined {
  const key = textOf(given[0]);
  switch (name) {
    case 'get':
      return key === undefined ? undefined : (entries.get(key) ?? given[1]);
    case 'keys':
      return list([...entries.keys()]);
    case 'values':
      return list([...entries.values()]);
    case 'items':
      return list([...entries].map(([each, value]) => list([each, value], true)));
    case 'update':
      if (isObject(given[0]) && given[0].kind === 'dict')
        for (const [each, value] of given[0].entries) entries.set(each, value);
      return null;
    default:
      return undefined;
  }
}

function joined(evaluator: Evaluator, self: List, separator: string): Value | undefined {
  const pieces: Piece[] = [];
  firstOf(self.items, MAX_WORDS, 'words').forEach((item, at) => {
    if (at > 0 && separator !== '') pieces.push({ text: separator });
    pieces.push({ text: evaluator.text(item) });
  });
  return assemble(pieces, evaluator.frame.sink.hides);
}

/** `"{} {0} {name}".format(…)`; fields that are not known stay. */
function format(
  evaluator: Evaluator,
  template: string,
  given: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value {
  let used = 0;
  return fillNames(
    template,
    /\{\{|\}\}|\{(\w*)(?:![rsa])?(?::[^{}]*)?\}/g,
    evaluator.frame.sink.hides,
    (field) => {
      if (field === undefined) return undefined;
      const at = field === '' ? used : Number(field);
      if (field === '') used += 1;
      const value = Number.isNaN(at) ? named.get(field) : given[at];
      return value === undefined ? undefined : evaluator.text(value);
    },
  );
}
