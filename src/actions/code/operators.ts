import { MAX_STRING, MAX_WORDS } from '../limits.ts';
import { firstOf, pass } from '../overrun.ts';
import { fillNames, splices } from '../splice.ts';
import type { Evaluator } from './evaluate.ts';
import type { Value } from './values.ts';
import { bytes, isInstance, isList, isObject, isUnknown, list, textOf, unknown } from './values.ts';

/** What an operator makes of two values. */
export function binary(
  evaluator: Evaluator,
  operator: string,
  left: Value,
  right: Value,
  writtenAs: string,
): Value {
  switch (operator) {
    case '+':
    case '.':
    case '..':
    case '~':
      return plus(evaluator, left, right, writtenAs);
    case '%': {
      const text = textOf(left);
      if (text !== undefined) return percentFormat(evaluator, text, right);
      break;
    }
    case '/': {
      const path = isInstance(left) ? left.data.get('path') : undefined;
      if (typeof path === 'string') return pathJoin(path, evaluator.text(right));
      break;
    }
    case '*':
    case 'x': {
      const text = textOf(left);
      if (
        text !== undefined &&
        typeof right === 'number' &&
        (right < 2 || !splices(text, text) || evaluator.hides)
      )
        return repeated(text, right, evaluator.hides);
      if (isList(left) && typeof right === 'number')
        return list(Array.from({ length: Math.max(0, Math.min(right, 64)) }, () => left.items).flat());
      break;
    }
    case 'or':
    case '||':
    case '//':
    case '??':
      if (
        !isUnknown(left) &&
        left !== null &&
        left !== '' &&
        left !== false &&
        !(isObject(left) && left.kind === 'reference')
      )
        return left;
      return operator === '//' && typeof left === 'number' ? arithmetic(operator, left, right) : right;
    case 'and':
    case '&&':
      return right;
  }
  if (typeof left === 'number' && typeof right === 'number') return arithmetic(operator, left, right);
  if (operator === '==' || operator === '===') {
    const a = textOf(left) ?? left;
    const b = textOf(right) ?? right;
    if (!isObject(a) && !isObject(b)) return a === b;
  }
  return unknown(writtenAs);
}

function plus(evaluator: Evaluator, left: Value, right: Value, writtenAs: string): Value {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (isList(left) && isList(right))
    return list([...firstOf([...left.items, ...right.items], MAX_WORDS, 'words')]);
  const raw = (value: Value) => (isObject(value) && value.kind === 'bytes' ? value.bytes : undefined);
  if (raw(left) !== undefined && raw(right) !== undefined) {
    const joined = evaluator.concat(raw(left)!, raw(right)!);
    return joined === undefined ? unknown(writtenAs) : bytes(joined);
  }
  if (textOf(left) === undefined && textOf(right) === undefined) return unknown(writtenAs);
  return evaluator.concat(evaluator.text(left), evaluator.text(right)) ?? unknown(writtenAs);
}

function arithmetic(operator: string, left: number, right: Value): Value {
  if (typeof right !== 'number') return unknown('');
  switch (operator) {
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    case '%':
      return ((left % right) + right) % right;
    case '**':
      return left ** right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '<<':
      return left * 2 ** Math.min(right, 64);
    case '>>':
      return Math.floor(left / 2 ** right);
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case '!=':
      return left !== right;
    default:
      return unknown('');
  }
}

export function unary(operator: string, value: Value): Value | undefined {
  if (operator === '-' && typeof value === 'number') return -value;
  if (operator === '~' && typeof value === 'number') return ~value;
  if (operator === '+' && typeof value === 'number') return value;
  if ((operator === 'not' || operator === '!') && typeof value === 'boolean') return !value;
  return undefined;
}

/** `"%s %d" % (a, b)`. */
export function percentFormat(evaluator: Evaluator, format: string, value: Value): Value {
  const values = isList(value) && value.tuple === true ? value.items : [value];
  let used = 0;
  return fillNames(
    format,
    /%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?([a-zA-Z%])/g,
    evaluator.frame.sink.hides,
    (key, kind) => {
      if (kind === '%') return '%';
      if (key !== undefined) {
        const entry = isObject(value) && value.kind === 'dict' ? value.entries.get(key) : undefined;
        return entry === undefined ? undefined : evaluator.text(entry);
      }
      const given = values[used];
      used += 1;
      if (given === undefined) return undefined;
      if (kind === 'c' && typeof given === 'number')
        return evaluator.hides ? String.fromCharCode(given) : undefined;
      return evaluator.text(given);
    },
  );
}

/** `object[index]` of a list, a dictionary or a string. */
export function indexed(object: Value, index: Value): Value | undefined {
  if (isList(object) && typeof index === 'number') return object.items.at(index);
  const text = textOf(object);
  if (typeof object === 'string' && text !== undefined && typeof index === 'number') return text.at(index);
  const raw = isObject(object) && object.kind === 'bytes' ? object.bytes : undefined;
  if (raw !== undefined && typeof index === 'number') return raw.at(index)?.charCodeAt(0);
  const key = typeof index === 'number' ? String(index) : textOf(index);
  if (isObject(object) && object.kind === 'dict' && key !== undefined) return object.entries.get(key);
  return undefined;
}

/** `object[from:to:step]`. */
export function sliced(
  evaluator: Evaluator,
  object: Value,
  from: Value | undefined,
  to: Value | undefined,
  step: Value | undefined,
): Value | undefined {
  const bounds = [from, to, step].map((bound) => (bound === null ? undefined : bound));
  if (bounds.some((bound) => bound !== undefined && typeof bound !== 'number')) return undefined;
  const [start, end, stride] = bounds as (number | undefined)[];
  if (isList(object)) return list(cut(object.items, start, end, stride));
  // each second letter, or all of them backwards: other words than those that are written
  if (stride !== undefined && stride !== 1 && !evaluator.hides) return undefined;
  if (typeof object === 'string') return cut([...object], start, end, stride).join('');
  if (isObject(object) && object.kind === 'bytes')
    return bytes(cut([...object.bytes], start, end, stride).join(''));
  return undefined;
}

function cut<T>(items: readonly T[], start: number | undefined, end: number | undefined, stride = 1): T[] {
  if (stride === 1) return items.slice(start ?? 0, end);
  if (stride === 0) return [];
  const output: T[] = [];
  const place = (bound: number) => (bound < 0 ? items.length + bound : bound);
  if (stride > 0) {
    for (let at = place(start ?? 0); at < Math.min(items.length, place(end ?? items.length)); at += stride)
      if (at >= 0) output.push(items[at]!);
  } else {
    const last = end === undefined ? -1 : place(end);
    for (let at = Math.min(items.length - 1, place(start ?? items.length - 1)); at > last; at += stride)
      if (at >= 0) output.push(items[at]!);
  }
  return output;
}

/** A path put together with slashes; an absolute right side starts anew. */
export function pathJoin(left: string, right: string): Value {
  const path = right.startsWith('/') ? right : `${left.replace(/\/+$/, '')}/${right}`;
  return { kind: 'instance', type: 'pathlib.Path', data: new Map<string, Value>([['path', path]]) };
}

/** A text so many times. Where no words are put together, what stands behind the bound is what stands before it. */
function repeated(text: string, times: number, hides: boolean): string {
  const most = Math.floor(MAX_STRING / Math.max(1, text.length));
  if (times > most && hides) pass('string');
  return text.repeat(Math.max(0, Math.min(times, most)));
}
