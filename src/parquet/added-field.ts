import type { SchemaElement } from 'hyparquet';
import { ColumnCursor } from './column.ts';
import {
  type AddedField,
  type AddedValues,
  EntryCounter,
  editsOfPiece,
  type LeafEdits,
  withoutSlots,
} from './edit.ts';
import { encodePages } from './encode.ts';
import { type Chunk, codecNames, type RowGroup } from './footer.ts';
import type { OutputFile } from './output-file.ts';
import type { PageIndex } from './page-index.ts';
import { runsOf } from './runs.ts';
import { type Leaf, physicalTypes } from './schema.ts';
import type { ByteSource } from './source.ts';
import { binaryList, i32, structOf, type ThriftStruct } from './thrift.ts';
import { asRanges, type DecodedPage } from './values.ts';

/** The schema element of an added field. It is optional, so that an element without a value can say so. */
export function addedElement({ name, type }: AddedField): SchemaElement {
  return { name, type, repetition_type: 'OPTIONAL' };
}

/** The last leaf of the struct: the new field's column stands right behind it. */
export function lastLeafOf({ struct }: AddedField): Leaf {
  let node = struct;
  while (node.type === undefined) node = node.children.at(-1)!;
  return node as Leaf;
}

/**
 * Writes the column of an added field for the rows of one row group that go to one output. Its levels are those of the
 * leaf beside it, which has one entry an element.
 * @param edits the cuts of that leaf, if there are any
 */
export async function writeAddedField(
  source: ByteSource,
  group: RowGroup,
  field: AddedField,
  valueIn: AddedValues,
  edits: LeafEdits | undefined,
  target: Uint8Array,
  destination: { readonly number: number; readonly file: OutputFile },
  index: PageIndex | undefined,
): Promise<void> {
  const beside = group.chunks.find(({ leaf }) => leaf === field.beside)!;
  const chunk = chunkOf(field, beside);
  const cursor = new ColumnCursor(source, beside, group.rowCount);
  const output = destination.file.startChunk(chunk);
  const elements = new EntryCounter(field.struct.repetitionLevel);
  const cuts = new EntryCounter(edits?.level ?? 0);
  for (;;) {
    const piece = await cursor.next(group.rowCount);
    if (piece === undefined) break;
    const own = edits && editsOfPiece(piece, edits, cuts);
    const whole = runsOf(piece, target, destination.number);
    const page = piece.decoded();
    const values: (Uint8Array | undefined)[] = new Array(page.count);
    const given = asRanges(page.values, page.valueCount);
    const valueAt = valuesBefore(page, field.beside);
    elements.walk(piece, page.repetition, (slot, row, _, element) => {
      const level = page.definition?.[slot] ?? field.beside.definitionLevel;
      if (level < field.struct.definitionLevel || target[row] !== destination.number) return;
      const at = valueAt[slot]!;
      const isNull = level < field.beside.definitionLevel;
      values[slot] = valueIn(
        row,
        element,
        isNull ? undefined : given.bytes.subarray(given.starts[at]!, given.ends[at]!),
      );
    });
    const runs = withoutSlots(whole, own?.gone);
    if (runs.length === 0) continue;
    for (const encoded of encodePages(pageOf(page, values, field), runs, piece.raw, chunk))
      output.encoded(encoded);
  }
  destination.file.finishChunk(output.finish(index && { ...index, bounds: undefined }, undefined));
}

/** A page of the new field: the levels of its neighbour, and values of its own. */
function pageOf(
  page: DecodedPage,
  values: readonly (Uint8Array | undefined)[],
  field: AddedField,
): DecodedPage {
  const { definitionLevel } = field.struct;
  const definition = new Uint8Array(page.count);
  for (let slot = 0; slot < page.count; slot++) {
    const level = page.definition?.[slot] ?? field.beside.definitionLevel;
    definition[slot] = values[slot] === undefined ? Math.min(level, definitionLevel) : definitionLevel + 1;
  }
  const there = values.filter((value) => value !== undefined);
  const width = field.type === 'BOOLEAN' ? 1 : field.type === 'INT32' ? 4 : 8;
  return {
    count: page.count,
    repetition: page.repetition,
    definition,
    valueCount: there.length,
    values: { kind: 'fixed', bytes: Buffer.concat(there), width },
    byteLength: there.length * width,
  };
}

function valuesBefore(page: DecodedPage, leaf: Leaf): Int32Array {
  const before = new Int32Array(page.count);
  let value = 0;
  for (let slot = 0; slot < page.count; slot++) {
    before[slot] = value;
    if (page.definition === undefined || page.definition[slot] === leaf.definitionLevel) value += 1;
  }
  return before;
}

/** The chunk that the new column would have had in the input. */
function chunkOf({ struct, name, type }: AddedField, beside: Chunk): Chunk {
  const path = [...struct.path, name];
  const leaf: Leaf = {
    name,
    path,
    repetition: 'optional',
    type,
    typeLength: 0,
    unsigned: false,
    unitsPerSecond: 1,
    children: [],
    definitionLevel: struct.definitionLevel + 1,
    repetitionLevel: struct.repetitionLevel,
    leaf: -1,
  };
  const metadata: ThriftStruct = new Map([
    [1, i32(physicalTypes.indexOf(type))],
    [3, binaryList(path.map((part) => new TextEncoder().encode(part)))],
    [4, i32(codecNames.indexOf(beside.codec))],
    // statistics are wanted: the null count alone is told
    [12, structOf(new Map())],
  ]);
  return { ...beside, leaf, metadata, struct: new Map([[3, structOf(metadata)]]) };
}
