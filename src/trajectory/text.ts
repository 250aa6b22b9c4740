import { isObject, type Values } from './path.ts';

/** Deepest nesting that is walked; what lies deeper is given as JSON. */
const deepest = 32;

/** A value as text: a string as it is, parts put together by lines, anything else as JSON. */
export function textOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (Array.isArray(value) && depth < deepest) {
    return value
      .map((part: unknown) => (isObject(part) ? textOfPart(part, depth) : textOf(part, depth + 1)))
      .filter((text) => text !== '')
      .join('\n');
  }
  return jsonOf(value);
}

const textKeys = ['text', 'content', 'value', 'refusal'] as const;

/** Kinds of parts whose data is no text: pictures, sounds, files. */
const opaqueKinds = /image|audio|video|blob|file|pdf|container_upload|redacted|encrypted/;

function textOfPart(part: Values, depth: number): string {
  for (const key of textKeys) {
    const text = part[key];
    if (text !== undefined && text !== null) return textOf(text, depth + 1);
  }
  const kind = part['type'];
  return typeof kind === 'string' && opaqueKinds.test(kind) ? '' : jsonOf(part);
}

/**
 * A value as JSON text. Fields without a value are left out: structs in Parquet carry the fields of all other rows, and a
 * list of `{ key, value }` is the map that it was.
 */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, leaveOutNulls) ?? '';
}

function leaveOutNulls(_key: string, value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value === 'bigint') return value.toString();
  // inside a list, JSON.stringify writes null for what is left out
  return Array.isArray(value) && value.length > 0 && value.every(isEntry) ? asMap(value) : value;
}

function isEntry(value: unknown): value is { key: string; value: unknown } {
  if (!isObject(value)) return false;
  return Object.keys(value).length === 2 && typeof value['key'] === 'string' && 'value' in value;
}

function asMap(entries: readonly { key: string; value: unknown }[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}
