import { isText, listElement, type SchemaNode } from '../parquet/schema.ts';
import { rowsOfBatch } from './batch.ts';
import { type FileView, fitOf } from './fit.ts';
import { itemsOf } from './items.ts';
import { compilePath, isObject, parseJson } from './path.ts';
import type { DatasetSpec } from './spec.ts';

/** The spec of plain lists of messages; its `steps` are found in each file anew. */
export const genericName = 'messages';

/** Fields that a message tells its speaker by. */
const roleFields = ['role', 'from', 'speaker', 'sender', 'author'] as const;
/** Fields that a message says something in. */
const textFields = [
  ...['content', 'value', 'text', 'message', 'parts', 'utterance', 'body'],
  ...['tool_calls', 'toolCalls', 'function_call'],
] as const;
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

/** Names that the list of rows goes by in a file that is one object. */
const wrappers = [
  'data',
  'rows',
  'trajectories',
  'episodes',
  'simulations',
  'records',
  'results',
  'examples',
];

/** Deepest nesting of objects in which lists are looked for. */
const deepest = 4;
/** Most fields of one object that are looked into. */
const mostFields = 200;

/** Stands for the records of a file, where each is a message. */
const entries = '*';
const separator = ' & ';

/**
 * The generic spec with its lists of steps at these paths: `.` is the row itself. Several lists are read one after the
 * other: nothing that the agent did is left unread.
 */
export function genericAt(base: DatasetSpec, ...paths: readonly string[]): DatasetSpec {
  const name = `${genericName}:${paths.join(separator)}`;
  const [only, ...more] = paths;
  if (only === entries) return { ...base, name, unit: 'file', steps: '.' };
  if (more.length === 0) return { ...base, name, steps: only };
  const { steps: _, ...rest } = base;
  const lists = paths.map((path) => ({ name: path, at: path, copied: false, bare_roles: false }));
  return { ...rest, name, lists };
}

/** The spec that a name such as `messages:conversation` stands for. */
export function genericNamed(name: string, specs: readonly DatasetSpec[]): DatasetSpec | undefined {
  const base = specs.find((spec) => spec.name === genericName);
  if (base === undefined || !name.startsWith(`${genericName}:`)) return undefined;
  const where = name.slice(genericName.length + 1);
  const wrapper = wrappers.find((one) => where.startsWith(`${one}[]`));
  if (wrapper === undefined) return genericAt(base, ...where.split(separator));
  return inWrapper(wrapper, genericAt(base, ...where.slice(wrapper.length + 2).split(separator)));
}

/** The same for rows that lie in a list of one object, as in `{"data": […]}`. */
function inWrapper(wrapper: string, spec: DatasetSpec): DatasetSpec {
  const name = spec.name.replace(`${genericName}:`, `${genericName}:${wrapper}[]`);
  return { ...spec, name, batches: wrapper };
}

/** The generic spec for a file, with why; undefined where nothing of it is plainly a list of messages. */
export function genericFor(
  base: DatasetSpec,
  view: FileView,
): { readonly spec: DatasetSpec; readonly reason: string } | undefined {
  const found = genericOfRows(base, view);
  if (found !== undefined || view.root !== undefined) return found;
  for (const wrapper of wrappers) {
    if (!view.columns.includes(wrapper)) continue;
    const rows = view.rows.flatMap((row) => rowsOfBatch(row, [[wrapper]])).slice(0, mostFields);
    const inner = genericOfRows(base, { columns: [], rows });
    if (inner !== undefined && inner.spec.unit === 'row')
      return { spec: inWrapper(wrapper, inner.spec), reason: `${inner.reason}, in the rows of ${wrapper}` };
  }
  return undefined;
}

function genericOfRows(base: DatasetSpec, view: FileView): ReturnType<typeof genericFor> {
  const fits = (spec: DatasetSpec) => fitOf(spec, view).missing === undefined;
  const paths = findLists(view).filter((path) => fits(genericAt(base, path)));
  if (paths.length > 0) {
    const spec = genericAt(base, ...paths);
    const names = paths.map((path) => (path === '.' ? 'each row' : path));
    const plainly = paths.length === 1 ? 'is plainly a list of messages' : 'are plainly lists of messages';
    return { spec, reason: `no spec fits, but ${names.join(' and ')} ${plainly}` };
  }
  if (view.root !== undefined || !areMessages(view.rows)) return undefined;
  const spec = genericAt(base, entries);
  return fits(spec) ? { spec, reason: 'no spec fits, but each record is plainly a message' } : undefined;
}

/** Where a file has what may be lists of messages, best first. */
export function findLists(view: FileView): string[] {
  const found = new Set<string>();
  if (view.root !== undefined) for (const path of listsOfSchema(view.root, '', 0)) found.add(path);
  for (const row of view.rows) for (const path of listsOfValue(row, '', 0)) found.add(path);
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
      return child.type === undefined && depth < deepest ? listsOfSchema(child, path, depth + 1) : [];
    const names = element.children.map(({ name }) => name);
    return isMessage(names) && element.children.some(isText) ? [path] : [];
  });
}

function isMessage(names: readonly string[]): boolean {
  return hasRole(names) && textFields.some((name) => names.includes(name));
}

function hasRole(names: readonly string[]): boolean {
  return roleFields.some((name) => names.includes(name));
}

/** Paths of the lists of messages in a value; JSON text on the way is read. */
function listsOfValue(value: unknown, path: string, depth: number): string[] {
  const read = typeof value === 'string' ? parseJson(value) : value;
  if (typeof read !== 'object' || read === null) return [];
  // a row that is one message is none of its list
  const isRow = path === '' && !Array.isArray(read) && areMessages([read]);
  if (!isRow && holdsMessages(read)) return [path === '' ? '.' : path];
  const prefix = path === '' ? '' : `${path}.`;
  // the replies of a model, of which there may be several
  if (Array.isArray(read)) return read.some(wrapsMessage) ? [`${prefix}*.message`] : [];
  if (!isObject(read) || depth >= deepest) return [];
  return Object.entries(read)
    .slice(0, mostFields)
    .flatMap(([name, inner]) => listsOfValue(inner, `${prefix}${name}`, depth + 1));
}

function wrapsMessage(value: unknown): boolean {
  return isObject(value) && isObject(value['message']) && isMessage(Object.keys(value['message']));
}

function holdsMessages(value: object): boolean {
  const place = {
    name: undefined,
    when: undefined,
    at: [compilePath('.')],
    copied: false,
    as: undefined,
    bareRoles: false,
    flattened: undefined,
  };
  try {
    const items = itemsOf(value, place) ?? [];
    return areMessages(items.map((item) => ('value' in item ? item.value : undefined)));
  } catch {
    return false;
  }
}

/** Objects that all say who speaks, of which some say what. */
function areMessages(values: readonly unknown[]): boolean {
  const first = values.slice(0, 20);
  return (
    first.length > 0 &&
    first.every((value) => isObject(value) && hasRole(Object.keys(value))) &&
    first.some((value) => isMessage(Object.keys(value as object)))
  );
}
