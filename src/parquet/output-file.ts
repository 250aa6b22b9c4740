import type { SchemaElement } from 'hyparquet';
import { addedElement, lastLeafOf } from './added-field.ts';
import { arrowSchemaWith } from './arrow-schema.ts';
import { ChunkOutput, movedChunk, type WrittenChunk } from './chunk-output.ts';
import { type ColumnSpec, elementStruct, type OwnChunk, schemaElements } from './columns.ts';
import type { AddedField } from './edit.ts';
import type { Chunk, Footer, RowGroup } from './footer.ts';
import { columnIndexStruct, offsetIndexStruct, type PageIndex, shiftOffsetIndex } from './page-index.ts';
import { buildSchema } from './schema.ts';
import type { ByteSink } from './sink.ts';
import {
  binary,
  i32,
  i64,
  listField,
  numberField,
  stringField,
  structList,
  structListField,
  structOf,
  type ThriftStruct,
  writeThrift,
} from './thrift.ts';

const magic = new TextEncoder().encode('PAR1');

/** Index bytes that wait for the end of the file, and the column chunk that will point at them. */
interface PendingIndex {
  readonly chunk: ThriftStruct;
  readonly column: Uint8Array | undefined;
  readonly offset: Uint8Array | undefined;
}

/**
 * An output file that follows an input file: its schema and metadata with columns of our own behind. The bytes are
 *
 *     PAR1 · row group: input columns, own columns · … · page indexes · footer · PAR1
 */
export class OutputFile {
  readonly #sink: ByteSink;
  readonly #template: Footer;
  readonly #own: readonly ColumnSpec[];
  readonly #keep: readonly boolean[];
  readonly #keyValues: ReadonlyMap<string, string>;
  /** the field that is added to a struct of the input, if one is */
  readonly added: AddedField | undefined;
  readonly #rowGroups: ThriftStruct[] = [];
  readonly #pending: PendingIndex[] = [];
  #pendingOfFinished = 0;
  #chunks: ThriftStruct[] = [];
  #groupStart = 4;
  #compressed = 0;
  #uncompressed = 0;
  #rows = 0;

