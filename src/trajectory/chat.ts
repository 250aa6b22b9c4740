import type { Metadata, Observation, Role, Step, ToolCall, Trajectory } from './model.ts';
import { type DatasetSpec, pathList } from './spec.ts';

type Values = Readonly<Record<string, unknown>>;

/** The first of several paths that leads somewhere. */
export function valueAt(value: unknown, paths: readonly string[]): unknown {
  for (const path of paths) {
    let at: unknown = value;
    for (const name of path.split('.')) at = isObject(at) ? at[name] : undefined;
    if (at !== undefined && at !== null) return at;
  }
  return undefined;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The role by the data set's own word for it, or undefined for a word that the spec does not know. */
export function roleOf(spec: DatasetSpec, word: unknown): Role | undefined {
  for (const [role, words] of Object.entries(spec.roles)) {
    if (typeof word === 'string' && words.includes(word)) return role as Role;
  }
  return undefined;
}

/** Text as a string, whether it is one, a list of parts, or nothing. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (Array.isArray(value))
    return value.map((part) => (isObject(part) ? textOf(part['text']) : textOf(part))).join('\n');
  return JSON.stringify(value);
}

/** One step from its element of the list. */
export function readStep(spec: DatasetSpec, element: unknown, index: number): Step {
  const { step } = spec;
  const word = valueAt(element, pathList(step.role));
  const role = roleOf(spec, word);
  if (role === undefined)
    throw new Error(
      `role ${JSON.stringify(word)} of step ${index} is not one that the spec ${spec.name} knows`,
    );
  const text = textOf(valueAt(element, pathList(step.text)));
  const reasoning = valueAt(element, pathList(step.reasoning));
  const isResult = role === 'tool';
  return {
    index,
    role,
    text: isResult ? '' : text,
    ...(reasoning === undefined ? {} : { reasoning: textOf(reasoning) }),
    toolCalls: role === 'assistant' ? readCalls(spec, element) : [],
    observations: isResult ? [readResult(spec, element, text)] : [],
  };
}

function readCalls(spec: DatasetSpec, element: unknown): ToolCall[] {
  const { calls } = spec.step;
  if (calls === undefined) return [];
  const list = valueAt(element, pathList(calls.in));
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map((call, index) => {
    const id = valueAt(call, pathList(calls.id));
    const given = valueAt(call, pathList(calls.arguments));
    return {
      index,
      name: textOf(valueAt(call, pathList(calls.name))),
      arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
      ...(typeof id === 'string' ? { id } : {}),
    };
  });
}

function readResult(spec: DatasetSpec, element: unknown, text: string): Observation {
  const callId = valueAt(element, pathList(spec.step.result?.id));
  const name = valueAt(element, pathList(spec.step.result?.name));
  return {
    text,
    ...(typeof callId === 'string' ? { callId } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
}

/** The trajectory of a row. Throws where the row does not fit the spec. */
export function readTrajectory(spec: DatasetSpec, row: Values): Trajectory {
  const list = valueAt(row, pathList(spec.steps));
  if (!Array.isArray(list)) throw new Error(`${pathList(spec.steps).join(' or ')} holds no list of steps`);
  return {
    steps: list.map((element, index) => readStep(spec, element, index)),
    metadata: readMetadata(spec, row),
  };
}

function readMetadata(spec: DatasetSpec, row: Values): Metadata {
  const found: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(spec.metadata)) {
    const value = valueAt(row, pathList(path));
    if (value === undefined) continue;
    if (name === 'reward') found[name] = Number(value);
    else if (name === 'success') found[name] = Boolean(value);
    else found[name] = String(value);
  }
  return found;
}
