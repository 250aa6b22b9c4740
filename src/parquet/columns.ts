import type { SchemaElement } from 'hyparquet';
import { parquetSchema } from 'hyparquet';
import { Encodings, ParquetTypes } from 'hyparquet/src/constants.js';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { encodeNestedValues } from 'hyparquet-writer/src/dremel.js';
import { compress } from './codec.ts';
import type { CodecName } from './footer.ts';
import { codecNames } from './footer.ts';
import { binary, binaryList, i32, i32List, i64, structOf, type ThriftStruct } from './thrift.ts';

/**
 * A column that trajsieve itself writes: beside the input's columns, or in a table of its own. The values of `json` and
 * `utf8` are bytes, which are written as they are.
 */
export type ColumnSpec =
  | {
      readonly name: string;
      readonly type: 'string' | 'json' | 'utf8' | 'int32' | 'int64' | 'double' | 'boolean' | 'timestamp';
    }
  | { readonly name: string; readonly type: 'list'; readonly element: ColumnSpec }
  | { readonly name: string; readonly type: 'struct'; readonly fields: readonly ColumnSpec[] };

/** Every column is optional. Lists are three-level lists, as the format recommends. */
export function schemaElements(spec: ColumnSpec): SchemaElement[] {
  const optional = { name: spec.name, repetition_type: 'OPTIONAL' as const };
  switch (spec.type) {
    case 'string':
    case 'utf8':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }];
    case 'json':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } }];
    case 'int32':
      return [{ ...optional, type: 'INT32' }];
    case 'int64':
      return [{ ...optional, type: 'INT64' }];
    case 'double':
      return [{ ...optional, type: 'DOUBLE' }];
    case 'boolean':
      return [{ ...optional, type: 'BOOLEAN' }];
    case 'timestamp':
      return [
        {
          ...optional,
          type: 'INT64',
          converted_type: 'TIMESTAMP_MILLIS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
        },
      ];
    case 'list':
      return [
        { ...optional, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...schemaElements({ ...spec.element, name: 'element' }),
      ];
    case 'struct':
      return [{ ...optional, num_children: spec.fields.length }, ...spec.fields.flatMap(schemaElements)];
  }
}

const logicalField: Readonly<Record<string, number>> = { STRING: 1, LIST: 3, TIMESTAMP: 8, JSON: 12 };
const convertedNumber: Readonly<Record<string, number>> = { UTF8: 0, LIST: 3, TIMESTAMP_MILLIS: 9, JSON: 19 };

/** The same schema as Thrift structs, for a footer that is kept as Thrift. */
export function elementStruct(element: SchemaElement): ThriftStruct {
  const struct: ThriftStruct = new Map();
  if (element.type !== undefined) struct.set(1, i32(ParquetTypes.indexOf(element.type)));
  struct.set(3, i32(element.repetition_type === 'REPEATED' ? 2 : 1)).set(4, binary(element.name));
  if (element.num_children !== undefined) struct.set(5, i32(element.num_children));
  if (element.converted_type !== undefined) struct.set(6, i32(convertedNumber[element.converted_type]!));
  const logical = element.logical_type?.type;
  if (logical !== undefined) {
    const detail: ThriftStruct =
      logical === 'TIMESTAMP'
        ? new Map([
            [1, { type: 1, value: true }],
            [2, structOf(new Map([[1, structOf(new Map())]]))],
          ])
        : new Map();
    struct.set(10, structOf(new Map([[logicalField[logical]!, structOf(detail)]])));
  }
  return struct;
}

/** A column chunk of our own, encoded and ready to be placed at any offset. */
export interface OwnChunk {
  readonly bytes: Uint8Array;
  readonly uncompressedSize: number;
  /** the ColumnChunk struct when the bytes stand at `offset` */
  at(offset: number): ThriftStruct;
}

/** Encodes one column (all of its leaves) for one row group. `rows` holds one plain value, array or object per row. */
export function encodeColumn(spec: ColumnSpec, rows: readonly unknown[], codec: CodecName): OwnChunk[] {
  const isBytes = spec.type === 'json' || spec.type === 'utf8';
  const elements: SchemaElement[] = isBytes
    ? [{ name: spec.name, repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' }]
    : schemaElements(spec);
  const root = parquetSchema({ schema: [{ name: 'root', num_children: 1 }, ...elements] });
  const chunks: OwnChunk[] = [];
  const visit = (path: (typeof root)[]) => {
    const node = path.at(-1)!;
    if (node.children.length > 0) {
      for (const child of node.children) visit([...path, child]);
      return;
    }
    const writer = new ByteWriter();
    const schemaPath = path.map((part) => part.element);
    const { chunk } = writeColumn({
      writer,
      pageData: encodeNestedValues(path, rows as unknown[]),
      column: {
        columnName: node.path.join('.'),
        element: node.element,
        schemaPath,
        codec,
        compressors: { [codec]: (bytes: Uint8Array) => compress(codec, bytes) },
        stats: !isBytes,
        pageSize: 1 << 20,
        columnIndex: false,
        offsetIndex: false,
        // without dictionaries the pages of several batches can stand in one chunk
        encoding: 'PLAIN',
      },
    });
    chunks.push(ownChunk(writer.getBytes(), chunk.meta_data!, codec));
  };
  visit([root]);
  return chunks;
}

type Metadata = NonNullable<ReturnType<typeof writeColumn>['chunk']['meta_data']>;

function ownChunk(bytes: Uint8Array, metadata: Metadata, codec: CodecName): OwnChunk {
  return {
    bytes,
    uncompressedSize: Number(metadata.total_uncompressed_size),
    at(offset) {
      const struct: ThriftStruct = new Map([
        [1, i32(ParquetTypes.indexOf(metadata.type))],
        [2, i32List(metadata.encodings.map((name) => Encodings.indexOf(name)))],
        [3, binaryList(metadata.path_in_schema.map((name) => new TextEncoder().encode(name)))],
        [4, i32(codecNames.indexOf(codec))],
        [5, i64(metadata.num_values)],
        [6, i64(metadata.total_uncompressed_size)],
        [7, i64(metadata.total_compressed_size)],
        [9, i64(offset + Number(metadata.data_page_offset))],
      ]);
      if (metadata.dictionary_page_offset !== undefined) {
        struct.set(11, i64(offset + Number(metadata.dictionary_page_offset)));
      }
      const statistics = ownStatistics(metadata);
      if (statistics.size > 0) struct.set(12, structOf(statistics));
      return new Map([
        [2, i64(offset + Number(metadata.data_page_offset))],
        [3, structOf(struct)],
      ]);
    },
  };
}

/** Short text bounds and the null count; the rest is of no use to a reader. */
function ownStatistics(metadata: Metadata): ThriftStruct {
  const struct: ThriftStruct = new Map();
  const { min_value: min, max_value: max, null_count: nulls } = metadata.statistics ?? {};
  if (nulls !== undefined) struct.set(3, i64(nulls));
  if (typeof min === 'string' && typeof max === 'string' && min.length <= 64 && max.length <= 64) {
    struct.set(5, binary(max)).set(6, binary(min));
  }
  return struct;
}
