import { isText, listElement, type SchemaNode } from '../parquet/schema.ts';
import type { FileView } from './fit.ts';
import { itemsOf } from './items.ts';
import { compilePath, followFirst, isObject } from './path.ts';
import type { DatasetSpec } from './spec.ts';

/** The spec of plain lists of messages; its `steps` are found in each file anew. */
export const genericName = 'messages';

/** Fields that a message tells its speaker by. */
const roleFields = ['role', 'from', 'speaker', 'author'] as const;
/** Fields that a message says something in. */
const textFields = ['content', 'value', 'text', 'message', 'parts', 'tool_calls'] as const;
/** Names that lists of messages go by, the usual first. */
const usualNames = [
  'messages',
  'conversations',
  'conversation',
  'trajectory',
  'history',
  'chat',
  'dialogue',
  'turns',
  'prompt',
];

/** The generic spec with its list of steps at a path. */
export function genericAt(base: DatasetSpec, path: string): DatasetSpec {
  return { ...base, name: `${genericName}:${path}`, steps: path };
}

/** The spec that a name such as `messages:conversation` stands for. */
export function genericNamed(name: string, specs: readonly DatasetSpec[]): DatasetSpec | undefined {
  const base = specs.find((spec) => spec.name === genericName);
  if (base === undefined || !name.startsWith(`${genericName}:`)) return undefined;
  return genericAt(base, name.slice(genericName.length + 1));
}

/** Where a file has what is plainly a list of messages, best first. */
export function findLists(view: FileView): string[] {
  const found = new Set<string>();
  if (view.root !== undefined) for (const path of listsOfSchema(view.root, '', 0)) found.add(path);
  for (const row of view.rows) for (const path of listsOfRow(row)) found.add(path);
  const rank = (path: string) => {
    const at = usualNames.indexOf(path);
    return at < 0 ? usualNames.length : at;
  };
  return [...found].sort((a, b) => rank(a) - rank(b));
}

function listsOfSchema(node: SchemaNode, prefix: string, depth: number): string[] {
  return node.children.flatMap((child) => {
    const path = prefix === '' ? child.name : `${prefix}.${child.name}`;
    const element = listElement(child);
    if (element === undefined)
      return child.type === undefined && depth < 2 ? listsOfSchema(child, path, depth + 1) : [];
    const names = element.children.map(({ name }) => name);
    return isMessage(names) && element.children.some(isText) ? [path] : [];
  });
}

function isMessage(names: readonly string[]): boolean {
  return roleFields.some((name) => names.includes(name)) && textFields.some((name) => names.includes(name));
}

function listsOfRow(row: unknown): string[] {
  if (!isObject(row)) return [];
  return Object.keys(row).flatMap((name) => {
    const inner = followFirst(row, [compilePath(name)]);
    const nested = isObject(inner) ? Object.keys(inner).map((key) => `${name}.${key}`) : [];
    return [name, ...nested].filter((path) => holdsMessages(row, path));
  });
}

function holdsMessages(row: unknown, path: string): boolean {
  const place = {
    name: undefined,
    when: undefined,
    at: [compilePath(path)],
    copied: false,
    as: undefined,
    bareRoles: false,
    flattened: undefined,
  };
  try {
    const items = itemsOf(row, place) ?? [];
    return (
      items.length > 0 &&
      items
        .slice(0, 20)
        .every((item) => 'value' in item && isObject(item.value) && isMessage(Object.keys(item.value)))
    );
  } catch {
    return false;
  }
}
