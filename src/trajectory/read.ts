import type { CompiledSpec } from './compile.ts';
import { type Item, itemsOf, placeName, rowError } from './items.ts';
import { readMetadata, readTools } from './metadata.ts';
import type { Role, Step, ToolCall, Trajectory } from './model.ts';
import { emptyDraft } from './parts.ts';
import { compilePath, followFirst, type Path } from './path.ts';
import { listOf } from './spec.ts';
import { caseOf, type StepDraft, stepOfDraft, stepOfItem } from './step.ts';
import { textOf } from './text.ts';
import { findTextCalls } from './text-calls.ts';

/** The trajectory of a row. Throws where the row is not as the spec says. */
export function readRow(compiled: CompiledSpec, row: unknown): Trajectory {
  const reader = new StepReader(compiled);
  readBefore(compiled, row, reader);
  if (!readLists(compiled, row, reader)) throw withoutLists(compiled);
  const steps = reader.finish();
  const tools = readTools(compiled, row);
  return {
    steps,
    metadata: readMetadata(compiled, row),
    ...(tools === undefined ? {} : { tools }),
    ...reader.skipped(),
  };
}

function readBefore(compiled: CompiledSpec, row: unknown, reader: StepReader): void {
  for (const [index, { at, as }] of compiled.before.entries()) {
    const text = textOf(followFirst(row, at));
    if (text !== '') reader.steps.push(plainStep(compiled, as, text, index - compiled.before.length));
  }
}

/** Reads the lists of a row; false where it has none. */
function readLists(compiled: CompiledSpec, row: unknown, reader: StepReader): boolean {
  const found = compiled.lists.map((place) => ({ place, items: itemsOf(row, place) }));
  if (found.every(({ items }) => items === undefined)) return false;
  for (const { place, items } of found) {
    if (items === undefined) continue;
    const first = reader.steps.length;
    for (const item of items) reader.add(item);
    for (const step of reader.steps.slice(first)) {
      if (place.name !== undefined) step.list = place.name;
      if (place.copied) step.copied = true;
    }
  }
  return true;
}

function withoutLists(compiled: CompiledSpec): Error {
  return rowError(`${compiled.lists.map(placeName).join(' or ')} holds no list of steps`);
}

function plainStep(compiled: CompiledSpec, role: Role, text: string, index: number): StepDraft {
  const draft = emptyDraft();
  if (role === 'tool') draft.results.push({ text });
  else draft.texts.push(text);
  return stepOfDraft(compiled, role, draft, index);
}

/**
 * One step from its element alone. Where the steps around it decide what it is, it comes as all that it may be: a user
 * turn that may be a tool result is both, and text calls count that would need an answer.
 */
export function readStepAlone(compiled: CompiledSpec, element: unknown, index: number): Step {
  const one = caseOf(compiled, element, index);
  if (one === undefined) return { index, role: 'system', text: '', toolCalls: [], observations: [] };
  const step = stepOfItem(compiled, one, element, index);
  if (step.role === 'user' && step.text !== '' && mayBeOutput(compiled, step.text)) {
    step.observations = [...step.observations, { text: step.text }];
  }
  if (step.role === 'assistant' && step.toolCalls.length === 0)
    step.toolCalls = answeredCalls(compiled, step.text);
  return step;
}

/** The calls of a text that a tool has answered. Where nothing else calls, a block without a language does. */
function answeredCalls({ answered }: CompiledSpec, text: string): ToolCall[] {
  const calls = findTextCalls(text, answered);
  return calls.length > 0 || !answered.includes('fenced') ? calls : findTextCalls(text, ['last-fence']);
}

function mayBeOutput(compiled: CompiledSpec, text: string): boolean {
  return compiled.outputAfterCall || startsOutput(compiled, text);
}

function startsOutput({ outputStarts }: CompiledSpec, text: string): boolean {
  if (outputStarts.length === 0) return false;
  const start = text.trimStart();
  return outputStarts.some((mark) => start.startsWith(mark));
}

/** Gathers the steps of a row, in order. */
export class StepReader {
  readonly steps: StepDraft[] = [];
  readonly #compiled: CompiledSpec;
  readonly #skipped = new Map<string, number>();
  readonly #byId = new Map<unknown, number>();
  #next = 0;

  constructor(compiled: CompiledSpec) {
    this.#compiled = compiled;
  }

  /** Leaves out an item that another one stands for. */
  pass(): void {
    this.#next += 1;
  }

