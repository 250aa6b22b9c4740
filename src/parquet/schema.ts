import { booleanField, numberField, stringField, structField, type ThriftStruct } from './thrift.ts';

/** Physical types by their number in parquet.thrift. */
export const physicalTypes = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;
export type PhysicalType = (typeof physicalTypes)[number];

export type Repetition = 'required' | 'optional' | 'repeated';
const repetitions: readonly Repetition[] = ['required', 'optional', 'repeated'];

/** Logical types by their field number in parquet.thrift's LogicalType union. */
const logicalTypes: Readonly<Record<number, string>> = {
  1: 'STRING',
  2: 'MAP',
  3: 'LIST',
  4: 'ENUM',
  5: 'DECIMAL',
  6: 'DATE',
  7: 'TIME',
  8: 'TIMESTAMP',
  10: 'INTEGER',
  11: 'UNKNOWN',
  12: 'JSON',
  13: 'BSON',
  14: 'UUID',
  15: 'FLOAT16',
  16: 'VARIANT',
  17: 'GEOMETRY',
  18: 'GEOGRAPHY',
};

/** Converted types by their number in parquet.thrift. */
const convertedTypes = [
  'UTF8',
  'MAP',
  'MAP_KEY_VALUE',
  'LIST',
  'ENUM',
  'DECIMAL',
  'DATE',
  'TIME_MILLIS',
  'TIME_MICROS',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'UINT_8',
  'UINT_16',
  'UINT_32',
  'UINT_64',
  'INT_8',
  'INT_16',
  'INT_32',
  'INT_64',
  'JSON',
  'BSON',
  'INTERVAL',
] as const;

/** One element of the schema, as a tree. */
export interface SchemaNode {
  readonly name: string;
  readonly path: readonly string[];
  readonly repetition: Repetition;
  /** absent for groups */
  readonly type?: PhysicalType;
  /** bytes a value of FIXED_LEN_BYTE_ARRAY */
  readonly typeLength: number;
  /** the logical type, or else the converted type; `UNKNOWN_n` for one that this version does not know */
  readonly logical?: string;
  readonly unsigned: boolean;
  /** for TIMESTAMP and TIME: units a second; 1 otherwise */
  readonly unitsPerSecond: number;
  /** set for a TIMESTAMP that is a clock's reading in no known zone (`isAdjustedToUTC` is false) */
  readonly localTime?: true;
  readonly children: readonly SchemaNode[];
  /** levels at this element, its own repetition included */
  readonly definitionLevel: number;
  readonly repetitionLevel: number;
  /** index among the leaves; of the first leaf below it for a group */
  readonly leaf: number;
}

/** A leaf: a column that holds values. */
export type Leaf = SchemaNode & { readonly type: PhysicalType };

/** Builds the tree from the footer's flat list. Throws when the counts do not fit. */
export function buildSchema(elements: readonly ThriftStruct[]): { root: SchemaNode; leaves: Leaf[] } {
  let next = 0;
  const leaves: Leaf[] = [];

  const build = (
    path: readonly string[],
    definition: number,
    repetitionLevel: number,
    depth: number,
  ): SchemaNode => {
    const element = elements[next];
    if (element === undefined || depth > 200) throw new Error('schema tree is malformed');
    const isRoot = next === 0;
    next += 1;
    const name = stringField(element, 4) ?? '';
    const ownPath = isRoot ? [] : [...path, name];
    const repetition = isRoot ? 'required' : repetitions[numberField(element, 3) ?? 0];
    if (repetition === undefined) throw new Error(`schema element ${name} has an unknown repetition`);
    const childCount = numberField(element, 5) ?? 0;
    const definitionLevel = definition + (repetition === 'required' ? 0 : 1);
    const ownRepetition = repetitionLevel + (repetition === 'repeated' ? 1 : 0);
    const typeNumber = numberField(element, 1);
    const isLeaf = typeNumber !== undefined && childCount === 0;
    const leaf = leaves.length;
    const base = {
      name,
      path: ownPath,
      repetition,
      typeLength: numberField(element, 2) ?? 0,
      ...logicalOf(element),
      definitionLevel,
      repetitionLevel: ownRepetition,
      leaf,
    };
    if (!isLeaf) {
      const children: SchemaNode[] = [];
      for (let i = 0; i < childCount; i++)
        children.push(build(ownPath, definitionLevel, ownRepetition, depth + 1));
      return { ...base, children };
    }
    const type = physicalTypes[typeNumber];
    if (type === undefined)
      throw new Error(`schema element ${name} has an unknown physical type ${typeNumber}`);
    const node: Leaf = { ...base, type, children: [] };
    leaves.push(node);
    return node;
  };

  const root = build([], 0, 0, 0);
  if (next !== elements.length)
    throw new Error(`schema has ${elements.length} elements, but its tree ends at ${next}`);
  return { root, leaves };
}

function logicalOf(
  element: ThriftStruct,
): Pick<SchemaNode, 'unsigned' | 'unitsPerSecond'> & { logical?: string; localTime?: true } {
  const converted = convertedTypes[numberField(element, 6) ?? -1];
  const union = structField(element, 10);
  const [field] = union?.keys() ?? [];
  if (union === undefined || field === undefined) {
    const unitsPerSecond = converted?.endsWith('_MILLIS') ? 1e3 : converted?.endsWith('_MICROS') ? 1e6 : 1;
    const unsigned = converted?.startsWith('UINT_') ?? false;
    if (converted === undefined) return { unsigned, unitsPerSecond };
    return { logical: converted.replace(/^(TIMESTAMP|TIME)_.*/, '$1'), unsigned, unitsPerSecond };
  }
  const detail = structField(union, field);
  const unit = detail === undefined ? undefined : structField(detail, 2);
  return {
    logical: logicalTypes[field] ?? `UNKNOWN_${field}`,
    unsigned: field === 10 && detail !== undefined && booleanField(detail, 2) === false,
    unitsPerSecond: unit?.has(1) ? 1e3 : unit?.has(2) ? 1e6 : unit?.has(3) ? 1e9 : 1,
    ...(field === 8 && detail !== undefined && booleanField(detail, 1) === false ? { localTime: true } : {}),
  };
}

/** The node at a path, e.g. `['messages', 'list', 'element', 'role']`. */
export function findNode(root: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const name of path) node = node?.children.find((child) => child.name === name);
  return node;
}

/** True for leaves that hold text: UTF8, JSON, ENUM, or bytes without any annotation. */
export function isText(node: SchemaNode): boolean {
  if (node.type !== 'BYTE_ARRAY') return false;
  return node.logical === undefined || ['STRING', 'UTF8', 'JSON', 'ENUM'].includes(node.logical);
}

/**
 * The element of a list, whatever its writer called the parts: three-level lists (`list.element`, `bag.array_element`),
 * two-level lists, and bare repeated fields. Undefined when the node is not a list.
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
 */
export function listElement(node: SchemaNode): SchemaNode | undefined {
  if (node.repetition === 'repeated') return node;
  const [repeated] = node.children;
  if (node.logical !== 'LIST' || repeated === undefined || repeated.repetition !== 'repeated')
    return undefined;
  const [only] = repeated.children;
  const isWrapper = repeated.children.length === 1 && only !== undefined;
  const legacyStruct = repeated.name === 'array' || repeated.name === `${node.name}_tuple`;
  return isWrapper && !legacyStruct ? only : repeated;
}
