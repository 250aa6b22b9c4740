import type { CallPlace, ResultPlace } from './compile.ts';
import { followFirst, isObject, parseJson } from './path.ts';
import { passes } from './tests.ts';
import { jsonOf, textOf } from './text.ts';

/** A call before it is known which one of its step it is. */
export interface Call {
  readonly id?: string;
  readonly name: string;
  readonly arguments: string;
}

/** The calls that an item holds at a place. What is no call as such is kept: its text becomes the arguments. */
export function readCalls(item: unknown, place: CallPlace): Call[] {
  if (place.when !== undefined && !passes(place.when, item)) return [];
  return entriesOf(place.in === undefined ? item : followFirst(item, place.in)).flatMap((entry) => {
    if (typeof entry === 'string') return [{ name: '', arguments: entry }];
    if (!isObject(entry)) return [];
    const name = 'is' in place.name ? place.name.is : nameOf(followFirst(entry, place.name));
    const given = argumentsOf(entry, place);
    const id = followFirst(entry, place.id);
    // a struct of nulls is no call
    if (given === undefined && (name === '' || 'is' in place.name)) return [];
    return [{ name, arguments: given ?? '', ...(id === undefined ? {} : { id: textOf(id) }) }];
  });
}

/** What a place holds, as a list: JSON text is read, a single object is a list of one. */
export function entriesOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') {
    const parsed = parseJson(value);
    return parsed !== undefined ? entriesOf(parsed) : value.trim() === '' ? [] : [value];
  }
  if (!Array.isArray(value)) return [value];
  return value.map((entry: unknown) => (typeof entry === 'string' ? (parseJson(entry) ?? entry) : entry));
}

function argumentsOf(entry: unknown, { arguments: given }: CallPlace): string | undefined {
  if (!('build' in given)) {
    const value = followFirst(entry, given);
    return value === undefined ? undefined : typeof value === 'string' ? value : jsonOf(value);
  }
  const values = given.build.map(([name, at]) => [name, followFirst(entry, [at])] as const);
  const known = values.filter(([, value]) => value !== undefined);
  return known.length === 0 ? undefined : jsonOf(Object.fromEntries(known));
}

/** The name of a tool, without the name space that some runtimes put before it. */
function nameOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(/^functions\./, '') : '';
}

/** What came back, before the defaults of its item. */
export interface Result {
  readonly callId?: string;
  readonly name?: string;
  readonly text?: string;
  readonly failed?: boolean;
  readonly exitCode?: number;
}

/** The results that an item holds at a place. */
export function readResults(item: unknown, place: ResultPlace): Result[] {
  if (place.when !== undefined && !passes(place.when, item)) return [];
  const value = place.in === undefined ? item : followFirst(item, place.in);
  const entries: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return entries.map((entry) => {
    if (!isObject(entry)) return { text: textOf(entry) };
    const callId = followFirst(entry, place.id);
    const name = followFirst(entry, place.name);
    const text = followFirst(entry, place.text);
    const exitCode = Number(followFirst(entry, place.exitCode) ?? Number.NaN);
    return {
      ...(callId === undefined ? {} : { callId: textOf(callId) }),
      ...(name === undefined ? {} : { name: textOf(name) }),
      ...(text === undefined ? {} : { text: resultText(text) }),
      ...(passes(place.failed, entry) ? { failed: true } : {}),
      ...(Number.isInteger(exitCode) ? { exitCode } : {}),
    };
  });
}

const wrappers = new Set(['output', 'content', 'result', 'text', 'error', 'stdout']);

/** The text of a result; an object of one field that holds it is unwrapped. */
export function resultText(value: unknown): string {
  if (isObject(value)) {
    const fields = Object.entries(value).filter(([, field]) => field !== null);
    const [only] = fields;
    if (fields.length === 1 && only !== undefined && wrappers.has(only[0])) return textOf(only[1]);
  }
  return textOf(value);
}
