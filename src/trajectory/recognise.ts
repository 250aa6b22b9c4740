import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import type { Footer } from '../parquet/footer.ts';
import { isText, type Leaf, listElement, type SchemaNode } from '../parquet/schema.ts';
import { readStep, readTrajectory, roleOf } from './chat.ts';
import type { Shape, TextLeaf } from './shape.ts';
import { type DatasetSpec, loadSpec, pathList } from './spec.ts';
import { surfaceBit } from './surface.ts';

/** The specs that come with trajsieve. */
export function loadSpecs(folder = packagePath('datasets')): DatasetSpec[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.startsWith('_'));
  return files.sort().map((name) => loadSpec(join(folder, name)));
}

/** The shape of a file by its schema. Throws an error that says what was looked for when no spec fits. */
export function recognise(footer: Footer, file: string, specs: readonly DatasetSpec[]): Shape {
  for (const spec of specs) {
    const shape = shapeOf(spec, footer.root);
    if (shape !== undefined) return shape;
  }
  const columns = footer.root.children.map((column) => column.name).join(', ');
  const wanted = specs.map((spec) => `${spec.name} (${spec.recognise.columns.join(', ')})`).join('; ');
  throw new TrajsieveError('shape-unknown', `columns ${columns} fit none of the data set specs: ${wanted}`, {
    where: { file },
    remedy: 'write a spec: datasets/README.md shows how, and --dataset FILE uses it',
  });
}

function shapeOf(spec: DatasetSpec, root: SchemaNode): Shape | undefined {
  const columnOf = (name: string) => root.children.find((child) => child.name === name);
  if (!spec.recognise.columns.every((name) => columnOf(name) !== undefined)) return undefined;
  const column = pathList(spec.steps)
    .map(columnOf)
    .find((node) => node !== undefined);
  if (column === undefined) return undefined;
  const [repeated] = column.children;
  const element = listElement(column);
  if (element === undefined || repeated === undefined) return undefined;
  const fields = new Map(element.children.map((child) => [child.name, child]));
  if (!spec.recognise.step.every((name) => fields.has(name))) return undefined;

  const metadata = Object.values(spec.metadata).flatMap((path) => pathList(path));
  const wanted = new Set([column.name, ...metadata.map((path) => path.split('.')[0]!)]);
  const texts = textLeaves(spec, element);
  const roleLeaf = leafAt(element, pathList(spec.step.role));
  return {
    spec: spec.name,
    reason: `columns ${spec.recognise.columns.join(', ')} with steps of ${spec.recognise.step.join(', ')}`,
    columns: root.children.filter((child) => wanted.has(child.name)),
    unread: root.children.filter((child) => !wanted.has(child.name)).map((child) => child.name),
    stepList: repeated,
    roleLeaf,
    textOf: (leaf) => texts.get(leaf),
    read: (row) => readTrajectory(spec, row),
    readStep: (value, index) => readStep(spec, stepValue(value, repeated, element), index),
  };
}

/** An element of a three-level list comes wrapped in a group of one child. */
function stepValue(value: unknown, repeated: SchemaNode, element: SchemaNode): unknown {
  return repeated === element ? value : (value as Record<string, unknown>)[element.name];
}

function textLeaves(spec: DatasetSpec, element: SchemaNode): Map<Leaf, TextLeaf> {
  const leaves = new Map<Leaf, TextLeaf>();
  const add = (paths: readonly string[], text: TextLeaf) => {
    const leaf = leafAt(element, paths);
    if (leaf !== undefined && isText(leaf)) leaves.set(leaf, text);
  };
  const byRole = (word: string | undefined) => {
    const role = roleOf(spec, word);
    if (role === undefined) return -1;
    return role === 'assistant'
      ? surfaceBit.message
      : role === 'tool'
        ? surfaceBit.observation
        : surfaceBit.request;
  };
  add(pathList(spec.step.role), {
    json: false,
    surfaces: (word) => (roleOf(spec, word) === undefined ? -1 : 0),
  });
  add(pathList(spec.step.text), { json: false, surfaces: byRole });
  for (const path of pathList(spec.step.reasoning))
    add([path], { json: false, surfaces: () => surfaceBit.message });
  const { calls } = spec.step;
  if (calls === undefined) return leaves;
  for (const list of pathList(calls.in)) {
    for (const name of pathList(calls.name))
      add([`${list}.${name}`], { json: false, surfaces: () => surfaceBit.call });
    for (const name of pathList(calls.arguments))
      add([`${list}.${name}`], { json: true, surfaces: () => surfaceBit.call });
  }
  return leaves;
}

/** The leaf that the first fitting path leads to, through lists. */
function leafAt(element: SchemaNode, paths: readonly string[]): Leaf | undefined {
  for (const path of paths) {
    let node: SchemaNode | undefined = element;
    for (const name of path.split('.')) {
      const inside: SchemaNode | undefined = node === undefined ? undefined : (listElement(node) ?? node);
      node = inside?.children.find((child) => child.name === name);
    }
    if (node?.type !== undefined) return node as Leaf;
  }
  return undefined;
}
