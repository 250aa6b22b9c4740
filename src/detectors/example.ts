import { z } from 'zod';
import { TrajsieveError } from '../errors.ts';
import type { Observation, Step, ToolCall, Trajectory } from '../trajectory/model.ts';

const callSchema = z.strictObject({
  tool: z.string().default('bash'),
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]),
});

const stepSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  text: z.string().default(''),
  reasoning: z.string().optional(),
  shell: z.string().optional(),
  python: z.string().optional(),
  calls: z.array(callSchema).default([]),
});

const exampleSchema = z.union([
  z.string(),
  z.strictObject({
    shell: z.string().optional(),
    python: z.string().optional(),
    tool: z.string().optional(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    /** what the user asks for; a neutral task where it is not given */
    task: z.string().optional(),
    /** what comes back */
    observation: z.string().optional(),
    /** a whole trajectory instead */
    steps: z.array(stepSchema).min(1).optional(),
  }),
]);

const examplesSchema = z.strictObject({
  match: z.array(exampleSchema).default([]),
  ignore: z.array(exampleSchema).default([]),
});

/**
 * What a rule must match, or must leave alone: a shell command, or more where a command is not all. Rules hold theirs
 * under `examples: { match, ignore }`.
 */
export type Example = z.input<typeof exampleSchema>;
export type Examples = z.output<typeof examplesSchema>;

/** The examples of a rule, checked. */
export function readExamples(value: unknown, rule: string, file: string): Examples {
  const result = examplesSchema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new TrajsieveError('examples-invalid', z.prettifyError(result.error), {
    where: { file, rule },
    remedy:
      'an example is a shell command, or a map with shell, python, tool and arguments, task, observation, or steps',
  });
}

/** The task of an example that names none: one that asks for nothing a rule is about. */
export const neutralTask = 'Please finish the work in the current folder and tell me when you are done.';

/** An example as a trajectory. */
export function trajectoryOf(example: Examples['match'][number]): Trajectory {
  if (typeof example === 'string') return trajectoryOf({ shell: example });
  if (example.steps !== undefined) return { steps: example.steps.map(readStep), metadata: {} };
  const { shell, python, tool = 'bash', task = neutralTask, observation } = example;
  const call =
    shell !== undefined
      ? shellCall(shell)
      : python !== undefined
        ? pythonCall(python)
        : { tool, arguments: example.arguments ?? '' };
  const steps: z.output<typeof stepSchema>[] = [
    { role: 'user', text: task, calls: [] },
    { role: 'assistant', text: '', calls: [call] },
  ];
  if (observation !== undefined) steps.push({ role: 'tool', text: observation, calls: [] });
  return { steps: steps.map(readStep), metadata: {} };
}

/** A command as one tool call of a shell. */
export const shellCall = (command: string) => ({ tool: 'bash', arguments: { command } });

/** Code as one tool call of an interpreter. */
export const pythonCall = (code: string) => ({ tool: 'python', arguments: { code } });

function readStep(step: z.output<typeof stepSchema>, index: number): Step {
  const { role, text, reasoning, shell, python } = step;
  const calls = [
    ...step.calls,
    ...(shell === undefined ? [] : [shellCall(shell)]),
    ...(python === undefined ? [] : [pythonCall(python)]),
  ];
  const observations: Observation[] = role === 'tool' ? [{ text }] : [];
  return {
    index,
    role,
    text: role === 'tool' ? '' : text,
    ...(reasoning === undefined ? {} : { reasoning }),
    toolCalls: calls.map(
      (call, at): ToolCall => ({
        index: at,
        name: call.tool,
        arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
      }),
    ),
    observations,
  };
}
