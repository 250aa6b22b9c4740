import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, TrajsieveError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { prepared } from '../prepared.ts';
import { nearest, suggestion } from '../suggest.ts';
import { compileSpec } from './compile.ts';
import { type DatasetSpec, specSchema } from './spec.ts';

let shipped: readonly DatasetSpec[] | undefined;

/** The specs that come with trajsieve, by name; read once. Files whose names begin with `_` are no specs. */
export function loadSpecs(): DatasetSpec[] {
  const folder = packagePath('datasets');
  shipped ??= readSpecs(folder);
  return [...shipped];
}

function readSpecs(folder: string): DatasetSpec[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.startsWith('_'));
  return files.sort().map((name) => loadSpec(join(folder, name)));
}

/** The specs to read inputs by: all that come with trajsieve, or the one that `--dataset` names. */
export function specsFor(dataset: string | undefined): DatasetSpec[] {
  const specs = loadSpecs();
  return dataset === undefined ? specs : [findSpec(dataset, specs)];
}

/**
 * The spec that `--dataset` names.
 * @param nameOrFile name of one of the specs, or a YAML file
 */
export function findSpec(nameOrFile: string, specs: readonly DatasetSpec[]): DatasetSpec {
  const known = specs.find(({ name }) => name === nameOrFile);
  if (known !== undefined) return known;
  if (/\.ya?ml$/.test(nameOrFile) || existsSync(nameOrFile)) return loadSpec(nameOrFile);
  const names = specs.map(({ name }) => name);
  throw new TrajsieveError('dataset-unknown', `no data set spec is called '${nameOrFile}'`, {
    remedy: suggestion(nameOrFile, names, `known are ${names.join(', ')}; or give a YAML file`),
  });
}

/** Reads and checks one spec. */
export function loadSpec(file: string): DatasetSpec {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new TrajsieveError('spec-missing', `data set spec cannot be read: ${messageOf(error)}`, {
      where: { file },
    });
  }
  return parseSpec(text, file);
}

/** Checks the text of a spec. Throws an error that names the first thing that is wrong, its line, and what to write. */
export function parseSpec(text: string, file: string): DatasetSpec {
  const known = specSchema.safeParse(prepared('yaml.json', text));
  if (known.success) {
    checkWhole(known.data, file);
    compileSpec(known.data);
    return known.data;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    throw new TrajsieveError('spec-yaml', messageOf(problem), { where: { file, line } });
  }
  const result = specSchema.safeParse(document.toJS());
  if (!result.success) {
    const { path, message, remedy } = explain(result.error.issues);
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    const line = node?.range === undefined ? undefined : lines.linePos(node.range[0]).line;
    throw new TrajsieveError('spec-invalid', message, {
      where: { file, ...(line === undefined ? {} : { line }) },
      remedy,
    });
  }
  checkWhole(result.data, file);
  compileSpec(result.data);
  return result.data;
}

type Issue = z.core.$ZodIssue;

const readMe = 'datasets/README.md describes the keys';

/** The issue that tells most: of the ways in which a choice failed, the one that got furthest. */
function explain(issues: readonly Issue[]): { path: PropertyKey[]; message: string; remedy: string } {
  const [issue] = issues;
  if (issue === undefined) return { path: [], message: 'spec is not valid', remedy: readMe };
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = issue.errors.flat().sort((a, b) => b.path.length - a.path.length);
    const unknown = inner.find(({ code }) => code === 'unrecognized_keys') ?? inner[0]!;
    return explain([{ ...unknown, path: [...issue.path, ...unknown.path] } as Issue]);
  }
  const path = [...issue.path];
  const place = path.length === 0 ? 'the spec' : `'${path.join('.')}'`;
  if (issue.code !== 'unrecognized_keys')
    return { path, message: `${place}: ${issue.message}`, remedy: readMe };
  const key = issue.keys[0]!;
  const known = knownKeys(path);
  const hit = nearest(key, known);
  return {
    path: [...path, key],
    message: `${place} has no key '${key}'`,
    remedy:
      hit !== undefined
        ? `did you mean '${hit}'?`
        : known.length > 0
          ? `known are ${known.join(', ')}`
          : readMe,
  };
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** `#/$defs/NAME` */
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** The keys that the language has at a place in a spec. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  const whole = specJsonSchema() as JsonSchema;
  const choices = (schema: JsonSchema): JsonSchema[] => {
    const named = schema.$ref === undefined ? undefined : whole.$defs?.[schema.$ref.replace('#/$defs/', '')];
    return [schema, ...(named === undefined ? [] : choices(named)), ...(schema.anyOf ?? []).flatMap(choices)];
  };
  let at = [whole];
  for (const name of path) {
    at = at.flatMap(choices).flatMap((schema) => {
      const inner = typeof name === 'number' ? schema.items : schema.properties?.[String(name)];
      return inner === undefined ? [] : [inner];
    });
  }
  return [...new Set(at.flatMap(choices).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** The language of the specs as JSON Schema: `datasets/schema.json`. */
export function specJsonSchema(): Record<string, unknown> {
  return {
    title: 'trajsieve data set spec',
    ...z.toJSONSchema(specSchema, { io: 'input', reused: 'ref' }),
  };
}

function checkWhole(spec: DatasetSpec, file: string): void {
  const fail = (message: string, remedy: string) => {
    throw new TrajsieveError('spec-invalid', message, { where: { file }, remedy });
  };
  if ((spec.steps === undefined) === (spec.lists === undefined) && spec.unit !== 'step') {
    fail("one of 'steps' and 'lists' must say where the steps are", readMe);
  }
  if (spec.roles !== undefined && spec.step.role === undefined) {
    fail("'roles' needs 'step.role', which says where the role is", 'for instance `step: { role: role }`');
  }
  if (spec.roles === undefined && spec.cases.length === 0) {
    fail("'roles' or 'cases' must say what the items are", readMe);
  }
  if (spec.unit === 'step' && spec.group_rows === undefined) {
    fail("'unit: step' needs 'group_rows'", 'group_rows: { by: trajectory_id, order: step }');
  }
  if (spec.group_rows !== undefined && spec.unit !== 'step' && spec.unit !== 'row') {
    fail("'group_rows' is for rows that are steps or spans", 'leave it away, or `unit` as it is');
  }
}
