import { z } from 'zod';
import { textCallStyles } from './text-calls/styles.ts';

/**
 * The language of data set specs (`datasets/*.yaml`). `datasets/README.md` tells it to people; `datasets/schema.json`
 * is made from this file.
 */

const path = z.string().min(1);

/** One path, or several of which the first that leads somewhere counts. */
const paths = z
  .union([path, z.array(path).min(1)])
  .describe('a path such as `function.name`, or several of which the first that is there counts');

const words = z.union([z.string(), z.array(z.string()).min(1)]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const condition = z
  .union([
    scalar,
    z.array(scalar).min(1),
    z.strictObject({ has: z.boolean() }).describe('whether there is a value at all'),
    z.strictObject({ starts: words }).describe('a text that begins with one of these'),
    z.strictObject({ contains: words }).describe('a text that holds one of these'),
  ])
  .describe('a value, a list of values of which one must be there, or a question about the value');

const conditions = z
  .record(path, condition)
  .describe('all of these must hold; the keys are paths, `a|b` is either');

const test = z
  .union([conditions, z.array(conditions).min(1)])
  .describe('conditions that must all hold, or a list of such groups of which one must hold');

const timeUnits = ['iso', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds', 'compact'] as const;

const time = z.union([
  paths,
  z.strictObject({
    at: paths,
    unit: z
      .enum(timeUnits)
      .default('iso')
      .describe('numbers since 1970; `iso` is ISO 8601 text, `compact` is 20250131_235959_123456'),
    zone: z
      .string()
      .regex(/^(?:UTC|[+-]\d\d:\d\d)$/)
      .optional()
      .describe('the zone of texts that name none; without it such times are marked as naive'),
  }),
]);

const callSpec = z
  .strictObject({
    in: paths
      .optional()
      .describe('the list of calls, or the only one; without it the item itself is the call'),
    when: test.optional(),
    id: paths.optional(),
    name: z
      .union([paths, z.strictObject({ is: z.string() })])
      .optional()
      .describe(
        'where the name of the tool is, or what it always is; in lists of calls the usual fields are known',
      ),
    arguments: z
      .union([paths, z.strictObject({ build: z.record(z.string(), path) })])
      .optional()
      .describe(
        'where the arguments are, or of which fields they are made up; the usual fields are known too',
      ),
  })
  .refine((call) => call.in !== undefined || (call.name !== undefined && call.arguments !== undefined), {
    message: "a call without 'in' needs 'name' and 'arguments'",
  })
  .describe('where tool calls are, and what is in each');

const resultSpec = z
  .strictObject({
    in: paths.optional().describe('the list of results, or the only one; without it the item itself'),
    when: test.optional(),
    id: paths.optional().describe('the id of the call that it answers'),
    name: paths.optional(),
    text: paths.optional().describe('what came back; without it the text of the item'),
    failed: test.optional().describe('holds for a result that is an error'),
    exit_code: paths.optional(),
  })
  .describe('where results of tool calls are, and what is in each');

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);

const itemFields = {
  text: paths.optional().describe('the text, or a list of parts'),
  reasoning: paths.optional(),
  calls: oneOrMore(callSpec).optional(),
  results: oneOrMore(resultSpec).optional(),
  start: time.optional(),
  end: time.optional(),
  masked: test.optional().describe('holds for a step that the data set keeps out of training'),
  copied: test.optional().describe('holds for a demonstration, or for context copied from elsewhere'),
  id: paths.optional().describe('what other items name this one by, in data sets that are trees'),
  parent: paths
    .optional()
    .describe('the id (or, without ids, the position) of the item that this one follows'),
};

const stepSpec = z.strictObject({ role: paths.optional(), ...itemFields });

const caseSpec = z.strictObject({
  when: test.optional(),
  as: z
    .enum(['system', 'user', 'assistant', 'tool', 'skip'])
    .describe('who speaks; `skip` for what is no step'),
  ...itemFields,
});

const partSpec = z.strictObject({
  when: test,
  text: paths.optional(),
  reasoning: paths.optional(),
  calls: oneOrMore(callSpec).optional(),
  results: oneOrMore(resultSpec).optional(),
});

const listSpec = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .optional()
      .describe('its steps are marked with it; none for the list of the row itself'),
    at: paths,
    when: test.optional().describe('must hold for the row; otherwise it has no such list'),
    copied: z.boolean().default(false).describe('all of its steps are repeated from elsewhere'),
    as: z
      .enum(['system', 'user', 'assistant', 'tool'])
      .optional()
      .describe(
        'who speaks where the value is a plain text; it is cut at the marks of chat templates, if it has any',
      ),
    bare_roles: z
      .boolean()
      .default(false)
      .describe('the marks of the chat template were stripped: lines that hold a role alone begin a turn'),
    flattened: z
      .string()
      .optional()
      .describe('the list is spread over keys `PREFIX.0.…`, `PREFIX.1.…` of the object at `at`'),
  })
  .describe('one of several lists of a row');

const styles = z.array(z.enum(textCallStyles));

const partTest = z.record(path, condition);

const metadataKeys = [
  'id',
  'task',
  'source',
  'model',
  'group',
  'sandbox',
  'container',
  'host',
  'reward',
] as const;

