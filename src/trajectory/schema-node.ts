import { isText, type Leaf, listElement, type SchemaNode } from '../parquet/schema.ts';

/** The node that a path leads to, through lists; undefined where the schema has none. */
export function nodeAt(root: SchemaNode, names: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (let i = 0; i < names.length && node !== undefined; ) {
    const inside: SchemaNode = node === root ? root : (listElement(node) ?? node);
    let end = i + 1;
    // a column may have the dots in its name
    let found = inside.children.find(({ name }) => name === names[i]);
    while (found === undefined && end < names.length) {
      end += 1;
      const joined = names.slice(i, end).join('.');
      found = inside.children.find(({ name }) => name === joined);
    }
    node = found;
    i = end;
  }
  return node;
}

/** The top-level column that a path begins in. */
export function columnAt(root: SchemaNode, names: readonly string[]): SchemaNode | undefined {
  for (let end = 1; end <= names.length; end++) {
    const joined = names.slice(0, end).join('.');
    const column = root.children.find(({ name }) => name === joined);
    if (column !== undefined) return column;
  }
  return undefined;
}

/** A leaf below a node, by the dotted name that a spec has for it: without the wrappers of lists. */
export interface NamedLeaf {
  readonly field: string;
  readonly leaf: Leaf;
}

export function namedLeaves(node: SchemaNode, field = ''): NamedLeaf[] {
  const element = listElement(node);
  if (element !== undefined && element !== node) return namedLeaves(element, field);
  if (node.type !== undefined) return [{ field, leaf: node as Leaf }];
  return node.children.flatMap((child) =>
    namedLeaves(child, field === '' ? child.name : `${field}.${child.name}`),
  );
}

/** Whether a node holds lists of something. */
export function isList(node: SchemaNode): boolean {
  return listElement(node) !== undefined;
}

/** What the values of a node have to go through to be what they stand for: JSON and times. Undefined for nothing. */
export type Decode = (value: unknown) => unknown;

export function decoderOf(node: SchemaNode): Decode | undefined {
  const element = listElement(node);
  if (element !== undefined) {
    const inner = element === node ? decoderOfFields(node) : decoderOf(element);
    return inner && ((value) => (Array.isArray(value) ? value.map(inner) : value));
  }
  return decoderOfFields(node);
}

function decoderOfFields(node: SchemaNode): Decode | undefined {
  if (node.type !== undefined) return decoderOfLeaf(node);
  const inner = node.children.flatMap((child): [string, Decode][] => {
    const decode = decoderOf(child);
    return decode === undefined ? [] : [[child.name, decode]];
  });
  if (inner.length === 0) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const decoded: Record<string, unknown> = { ...value };
    for (const [name, decode] of inner) if (name in decoded) decoded[name] = decode(decoded[name]);
    return decoded;
  };
}

function decoderOfLeaf(leaf: SchemaNode): Decode | undefined {
  if (leaf.logical === 'JSON' && isText(leaf)) {
    return (value) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value);
  }
  if (leaf.logical !== 'TIMESTAMP') return undefined;
  const scale = 1e3 / leaf.unitsPerSecond;
  return (value) => (typeof value === 'number' ? timeText(value * scale, leaf.localTime === true) : value);
}

/** As ISO 8601, with its zone where it has one: the spec's times are texts. */
function timeText(milliseconds: number, isLocal: boolean): string | undefined {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return undefined;
  return isLocal ? date.toISOString().slice(0, -1) : date.toISOString();
}
