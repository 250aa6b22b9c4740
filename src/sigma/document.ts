import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseAllDocuments,
} from 'yaml';
import { Problems, Reporter } from './problems.ts';

/** YAML with the line of every piece. Keys are texts; aliases are resolved. */
export type YamlNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** the value as text: of a number or boolean, as the file writes it */
  readonly text: string;
  /** the piece of the file, quotes and line breaks included: to find the line of a word in it */
  readonly source: string;
  readonly line: number;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly line: number;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly line: number;
}

export interface MapEntry {
  readonly key: string;
  readonly value: YamlNode;
  /** line of the key */
  readonly line: number;
}

/** One YAML document of a file. */
export interface SigmaDocument {
  readonly root: MapNode;
  readonly reporter: Reporter;
}

/** Pieces in one document, aliases counted each time they are used: no honest rule comes near. */
const nodeLimit = 100_000;
/** Pieces within each other: an alias may stand for what it stands in. */
const depthLimit = 100;

/** The documents of a text in which nothing is wrong, as `readDocuments` reads them. */
export function parseTrusted(text: string): MapNode[] {
  const problems = new Problems();
  const roots = readDocuments('', text, problems).map(({ root }) => root);
  if (problems.errors.length + problems.warnings.length > 0)
    throw new Error('the text is not as it should be');
  return roots;
}

/** The documents of a file. What is not YAML, or not a map, is reported and left out. */
export function readDocuments(file: string, text: string, problems: Problems): SigmaDocument[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false, stringKeys: false });
  const read: SigmaDocument[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const reporter = new Reporter(problems, file);
    const lineAt = (offset: number) => lineCounter.linePos(offset).line;
    for (const error of document.errors) {
      reporter.error('sigma-yaml', `invalid YAML: ${error.message}`, lineAt(error.pos[0]));
    }
    for (const warning of document.warnings) {
      reporter.warn('sigma-yaml', `doubtful YAML: ${warning.message}`, lineAt(warning.pos[0]));
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    if (isScalar(document.contents) && document.contents.value === null) continue;
    const root = new NodeReader(text, document, lineAt, reporter).read(document.contents);
    if (root === undefined) continue;
    if (root.kind === 'map') read.push({ root, reporter });
    else reporter.error('sigma-not-a-map', `rule expected, found a ${root.kind}`, root.line);
  }
  return read;
}

class NodeReader {
  readonly #text: string;
  readonly #document: Document.Parsed;
  readonly #lineAt: (offset: number) => number;
  readonly #reporter: Reporter;
  #count = 0;
  #depth = 0;

  constructor(
    text: string,
    document: Document.Parsed,
    lineAt: (offset: number) => number,
    reporter: Reporter,
  ) {
    this.#text = text;
    this.#document = document;
    this.#lineAt = lineAt;
    this.#reporter = reporter;
  }

  /** Undefined where the piece cannot be read, which is reported. */
  read(node: ParsedNode | null): YamlNode | undefined {
    this.#depth++;
    const read = this.#read(node);
    this.#depth--;
    return read;
  }

  #read(node: ParsedNode | null): YamlNode | undefined {
    if (node === null) return { kind: 'scalar', value: null, text: '', source: '', line: 1 };
    const line = this.#lineAt(node.range[0]);
    if (++this.#count > nodeLimit) {
      if (this.#count === nodeLimit + 1) this.#error(`document of more than ${nodeLimit} pieces`, line);
      return undefined;
    }
    if (this.#depth > depthLimit) {
      this.#error(`more than ${depthLimit} pieces within each other`, line);
      return undefined;
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document) as ParsedNode | undefined;
      if (target !== undefined) return this.read(target);
      this.#error(`alias '*${node.source}' has no anchor`, line);
      return undefined;
    }
    if (isScalar(node)) return this.#scalar(node, line);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item)).filter((item) => item !== undefined);
      return { kind: 'list', items, line };
    }
    if (!isMap(node)) return undefined;
    const entries: MapEntry[] = [];
    for (const pair of node.items) {
      const key = this.read(pair.key as ParsedNode | null);
      const value = this.read(pair.value as ParsedNode | null);
      if (key === undefined || value === undefined) continue;
      if (key.kind === 'scalar') {
        // A key without a value has no node of its own: its place is its key's.
        const placed = pair.value === null ? { ...value, line: key.line } : value;
        entries.push({ key: key.text, value: placed as YamlNode, line: key.line });
      } else this.#error(`text expected as key, found a ${key.kind}`, key.line);
    }
    return { kind: 'map', entries, line };
  }

  #scalar(node: ParsedNode & { value: unknown; source?: string }, line: number): ScalarNode {
    const [start, end] = node.range;
    const source = this.#text.slice(start, end);
    const { value } = node;
    if (typeof value === 'string') return { kind: 'scalar', value, text: value, source, line };
    const text = node.source ?? source;
    if (typeof value === 'boolean' || value === null) return { kind: 'scalar', value, text, source, line };
    // What a double cannot hold (and .nan, .inf) stays what the file says.
    const exact = typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 2 ** 53;
    return { kind: 'scalar', value: exact ? value : text, text, source, line };
  }

  #error(message: string, line: number): void {
    this.#reporter.error('sigma-yaml', `invalid YAML: ${message}`, line);
  }
}

/** The value under a key of a map. */
export function entryOf(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

/** The node as plain data. */
export function toPlain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, toPlain(value)]));
}

/**
 * The line of the piece at a path of keys and list positions: of the key where the last step is a key. Where the
 * path leads nowhere, the line of the last piece that exists.
 */
export function lineAt(node: YamlNode, path: readonly (string | number)[]): number {
  let current = node;
  let { line } = node;
  for (const step of path) {
    const entry = current.kind === 'map' ? current.entries.find(({ key }) => key === step) : undefined;
    const item = current.kind === 'list' ? current.items[Number(step)] : undefined;
    const next = entry?.value ?? item;
    if (next === undefined) return line;
    line = entry?.line ?? next.line;
    current = next;
  }
  return line;
}

/** The line of the `occurrence`th (from 0) appearance of a word in a scalar that may span lines. */
export function lineOfWord({ source, line }: ScalarNode, word: string, occurrence: number): number {
  let left = occurrence;
  for (let at = source.indexOf(word); at >= 0; at = source.indexOf(word, at + 1)) {
    const whole = isEdge(source[at - 1]) && isEdge(source[at + word.length]);
    if ((whole || isEdge(word)) && left-- === 0)
      return line + (source.slice(0, at).match(/\n/g)?.length ?? 0);
  }
  return line;
}

/** What may stand beside a word of a condition. */
function isEdge(character: string | undefined): boolean {
  return character === undefined || /^[\s()|'"]/.test(character);
}