/** A data set spec, as `datasets/*.yaml` hold it. */
export const specSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  title: z.string(),
  sets: z.array(z.string()).default([]).describe('public data sets and tools that write this shape'),
  about: z.string().optional().describe('a link, or what a reader should know'),
  recognise: z
    .strictObject({
      columns: z.array(path).default([]).describe('columns of the file that must be there; `a|b` is either'),
      without: z.array(path).default([]).describe('columns that must not be there'),
      step: z.array(path).default([]).describe('fields of a step that must be there; `a|b` is either'),
      row: conditions.optional().describe('must hold for one of the first rows'),
      some_step: test.optional().describe('must hold for a step of the first rows'),
      some_part: partTest.optional().describe('must hold for a part of the text of a step of the first rows'),
    })
    .describe('by what the shape is known; the spec with the most conditions that hold is chosen'),
  unit: z
    .enum(['row', 'file', 'columns', 'step'])
    .default('row')
    .describe(
      'what one row (or JSON record) is: a trajectory; an entry of the one trajectory that the file is; an object of ' +
        'columns that holds many trajectories; or a step',
    ),
  steps: paths.optional().describe('the list of steps'),
  lists: z.array(listSpec).min(1).optional().describe('instead of `steps`, where a row has several lists'),
  before: z
    .array(z.strictObject({ at: paths, as: z.enum(['system', 'user']) }))
    .default([])
    .describe('texts of the row that come before the list, such as a `system` column'),
  step: stepSpec.default({}).describe('what every step has'),
  roles: z
    .strictObject({
      system: z.array(z.string()).default([]),
      user: z.array(z.string()).default([]),
      assistant: z.array(z.string()).default([]),
      tool: z.array(z.string()).default([]),
    })
    .optional()
    .describe("the data set's words for the roles"),
  cases: z
    .array(caseSpec)
    .default([])
    .describe('kinds of items; the first that holds counts, then the roles'),
  parts: z.array(partSpec).default([]).describe('kinds of parts, before those that every spec knows'),
  others: z
    .enum(['error', 'skip'])
    .default('error')
    .describe(
      'what becomes of an item that no case and no role fits: the row is an error, or the item is skipped',
    ),
  text_calls: z
    .strictObject({
      always: z
        .union([z.literal('unambiguous'), styles])
        .default('unambiguous')
        .describe('spellings that are a call wherever the assistant writes them'),
      answered: z
        .union([z.literal('known'), styles])
        .default('known')
        .describe('spellings that are a call where a tool result follows and no other call is before it'),
    })
    .default({ always: 'unambiguous', answered: 'known' })
    .describe('calls that are written into the text of the assistant'),
  tool_output: z
    .strictObject({
      starts: z
        .union([z.literal('known'), z.array(z.string())])
        .default('known')
        .describe('a user text behind one of the assistant that begins like this is a tool result'),
      after_call: z.boolean().default(false).describe('a user text that follows a call is a tool result'),
    })
    .default({ starts: 'known', after_call: false })
    .describe('how tool results are told where they stand in the role of the user'),
  tools: paths.optional().describe('the tools that are declared'),
  metadata: z
    .strictObject({
      ...Object.fromEntries(metadataKeys.map((key) => [key, paths.optional()])),
      success: paths.optional(),
      start: time.optional(),
      end: time.optional(),
      duration: time.optional().describe('how long it took, where only its start or its end is known'),
      times_of: z
        .literal('reply')
        .optional()
        .describe("the times are of the model's reply alone: the tools that it calls run behind it"),
    } as Record<(typeof metadataKeys)[number] | 'success', z.ZodOptional<typeof paths>> &
      Record<'start' | 'end' | 'duration', z.ZodOptional<typeof time>> &
      Record<'times_of', z.ZodOptional<z.ZodLiteral<'reply'>>>)
    .default({}),
  batches: paths
    .optional()
    .describe(
      'where a JSON record holds many rows, such as `resourceSpans.*.scopeSpans.*.spans`; a record that has nothing there is a row itself',
    ),
  group_rows: z
    .strictObject({ by: paths, order: paths.optional() })
    .optional()
    .describe(
      'for `unit: step`, and for rows that are spans of a trajectory: what rows of one trajectory share, and what they are ordered by',
    ),
  entries: z
    .strictObject({
      id: path.optional().describe('an entry with the id of an earlier one stands in its place'),
      merge: path.optional().describe('entries that follow each other and share this are one step'),
    })
    .optional()
    .describe('for `unit: file`: how entries belong together'),
});

export type DatasetSpec = z.infer<typeof specSchema>;
export type StepFields = Omit<z.infer<typeof stepSpec>, 'role'>;
export type CaseSpec = z.infer<typeof caseSpec>;
export type PartSpec = z.infer<typeof partSpec>;
export type ListSpec = z.infer<typeof listSpec>;
export type CallSpec = z.infer<typeof callSpec>;
export type ResultSpec = z.infer<typeof resultSpec>;
export type TestSpec = z.infer<typeof test>;
export type ConditionSpec = z.infer<typeof condition>;
export type TimeSpec = z.infer<typeof time>;
export type TimeUnit = (typeof timeUnits)[number];
export const textMetadata = metadataKeys.filter((key) => key !== 'reward');

/** One or several as a list; nothing as the empty list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
