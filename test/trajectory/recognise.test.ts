import { describe, expect, test } from 'vitest';
import { TrajsieveError } from '../../src/errors.ts';
import { findSpec, loadSpecs, parseSpec } from '../../src/trajectory/load.ts';
import { applySpec, recognise, recogniseRecords, shapeFor } from '../../src/trajectory/recognise.ts';
import { schemaOf } from '../support/schema.ts';

const specs = loadSpecs();
const text = 'text' as const;

/** What an action throws. */
function thrown(action: () => unknown): TrajsieveError {
  try {
    action();
  } catch (error) {
    if (error instanceof TrajsieveError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const chatStep = {
  role: text,
  content: text,
  tool_calls: [{ id: text, function: { name: text, arguments: text } }],
};
const spoken = [
  { role: 'user', content: 'x' },
  { role: 'assistant', content: 'y' },
];

describe('Parquet files', () => {
  test('are recognised by their schema, and say why', () => {
    const shape = recognise(schemaOf({ id: text, messages: [chatStep], picture: 'bytes' }), 'f', specs);
    expect(shape.spec).toBe('openai-chat');
    expect(shape.reason).toContain('column messages');
    expect(shape.unread).toEqual(['picture']);
    expect(shape.stepList?.path).toEqual(['messages', 'list']);
  });

  test('the shape with more conditions is chosen, whatever the order of the specs', () => {
    const schema = schemaOf({
      instance_id: text,
      run_id: text,
      resolved: 'bool',
      messages: [{ ...chatStep, tool_call_id: text }],
    });
    expect(recognise(schema, 'f', specs).spec).toBe('swe-gym');
    expect(recognise(schema, 'f', [...specs].reverse()).spec).toBe('swe-gym');
    expect(recognise(schema, 'f', specs).reason).toContain('openai-chat');
  });

  test('the first rows tell where the schema does not', () => {
    const schema = schemaOf({ messages: [{ role: text, content: text }], instance_id: text });
    const row = (mark: string) => ({
      instance_id: 'i',
      messages: [...spoken, { role: 'user', content: `${mark} ok` }],
    });
    expect(recognise(schema, 'f', specs, [row('<returncode>0</returncode>')]).spec).toBe('mini-swe-agent');
    expect(recognise(schema, 'f', specs, [row('Observation:')]).spec).toBe('swe-zero');
    expect(recognise(schema, 'f', specs, [row('thanks')]).spec).toBe('messages:messages');
    expect(recognise(schema, 'f', specs).spec).toBe('messages:messages');
  });

  test('a plain list of messages needs no spec, wherever it is', () => {
    const shape = recognise(schemaOf({ data: { turns: [{ speaker: text, text }] } }), 'f', specs);
    expect(shape.spec).toBe('messages:data.turns');
    expect(shape.reason).toContain('no spec fits');
  });

  test('JSON text is recognised by what it holds', () => {
    const schema = schemaOf({ log: text });
    expect(recognise(schema, 'f', specs, [{ log: JSON.stringify(spoken) }]).spec).toBe('messages:log');
    expect(thrown(() => recognise(schema, 'f', specs, [{ log: 'hello' }])).code).toBe('shape-unknown');
  });

  test('a worker makes the same shape from the name alone', () => {
    const schema = schemaOf({ data: { turns: [{ speaker: text, text }] }, other: text });
    const shape = shapeFor('messages:data.turns', schema, 'f', specs);
    expect(shape.unread).toEqual(['other']);
    expect(shape.read({ data: { turns: [{ speaker: 'user', text: 'x' }] } }).steps[0]?.text).toBe('x');
    expect(thrown(() => shapeFor('no-such', schema, 'f', specs)).code).toBe('dataset-unknown');
  });

  test('an unknown shape is an error that says what was looked for and what to do', () => {
    const error = thrown(() =>
      recognise(schemaOf({ title: text, body: text, messages: text }), 'data.parquet', specs),
    );
    expect(error.code).toBe('shape-unknown');
    expect(error.message).toContain('title, body, messages');
    expect(error.message).toContain('role (or from)');
    expect(error.describe()).toContain('datasets/README.md');
    expect(error.where.file).toBe('data.parquet');
  });

  test('roles that nobody knows are named', () => {
    const schema = schemaOf({ messages: [{ role: text, content: text }] });
    const rows = [{ messages: [{ role: 'Tickets_Expert', content: 'x' }] }];
    expect(thrown(() => recognise(schema, 'f', specs, rows)).message).toContain('Tickets_Expert');
  });

  test('token ids without text are refused by name', () => {
    const error = thrown(() => recognise(schemaOf({ input_ids: ['int'], loss_mask: ['int'] }), 'f', specs));
    expect(error.code).toBe('shape-tokens');
    expect(error.message).toContain('input_ids');
    expect(error.remedy).toContain('tokenizer');
    expect(thrown(() => recogniseRecords([{ prompt_ids: [1, 2], response_ids: [3] }], 'f', specs)).code).toBe(
      'shape-tokens',
    );
  });

  test('one step a row is told, with the columns that rows are gathered by', () => {
    const shape = recognise(
      schemaOf({ trajectory_id: text, step: 'int', role: text, content: text }),
      'f',
      specs,
    );
    expect(shape.spec).toBe('step-rows');
    expect(shape.group).toMatchObject({ by: 'trajectory_id', columns: [{ name: 'trajectory_id' }] });
    const rows = [
      { trajectory_id: 'a', step: 2, role: 'tool', content: 'z' },
      {
        trajectory_id: 'a',
        step: 1,
        role: 'assistant',
        content: '<function=bash><parameter=c>ls</parameter></function>',
      },
    ];
    const { trajectory, rowOf } = shape.readGroup(rows);
    const { steps, metadata } = trajectory;
    expect([rowOf.get(0), rowOf.get(1)]).toEqual([1, 0]);
    expect(steps.map(({ role }) => role)).toEqual(['assistant', 'tool']);
    expect(steps[0]?.toolCalls[0]?.name).toBe('bash');
    expect(metadata.id).toBe('a');
  });

  test('arguments that are structs are put together first: such rows are read before they are searched', () => {
    const struct = {
      ...chatStep,
      tool_calls: [{ id: text, function: { name: text, arguments: { path: text, content: text } } }],
    };
    expect(recognise(schemaOf({ messages: [struct] }), 'f', specs).readFirst).toBe(true);
    expect(recognise(schemaOf({ messages: [chatStep] }), 'f', specs).readFirst).toBe(false);
  });

  test('columns that are null throughout are no lists', () => {
    const shape = recognise(schemaOf({ messages: [chatStep], conversations: 'int' }), 'f', specs);
    expect(shape.lists.length).toBe(1);
  });
});

describe('a data set that is named', () => {
  test('by its name, with the nearest one for a slip', () => {
    expect(findSpec('swe-smith', specs).name).toBe('swe-smith');
    const error = thrown(() => findSpec('swe-smiht', specs));
    expect(error.code).toBe('dataset-unknown');
    expect(error.remedy).toContain('swe-smith');
  });

  test('whatever the file looks like, or an error that says what is not there', () => {
    const schema = schemaOf({ messages: [{ role: text, content: text }] });
    expect(applySpec(findSpec('mini-swe-agent', specs), schema, 'f').spec).toBe('mini-swe-agent');
    const error = thrown(() => applySpec(findSpec('atif', specs), schema, 'f'));
    expect(error.code).toBe('shape-differs');
    expect(error.message).toContain('steps');
    expect(error.message).toContain('messages');
  });
});

test('specs of two shapes that fit alike are chosen by name', () => {
  const text = (name: string) => `
name: ${name}
title: x
recognise: { columns: [log] }
steps: log
step: { role: who, text: what }
roles: { user: [u], assistant: [a] }
`;
  const both = ['b-set', 'a-set'].map((name) => parseSpec(text(name), name));
  const rows = [{ log: [{ who: 'u', what: 'x' }] }];
  expect(recogniseRecords(rows, 'f', both).spec).toBe('a-set');
});
