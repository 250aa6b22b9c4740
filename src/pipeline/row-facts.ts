import type { RowFacts } from '../output/slices.ts';
import type { RowGroup } from '../parquet/footer.ts';
import { isText, type Leaf, type SchemaNode } from '../parquet/schema.ts';
import type { LeafWindow, Window } from '../parquet/window.ts';
import { compileSpec } from '../trajectory/compile.ts';
import { nodeAt } from '../trajectory/schema-node.ts';
import type { Shape } from '../trajectory/shape.ts';
import {
  factNames,
  factOf,
  languageNames,
  longestFact,
  mostTools,
  type Scalar,
  toolFields,
} from './fact-values.ts';

/** The names that Parquet's lists put around their elements. */
const wrappers: ReadonlySet<string> = new Set(['list', 'element', 'bag', 'array', 'array_element', 'item']);

/**
 * What is known of every row of a window without assembling any: metadata that lies in flat columns, the number of steps,
 * the bytes of their text, the tools that are called. What a file keeps inside JSON text is left out.
 */
export class FactsReader {
  readonly #metadata: readonly (readonly [name: string, leaves: readonly Leaf[]])[];
  readonly #texts: readonly Leaf[];
  readonly #tools: readonly Leaf[];
  readonly #stepLeaves: readonly (readonly [node: SchemaNode, leaf: Leaf])[];

  constructor(shape: Shape, leaves: ReadonlySet<Leaf>) {
    const { columns, lists } = shape;
    const [first] = columns;
    const root: SchemaNode | undefined = first && { ...first, path: [], children: columns };
    const compiled = compileSpec(shape.definition);
    const { metadata } = compiled;
    this.#metadata = metadata.flatMap(([name, paths]) => {
      const nodes = paths.map(({ names }) => root && nodeAt(root, names));
      const flat = nodes.filter(
        (node): node is Leaf => node?.type !== undefined && node.repetitionLevel === 0,
      );
      return factNames.has(name) && flat.length > 0 ? [[name, flat] as const] : [];
    });
    this.#texts = [...leaves].filter((leaf) => shape.textOf(leaf) !== undefined);
    const tools = toolFields(compiled);
    this.#tools = [...leaves].filter((leaf) => {
      const field = leaf.path.filter((part) => !wrappers.has(part)).join('.');
      return isText(leaf) && tools.some((wanted) => field.endsWith(`.${wanted}`));
    });
    this.#stepLeaves = lists.flatMap(({ node }) => {
      const leaf = [...leaves].find((one) => node.path.every((name, depth) => one.path[depth] === name));
      return leaf === undefined ? [] : [[node, leaf] as const];
    });
  }

  /** Leaves of a row group that have to be read for the facts alone. */
  extraLeaves(group: RowGroup): Leaf[] {
    return group.chunks.map(({ leaf }) => leaf).filter(isLanguage);
  }

  /** The facts of each row of a window. */
  read(window: Window): RowFacts[] {
    const rows: FactsDraft[] = Array.from({ length: window.rowCount }, () => ({}));
    for (const [name, leaves] of this.#metadata) this.#readMetadata(window, name, leaves, rows);
    const language = [...window.leaves.keys()].find(isLanguage);
    if (language !== undefined) this.#readMetadata(window, 'language', [language], rows);
    for (const leaf of this.#texts) addBytes(window.leaves.get(leaf), rows);
    for (const [node, leaf] of this.#stepLeaves) addSteps(window.leaves.get(leaf), node, rows);
    for (const leaf of this.#tools) addTools(window.leaves.get(leaf), rows);
    return rows as RowFacts[];
  }

  #readMetadata(window: Window, name: string, leaves: readonly Leaf[], rows: FactsDraft[]): void {
    for (const leaf of leaves) {
      const own = window.leaves.get(leaf);
      if (own === undefined) continue;
      const read = scalarReader(leaf);
      for (const [row, facts] of rows.entries()) {
        if (facts[name] !== undefined) continue;
        const bytes = own.bytes(own.rowSlots[row]!);
        const value = bytes === undefined ? undefined : factOf(name, read(bytes));
        if (value !== undefined) facts[name] = value;
      }
    }
  }
}

type FactsDraft = Record<string, unknown>;

function isLanguage({ path, type }: Leaf): boolean {
  return path.length === 1 && type === 'BYTE_ARRAY' && languageNames.has(path[0]!);
}

function scalarReader(leaf: Leaf): (bytes: Uint8Array) => Scalar | undefined {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (leaf.type) {
    case 'BOOLEAN':
      return (bytes) => bytes[0] !== 0;
    case 'INT32':
      return (bytes) => view(bytes).getInt32(0, true);
    case 'INT64':
      return (bytes) => Number(view(bytes).getBigInt64(0, true));
    case 'FLOAT':
      return (bytes) => view(bytes).getFloat32(0, true);
    case 'DOUBLE':
      return (bytes) => view(bytes).getFloat64(0, true);
    case 'BYTE_ARRAY':
      return (bytes) =>
        Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, longestFact)).toString();
    default:
      return () => undefined;
  }
}

