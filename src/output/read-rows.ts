import { TrajsieveError } from '../errors.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { readFooter } from '../parquet/footer.ts';
import type { Leaf, SchemaNode } from '../parquet/schema.ts';
import { openFile } from '../parquet/source.ts';
import { asRanges } from '../parquet/values.ts';
import { type LeafWindow, readWindows } from '../parquet/window.ts';

/** Decoded bytes of the largest column that are in memory at once. */
const windowBytes = 1 << 20;

/** A value of a flat column: text, number, yes or no, or nothing. */
export type FlatValue = string | number | boolean | null;

/**
 * The rows of a flat Parquet file in order, such as a findings table, with the named columns alone. Values are decoded a
 * column at a time, each entry of a dictionary once.
 * @param names columns to read; one that the file does not have is left out of the rows when `optional` names it, and is
 * an error otherwise
 */
export async function* readRows(
  file: string,
  names: readonly string[],
  optional: ReadonlySet<string> = new Set(),
): AsyncGenerator<Readonly<Record<string, FlatValue>>> {
  await loadCodecs();
  const source = openFile(file);
  try {
    const footer = await readFooter(source);
    const leaves = names.flatMap((name) => {
      const column = footer.root.children.find((child) => child.name === name);
      if (column === undefined && optional.has(name)) return [];
      return [checkFlat(column, name, file)];
    });
    for (const group of footer.rowGroups) {
      for await (const window of readWindows(source, group, new Set(leaves), windowBytes)) {
        const columns = leaves.map((leaf) => [leaf.name, columnValues(window.leaves.get(leaf)!)] as const);
        for (let row = 0; row < window.rowCount; row++) {
          const values: Record<string, FlatValue> = {};
          for (const [name, column] of columns) values[name] = column[row]!;
          yield values;
        }
      }
    }
  } finally {
    source.close();
  }
}

function checkFlat(column: SchemaNode | undefined, name: string, file: string): Leaf {
  if (column?.type !== undefined && column.repetitionLevel === 0) return column as Leaf;
  const problem = column === undefined ? 'is not in the file' : 'is nested';
  throw new TrajsieveError('column-missing', `column ${JSON.stringify(name)} ${problem}`, {
    where: { file },
  });
}

/** The values of a flat leaf, one for each row of its window. */
function columnValues(window: LeafWindow): FlatValue[] {
  const { leaf } = window;
  const values: FlatValue[] = [];
  for (const [number, { page, firstSlot, endSlot, valueAt }] of window.parts.entries()) {
    const read = reader(window, number);
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const isNull = page.definition !== undefined && page.definition[slot]! < leaf.definitionLevel;
      values.push(isNull ? null : read(valueAt === undefined ? slot : valueAt[slot]!));
    }
  }
  return values;
}

function reader(window: LeafWindow, part: number): (value: number) => FlatValue {
  const { values } = window.parts[part]!.page;
  if (values.kind !== 'indices') {
    const { bytes, starts, ends } = window.ranges(part);
    const decode = decoderOf(window.leaf, bytes);
    return (value) => decode(starts[value]!, ends[value]!);
  }
  const { indices, dictionary } = values;
  const { bytes, starts, ends } = asRanges(dictionary.values, dictionary.count);
  const decode = decoderOf(window.leaf, bytes);
  const known = new Map<number, FlatValue>();
  return (value) => {
    const index = indices[value]!;
    let found = known.get(index);
    if (found === undefined) {
      found = decode(starts[index]!, ends[index]!);
      known.set(index, found);
    }
    return found;
  };
}

function decoderOf(leaf: Leaf, bytes: Uint8Array): (start: number, end: number) => FlatValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (leaf.type) {
    case 'BOOLEAN':
      return (start) => bytes[start] !== 0;
    case 'INT32':
      return (start) => view.getInt32(start, true);
    case 'INT64':
      return (start) => Number(view.getBigInt64(start, true));
    case 'FLOAT':
      return (start) => view.getFloat32(start, true);
    case 'DOUBLE':
      return (start) => view.getFloat64(start, true);
    default:
      return (start, end) => text.toString('utf8', start, end);
  }
}