  /**
   * @param own columns that are added; input columns of the same name are left out
   * @param keyValues metadata that is added
   * @param added a field that is added to a struct; the splice writes its column
   */
  constructor(
    sink: ByteSink,
    template: Footer,
    own: readonly ColumnSpec[] = [],
    keyValues: ReadonlyMap<string, string> = new Map(),
    added?: AddedField,
  ) {
    this.#sink = sink;
    this.#template = template;
    this.#own = own;
    this.#keyValues = keyValues;
    this.added = added;
    const names = new Set(own.map((spec) => spec.name));
    this.#keep = template.leaves.map((leaf) => !names.has(leaf.path[0]!));
    sink.write(magic);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether an input column is part of the output. */
  keeps(chunk: Chunk): boolean {
    return this.#keep[chunk.leaf.leaf] === true;
  }

  startChunk(chunk: Chunk): ChunkOutput {
    return new ChunkOutput(this.#sink, chunk);
  }

  finishChunk(written: WrittenChunk): void {
    this.#add(written);
    const offset = written.pages && writeThrift(offsetIndexStruct(written.pages));
    const column = written.bounds && writeThrift(columnIndexStruct(written.bounds));
    this.#pending.push({ chunk: written.struct, column, offset });
  }

  /** Takes a whole chunk as it is: `blocks` are its bytes in order. */
  async copyChunk(
    chunk: Chunk,
    blocks: AsyncIterable<Uint8Array>,
    index: PageIndex | undefined,
  ): Promise<void> {
    const shift = this.#sink.position - chunk.start;
    for await (const block of blocks) this.#sink.write(block);
    const written = movedChunk(chunk, shift);
    this.#add(written);
    const offset = index && writeThrift(shiftOffsetIndex(index.offsets, shift));
    this.#pending.push({ chunk: written.struct, column: index?.columnBytes, offset });
  }

  ownChunk(own: OwnChunk): void {
    const struct = own.at(this.#sink.position);
    this.#sink.write(own.bytes);
    this.#add({ struct, compressedSize: own.bytes.length, uncompressedSize: own.uncompressedSize });
  }

  /** @param template the input's row group that it follows, if there is one */
  finishRowGroup(rows: number, template?: RowGroup): void {
    const struct: ThriftStruct = new Map(template?.struct);
    struct.set(1, structList(this.#chunks)).set(2, i64(this.#uncompressed)).set(3, i64(rows));
    if (struct.has(5)) struct.set(5, i64(this.#groupStart));
    if (struct.has(6)) struct.set(6, i64(this.#compressed));
    if (struct.has(7)) struct.set(7, { type: 4, value: this.#rowGroups.length });
    if (this.#keep.includes(false) || this.added !== undefined) struct.delete(4); // sorting columns go by number
    this.#rowGroups.push(struct);
    this.#rows += rows;
    this.#pendingOfFinished = this.#pending.length;
    this.abandonRowGroup();
  }

  /** Writes indexes and footer. Returns rows, size and SHA-256. */
  finish(): { rows: number; size: number; sha256: string } {
    for (const { chunk, column } of this.#pending) if (column !== undefined) this.#index(chunk, column, 6);
    for (const { chunk, offset } of this.#pending) if (offset !== undefined) this.#index(chunk, offset, 4);
    const footer = writeThrift(this.#footer());
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, footer.length, true);
    this.#sink.write(footer);
    this.#sink.write(length);
    this.#sink.write(magic);
    return { rows: this.#rows, ...this.#sink.finish() };
  }

  /** Forgets the chunks of a row group that could not be finished. Their bytes stay, and nothing points at them. */
  abandonRowGroup(): void {
    this.#chunks = [];
    this.#pending.length = this.#pendingOfFinished;
    this.#groupStart = this.#sink.position;
    this.#compressed = 0;
    this.#uncompressed = 0;
  }

  abort(): void {
    this.#sink.abort();
  }

  #add(written: { struct: ThriftStruct; compressedSize: number; uncompressedSize: number }): void {
    this.#chunks.push(written.struct);
    this.#compressed += written.compressedSize;
    this.#uncompressed += written.uncompressedSize;
  }

  #index(chunk: ThriftStruct, bytes: Uint8Array, field: 4 | 6): void {
    chunk.set(field, i64(this.#sink.position)).set(field + 1, i32(bytes.length));
    this.#sink.write(bytes);
  }

  #footer(): ThriftStruct {
    const own = this.#own.flatMap(schemaElements);
    const struct: ThriftStruct = new Map(this.#template.struct);
    struct.set(2, structList([...this.#inputElements(), ...own.map(elementStruct)]));
    struct.set(3, i64(this.#rows)).set(4, structList(this.#rowGroups));
    const pairs = this.#pairs();
    if (pairs.length > 0) struct.set(5, structList(pairs));
    else struct.delete(5);
    const orders = listField(struct, 7);
    if (orders.length > 0) {
      const typeDefined: ThriftStruct = new Map([[1, structOf(new Map())]]);
      const last = this.added && lastLeafOf(this.added).leaf;
      const kept = (orders as ThriftStruct[]).flatMap((order, leaf) => [
        ...(this.#keep[leaf] === true ? [order] : []),
        ...(leaf === last ? [typeDefined] : []),
      ]);
      const added = own.filter((element: SchemaElement) => element.type !== undefined).map(() => typeDefined);
      struct.set(7, structList([...kept, ...added]));
    }
    return struct;
  }

  /** The input's schema elements, without columns that are replaced, the root's child count put right. */
  #inputElements(): ThriftStruct[] {
    const names = new Set(this.#own.map((spec) => spec.name));
    const [root, ...rest] = structListField(this.#template.struct, 2);
    const kept: ThriftStruct[] = [];
    let columns = 0;
    for (let i = 0; i < rest.length; ) {
      const end = subtreeEnd(rest, i);
      if (!names.has(stringField(rest[i]!, 4) ?? '')) {
        kept.push(...this.#withAdded(rest.slice(i, end)));
        columns += 1;
      }
      i = end;
    }
    return [new Map(root).set(5, i32(columns + this.#own.length)), ...kept];
  }

  /** A column's elements, with the field that is added below it. */
  #withAdded(column: readonly ThriftStruct[]): readonly ThriftStruct[] {
    const { added } = this;
    if (added === undefined || stringField(column[0]!, 4) !== added.struct.path[0]) return column;
    let at = 0;
    for (const name of added.struct.path.slice(1)) {
      let child = at + 1;
      while (stringField(column[child]!, 4) !== name) child = subtreeEnd(column, child);
      at = child;
    }
    const end = subtreeEnd(column, at);
    const parent: ThriftStruct = new Map(column[at]);
    parent.set(5, i32((numberField(parent, 5) ?? 0) + 1));
    const own = elementStruct(addedElement(added));
    return [...column.slice(0, at), parent, ...column.slice(at + 1, end), own, ...column.slice(end)];
  }

  #pairs(): ThriftStruct[] {
    const pairs: ThriftStruct[] = [];
    for (const pair of structListField(this.#template.struct, 5)) {
      const key = stringField(pair, 1) ?? '';
      if (this.#keyValues.has(key)) continue;
      if (key !== 'ARROW:schema' || (this.#own.length === 0 && this.added === undefined)) {
        pairs.push(pair);
        continue;
      }
      const rewritten = arrowSchemaWith(stringField(pair, 2) ?? '', this.#own, this.added);
      if (rewritten !== undefined) pairs.push(new Map(pair).set(2, binary(rewritten)));
    }
    for (const [key, value] of this.#keyValues) {
      pairs.push(
        new Map([
          [1, binary(key)],
          [2, binary(value)],
        ]),
      );
    }
    return pairs;
  }
}

/** A footer without columns, for files that hold columns of our own alone. */
export function emptyFooter(createdBy: string): Footer {
  const root: ThriftStruct = new Map([
    [4, binary('schema')],
    [5, i32(0)],
  ]);
  const struct: ThriftStruct = new Map([
    [1, i32(2)],
    [2, structList([root])],
    [6, binary(createdBy)],
  ]);
  const { root: node, leaves } = buildSchema([root]);
  const none = new Uint8Array(0);
  return {
    rowCount: 0,
    root: node,
    leaves,
    rowGroups: [],
    keyValues: new Map(),
    createdBy,
    struct,
    bytes: none,
  };
}

/** Index behind the schema element at `start` and all below it. */
function subtreeEnd(elements: readonly ThriftStruct[], start: number): number {
  let open = 1;
  let at = start;
  for (; open > 0; at++) open += (numberField(elements[at]!, 5) ?? 0) - 1;
  return at;
}
