/** A way into a value: names of fields and, for lists, positions (`-1` is the last element). */
export interface Path {
  readonly text: string;
  readonly names: readonly string[];
}

export type Values = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** `a.b` is field `b` of field `a`; `a.*.b` field `b` of all elements of `a`; `.` is the value itself. */
export function compilePath(text: string): Path {
  return { text, names: text === '.' ? [] : text.split('.') };
}

/**
 * What a path leads to, or undefined. Null counts as nothing. A string on the way is read as the JSON that it holds, a
 * key may hold the dots itself (`gen_ai.input.messages`), and a list of `{ key, value }` is read as a map.
 */
export function follow(value: unknown, path: Path): unknown {
  const { names } = path;
  let at = value;
  for (let i = 0; i < names.length; i++) {
    if (typeof at === 'string') at = parsedText(at);
    if (typeof at !== 'object' || at === null) return undefined;
    if (names[i] === '*') return ofAll(at, { text: path.text, names: names.slice(i + 1) });
    const end = Array.isArray(at) ? -1 : keyEnd(at, names, i);
    if (end < 0) {
      at = inList(at, names, i);
      if (at instanceof Landed) {
        i = at.last;
        at = at.value;
      }
    } else {
      at = (at as Values)[end === i ? names[i]! : names.slice(i, end + 1).join('.')];
      i = end;
    }
  }
  return at ?? undefined;
}

/** The first of several paths that leads somewhere. */
export function followFirst(value: unknown, paths: readonly Path[]): unknown {
  for (const path of paths) {
    const found = follow(value, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The last of the names from `from` on that, joined, are a key of the object; -1 when none is. */
function keyEnd(object: object, names: readonly string[], from: number): number {
  if (Object.hasOwn(object, names[from]!)) return from;
  let key = names[from]!;
  for (let end = from + 1; end < names.length; end++) {
    key += `.${names[end]!}`;
    if (Object.hasOwn(object, key)) return end;
  }
  return -1;
}

function ofAll(list: object, rest: Path): unknown[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const found = list.map((element: unknown) => follow(element, rest)).filter((value) => value !== undefined);
  return found.length === 0 ? undefined : found;
}

class Landed {
  readonly value: unknown;
  readonly last: number;

  constructor(value: unknown, last: number) {
    this.value = value;
    this.last = last;
  }
}

function inList(list: unknown, names: readonly string[], from: number): unknown {
  if (!Array.isArray(list)) return undefined;
  const position = Number(names[from]);
  if (Number.isInteger(position)) return list.at(position);
  let key = '';
  for (let last = from; last < names.length; last++) {
    key += `${last === from ? '' : '.'}${names[last]!}`;
    const entry: unknown = list.find((one: unknown) => isObject(one) && one['key'] === key);
    if (entry !== undefined) return new Landed((entry as Values)['value'], last);
  }
  return undefined;
}

let lastText = '';
let lastValue: unknown;

/**
 * A JSON text as the value that it holds, or undefined where it is none. The last text is remembered: several fields of
 * one document are read one after the other.
 */
export function parsedText(text: string): unknown {
  if (text === lastText) return lastValue;
  lastValue = parseJson(text);
  lastText = text;
  return lastValue;
}

/** Parses a text that may be a JSON object or list; undefined where it is neither. */
export function parseJson(text: string): unknown {
  const start = /^\s*[[{]/.test(text);
  if (!start) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
