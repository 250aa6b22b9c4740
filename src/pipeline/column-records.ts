import { JsonGrammar } from '../prefilter/json-grammar.ts';

/** A row of an object of columns, cut out of its bytes. */
export interface ColumnRecord {
  /** the row as an object: `{"messages":…,"reward":…}`, with what all rows share */
  readonly record: Uint8Array;
  /** the same as an object of columns with one value each, which `RecordShape.rows` reads */
  readonly columns: Uint8Array;
}

interface Column {
  /** the key, in its quotes */
  readonly key: Uint8Array;
  /** of a list: the values */
  readonly values?: readonly Uint8Array[];
  /** of anything else: what all rows share */
  readonly shared?: Uint8Array;
}

/**
 * The rows of a JSON object of columns, each with its values as they are written there. Throws where the text is no
 * such object, or its columns differ in length.
 */
export function* columnRecords(bytes: Uint8Array): Generator<ColumnRecord> {
  const columns = readColumns(bytes);
  const lists = columns.filter((column) => column.values !== undefined);
  const rows = Math.max(0, ...lists.map((column) => column.values!.length));
  for (const { key, values } of lists) {
    if (values!.length !== rows)
      throw new Error(`column ${text(key)} has ${values!.length} values, others have ${rows}`);
  }
  for (let row = 0; row < rows; row++) {
    yield {
      record: object(columns.map(({ key, values, shared }) => [key, colon, values?.[row] ?? shared!])),
      columns: object(lists.map(({ key, values }) => [key, colon, open, values![row]!, close])),
    };
  }
}

const byte = (character: string) => Uint8Array.of(character.charCodeAt(0));
const [colon, comma, open, close, begin, end] = [':', ',', '[', ']', '{', '}'].map(byte) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

function object(fields: readonly (readonly Uint8Array[])[]): Uint8Array {
  const parts = fields.flatMap((field, index) => (index === 0 ? field : [comma, ...field]));
  return Buffer.concat([begin, ...parts, end]);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function readColumns(bytes: Uint8Array): Column[] {
  const json = new JsonGrammar();
  json.bytes = bytes;
  json.end = bytes.length;
  const is = (at: number, character: string) => bytes[at] === character.charCodeAt(0);
  const value = (at: number) => {
    const behind = json.value(at);
    if (behind < 0) throw new Error(`JSON is malformed at byte ${at}`);
    return behind;
  };
  const columns: Column[] = [];
  let at = json.space(0);
  if (!is(at, '{')) throw new Error('document is no object of columns');
  at = json.space(at + 1);
  if (is(at, '}')) return columns;
  for (;;) {
    if (!is(at, '"')) throw new Error(`JSON is malformed at byte ${at}`);
    const keyEnd = value(at);
    const key = bytes.subarray(at, keyEnd);
    at = json.space(keyEnd);
    if (!is(at, ':')) throw new Error(`JSON is malformed at byte ${at}`);
    at = json.space(at + 1);
    const from = at;
    at = value(at);
    columns.push(is(from, '[') ? { key, values: elements(from) } : { key, shared: bytes.subarray(from, at) });
    at = json.space(at);
    if (is(at, '}')) break;
    if (!is(at, ',')) throw new Error(`JSON is malformed at byte ${at}`);
    at = json.space(at + 1);
  }
  if (json.space(at + 1) !== bytes.length) throw new Error('there is more behind the end of the object');
  return columns;

  /** The elements of a list that is known to be well-formed. */
  function elements(list: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    let position = json.space(list + 1);
    while (!is(position, ']')) {
      const behind = value(position);
      found.push(bytes.subarray(position, behind));
      position = json.space(behind);
      if (is(position, ',')) position = json.space(position + 1);
    }
    return found;
  }
}
