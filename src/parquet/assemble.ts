import { type Leaf, listElement, type SchemaNode } from './schema.ts';
import type { LeafWindow, Window } from './window.ts';

/** Entries `[from, to)` of each of the leaves below a node that were read, in the order of the schema. */
interface Slots {
  readonly windows: readonly LeafWindow[];
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * The value of a top-level column in one row, as plain objects, arrays, strings, numbers and null. Lists are arrays
 * whatever their writer called the parts, maps are arrays of `{ key, value }`; text is decoded, other bytes are kept.
 * @param row number of the row within the window
 */
export function assembleColumn(window: Window, column: SchemaNode, row: number): unknown {
  const slots = slotsOfRow(window, column, row);
  const count = slots.windows.length;
  return count === 0 ? undefined : assemble(column, slots, 0, count);
}

/**
 * One element of a repeated node in one row, without building the others.
 * @param repeated the repeated node itself, at repetition level 1
 */
export function assembleElement(window: Window, repeated: SchemaNode, row: number, index: number): unknown {
  const slots = slotsOfRow(window, repeated, row);
  const { windows, from, to } = slots;
  for (const [leaf, leafWindow] of windows.entries()) {
    const end = to[leaf]!;
    let at = from[leaf]!;
    for (let skip = index; skip > 0 && at < end; skip--) at = elementEnd(leafWindow, repeated, at, end);
    from[leaf] = at;
    to[leaf] = elementEnd(leafWindow, repeated, at, end);
  }
  return content(repeated, slots, 0, windows.length);
}

function slotsOfRow({ leaves }: Window, node: SchemaNode, row: number): Slots {
  const windows: LeafWindow[] = [];
  for (const leaf of leavesBelow(node)) {
    const window = leaves.get(leaf);
    if (window !== undefined) windows.push(window);
  }
  const from = Int32Array.from(windows, ({ rowSlots }) => rowSlots[row]!);
  return { windows, from, to: Int32Array.from(windows, ({ rowSlots }) => rowSlots[row + 1]!) };
}

const leafCache = new WeakMap<SchemaNode, ReadonlySet<Leaf>>();

/** The leaves below a node, or the node itself when it is one. */
export function leavesBelow(node: SchemaNode): ReadonlySet<Leaf> {
  let leaves = leafCache.get(node);
  if (leaves === undefined) {
    leaves = new Set(
      node.type === undefined ? node.children.flatMap((child) => [...leavesBelow(child)]) : [node as Leaf],
    );
    leafCache.set(node, leaves);
  }
  return leaves;
}

/** The value of a node, whose leaves are those from number `first` to `end` of the slots. */
function assemble(node: SchemaNode, slots: Slots, first: number, end: number): unknown {
  return node.repetition === 'repeated'
    ? elements(node, slots, first, end)
    : content(node, slots, first, end);
}

/** The value of a node that is not repeated, or of one element of a node that is. */
function content(node: SchemaNode, slots: Slots, first: number, end: number): unknown {
  const filled = firstFilled(slots, first, end);
  if (filled < 0 || !isDefined(node, slots, filled)) return null;
  if (node.type !== undefined) return scalar(slots.windows[filled]!, slots.from[filled]!);
  const list = node.logical === 'LIST' ? listElement(node) : undefined;
  const [repeated] = node.children;
  if ((list !== undefined || isMap(node)) && repeated !== undefined) {
    const values = elements(repeated, slots, first, end);
    // a three-level list wraps each element in a group of one child
    return list !== undefined && list !== repeated
      ? values.map((value) => (value as Record<string, unknown>)[list.name])
      : values;
  }
  const result: Record<string, unknown> = {};
  let from = first;
  for (const child of node.children) {
    const leaves = leavesBelow(child);
    let to = from;
    while (to < end && leaves.has(slots.windows[to]!.leaf)) to += 1;
    if (to > from) result[child.name] = assemble(child, slots, from, to);
    from = to;
  }
  return result;
}

function isMap(node: SchemaNode): boolean {
  const [repeated] = node.children;
  return (node.logical === 'MAP' || node.logical === 'MAP_KEY_VALUE') && repeated?.repetition === 'repeated';
}

function elements(repeated: SchemaNode, slots: Slots, first: number, end: number): unknown[] {
  const { windows } = slots;
  const values: unknown[] = [];
  const filled = firstFilled(slots, first, end);
  if (filled < 0 || !isDefined(repeated, slots, filled)) return values;
  // one element after another is put into these
  const one: Slots = { windows, from: slots.from.slice(), to: slots.from.slice() };
  for (;;) {
    for (let leaf = first; leaf < end; leaf++) {
      const from = one.to[leaf]!;
      const to = slots.to[leaf]!;
      one.from[leaf] = from;
      one.to[leaf] = from < to ? elementEnd(windows[leaf]!, repeated, from, to) : to;
    }
    if (firstFilled(one, first, end) < 0) return values;
    values.push(content(repeated, one, first, end));
  }
}

/** The entry behind the element that begins at `from`. */
function elementEnd(window: LeafWindow, repeated: SchemaNode, from: number, to: number): number {
  let end = from + 1;
  while (end < to && window.repetition(end) > repeated.repetitionLevel) end += 1;
  return end;
}

/** The first leaf that has an entry; -1 when none has. */
function firstFilled({ from, to }: Slots, first: number, end: number): number {
  for (let leaf = first; leaf < end; leaf++) if (from[leaf]! < to[leaf]!) return leaf;
  return -1;
}

/** Whether the first entry of a leaf reaches down to a node above it. */
function isDefined({ definitionLevel }: SchemaNode, { windows, from }: Slots, leaf: number): boolean {
  return windows[leaf]!.definition(from[leaf]!) >= definitionLevel;
}

const decoder = new TextDecoder();

function scalar(window: LeafWindow, slot: number): unknown {
  const bytes = window.bytes(slot);
  if (bytes === undefined) return null;
  const { leaf } = window;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (leaf.type) {
    case 'BOOLEAN':
      return bytes[0] !== 0;
    case 'INT32':
      return leaf.unsigned ? view.getUint32(0, true) : view.getInt32(0, true);
    case 'INT64':
      return Number(leaf.unsigned ? view.getBigUint64(0, true) : view.getBigInt64(0, true));
    case 'FLOAT':
      return view.getFloat32(0, true);
    case 'DOUBLE':
      return view.getFloat64(0, true);
    case 'BYTE_ARRAY':
      return decoder.decode(bytes);
    default:
      return bytes.slice(); // the window's memory is given back
  }
}
