import {
  Bool,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
} from 'apache-arrow';
import type { ColumnSpec } from './columns.ts';
import type { AddedField } from './edit.ts';

/**
 * The value of the metadata key `ARROW:schema` (an Arrow IPC schema message in base64) with fields for our own columns
 * behind the others. Undefined when it holds anything that does not come back the same: then it is better dropped, and
 * readers go by the Parquet types.
 * @param added a field that is added to the elements of a list of structs
 */
export function arrowSchemaWith(
  encoded: string,
  own: readonly ColumnSpec[],
  added?: AddedField,
): string | undefined {
  try {
    const schema = decode(Buffer.from(encoded, 'base64'));
    const names = new Set(own.map((spec) => spec.name));
    const kept = schema.fields.filter((field) => !names.has(field.name));
    if (!isFaithful(schema)) return undefined;
    const columns = added === undefined ? kept : kept.map((field) => withAdded(field, added));
    if (columns.includes(undefined)) return undefined;
    const extended = new Schema(
      [...(columns as Field[]), ...own.map(arrowField)],
      schema.metadata,
      undefined,
      schema.metadataVersion,
    );
    return encode(extended).toString('base64');
  } catch {
    return undefined;
  }
}

/** A column with the field that is added below it; undefined where it is no list of structs. */
function withAdded(field: Field, { struct, name, type }: AddedField): Field | undefined {
  if (field.name !== struct.path[0]) return field;
  const [element] = field.type instanceof List ? field.type.children : [];
  if (element === undefined || !(element.type instanceof Struct)) return undefined;
  const inner = new Field(
    name,
    type === 'INT32' ? new Int32() : type === 'BOOLEAN' ? new Bool() : new Float64(),
    true,
  );
  const fields = new Struct([...element.type.children, inner]);
  const again = new Field(element.name, fields, element.nullable, element.metadata);
  return new Field(field.name, new List(again), field.nullable, field.metadata);
}

function decode(bytes: Uint8Array): Schema {
  return RecordBatchReader.from(bytes).open().schema;
}

function encode(schema: Schema): Buffer {
  const writer = new RecordBatchStreamWriter({ autoDestroy: false });
  writer.reset(undefined, schema);
  writer.finish();
  const stream = Buffer.from(writer.toUint8Array(true));
  // the key holds the schema message alone: cut the end-of-stream marker
  return stream.subarray(0, 8 + stream.readInt32LE(4));
}

function isFaithful(schema: Schema): boolean {
  const again = decode(encode(schema));
  return describe(again.fields) === describe(schema.fields);
}

/** Everything that a field says, as text. */
function describe(fields: readonly Field[]): string {
  return fields
    .map((field) => {
      const type = field.type as DataType & { children?: Field[] };
      const metadata = [...field.metadata].sort().join();
      return `${field.name}:${type}:${type.typeId}:${field.nullable}:${metadata}(${describe(type.children ?? [])})`;
    })
    .join(';');
}

function arrowField(spec: ColumnSpec): Field {
  return new Field(spec.name, arrowType(spec), true);
}

function arrowType(spec: ColumnSpec): DataType {
  switch (spec.type) {
    case 'string':
    case 'json':
    case 'utf8':
      return new Utf8();
    case 'int32':
      return new Int32();
    case 'int64':
      return new Int64();
    case 'double':
      return new Float64();
    case 'boolean':
      return new Bool();
    case 'timestamp':
      return new TimestampMillisecond('UTC');
    case 'list':
      return new List(arrowField({ ...spec.element, name: 'element' }));
    case 'struct':
      return new Struct(spec.fields.map(arrowField));
  }
}
