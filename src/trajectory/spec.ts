import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, TrajsieveError } from '../errors.ts';

/** One path, or several of which the first that is there counts. `a.b` is field `b` of field `a`. */
const paths = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const stepSpec = z.strictObject({
  role: paths,
  text: paths.optional(),
  reasoning: paths.optional(),
  calls: z
    .strictObject({ in: paths, id: paths.optional(), name: paths, arguments: paths })
    .optional()
    .describe('where the tool calls of a step are, and what is in each'),
  result: z
    .strictObject({ id: paths.optional(), name: paths.optional() })
    .optional()
    .describe('for steps that hold a tool result: which call it answers'),
});

/** A data set spec, as `datasets/*.yaml` hold it. */
export const specSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  recognise: z
    .strictObject({ columns: z.array(z.string()).min(1), step: z.array(z.string()).default([]) })
    .describe('columns of the file, and fields of a step, that must be there'),
  steps: paths.describe('the list of steps'),
  step: stepSpec,
  roles: z.strictObject({
    system: z.array(z.string()).default([]),
    user: z.array(z.string()).default([]),
    assistant: z.array(z.string()).min(1),
    tool: z.array(z.string()).default([]),
  }),
  metadata: z
    .partialRecord(
      z.enum(['id', 'task', 'source', 'model', 'group', 'sandbox', 'container', 'host', 'reward', 'success']),
      paths,
    )
    .default({}),
});

export type DatasetSpec = z.infer<typeof specSchema>;

/** Reads and checks one spec. */
export function loadSpec(file: string): DatasetSpec {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new TrajsieveError('spec-yaml', messageOf(problem), {
      where: { file, line: lines.linePos(problem.pos[0]).line },
    });
  }
  const result = specSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  throw new TrajsieveError('spec-invalid', z.prettifyError(result.error), {
    where: { file },
    remedy: 'datasets/README.md describes the keys',
  });
}

export const pathList = (value: z.infer<typeof paths> | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;
