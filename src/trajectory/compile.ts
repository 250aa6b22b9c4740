import type { Role } from './model.ts';
import { compilePath, type Path } from './path.ts';
import {
  type CallSpec,
  type DatasetSpec,
  type ListSpec,
  listOf,
  type PartSpec,
  type ResultSpec,
  type StepFields,
  type TimeSpec,
  type TimeUnit,
} from './spec.ts';
import { type Condition, compileTest, type Test } from './tests.ts';
import { answeredStyles, type TextCallStyle, unambiguousStyles } from './text-calls/styles.ts';
import { knownOutputStarts } from './tool-output.ts';

/** Where tool calls are, with its paths taken apart. */
export interface CallPlace {
  readonly in: readonly Path[] | undefined;
  readonly when: Test | undefined;
  readonly id: readonly Path[];
  readonly name: readonly Path[] | { readonly is: string };
  readonly arguments: readonly Path[] | { readonly build: readonly (readonly [name: string, at: Path])[] };
}

/** Where results of tool calls are. */
export interface ResultPlace {
  readonly in: readonly Path[] | undefined;
  readonly when: Test | undefined;
  readonly id: readonly Path[];
  readonly name: readonly Path[];
  readonly text: readonly Path[];
  readonly failed: Test;
  readonly exitCode: readonly Path[];
}

export interface TimePlace {
  readonly at: readonly Path[];
  readonly unit: TimeUnit;
  readonly zone: string | undefined;
}

/** What is read of an item of some kind. */
export interface Fields {
  readonly text: readonly Path[];
  readonly reasoning: readonly Path[];
  readonly calls: readonly CallPlace[];
  readonly results: readonly ResultPlace[];
  readonly start: TimePlace | undefined;
  readonly end: TimePlace | undefined;
  readonly masked: Test;
  readonly copied: Test;
  readonly id: readonly Path[];
  readonly parent: readonly Path[];
}

/** A kind of item. */
export interface ItemCase {
  /** undefined holds for every item */
  readonly when: Test | undefined;
  readonly as: Role | 'skip';
  readonly fields: Fields;
}

export interface PartCase {
  readonly when: Test;
  readonly fields: Pick<Fields, 'text' | 'reasoning' | 'calls' | 'results'>;
}

export interface ListPlace {
  readonly name: string | undefined;
  readonly at: readonly Path[];
  readonly when: Test | undefined;
  readonly copied: boolean;
  readonly as: Role | undefined;
  readonly bareRoles: boolean;
  readonly flattened: string | undefined;
}

/** A spec made ready to read with. */
export interface CompiledSpec {
  readonly spec: DatasetSpec;
  readonly lists: readonly ListPlace[];
  readonly before: readonly { readonly at: readonly Path[]; readonly as: Role }[];
  readonly cases: readonly ItemCase[];
  readonly parts: readonly PartCase[];
  readonly skipsOthers: boolean;
  readonly always: readonly TextCallStyle[];
  readonly answered: readonly TextCallStyle[];
  readonly outputStarts: readonly string[];
  readonly outputAfterCall: boolean;
  readonly tools: readonly Path[];
  readonly metadata: readonly (readonly [name: string, at: readonly Path[]])[];
  readonly start: TimePlace | undefined;
  readonly end: TimePlace | undefined;
  readonly duration: TimePlace | undefined;
}

const compiled = new WeakMap<DatasetSpec, CompiledSpec>();

/** The spec with its paths taken apart; made once for each spec. */
export function compileSpec(spec: DatasetSpec): CompiledSpec {
  let found = compiled.get(spec);
  if (found === undefined) {
    found = compile(spec);
    compiled.set(spec, found);
  }
  return found;
}

const allPaths = (value: string | readonly string[] | undefined) => listOf(value).map(compilePath);

function compile(spec: DatasetSpec): CompiledSpec {
  const { start, end, duration, times_of: _, ...texts } = spec.metadata;
  return {
    spec,
    lists: compileLists(spec),
    before: spec.before.map(({ at, as }) => ({ at: allPaths(at), as })),
    cases: compileCases(spec),
    parts: spec.parts.map(compilePart),
    skipsOthers: spec.others === 'skip',
    always: spec.text_calls.always === 'unambiguous' ? unambiguousStyles : spec.text_calls.always,
    answered: spec.text_calls.answered === 'known' ? answeredStyles : spec.text_calls.answered,
    outputStarts: spec.tool_output.starts === 'known' ? knownOutputStarts : spec.tool_output.starts,
    outputAfterCall: spec.tool_output.after_call,
    tools: allPaths(spec.tools),
    metadata: Object.entries(texts).map(([name, at]) => [name, allPaths(at)] as const),
    start: compileTime(start),
    end: compileTime(end),
    duration: compileTime(duration),
  };
}

