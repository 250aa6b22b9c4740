import { messageOf, TrajsieveError } from '../errors.ts';
import { buildSchema, type Leaf, type SchemaNode } from './schema.ts';
import type { ByteSource } from './source.ts';
import {
  listField,
  numberField,
  readThrift,
  stringField,
  structField,
  structListField,
  type ThriftStruct,
} from './thrift.ts';

/** Codecs by their number in parquet.thrift. */
export const codecNames = [
  'UNCOMPRESSED',
  'SNAPPY',
  'GZIP',
  'LZO',
  'BROTLI',
  'LZ4',
  'ZSTD',
  'LZ4_RAW',
] as const;
export type CodecName = (typeof codecNames)[number];

/** A column chunk: one leaf in one row group, with its place in the file. */
export interface Chunk {
  readonly leaf: Leaf;
  readonly codec: CodecName;
  /** entries, nulls included */
  readonly valueCount: number;
  /** byte range in the file: dictionary page (if any) and data pages */
  readonly start: number;
  readonly end: number;
  readonly uncompressedSize: number;
  /** the size in the footer may lack the dictionary page's header (parquet-mr before 1.2.9, IMPALA-694) */
  readonly sizeMayLack: boolean;
  /** ColumnChunk and its ColumnMetaData as they stand in the footer */
  readonly struct: ThriftStruct;
  readonly metadata: ThriftStruct;
}

export interface RowGroup {
  readonly index: number;
  readonly rowCount: number;
  /** row number of its first row in the file */
  readonly firstRow: number;
  readonly chunks: readonly Chunk[];
  readonly struct: ThriftStruct;
}

/** What the footer says of a Parquet file. */
export interface Footer {
  readonly rowCount: number;
  readonly root: SchemaNode;
  readonly leaves: readonly Leaf[];
  readonly rowGroups: readonly RowGroup[];
  readonly keyValues: ReadonlyMap<string, string>;
  readonly createdBy: string;
  /** FileMetaData as it stands in the file, and its bytes */
  readonly struct: ThriftStruct;
  readonly bytes: Uint8Array;
}

const tailSize = 64 * 1024;
const magic = 0x31524150; // "PAR1"
const encryptedMagic = 0x45524150; // "PARE"

/**
 * Reads and checks the footer. Every offset is checked against the file here, so that later reads of a damaged
 * file fail with an error that names the column, not with a wild read.
 */
export async function readFooter(source: ByteSource): Promise<Footer> {
  const where = { file: source.name };
  const bad = (message: string, remedy = 'the file is damaged or is not Parquet') =>
    new TrajsieveError('parquet-footer', message, { where, remedy });

  if (source.size === 0) throw bad('file is empty');
  if (source.size < 12) throw bad(`file has ${source.size} bytes, too few for Parquet`);
  const tail = await source.read(Math.max(0, source.size - tailSize), Math.min(tailSize, source.size));
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const ending = view.getUint32(tail.length - 4, true);
  if (ending === encryptedMagic) throw encrypted(source.name, 'the footer is encrypted (it ends with PARE)');
  if (ending !== magic) throw bad('file does not end with PAR1');
  const length = view.getUint32(tail.length - 8, true);
  if (length > source.size - 12)
    throw bad(`footer length ${length} exceeds the file of ${source.size} bytes`);
  const bytes =
    length + 8 <= tail.length
      ? tail.subarray(tail.length - 8 - length, tail.length - 8)
      : await source.read(source.size - 8 - length, length);
  try {
    return interpret(readThrift(bytes).struct, bytes, source);
  } catch (error) {
    if (error instanceof TrajsieveError) throw error;
    throw bad(`footer cannot be read: ${messageOf(error)}`);
  }
}