/** Adds the length of each row's values. */
function addBytes(window: LeafWindow | undefined, rows: FactsDraft[]): void {
  if (window === undefined) return;
  const maximum = window.leaf.definitionLevel;
  const sums = new Float64Array(rows.length);
  let row = -1;
  for (const [number, { page, firstSlot, endSlot, valueAt }] of window.parts.entries()) {
    const { repetition, definition } = page;
    const { starts, ends } = window.ranges(number);
    for (let slot = firstSlot; slot < endSlot; slot++) {
      if (repetition === undefined || repetition[slot] === 0) row += 1;
      if (definition !== undefined && definition[slot]! < maximum) continue;
      const value = valueAt === undefined ? slot : valueAt[slot]!;
      sums[row]! += ends[value]! - starts[value]!;
    }
  }
  addTo(rows, 'bytes', sums);
}

/** Adds the number of elements of a list of steps. */
function addSteps(window: LeafWindow | undefined, node: SchemaNode, rows: FactsDraft[]): void {
  if (window === undefined) return;
  const counts = new Float64Array(rows.length);
  let row = -1;
  for (const { page, firstSlot, endSlot } of window.parts) {
    const { repetition, definition } = page;
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const level = repetition === undefined ? 0 : repetition[slot]!;
      if (level === 0) row += 1;
      const isElement = definition === undefined || definition[slot]! >= node.definitionLevel;
      if (isElement && level <= node.repetitionLevel) counts[row]! += 1;
    }
  }
  addTo(rows, 'steps', counts);
}

function addTo(rows: FactsDraft[], name: 'bytes' | 'steps', values: Float64Array): void {
  for (const [row, facts] of rows.entries())
    facts[name] = ((facts[name] as number | undefined) ?? 0) + values[row]!;
}

/** Adds the names of the tools that a row calls. */
function addTools(window: LeafWindow | undefined, rows: FactsDraft[]): void {
  if (window === undefined) return;
  const found: Set<string>[] = rows.map(() => new Set());
  eachSlot(window, (row, value, ranges) => {
    if (value < 0 || found[row]!.size >= mostTools) return;
    found[row]!.add(nameAt(ranges, value));
  });
  for (const [row, names] of found.entries()) {
    const before = (rows[row]!['tools'] as string[] | undefined) ?? [];
    rows[row]!['tools'] = [...new Set([...before, ...names])];
  }
}

function nameAt({ starts, ends, text, known }: Values, value: number): string {
  const start = starts[value]!;
  let name = known?.get(start);
  if (name === undefined) {
    name = text.toString('utf8', start, Math.min(ends[value]!, start + longestFact));
    known?.set(start, name);
  }
  return name;
}

interface Values {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly text: Buffer;
  /** by where its bytes begin, what was read of a dictionary before; undefined where values stand by themselves */
  readonly known: Map<number, string> | undefined;
}

/** Calls back with each entry of a leaf: its row, and its value's number among the values of its part, or -1 for null. */
function eachSlot(window: LeafWindow, visit: (row: number, value: number, ranges: Values) => void): void {
  const maximum = window.leaf.definitionLevel;
  let row = -1;
  for (const [number, { page, firstSlot, endSlot, valueAt }] of window.parts.entries()) {
    const { repetition, definition } = page;
    const { bytes, starts, ends } = window.ranges(number);
    const ranges: Values = {
      starts,
      ends,
      text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      known: page.values.kind === 'indices' ? new Map() : undefined,
    };
    for (let slot = firstSlot; slot < endSlot; slot++) {
      if (repetition === undefined || repetition[slot] === 0) row += 1;
      const isNull = definition !== undefined && definition[slot]! < maximum;
      visit(row, isNull ? -1 : valueAt === undefined ? slot : valueAt[slot]!, ranges);
    }
  }
}
