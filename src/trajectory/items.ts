import { TrajsieveError } from '../errors.ts';
import type { ListPlace } from './compile.ts';
import type { Role } from './model.ts';
import { followFirst, isObject, parseJson, type Values } from './path.ts';
import { passes } from './tests.ts';
import { cutTranscript, type Turn } from './transcript.ts';

/** One element of a list of steps as the row has it, or one turn of a text. */
export type Item = { readonly value: unknown } | { readonly turn: Turn };

/** The row, or one step of it, is not as the spec says. */
export function rowError(message: string, step?: number): TrajsieveError {
  return new TrajsieveError('row-shape', message, step === undefined ? {} : { where: { step } });
}

/**
 * The elements of a list, however it is stored: as a list, as JSON text, as a list of JSON texts, as a list of lists, as an
 * object of parallel lists, as a single object, or as a plain text that is cut into turns. Undefined where there is nothing.
 */
export function itemsOf(row: unknown, place: ListPlace): Item[] | undefined {
  if (place.when !== undefined && !passes(place.when, row)) return undefined;
  const found = followFirst(row, place.at);
  const value = place.flattened === undefined ? found : unflatten(found, place.flattened);
  if (value === undefined) return undefined;
  if (typeof value === 'string') return itemsOfText(value, place);
  return itemsOfValue(value, place);
}

function itemsOfText(text: string, place: ListPlace): Item[] {
  const parsed = parseJson(text);
  if (parsed !== undefined) return itemsOfValue(parsed, place);
  if (place.as === undefined) throw rowError(`${placeName(place)} holds text that is no JSON list`);
  return turnsOf(text, place.as, place.bareRoles);
}

function turnsOf(text: string, first: Role, bare: boolean): Item[] {
  return cutTranscript(text, first, bare).map((turn) => ({ turn }));
}

function itemsOfValue(value: unknown, place: ListPlace): Item[] {
  if (Array.isArray(value)) {
    const list: unknown[] = value.length > 0 && value.every(Array.isArray) ? value.flat() : value;
    return list.flatMap((element: unknown, index): Item[] => {
      if (typeof element !== 'string') return [{ value: element }];
      const parsed = parseJson(element);
      if (parsed !== undefined) return [{ value: parsed }];
      if (place.as !== undefined) return turnsOf(element, place.as, place.bareRoles);
      throw rowError(`element ${index} of ${placeName(place)} is text that is no JSON`, index);
    });
  }
  if (!isObject(value)) throw rowError(`${placeName(place)} holds no list of steps`);
  const columns = parallelLists(value);
  return columns === undefined ? [{ value }] : zip(columns).map((element) => ({ value: element }));
}

export function placeName(place: ListPlace): string {
  return place.at.map(({ text }) => text).join(' or ');
}

/** The fields of an object whose values are all lists (or nothing): how a list of structs looks turned inside out. */
export function parallelLists(value: Values): readonly (readonly [string, readonly unknown[]])[] | undefined {
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  if (fields.length === 0 || !fields.every(([, field]) => Array.isArray(field))) return undefined;
  return fields as [string, unknown[]][];
}

function zip(columns: readonly (readonly [string, readonly unknown[]])[]): Values[] {
  const length = Math.max(...columns.map(([, values]) => values.length));
  if (columns.some(([, values]) => values.length !== length && values.length !== 0)) {
    throw rowError(
      `fields of steps differ in length: ${columns.map(([name, { length: own }]) => `${name} ${own}`).join(', ')}`,
    );
  }
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[index]])),
  );
}

/** Most elements that spread keys may name: a stray `prefix.999999999` is no list. */
const longestSpread = 100_000;

/** A list of objects from keys such as `llm.input_messages.0.message.role`. */
function unflatten(value: unknown, prefix: string): unknown {
  if (!isObject(value)) return undefined;
  const whole = value[prefix];
  if (whole !== undefined && whole !== null) return whole;
  const root: Record<string, unknown> = Object.create(null);
  for (const [key, leaf] of Object.entries(value)) {
    if (!key.startsWith(`${prefix}.`) || leaf === null) continue;
    let at = root;
    const names = key.slice(prefix.length + 1).split('.');
    for (const name of names.slice(0, -1)) {
      const next = at[name];
      at = at[name] =
        typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : Object.create(null);
    }
    at[names.at(-1)!] = leaf;
  }
  return asLists(root, 0);
}

function asLists(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 32)
    return value ?? undefined;
  const entries = Object.entries(value).map(([key, inner]) => [key, asLists(inner, depth + 1)] as const);
  if (entries.length === 0) return undefined;
  const isList = entries.every(([key]) => /^\d{1,6}$/.test(key) && Number(key) < longestSpread);
  if (!isList) return Object.fromEntries(entries);
  return entries.sort((a, b) => Number(a[0]) - Number(b[0])).map(([, inner]) => inner);
}
