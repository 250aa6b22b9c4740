import { listElement, type SchemaNode } from '../parquet/schema.ts';
import { type CompiledSpec, compileSpec } from './compile.ts';
import { compilePath } from './path.ts';
import { readGroup, readRow, readStepAlone, rowGrouping } from './read.ts';
import { columnAt, type Decode, decoderOf } from './schema-node.ts';
import type { Shape } from './shape.ts';
import { planShape } from './shape-plan.ts';
import { type DatasetSpec, listOf } from './spec.ts';

/**
 * The shape of a file with this schema by this spec; undefined where the schema has no place for the steps.
 * @param reason why the spec was chosen, for people
 */
export function shapeOf(spec: DatasetSpec, root: SchemaNode, reason: string): Shape | undefined {
  const compiled = compileSpec(spec);
  const plan = planShape(compiled, root);
  if (plan === undefined) return undefined;
  const columns = columnsOf(compiled, root);
  const names = new Set(columns.map(({ name }) => name));
  const [only, ...more] = plan.lists;
  const single =
    more.length === 0 && plan.places === 1 && plan.documents === 0 && !plan.readFirst ? only : undefined;
  const decoders = columns.flatMap((column): [string, Decode][] => {
    const decode = decoderOf(column);
    return decode === undefined ? [] : [[column.name, decode]];
  });
  const decoded = (row: Readonly<Record<string, unknown>>) => {
    if (decoders.length === 0) return row;
    const values: Record<string, unknown> = { ...row };
    for (const [name, decode] of decoders) if (name in values) values[name] = decode(values[name]);
    return values;
  };
  const readElement = single && elementReader(single.node);
  return {
    spec: spec.name,
    definition: spec,
    reason,
    columns,
    unread: root.children.filter(({ name }) => !names.has(name)).map(({ name }) => name),
    lists: plan.lists,
    stepList: single?.node,
    readFirst: plan.readFirst,
    ...(spec.group_rows === undefined ? {} : { group: groupOf(compiled, root, decoded) }),
    textOf: (leaf) => plan.texts.get(leaf),
    read: (row) => readRow(compiled, decoded(row)),
    readGroup: (rows) => readGroup(compiled, rows.map(decoded)),
    readStep(value, index) {
      if (readElement === undefined) throw new Error(`steps of ${spec.name} cannot be read one by one`);
      return readStepAlone(compiled, readElement(value), index);
    },
  };
}

function groupOf(
  compiled: CompiledSpec,
  root: SchemaNode,
  decoded: (row: Readonly<Record<string, unknown>>) => unknown,
): NonNullable<Shape['group']> {
  const grouping = rowGrouping(compiled);
  const there = listOf(compiled.spec.group_rows?.by).flatMap((path) => {
    const column = columnAt(root, compilePath(path).names);
    return column === undefined ? [] : [{ path, column }];
  });
  return {
    by: there.map(({ path }) => path).join(' or '),
    columns: [...new Set(there.map(({ column }) => column))],
    keyOf: (row) => grouping.keyOf(decoded(row as Readonly<Record<string, unknown>>)),
  };
}

/** An element of a three-level list comes wrapped in a group of one child; a JSON text is read. */
function elementReader(repeated: SchemaNode): (value: unknown) => unknown {
  const wrapped =
    repeated.type === undefined && repeated.children.length === 1 ? repeated.children[0] : undefined;
  const isWrapper = wrapped !== undefined && elementOf(repeated) === wrapped;
  const element = isWrapper ? wrapped : repeated;
  const decode = decoderOf({ ...element, repetition: 'required' });
  return (value) => {
    const inner = isWrapper ? (value as Record<string, unknown>)[wrapped.name] : value;
    if (decode !== undefined) return decode(inner);
    return typeof inner === 'string' ? (JSON.parse(inner) as unknown) : inner;
  };
}

/** The element of the list whose repeated node this is. */
function elementOf(repeated: SchemaNode): SchemaNode {
  const [only] = repeated.children;
  const outer = { ...repeated, logical: 'LIST', repetition: 'optional' as const, children: [repeated] };
  return listElement(outer) ?? only ?? repeated;
}

/** The top-level columns that a spec reads anything of. */
function columnsOf(compiled: CompiledSpec, root: SchemaNode): SchemaNode[] {
  const { spec, lists, before, metadata, tools, start, end, duration } = compiled;
  const paths = [
    ...lists.flatMap(({ at }) => at),
    ...before.flatMap(({ at }) => at),
    ...metadata.flatMap(([, at]) => at),
    ...tools,
    ...(start?.at ?? []),
    ...(end?.at ?? []),
    ...(duration?.at ?? []),
  ];
  // an item that is the row itself may need any column
  if (spec.unit === 'step' || spec.group_rows !== undefined || paths.some(({ names }) => names.length === 0))
    return [...root.children];
  const wanted = new Set(paths.map(({ names }) => columnAt(root, names)));
  return root.children.filter((column) => wanted.has(column));
}