function interpret(struct: ThriftStruct, bytes: Uint8Array, source: ByteSource): Footer {
  if (struct.has(8)) throw encrypted(source.name, 'its columns are encrypted (plain-text footer)');
  const { root, leaves } = buildSchema(structListField(struct, 2));
  const createdBy = stringField(struct, 6) ?? '';
  const limits = { source, end: source.size - 8 - bytes.length, padding: chunkPadding(createdBy) };
  let firstRow = 0;
  const rowGroups = structListField(struct, 4).map((group, index): RowGroup => {
    const columns = structListField(group, 1);
    if (columns.length !== leaves.length) {
      throw new Error(`row group ${index} has ${columns.length} columns, the schema has ${leaves.length}`);
    }
    const rowCount = count(numberField(group, 3), `row group ${index} row count`);
    const chunks = columns.map((column, at) => readChunk(column, leaves[at]!, index, limits));
    const result = { index, rowCount, firstRow, chunks, struct: group };
    firstRow += rowCount;
    return result;
  });
  const keyValues = new Map(
    structListField(struct, 5).map((pair) => [stringField(pair, 1) ?? '', stringField(pair, 2) ?? '']),
  );
  // Some writers leave the file's own row count at 0: the row groups are what is read.
  return { rowCount: firstRow, root, leaves, rowGroups, keyValues, createdBy, struct, bytes };
}

/** What a chunk may reach to: the start of the footer; and how much its size may lack. */
interface Limits {
  readonly source: ByteSource;
  readonly end: number;
  readonly padding: number;
}

/** Bytes that old versions of parquet-mr forgot to count. Arrow allows for 100 as well. */
function chunkPadding(createdBy: string): number {
  const version = /^parquet-mr(?: version (\d+)\.(\d+)\.(\d+))?/.exec(createdBy);
  if (version === null) return 0;
  const [major, minor, patch] = version.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
  return major * 1e6 + minor * 1e3 + patch < 1_002_009 ? 100 : 0;
}

function readChunk(struct: ThriftStruct, leaf: Leaf, group: number, limits: Limits): Chunk {
  const { source } = limits;
  const column = leaf.path.join('.');
  const fail = (code: string, message: string, remedy: string) =>
    new TrajsieveError(code, message, { where: { file: source.name, column }, remedy });

  if (struct.has(8) || struct.has(9)) throw encrypted(source.name, 'the column is encrypted', column);
  const file = stringField(struct, 1);
  if (file !== undefined && file !== '') {
    throw fail(
      'parquet-external',
      `column chunk lies in another file, ${JSON.stringify(file)}`,
      'merge the files first',
    );
  }
  const metadata = structField(struct, 3);
  if (metadata === undefined) throw new Error(`column ${column} has no metadata in row group ${group}`);
  const codec = codecNames[numberField(metadata, 4) ?? -1];
  if (codec === undefined) {
    throw fail(
      'parquet-codec',
      `compression codec ${numberField(metadata, 4)} is unknown`,
      'write the file with zstd or snappy',
    );
  }
  const pathInSchema = listField(metadata, 3).length;
  if (pathInSchema !== leaf.path.length)
    throw new Error(`column ${column} stands at the wrong place in row group ${group}`);
  const dataOffset = count(numberField(metadata, 9), `column ${column} data page offset`);
  const dictionaryOffset = numberField(metadata, 11);
  const hasDictionary =
    dictionaryOffset !== undefined && dictionaryOffset > 0 && dictionaryOffset < dataOffset;
  const start = hasDictionary ? dictionaryOffset : dataOffset;
  const exactEnd = start + count(numberField(metadata, 7), `column ${column} compressed size`);
  if (exactEnd > limits.end) {
    throw fail(
      'parquet-truncated',
      `column chunk ends at byte ${exactEnd}, the footer starts at ${limits.end}`,
      'the file is damaged',
    );
  }
  const end = Math.min(exactEnd + limits.padding, limits.end);
  return {
    leaf,
    codec,
    valueCount: count(numberField(metadata, 5), `column ${column} value count`),
    start,
    end,
    uncompressedSize: count(numberField(metadata, 6), `column ${column} uncompressed size`),
    sizeMayLack: limits.padding > 0,
    struct,
    metadata,
  };
}

function count(value: number | undefined, what: string): number {
  if (value === undefined || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`${what} is ${value}`);
  return value;
}

function encrypted(file: string, message: string, column?: string): TrajsieveError {
  return new TrajsieveError('parquet-encrypted', message, {
    where: column === undefined ? { file } : { file, column },
    remedy: 'decrypt it first: trajsieve holds no keys',
  });
}
