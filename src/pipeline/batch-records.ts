import { isUtf8 } from 'node:buffer';
import { JsonGrammar } from '../prefilter/json-grammar.ts';
import type { BatchPath } from '../trajectory/batch.ts';

/** A stretch of bytes. */
interface Range {
  readonly start: number;
  readonly end: number;
}

interface Field {
  /** the key, in its quotes */
  readonly key: Range;
  readonly value: Range;
}

/**
 * Cuts a record that is a batch into one batch for each of its rows, with what the rows share in each, or into the rows
 * themselves where they lie in one plain list: every value keeps its bytes. Rows of one trajectory come together, in their order. A record that is no batch, or no JSON, comes back as
 * it is.
 * @param keyOf what a row shares with the others of its trajectory
 */
export function batchRecords(
  bytes: Uint8Array,
  paths: readonly BatchPath[],
  keyOf: (record: Uint8Array) => string | undefined,
): readonly Uint8Array[] {
  const json = new JsonGrammar();
  json.bytes = bytes;
  json.end = bytes.length;
  const begin = json.space(bytes[0] === 0xef ? 3 : 0);
  if (bytes[begin] !== 0x7b || json.space(json.value(begin)) !== bytes.length || !isUtf8(bytes))
    return [bytes];
  for (const path of paths) {
    const cut = new Cutter(json).cut({ start: begin, end: bytes.length }, path);
    if (cut !== undefined) return cut.length > 1 ? gather(cut, keyOf) : cut;
  }
  return [bytes];
}

/** The same with equal keys side by side, in the order in which the keys come first. */
function gather(
  records: readonly Uint8Array[],
  keyOf: (record: Uint8Array) => string | undefined,
): Uint8Array[] {
  const groups = new Map<string | undefined, Uint8Array[]>();
  for (const record of records) {
    const key = keyOf(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups.values()].flat();
}

/** Takes objects and lists apart that are known to be well-formed. */
class Cutter {
  readonly #json: JsonGrammar;

  constructor(json: JsonGrammar) {
    this.#json = json;
  }

  /** The object once for each element at the path, with that element alone; undefined where there is no such path. */
  cut(object: Range, [name, ...inside]: readonly string[], isOuter = true): Uint8Array[] | undefined {
    const { bytes } = this.#json;
    const field = this.#fields(object).find(({ key }) => this.#json.holds(name!, key.start + 1, key.end - 1));
    if (field === undefined || bytes[field.value.start] !== 0x5b) return undefined;
    const before = bytes.subarray(object.start, field.value.start + 1);
    const behind = bytes.subarray(field.value.end - 1, object.end);
    const cuts: Uint8Array[] = [];
    // in a plain list of rows each is a record by itself
    const isPlain = isOuter && inside.length === 0;
    for (const element of this.#elements(field.value)) {
      const own =
        inside.length === 0 ? [bytes.subarray(element.start, element.end)] : this.#inner(element, inside);
      if (own === undefined) return undefined;
      for (const one of own) cuts.push(isPlain ? one : Buffer.concat([before, one, behind]));
    }
    return cuts;
  }

  #inner(element: Range, path: readonly string[]): Uint8Array[] | undefined {
    return this.#json.bytes[element.start] === 0x7b ? this.cut(element, path, false) : undefined;
  }

  #fields({ start }: Range): Field[] {
    const json = this.#json;
    const fields: Field[] = [];
    let at = json.space(start + 1);
    while (json.bytes[at] === 0x22) {
      const key = { start: at, end: json.value(at) };
      const from = json.space(json.space(key.end) + 1);
      const value = { start: from, end: json.value(from) };
      fields.push({ key, value });
      at = json.space(value.end);
      if (json.bytes[at] === 0x2c) at = json.space(at + 1);
    }
    return fields;
  }

  #elements({ start }: Range): Range[] {
    const json = this.#json;
    const found: Range[] = [];
    let at = json.space(start + 1);
    while (json.bytes[at] !== 0x5d) {
      const element = { start: at, end: json.value(at) };
      found.push(element);
      at = json.space(element.end);
      if (json.bytes[at] === 0x2c) at = json.space(at + 1);
    }
    return found;
  }
}
