import { misspelt, suggestion } from '../suggest.ts';
import { entryOf, lineAt, type MapNode, type SigmaDocument, toPlain, type YamlNode } from './document.ts';
import type { Reporter } from './problems.ts';

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof levels)[number];

export const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
export type Status = (typeof statuses)[number];

/** What rules, correlations and filters have in common. */
export interface Meta {
  readonly title: string;
  readonly id?: string;
  readonly name?: string;
  readonly status?: Status;
  readonly level?: Level;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  readonly file: string;
  /** line of the document's first key */
  readonly line: number;
  /** the whole document as plain data, attributes of one's own included */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The line of the piece at a path of keys and list positions, e.g. `lineOf('examples', 'match', 0)`. */
  readonly lineOf: (...path: (string | number)[]) => number;
}

/** What may stand in a document. */
export interface AttributeOptions {
  /** attributes beside those of the specification that are meant to be there */
  readonly customAttributes?: readonly string[];
  /** what an id may look like besides a UUID */
  readonly idPattern?: RegExp;
}

const common = [
  'title',
  'id',
  'related',
  'name',
  'taxonomy',
  'status',
  'description',
  'license',
  'references',
  'author',
  'date',
  'modified',
  'fields',
  'falsepositives',
  'level',
  'tags',
  'scope',
];

/** Top-level attributes by kind of document: rules v2.1, correlation rules v2.1, filters v2.1. */
export const attributes = {
  rule: [...common, 'logsource', 'detection'],
  correlation: [...common, 'correlation', 'generate'],
  filter: [...common, 'logsource', 'filter'],
} as const;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const relations = ['derived', 'obsolete', 'merged', 'renamed', 'similar'];
const isoDate = /^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$/;
const tag = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;

/** Reads and checks the attributes that every kind of document has. From here on its reports name the rule. */
export function readMeta(
  { root, reporter }: SigmaDocument,
  kind: keyof typeof attributes,
  options: AttributeOptions,
): Meta {
  const title = textOf(root, 'title', reporter);
  const id = textOf(root, 'id', reporter);
  reporter.rule = title === undefined ? id : id === undefined ? title : `${title} (${id})`;
  if (title === undefined || title.trim() === '') {
    reporter.error('sigma-missing-attribute', "attribute 'title' is missing", lineAt(root, ['title']));
  }
  checkNames(root, kind, options, reporter);
  if (id !== undefined && !uuid.test(id) && options.idPattern?.test(id) !== true) {
    const remedy = options.idPattern === undefined ? undefined : `or an id like ${options.idPattern}`;
    reporter.error('sigma-bad-id', `id '${id}' is not a UUID`, lineAt(root, ['id']), remedy);
  }
  const tags = listOf(root, 'tags', reporter);
  checkForm(root, tags, reporter);
  const name = textOf(root, 'name', reporter);
  const status = wordOf(root, 'status', statuses, reporter);
  const level = wordOf(root, 'level', levels, reporter);
  const description = textOf(root, 'description', reporter);
  return {
    title: title ?? id ?? 'untitled',
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(level === undefined ? {} : { level }),
    ...(description === undefined ? {} : { description }),
    tags,
    references: listOf(root, 'references', reporter),
    falsePositives: listOf(root, 'falsepositives', reporter),
    file: reporter.file,
    line: root.line,
    raw: toPlain(root) as Record<string, unknown>,
    lineOf: (...path) => lineAt(root, path),
  };
}

/** Attributes that change what a rule does: one of them misspelt is an error, not just a word of one's own. */
const effective: readonly string[] = [
  'title',
  'name',
  'taxonomy',
  'status',
  'level',
  'logsource',
  'detection',
  'correlation',
  'generate',
  'filter',
];

/**
 * The specification allows attributes of one's own, so an unknown one is an error only where it is most likely one
 * that matters misspelt: `detetcion` would otherwise be silently ignored.
 */
function checkNames(
  root: MapNode,
  kind: keyof typeof attributes,
  options: AttributeOptions,
  reporter: Reporter,
): void {
  const custom = options.customAttributes;
  const known: readonly string[] = [...attributes[kind], ...(custom ?? [])];
  for (const { key, line } of root.entries) {
    if (known.includes(key)) continue;
    const meant = misspelt(key, known);
    const remedy = `did you mean '${meant}'?`;
    if (meant !== undefined && (effective.includes(meant) || custom?.includes(meant))) {
      reporter.error('sigma-unknown-attribute', `unknown attribute '${key}'`, line, remedy);
    } else if (meant !== undefined || custom !== undefined) {
      const message = `attribute '${key}' is not of the specification`;
      reporter.warn('sigma-custom-attribute', message, line, meant === undefined ? undefined : remedy);
    }
  }
}

/** Slips that change no match: warnings. */
function checkForm(root: MapNode, tags: readonly string[], reporter: Reporter): void {
  for (const key of ['date', 'modified']) {
    const date = textOf(root, key, reporter);
    if (date !== undefined && !isoDate.test(date)) {
      reporter.warn('sigma-bad-date', `${key} '${date}' is not YYYY-MM-DD`, lineAt(root, [key]));
    }
  }
  for (const [index, text] of tags.entries()) {
    if (tag.test(text)) continue;
    reporter.warn('sigma-bad-tag', `tag '${text}' is not namespace.name`, lineAt(root, ['tags', index]));
  }
  const related = entryOf(root, 'related')?.value;
  for (const item of related?.kind === 'list' ? related.items : []) {
    const type = item.kind === 'map' ? entryOf(item, 'type')?.value : undefined;
    if (type?.kind !== 'scalar' || relations.includes(type.text)) continue;
    const remedy = suggestion(type.text, relations, `one of ${relations.join(', ')}`);
    reporter.warn('sigma-bad-relation', `unknown relation '${type.text}'`, type.line, remedy);
  }
}

/** A text attribute, absent where nothing stands after its key; a list or map is reported. */
export function textOf(root: MapNode, key: string, reporter: Reporter): string | undefined {
  const entry = entryOf(root, key);
  if (entry === undefined) return undefined;
  if (entry.value.kind === 'scalar') return entry.value.value === null ? undefined : entry.value.text;
  reporter.error('sigma-bad-attribute', `${key} must be a text, found ${nounOf(entry.value)}`, entry.line);
  return undefined;
}

/** A list of texts; one text counts as a list of one. */
export function listOf(root: MapNode, key: string, reporter: Reporter): string[] {
  const entry = entryOf(root, key);
  if (entry === undefined) return [];
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const texts: string[] = [];
  for (const item of items) {
    if (item.kind === 'scalar') {
      if (item.value !== null) texts.push(item.text);
    } else reporter.error('sigma-bad-attribute', `${key} must hold texts, found ${nounOf(item)}`, item.line);
  }
  return texts;
}

function wordOf<Word extends string>(
  root: MapNode,
  key: string,
  known: readonly Word[],
  reporter: Reporter,
): Word | undefined {
  const text = textOf(root, key, reporter);
  if (text === undefined) return undefined;
  const word = known.find((candidate) => candidate === text);
  if (word === undefined) {
    const remedy = suggestion(text, known, `one of ${known.join(', ')}`);
    reporter.error(`sigma-unknown-${key}`, `unknown ${key} '${text}'`, lineAt(root, [key]), remedy);
  }
  return word;
}

/** What a node is, for messages. */
export function nounOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  if (node.value === null) return 'nothing';
  return `'${node.text}'`;
}
