import { isObject, type Values } from './path.ts';
import { type DatasetSpec, listOf } from './spec.ts';

/** Names of fields, from the outside in, each of which holds a list; the last holds the rows. */
export type BatchPath = readonly string[];

/** The paths of a spec's batches: `resourceSpans.*.scopeSpans.*.spans` as its names. */
export function batchPathsOf({ batches }: Pick<DatasetSpec, 'batches'>): readonly BatchPath[] {
  return listOf(batches).map((path) => path.split('.').filter((name) => name !== '*'));
}

/**
 * The rows that a record holds: those of its batch, or the record itself where it is none. What a span says by
 * `{ key, value: { stringValue } }`, as OpenTelemetry does, is made plain, and it gets the resource that it is of.
 */
export function rowsOfBatch(record: unknown, paths: readonly BatchPath[]): unknown[] {
  if (!isObject(record)) return [record];
  for (const path of paths) {
    const rows = rowsAt(record, path);
    if (rows !== undefined) return rows;
  }
  return [plainSpan(record)];
}

/** Undefined where the path does not lead through lists of objects. */
function rowsAt(object: Values, [name, ...inside]: BatchPath): Values[] | undefined {
  const list = object[name!];
  if (!Array.isArray(list) || !list.every(isObject)) return undefined;
  if (inside.length === 0) return list.map(plainSpan);
  const rows: Values[] = [];
  for (const one of list as Values[]) {
    const own = rowsAt(one, inside);
    if (own === undefined) return undefined;
    const { resource } = one;
    for (const row of own) rows.push(isObject(resource) ? { ...row, resource: plainSpan(resource) } : row);
  }
  return rows;
}

/** A span, a resource or an event with its attributes as an object. */
function plainSpan(value: Values): Values {
  const { attributes, events } = value;
  return {
    ...value,
    ...(Array.isArray(attributes) ? { attributes: plainAttributes(attributes) } : {}),
    ...(Array.isArray(events)
      ? { events: events.map((event: unknown) => (isObject(event) ? plainSpan(event) : event)) }
      : {}),
  };
}

function plainAttributes(list: readonly unknown[]): Values {
  return Object.fromEntries(
    list.filter(isObject).map(({ key, value }) => [String(key), plainValue(value, 0)] as const),
  );
}

/** Deepest nesting of values that is made plain. */
const deepest = 64;

/** An `AnyValue` as what it stands for; anything else as it is. */
function plainValue(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth > deepest) return value;
  const { arrayValue, kvlistValue } = value;
  const inner = (list: unknown) => (isObject(list) && Array.isArray(list['values']) ? list['values'] : []);
  if (arrayValue !== undefined) return inner(arrayValue).map((one: unknown) => plainValue(one, depth + 1));
  if (kvlistValue !== undefined) {
    const pairs: Values[] = inner(kvlistValue).filter(isObject);
    return Object.fromEntries(
      pairs.map((pair) => [String(pair['key']), plainValue(pair['value'], depth + 1)]),
    );
  }
  for (const kind of ['stringValue', 'intValue', 'doubleValue', 'boolValue', 'bytesValue'])
    if (kind in value) return value[kind];
  return value;
}
