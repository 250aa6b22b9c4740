import { readdirSync, readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { messageOf, TrajsieveError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { suggestion } from '../suggest.ts';
import { type Policy, policySchema } from './schema.ts';

/** The words that findings can carry, so that a policy that waits for others is found out. */
export interface KnownWords {
  readonly category: ReadonlySet<string>;
  readonly rule: ReadonlySet<string>;
  readonly detector: ReadonlySet<string>;
}

/** Names of the policies that come with trajsieve. */
export function readyPolicies(): string[] {
  return readdirSync(packagePath('src/policy/policies'))
    .flatMap((name) => /^([a-z]+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
}

/** The file of a policy: that of a ready one by its name, else the path as it is. */
export function policyFile(nameOrFile: string): string {
  return /^[a-z]+$/.test(nameOrFile) ? packagePath('src/policy/policies', `${nameOrFile}.yaml`) : nameOrFile;
}

/**
 * Loads a policy by the name of a ready one, or from a file. A word that is not known is an error that says where it
 * stands and what it was most likely meant to be.
 * @param known the categories, rules and detectors there are; without it they are not checked
 */
export function loadPolicy(nameOrFile: string, known?: KnownWords): Policy {
  return parsePolicy(readPolicy(nameOrFile), policyFile(nameOrFile), known);
}

/** The text of a policy. */
export function readPolicy(nameOrFile: string): string {
  try {
    return readFileSync(policyFile(nameOrFile), 'utf8');
  } catch (error) {
    const ready = readyPolicies();
    const fallback = `ready policies are ${ready.join(', ')}; anything else is the path of a YAML file`;
    // of a name nobody wants to hear in which folder it was looked for
    const why =
      policyFile(nameOrFile) === nameOrFile
        ? `cannot be read: ${messageOf(error)}`
        : 'is none of the ready ones';
    throw new TrajsieveError('policy-missing', `policy ${JSON.stringify(nameOrFile)} ${why}`, {
      remedy: suggestion(nameOrFile, ready, fallback),
    });
  }
}

/** @param file what errors call it */
export function parsePolicy(text: string, file: string, known?: KnownWords): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [trouble] = document.errors;
  if (trouble !== undefined) {
    const line = trouble.linePos?.[0].line;
    throw invalid(`policy is no YAML: ${trouble.message.split('\n')[0]}`, file, line);
  }
  const lineAt = (path: readonly PropertyKey[], key?: string) => {
    const offset = offsetOf(document.contents, path, key);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  const result = policySchema.safeParse(document.toJS());
  if (!result.success) {
    const { issues } = result.error;
    // a misspelt key is the cause of the one that is missing
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
    const { message, remedy, path, key } = explain(issue, document.toJS());
    throw invalid(message, file, lineAt(path, key), remedy);
  }
  checkOrder(result.data, file, lineAt);
  if (known !== undefined) checkWords(result.data, known, file, lineAt);
  return result.data;
}

function invalid(message: string, file: string, line?: number, remedy?: string): TrajsieveError {
  const where = line === undefined ? { file } : { file, line };
  return new TrajsieveError('policy-invalid', message, remedy === undefined ? { where } : { where, remedy });
}

type Issue = z.core.$ZodIssue;

/** What is wrong, where, and what was most likely meant. */
interface Explained {
  readonly message: string;
  readonly remedy?: string;
  readonly path: readonly PropertyKey[];
  /** the key of the map at `path` that is wrong */
  readonly key?: string;
}

function explain(issue: Issue, value: unknown): Explained {
  const { path } = issue;
  const place = path.length === 0 ? 'policy' : path.join('.');
  const given = valueAt(value, path);
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const known = keysAt(path);
    const remedy = suggestion(key!, known, `known are ${known.join(', ')}`);
    return { message: `${place} has no key '${key}'`, remedy, path, key: key! };
  }
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    if (given === undefined)
      return { message: `${place} is missing`, remedy: `one of ${known.join(', ')}`, path };
    const remedy = suggestion(String(given), known, `one of ${known.join(', ')}`);
    return { message: `${place} is ${JSON.stringify(given)}`, remedy, path };
  }
  if (issue.code === 'invalid_union') {
    // one word, or a list of them
    const inner = issue.errors[Array.isArray(given) ? 1 : 0]?.[0];
    if (inner !== undefined) return explain({ ...inner, path: [...path, ...inner.path] }, value);
  }
  if (given === undefined && path.length > 0) return { message: `${place} is missing`, path };
  return { message: `${place}: ${issue.message}`, path };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return at;
}

/** The keys that a map may have, by its place in a policy. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let at: z.core.$ZodType = policySchema;
  for (const key of path) {
    at = unwrap(at);
    const { def } = at._zod as unknown as {
      def: { shape?: Record<string, z.core.$ZodType>; element?: z.core.$ZodType };
    };
    const next = typeof key === 'number' ? def.element : def.shape?.[String(key)];
    if (next === undefined) return [];
    at = next;
  }
  const { def } = unwrap(at)._zod as unknown as { def: { shape?: object } };
  return Object.keys(def.shape ?? {});
}

/** A schema without its default. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod as unknown as { def: { innerType?: z.core.$ZodType } };
  return def.innerType === undefined ? schema : unwrap(def.innerType);
}

/** A line that no finding can get to says something else than what would happen. */
function checkOrder(
  { findings }: Policy,
  file: string,
  lineAt: (path: readonly PropertyKey[]) => number | undefined,
): void {
  const all = findings.findIndex(({ when }) => Object.keys(when).length === 0);
  if (all < 0 || all === findings.length - 1) return;
  throw invalid(
    `findings.${all + 1} is never reached: findings.${all} before it has no \`when\`, and fits every finding`,
    file,
    lineAt(['findings', all + 1]),
    'put the line without `when` last',
  );
}

function checkWords(
  policy: Policy,
  known: KnownWords,
  file: string,
  lineAt: (path: readonly PropertyKey[]) => number | undefined,
): void {
  for (const [index, { when }] of policy.findings.entries()) {
    for (const key of ['category', 'rule', 'detector'] as const) {
      const words = when[key];
      for (const [at, word] of (Array.isArray(words) ? words : [words ?? []].flat()).entries()) {
        if (known[key].has(word)) continue;
        const path = ['findings', index, 'when', key, ...(Array.isArray(words) ? [at] : [])];
        const fallback = `trajsieve rules list shows what there is`;
        throw invalid(
          `${key} ${JSON.stringify(word)} is unknown: no finding would ever fit`,
          file,
          lineAt(path),
          suggestion(word, known[key], fallback),
        );
      }
    }
  }
}

/** Where the value at a path stands in the text; the nearest that is there, where it is missing. */
function offsetOf(root: unknown, path: readonly PropertyKey[], key?: string): number | undefined {
  let node = root as {
    range?: [number, number, number] | null;
    get?(key: unknown, keep: true): unknown;
  } | null;
  for (const name of path) {
    const next = node?.get?.(name, true) as typeof node | undefined;
    if (next === undefined || next === null) break;
    node = next;
  }
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    const range = pair !== undefined && isScalar(pair.key) ? pair.key.range : undefined;
    if (range) return range[0];
  }
  return node?.range?.[0];
}
