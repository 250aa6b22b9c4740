import { type ColumnSpec, encodeColumn, type OwnChunk } from './columns.ts';
import type { CodecName } from './footer.ts';
import { i32List, i64, listField, numberField, structField, structOf, type ThriftStruct } from './thrift.ts';

/** Rows that are held as values before they are encoded. */
const batchSize = 4096;

/**
 * Collects rows of our own columns and encodes them batch by batch, so that what is held is compressed, not objects.
 * The batches of one row group become the pages of one chunk a column.
 */
export class OwnColumns {
  readonly #specs: readonly ColumnSpec[];
  readonly #codec: CodecName;
  #rows: Readonly<Record<string, unknown>>[] = [];
  #weight = 0;
  /** by leaf, the encoded batches */
  #batches: OwnChunk[][] = [];
  rowCount = 0;

  constructor(specs: readonly ColumnSpec[], codec: CodecName) {
    this.#specs = specs;
    this.#codec = codec;
  }

  /**
   * @param row values by column name
   * @param weight how much the row holds, in rows: one for a plain one
   */
  add(row: Readonly<Record<string, unknown>>, weight = 1): void {
    this.#rows.push(row);
    this.#weight += weight;
    this.rowCount += 1;
    if (this.#weight >= batchSize) this.#encode();
  }

  /** The chunks of all rows so far, in the order of the leaves; begins anew. */
  take(): OwnChunk[] {
    if (this.#rows.length > 0) this.#encode();
    const chunks = this.#batches.map(joinChunks);
    this.#batches = [];
    this.rowCount = 0;
    return chunks;
  }

  #encode(): void {
    const chunks = this.#specs.flatMap((spec) =>
      encodeColumn(
        spec,
        this.#rows.map((row) => row[spec.name]),
        this.#codec,
      ),
    );
    for (const [leaf, chunk] of chunks.entries()) (this.#batches[leaf] ??= []).push(chunk);
    this.#rows = [];
    this.#weight = 0;
  }
}

/** Several chunks of one leaf as one: their pages stand behind each other. */
function joinChunks(chunks: readonly OwnChunk[]): OwnChunk {
  const [first] = chunks;
  if (chunks.length === 1) return first!;
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.bytes, at);
    at += chunk.bytes.length;
  }
  return {
    bytes,
    uncompressedSize: chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0),
    at: (offset) => joinStructs(chunks.map((chunk) => chunk.at(offset))),
  };
}

function joinStructs(structs: readonly ThriftStruct[]): ThriftStruct {
  const all = structs.map((struct) => structField(struct, 3)!);
  const metadata: ThriftStruct = new Map(all[0]);
  const sum = (field: number) => all.reduce((total, one) => total + (numberField(one, field) ?? 0), 0);
  const encodings = new Set(all.flatMap((one) => listField(one, 2) as number[]));
  metadata.set(2, i32List([...encodings]));
  for (const field of [5, 6, 7]) metadata.set(field, i64(sum(field)));
  const nulls = all.map((one) => structField(one, 12)).map((one) => one && numberField(one, 3));
  metadata.delete(12);
  if (nulls.every((count) => count !== undefined)) {
    metadata.set(
      12,
      structOf(new Map([[3, i64(nulls.reduce<number>((total, count) => total + count!, 0))]])),
    );
  }
  return new Map(structs[0]).set(3, structOf(metadata));
}