  /** Reads one item; the step that it came to, if it is one. */
  add(item: Item): StepDraft | undefined {
    const index = this.#next;
    this.#next += 1;
    if ('turn' in item) {
      const step = plainStep(this.#compiled, item.turn.role, item.turn.text, index);
      this.steps.push(step);
      return step;
    }
    const one = caseOf(this.#compiled, item.value, index);
    if (one === undefined) {
      this.#skip(item.value);
      return undefined;
    }
    const step = stepOfItem(this.#compiled, one, item.value, index);
    const { id, parent } = one.fields;
    if (id.length > 0 || parent.length > 0) this.#place(step, item.value, id, parent);
    this.steps.push(step);
    return step;
  }

  /** Follows the links of data sets that are trees. */
  #place(step: StepDraft, item: unknown, idPaths: readonly Path[], parentPaths: readonly Path[]): void {
    const id = followFirst(item, idPaths);
    if (id !== undefined) this.#byId.set(id, step.index);
    const parent = followFirst(item, parentPaths);
    const at = idPaths.length === 0 && typeof parent === 'number' ? parent : this.#byId.get(parent);
    const before = this.steps.at(-1)?.index;
    if (at !== undefined && at !== before && at < step.index) step.parent = at;
  }

  #skip(value: unknown): void {
    const kind = ['type', 'kind', 'class_', 'observation', 'action', 'role', 'source']
      .map((name) => followFirst(value, [{ text: name, names: [name] }]))
      .find((word) => typeof word === 'string');
    const name = typeof kind === 'string' ? kind.slice(0, 60) : 'unknown';
    this.#skipped.set(name, (this.#skipped.get(name) ?? 0) + 1);
  }

  skipped(): { skipped?: Record<string, number> } {
    return this.#skipped.size === 0 ? {} : { skipped: Object.fromEntries(this.#skipped) };
  }

  /** The steps, with what only their neighbours tell. */
  finish(): Step[] {
    tellOutputs(this.#compiled, this.steps);
    markRepeats(this.steps);
    return this.steps;
  }
}

/** Tells tool results from the user's own words, and calls that were carried out from mere text. */
function tellOutputs(compiled: CompiledSpec, steps: StepDraft[]): void {
  const { answered, outputAfterCall, outputStarts } = compiled;
  if (answered.length === 0 && !outputAfterCall && outputStarts.length === 0) return;
  let before: StepDraft | undefined;
  for (const step of steps) {
    const follows = before?.role === 'assistant' ? before : undefined;
    if (step.role === 'user' && follows !== undefined && startsOutput(compiled, step.text))
      becomeOutput(step);
    if (step.role === 'tool' && follows !== undefined && follows.toolCalls.length === 0) {
      follows.toolCalls = answeredCalls(compiled, follows.text);
    }
    if (step.role === 'user' && outputAfterCall && (follows?.toolCalls.length ?? 0) > 0) becomeOutput(step);
    before = step;
  }
}

function becomeOutput(step: StepDraft): void {
  step.observations = [...step.observations, { text: step.text }];
  step.role = 'tool';
  step.text = '';
}

/** Of two conversations in one row, what the second repeats of the first from its beginning is copied. */
function markRepeats(steps: readonly StepDraft[]): void {
  const lists = new Map<string, StepDraft[]>();
  for (const step of steps) {
    if (step.list === undefined) continue;
    const list = lists.get(step.list);
    if (list === undefined) lists.set(step.list, [step]);
    else list.push(step);
  }
  const [...named] = lists.values();
  for (const [number, list] of named.entries()) {
    for (const earlier of named.slice(0, number)) {
      for (let at = 0; at < list.length && at < earlier.length && isSame(list[at]!, earlier[at]!); at++) {
        list[at]!.copied = true;
      }
    }
  }
}

function isSame(left: Step, right: Step): boolean {
  return (
    left.role === right.role &&
    left.text === right.text &&
    JSON.stringify(left.toolCalls) === JSON.stringify(right.toolCalls) &&
    JSON.stringify(left.observations) === JSON.stringify(right.observations)
  );
}

/** A trajectory of several rows. */
export interface GroupedTrajectory {
  readonly trajectory: Trajectory;
  /** by index of the step: the place of its row among those that were given */
  readonly rowOf: ReadonlyMap<number, number>;
}

/** What rows of one trajectory share. */
export interface RowGrouping {
  /** where it is, for people */
  readonly by: string;
  /** Its value in a row, of which no more than the columns for it need be there; undefined where the row does not say. */
  keyOf(row: unknown): string | undefined;
}

/** What tells which rows belong together: the first of several fields that a row has. */
export function rowGrouping(compiled: CompiledSpec): RowGrouping {
  const paths = listOf(compiled.spec.group_rows?.by).map(compilePath);
  let met: Path | undefined;
  return {
    get by() {
      return met?.text ?? paths.map(({ text }) => text).join(' or ');
    },
    keyOf(row) {
      for (const path of paths) {
        const key = followFirst(row, [path]);
        if (key === undefined) continue;
        met = path;
        return typeof key === 'object' ? undefined : String(key);
      }
      return undefined;
    },
  };
}

/**
 * The trajectory of rows that are its steps, or spans that hold several, in their order. Spans that hold none are left
 * out; where none holds any, the rows are not as the spec says, and this throws.
 */
export function readGroup(compiled: CompiledSpec, rows: readonly unknown[]): GroupedTrajectory {
  const order = listOf(compiled.spec.group_rows?.order).map(compilePath);
  const ordered = [...rows.entries()];
  if (order.length > 0) ordered.sort(([, a], [, b]) => compare(followFirst(a, order), followFirst(b, order)));
  const reader = new StepReader(compiled);
  const rowOf = new Map<number, number>();
  const [first] = ordered;
  if (compiled.spec.unit !== 'step') readBefore(compiled, first?.[1], reader);
  let hasLists = compiled.spec.unit === 'step';
  for (const [number, value] of ordered) {
    const from = reader.steps.length;
    if (compiled.spec.unit === 'step') reader.add({ value });
    else if (readLists(compiled, value, reader)) hasLists = true;
    for (const step of reader.steps.slice(from)) rowOf.set(step.index, number);
  }
  if (!hasLists) throw withoutLists(compiled);
  const trajectory = {
    steps: reader.finish(),
    metadata: readMetadata(compiled, first?.[1]),
    ...reader.skipped(),
  };
  return { trajectory, rowOf };
}

function compare(left: unknown, right: unknown): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
  return String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0;
}

/** Nanoseconds since 1970 are too large for a number, and come as text where they are JSON. */
function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return typeof value === 'string' && /^\d{1,30}$/.test(value) ? BigInt(value) : undefined;
}
