import { type Call, type Result, readCalls, readResults } from './calls.ts';
import type { CompiledSpec, ItemCase } from './compile.ts';
import { rowError } from './items.ts';
import { timeAt, timeFields } from './metadata.ts';
import type { Observation, Role, Step, ToolCall } from './model.ts';
import { append, type Draft, emptyDraft, readContent } from './parts.ts';
import { followFirst, isObject } from './path.ts';
import { passes } from './tests.ts';
import { textOf } from './text.ts';
import type { TextCallStyle } from './text-calls/styles.ts';
import { findTextCalls } from './text-calls.ts';

export type Draftable<T> = { -readonly [Key in keyof T]: T[Key] };
export type StepDraft = Draftable<Step>;

/** The kind of an item; undefined for one that is skipped. Throws for one that the spec does not know. */
export function caseOf(compiled: CompiledSpec, item: unknown, index: number): ItemCase | undefined {
  for (const one of compiled.cases) {
    if (one.when === undefined || passes(one.when, item)) return one.as === 'skip' ? undefined : one;
  }
  if (compiled.skipsOthers) return undefined;
  if (!isObject(item)) throw rowError(`step ${index} is no object`, index);
  throw rowError(
    `step ${index} is of no kind that ${compiled.spec.name} knows: ${describeItem(compiled, item)}`,
    index,
  );
}

/** What an item says of its kind, for an error. */
export function describeItem(compiled: CompiledSpec, item: unknown): string {
  const paths = compiled.cases
    .flatMap(({ when }) => (when ?? []).flat())
    .flatMap((condition) => condition.paths);
  const said = new Map<string, string>();
  for (const path of paths) {
    const value = followFirst(item, [path]);
    if (value !== undefined && said.size < 4) said.set(path.text, textOf(value).slice(0, 60));
  }
  if (said.size === 0)
    return `none of ${[...new Set(paths.map(({ text }) => text))].slice(0, 6).join(', ')} is there`;
  return [...said].map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ');
}

/** A step from its item, by its kind. */
export function stepOfItem(compiled: CompiledSpec, one: ItemCase, item: unknown, index: number): StepDraft {
  const { fields } = one;
  const draft = emptyDraft();
  readContent(followFirst(item, fields.text), compiled.parts, draft);
  const reasoning = followFirst(item, fields.reasoning);
  if (reasoning !== undefined) draft.reasoning.push(textOf(reasoning));
  for (const place of fields.calls) append(draft.calls, readCalls(item, place));
  if (one.as === 'tool') draft.results.splice(0, Number.POSITIVE_INFINITY, ...ownResults(one, item, draft));
  else for (const place of fields.results) append(draft.results, readResults(item, place).filter(hasText));
  const step = stepOfDraft(compiled, one.as as Role, draft, index);
  const { start, end, masked, copied } = fields;
  if (start !== undefined || end !== undefined)
    Object.assign(step, timeFields(timeAt(item, start), timeAt(item, end)));
  if (masked.length > 0 && passes(masked, item)) step.masked = true;
  if (copied.length > 0 && passes(copied, item)) step.copied = true;
  return step;
}

const hasText = ({ text }: Result) => text !== undefined;

/** The results of an item that is one: what its fields say, with its text where they name none. */
function ownResults({ fields }: ItemCase, item: unknown, draft: Draft): Result[] {
  const text = draft.texts.join('\n');
  if (draft.results.length > 0) return text === '' ? draft.results : [...draft.results, { text }];
  return fields.results.flatMap((place) =>
    readResults(item, place).map((result) => (result.text === undefined ? { ...result, text } : result)),
  );
}

/** A step from what its parts came to. Calls that the assistant wrote into its text are found here. */
export function stepOfDraft(compiled: CompiledSpec, as: Role, draft: Draft, index: number): StepDraft {
  const text = as === 'tool' ? '' : draft.texts.join('\n');
  const observations = draft.results.map(observationOf);
  // a turn of the user that holds nothing but results is the tools'
  const role = as === 'user' && text === '' && observations.length > 0 ? 'tool' : as;
  const step: StepDraft = {
    index,
    role,
    text,
    toolCalls: role === 'assistant' ? withTextCalls(draft.calls, text, compiled.always) : [],
    observations,
  };
  const reasoning = draft.reasoning.filter((thought) => thought !== '').join('\n');
  if (reasoning !== '') step.reasoning = reasoning;
  return step;
}

function observationOf({ text = '', ...rest }: Result): Observation {
  return { text, ...rest };
}

function withTextCalls(calls: readonly Call[], text: string, styles: readonly TextCallStyle[]): ToolCall[] {
  const structured = calls.map((call, index) => ({ index, ...call }));
  const written = findTextCalls(text, styles);
  if (written.length === 0 || structured.length === 0) return structured.length > 0 ? structured : written;
  // some data sets keep both the text and what it was parsed into; a text that is no call by itself may hold one
  const named = structured.filter((call) => call.name !== '' || call.arguments !== text);
  const known = new Set(named.map(callKey));
  const others = written.filter((call) => !known.has(callKey(call)));
  return [...named, ...others].map((call, index) => ({ ...call, index }));
}

function callKey(call: Call): string {
  let given: unknown = call.arguments;
  try {
    given = JSON.parse(call.arguments);
  } catch {
    // text as it stands
  }
  return JSON.stringify([call.name, sorted(given)]);
}

function sorted(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
