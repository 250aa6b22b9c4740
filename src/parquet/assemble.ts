import { type Leaf, listElement, type SchemaNode } from './schema.ts';
import type { LeafWindow, Window } from './window.ts';

/** Entries `[from, to)` of each leaf below a node. */
type Slots = ReadonlyMap<LeafWindow, readonly [from: number, to: number]>;

/**
 * The value of a top-level column in one row, as plain objects, arrays, strings, numbers and null. Lists are arrays
 * whatever their writer called the parts, maps are arrays of `{ key, value }`; text is decoded, other bytes are kept.
 * @param row number of the row within the window
 */
export function assembleColumn(window: Window, column: SchemaNode, row: number): unknown {
  const slots = new Map<LeafWindow, readonly [number, number]>();
  for (const leaf of leavesBelow(column)) {
    const leafWindow = window.leaves.get(leaf);
    if (leafWindow !== undefined)
      slots.set(leafWindow, [leafWindow.rowSlots[row]!, leafWindow.rowSlots[row + 1]!]);
  }
  return slots.size === 0 ? undefined : assemble(column, slots);
}

/**
 * One element of a repeated node in one row, without building the others.
 * @param repeated the repeated node itself, at repetition level 1
 */
export function assembleElement(window: Window, repeated: SchemaNode, row: number, index: number): unknown {
  const slots = new Map<LeafWindow, readonly [number, number]>();
  for (const leaf of leavesBelow(repeated)) {
    const leafWindow = window.leaves.get(leaf);
    if (leafWindow === undefined) continue;
    let from = leafWindow.rowSlots[row]!;
    const end = leafWindow.rowSlots[row + 1]!;
    for (let skip = index; skip > 0 && from < end; skip--) from = elementEnd(leafWindow, repeated, from, end);
    slots.set(leafWindow, [from, elementEnd(leafWindow, repeated, from, end)]);
  }
  return element(repeated, slots);
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

function assemble(node: SchemaNode, slots: Slots): unknown {
  if (node.repetition === 'repeated') return elements(node, slots);
  return content(node, slots);
}

/** The value of a node that is not repeated, or of one element of a node that is. */
function content(node: SchemaNode, slots: Slots): unknown {
  const first = firstSlot(slots);
  if (first === undefined || first.window.definition(first.slot) < node.definitionLevel) return null;
  if (node.type !== undefined) return scalar(first.window, first.slot);
  const list = node.logical === 'LIST' ? listElement(node) : undefined;
  const [repeated] = node.children;
  if ((list !== undefined || isMap(node)) && repeated !== undefined) {
    const values = elements(repeated, slots);
    // a three-level list wraps each element in a group of one child
    return list !== undefined && list !== repeated
      ? values.map((value) => (value as Record<string, unknown>)[list.name])
      : values;
  }
  const result: Record<string, unknown> = {};
  for (const child of node.children) {
    const own = below(child, slots);
    if (own.size > 0) result[child.name] = assemble(child, own);
  }
  return result;
}

function isMap(node: SchemaNode): boolean {
  const [repeated] = node.children;
  return (node.logical === 'MAP' || node.logical === 'MAP_KEY_VALUE') && repeated?.repetition === 'repeated';
}

function elements(repeated: SchemaNode, slots: Slots): unknown[] {
  const first = firstSlot(slots);
  if (first === undefined || first.window.definition(first.slot) < repeated.definitionLevel) return [];
  const values: unknown[] = [];
  let rest: Slots = slots;
  while (firstSlot(rest) !== undefined) {
    const one = new Map<LeafWindow, readonly [number, number]>();
    const after = new Map<LeafWindow, readonly [number, number]>();
    for (const [window, [from, to]] of rest) {
      const end = elementEnd(window, repeated, from, to);
      one.set(window, [from, end]);
      if (end < to) after.set(window, [end, to]);
    }
    values.push(element(repeated, one));
    rest = after;
  }
  return values;
}

function element(repeated: SchemaNode, slots: Slots): unknown {
  return content({ ...repeated, repetition: 'required' }, slots);
}

/** The entry behind the element that begins at `from`. */
function elementEnd(window: LeafWindow, repeated: SchemaNode, from: number, to: number): number {
  let end = from + 1;
  while (end < to && window.repetition(end) > repeated.repetitionLevel) end += 1;
  return end;
}

function below(child: SchemaNode, slots: Slots): Slots {
  const leaves = leavesBelow(child);
  return new Map([...slots].filter(([window]) => leaves.has(window.leaf)));
}

function firstSlot(slots: Slots): { window: LeafWindow; slot: number } | undefined {
  for (const [window, [from, to]] of slots) if (from < to) return { window, slot: from };
  return undefined;
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
      return bytes;
  }
}