function compileLists(spec: DatasetSpec): ListPlace[] {
  if (spec.lists !== undefined) return spec.lists.map(compileList);
  const plain = {
    name: undefined,
    when: undefined,
    copied: false,
    as: undefined,
    bareRoles: false,
    flattened: undefined,
  };
  return [{ ...plain, at: allPaths(spec.steps) }];
}

function compileList(list: ListSpec): ListPlace {
  const { name, at, copied, as, bare_roles: bareRoles, flattened } = list;
  const when = list.when === undefined ? undefined : compileTest(list.when);
  return { name, at: allPaths(at), when, copied, as, bareRoles, flattened };
}

function compileCases(spec: DatasetSpec): ItemCase[] {
  const { role, ...shared } = spec.step;
  const explicit = spec.cases.map(({ when, as, ...own }): ItemCase => {
    const fields = compileFields({ ...shared, ...own }, as);
    return { when: when === undefined ? undefined : compileTest(when), as, fields };
  });
  const paths = allPaths(role);
  const byRole = Object.entries(spec.roles ?? {}).flatMap(([as, words]): ItemCase[] => {
    if (words.length === 0) return [];
    const when: Test = [[roleCondition(paths, words)]];
    return [{ when, as: as as Role, fields: compileFields(shared, as as Role) }];
  });
  return [...explicit, ...byRole];
}

/** Holds for any of the words, in upper case or lower. */
function roleCondition(paths: readonly Path[], words: readonly string[]): Condition {
  const values: ReadonlySet<unknown> = new Set(words);
  const folded = new Set(words.map((word) => word.toLowerCase()));
  const holds = (value: unknown) =>
    values.has(value) || (typeof value === 'string' && folded.has(value.toLowerCase()));
  return { paths, values, holds };
}

/** Calls count for the assistant alone; a result without a place of its own is the item of a tool. */
function compileFields(fields: StepFields, as: Role | 'skip'): Fields {
  const results = listOf(fields.results).map(compileResult);
  const itself = results.filter((result) => result.in === undefined && result.when === undefined);
  const own: ResultPlace = { in: undefined, when: undefined, ...emptyResult };
  return {
    text: allPaths(fields.text),
    reasoning: allPaths(fields.reasoning),
    calls: as === 'assistant' ? listOf(fields.calls).map(compileCall) : [],
    results:
      as !== 'tool'
        ? results.filter((result) => !itself.includes(result))
        : results.length > 0
          ? results
          : [own],
    start: compileTime(fields.start),
    end: compileTime(fields.end),
    masked: compileTest(fields.masked),
    copied: compileTest(fields.copied),
    id: allPaths(fields.id),
    parent: allPaths(fields.parent),
  };
}

const emptyResult = { id: [], name: [], text: [], failed: [], exitCode: [] } as const;

/** Usual fields of a call in a list of calls: what a spec leaves out is looked for there. */
const usualCall = {
  id: ['id', 'call_id', 'tool_call_id', 'toolCallId'],
  name: ['function.name', 'name', 'tool_name', 'toolName', 'tool', 'function'],
  arguments: [
    ...['function.arguments', 'arguments', 'args', 'input', 'tool_input', 'parameters'],
    ...['function.parameters', 'kwargs', 'params'],
  ],
} as const;

function compileCall(call: CallSpec): CallPlace {
  const { name, arguments: given } = call;
  const at = (own: string | readonly string[] | undefined, usual: readonly string[]) =>
    allPaths(call.in === undefined ? own : [...new Set([...listOf(own), ...usual])]);
  return {
    in: call.in === undefined ? undefined : allPaths(call.in),
    when: call.when === undefined ? undefined : compileTest(call.when),
    id: at(call.id, usualCall.id),
    name: typeof name === 'object' && 'is' in name ? name : at(name, usualCall.name),
    arguments:
      typeof given === 'object' && 'build' in given
        ? { build: Object.entries(given.build).map(([key, path]) => [key, compilePath(path)] as const) }
        : at(given, usualCall.arguments),
  };
}

function compileResult(result: ResultSpec): ResultPlace {
  return {
    in: result.in === undefined ? undefined : allPaths(result.in),
    when: result.when === undefined ? undefined : compileTest(result.when),
    id: allPaths(result.id),
    name: allPaths(result.name),
    text: allPaths(result.text),
    failed: compileTest(result.failed),
    exitCode: allPaths(result.exit_code),
  };
}

function compilePart({ when, ...fields }: PartSpec): PartCase {
  return {
    when: compileTest(when),
    fields: {
      text: allPaths(fields.text),
      reasoning: allPaths(fields.reasoning),
      calls: listOf(fields.calls).map(compileCall),
      results: listOf(fields.results).map(compileResult),
    },
  };
}

function compileTime(time: TimeSpec | undefined): TimePlace | undefined {
  if (time === undefined) return undefined;
  if (typeof time === 'string' || Array.isArray(time))
    return { at: allPaths(time), unit: 'iso', zone: undefined };
  return { at: allPaths(time.at), unit: time.unit, zone: time.zone };
}
