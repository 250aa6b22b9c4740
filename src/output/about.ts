import type { Metadata, Trajectory } from '../trajectory/model.ts';
import { type Near, nearSteps } from './near.ts';

/** What is known of a row beside its findings: what reports group rows by. What the data set does not say is left out. */
export interface RowAbout {
  readonly source?: string;
  readonly task?: string;
  readonly model?: string;
  readonly group?: string;
  readonly reward?: number;
  readonly success?: boolean;
  /** steps of the trajectory */
  readonly steps: number;
  /** tool names by step and call: `tools.get('4 0')` */
  readonly tools: ReadonlyMap<string, string>;
  /** what stands beside the steps of its findings */
  readonly near: ReadonlyMap<number, Near>;
}

/** What two passes over one row know of it, together; what is told of its steps is in their order. */
export function joinAbouts(first: RowAbout | undefined, second: RowAbout | undefined): RowAbout | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const near = new Map([...first.near, ...second.near]);
  return { ...first, tools: new Map([...first.tools, ...second.tools]), near };
}

/** Longest text of a row's metadata that is carried beside its findings, in UTF-16 units. */
export const aboutLength = 200;

/**
 * What a report needs of a trajectory, without keeping the trajectory.
 * @param found where something was found in it
 */
export function aboutOf(trajectory: Trajectory, found: readonly { readonly step: number }[]): RowAbout {
  const { metadata, steps } = trajectory;
  const tools = new Map<string, string>();
  for (const step of steps)
    for (const call of step.toolCalls) tools.set(`${step.index} ${call.index}`, cut(call.name));
  const near = nearSteps(
    trajectory,
    found.map(({ step }) => step),
  );
  return { ...metadataAbout(metadata), steps: steps.length, tools, near };
}

function metadataAbout(metadata: Metadata): Omit<RowAbout, 'steps' | 'tools' | 'near'> {
  const { source, task, model, group, reward, success } = metadata;
  return {
    ...(source === undefined ? {} : { source: cut(source) }),
    ...(task === undefined ? {} : { task: cut(task) }),
    ...(model === undefined ? {} : { model: cut(model) }),
    ...(group === undefined ? {} : { group: cut(group) }),
    ...(reward === undefined ? {} : { reward }),
    ...(success === undefined ? {} : { success }),
  };
}

function cut(text: string): string {
  return text.length <= aboutLength ? text : `${text.slice(0, aboutLength - 1)}…`;
}

/**
 * The family of a task by its name: what stands before the first number or hash that follows a separator, so that
 * `django__django-11099` and `django__django-12345` are one family. Undefined for free text.
 */
export function taskFamily(task: string): string | undefined {
  if (task.length > 100 || /\s/.test(task)) return undefined;
  const family = /^(.+?)[-_.:#/]+(?:\d|[0-9a-f]{6,}(?![a-z]))/i.exec(task)?.[1];
  return family ?? task;
}
