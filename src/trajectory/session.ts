import type { CompiledSpec } from './compile.ts';
import { readMetadata, readTools } from './metadata.ts';
import type { Trajectory } from './model.ts';
import { compilePath, followFirst, type Path } from './path.ts';
import { StepReader } from './read.ts';
import type { StepDraft } from './step.ts';

/**
 * The trajectory that a session file is: one entry a line. An entry with the id of an earlier one stands in its place;
 * what is one message in several entries becomes one step, at the place of the first. Entries of kinds that are no steps
 * are counted and skipped. What a user took back stays: the agent did it.
 */
export function readEntries(compiled: CompiledSpec, entries: readonly unknown[]): Trajectory {
  const { id, merge } = compiled.spec.entries ?? {};
  const latest = latestById(entries, id === undefined ? undefined : compilePath(id));
  const reader = new StepReader(compiled);
  const mergeAt = merge === undefined ? undefined : [compilePath(merge)];
  let open: { key: unknown; step: StepDraft } | undefined;
  for (const position of entries.keys()) {
    const own = latest.get(position);
    if (own === undefined) {
      reader.pass();
      continue;
    }
    const step = reader.add({ value: own });
    if (step === undefined) continue;
    const key = mergeAt === undefined ? undefined : followFirst(own, mergeAt);
    if (key !== undefined && open?.key === key && open.step.role === step.role) {
      join(open.step, step);
      reader.steps.pop();
    } else open = { key, step };
  }
  const steps = reader.finish();
  const metadata = entriesMetadata(compiled, entries);
  const tools = entries.map((entry) => readTools(compiled, entry)).find((names) => names !== undefined);
  return { steps, metadata, ...(tools === undefined ? {} : { tools }), ...reader.skipped() };
}

/** For each position the entry that counts there; none for one that a later entry of the same id has replaced. */
function latestById(entries: readonly unknown[], path: Path | undefined): Map<number, unknown> {
  const result = new Map<number, unknown>();
  const first = new Map<unknown, number>();
  for (const [position, entry] of entries.entries()) {
    const id = path === undefined ? undefined : followFirst(entry, [path]);
    const before = id === undefined ? undefined : first.get(id);
    if (before === undefined) {
      if (id !== undefined) first.set(id, position);
      result.set(position, entry);
    } else result.set(before, entry);
  }
  return result;
}

/** Puts what a later entry says of a message to the step that the message is. */
function join(step: StepDraft, more: StepDraft): void {
  step.text = [step.text, more.text].filter((text) => text !== '').join('\n');
  const reasoning = [step.reasoning, more.reasoning].filter((text) => text !== undefined).join('\n');
  if (reasoning !== '') step.reasoning = reasoning;
  step.toolCalls = [...step.toolCalls, ...more.toolCalls].map((call, index) => ({ ...call, index }));
  step.observations = [...step.observations, ...more.observations];
  if (more.endTime !== undefined) step.endTime = more.endTime;
  else if (more.startTime !== undefined) step.endTime = more.startTime;
}

/** Each field of the metadata from the first entry that has it. */
function entriesMetadata(compiled: CompiledSpec, entries: readonly unknown[]): Trajectory['metadata'] {
  let found: Trajectory['metadata'] = {};
  for (const entry of entries) found = { ...readMetadata(compiled, entry), ...found };
  return found;
}
