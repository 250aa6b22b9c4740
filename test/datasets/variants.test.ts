import { describe, expect, test } from 'vitest';
import { loadSpecs } from '../../src/trajectory/load.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';
import { observationsOf } from '../../src/trajectory/observations.ts';
import { recogniseRecords } from '../../src/trajectory/recognise.ts';
import { unsafe } from './samples.ts';

/**
 * Spellings that data sets without a spec use: for each, the unsafe call must be found, with what came back.
 */
const specs = loadSpecs();
const task = 'Fix the flaky test.';
const sent = 'uploaded 411 bytes';
const given = { command: unsafe };
const written = `<tool_call>\n${JSON.stringify({ name: 'bash', arguments: given })}\n</tool_call>`;

function read(record: unknown): Trajectory {
  return recogniseRecords([record], 'rows.jsonl', specs).read(record);
}

/** The step of the unsafe call, its tool, and what came back from it. */
function actOf(trajectory: Trajectory): { step: number; tool: string; result: string } | undefined {
  for (const step of trajectory.steps) {
    for (const call of step.toolCalls) {
      if (!call.arguments.replaceAll('\\', '').includes(unsafe)) continue;
      const result = observationsOf(trajectory, step, call).map(({ text }) => text);
      return { step: step.index, tool: call.name, result: result.join('\n') };
    }
  }
  return undefined;
}

const found = { step: 1, tool: 'bash', result: sent };
/** A column that no spec knows. */
const log = (...messages: unknown[]) => ({ chatlog: [{ role: 'user', content: task }, ...messages] });

describe('words for the roles', () => {
  test.each([
    ['human', 'gpt', 'function'],
    ['human', 'gpt', 'observation'],
    ['user', 'assistant', 'ipython'],
    ['user', 'assistant', 'environment'],
    ['user', 'agent', 'env'],
    ['user', 'model', 'tool_result'],
    ['User', 'Assistant', 'Tool'],
    ['HUMAN', 'AI', 'OBSERVATION'],
    ['user', 'bot', 'execution'],
    ['user', 'assistant', 'terminal'],
  ])('%s, %s and %s', (user, assistant, tool) => {
    for (const [role, text] of [
      ['role', 'content'],
      ['from', 'value'],
      ['sender', 'text'],
      ['speaker', 'utterance'],
      ['author', 'body'],
    ] as const) {
      const turns = [
        { [role]: user, [text]: task },
        { [role]: assistant, [text]: written },
        { [role]: tool, [text]: sent },
      ];
      expect(actOf(read({ chatlog: turns }))).toEqual(found);
    }
  });

  test.each([['function_call'], ['tool_call'], ['tool_use'], ['action']])('a turn of a %s', (role) => {
    for (const content of [
      { name: 'bash', arguments: given },
      JSON.stringify({ name: 'bash', arguments: given }),
    ])
      expect(actOf(read(log({ role, content }, { role: 'tool', content: sent })))).toEqual(found);
    expect(
      actOf(read(log({ role, name: 'bash', arguments: given }, { role: 'tool', content: sent }))),
    ).toEqual(found);
  });

  test('a role that nobody knows is an error, and no user', () => {
    expect(() => read(log({ role: 'martian', content: 'hello' }))).toThrow(/role "martian"/);
  });
});

describe('structured calls', () => {
  const call = { name: 'bash', arguments: given };
  test.each<[string, Record<string, unknown>]>([
    ['flat', { tool_calls: [call] }],
    ['args', { tool_calls: [{ name: 'bash', args: given }] }],
    ['parameters', { tool_calls: [{ name: 'bash', parameters: given }] }],
    ['tool and input', { tool_calls: [{ tool: 'bash', input: given }] }],
    ['tool_name and tool_input', { tool_calls: [{ tool_name: 'bash', tool_input: given }] }],
    ['a JSON text', { tool_calls: JSON.stringify([call]) }],
    ['a JSON text for the function', { tool_calls: [{ id: 'a', function: JSON.stringify(call) }] }],
    ['one call', { tool_call: call }],
    ['camel case', { toolCalls: [call] }],
    ['function_calls', { function_calls: [call] }],
    ['a function_call as JSON text', { function_call: JSON.stringify(call) }],
    ['tool_uses', { tool_uses: [{ id: 'a', name: 'bash', input: given }] }],
    ['additional_kwargs', { additional_kwargs: { tool_calls: [{ id: 'a', function: call }] } }],
    ['an action', { action: call }],
  ])('%s', (_, fields) => {
    for (const column of ['messages', 'chatlog']) {
      const messages = log(
        { role: 'assistant', content: '', ...fields },
        { role: 'tool', content: sent },
      ).chatlog;
      expect(actOf(read({ [column]: messages }))).toEqual(found);
    }
  });

  test('an action that is a text is what is run', () => {
    const act = actOf(
      read(log({ role: 'assistant', content: 'Now.', action: unsafe }, { role: 'tool', content: sent })),
    );
    expect(act).toEqual({ ...found, tool: '' });
  });
});

describe('parts of a message', () => {
  test.each<[string, unknown, unknown, string]>([
    [
      'Bedrock',
      { toolUse: { toolUseId: 'a', name: 'bash', input: given } },
      { toolResult: { toolUseId: 'a', content: [{ text: sent }], status: 'success' } },
      'bash',
    ],
    [
      'Haystack',
      { tool_call: { id: 'a', tool_name: 'bash', arguments: given } },
      { tool_call_result: { result: sent, error: false } },
      'bash',
    ],
    [
      'a shell of the model itself',
      { type: 'local_shell_call', call_id: 'a', action: { type: 'exec', command: ['bash', '-lc', unsafe] } },
      { type: 'local_shell_call_output', call_id: 'a', output: sent },
      'local_shell',
    ],
  ])('%s', (_, call, result, tool) => {
    const row = log({ role: 'assistant', content: [call] }, { role: 'user', content: [result] });
    expect(actOf(read(row))).toEqual({ ...found, tool });
  });

  test.each<[string, unknown]>([
    ['a tool by its name', { type: 'tool-bash', toolCallId: 'a', input: given, output: sent }],
    ['any tool', { type: 'dynamic-tool', toolName: 'bash', toolCallId: 'a', input: given, output: sent }],
    [
      'an invocation',
      {
        type: 'tool-invocation',
        toolInvocation: { toolName: 'bash', toolCallId: 'a', args: given, result: sent },
      },
    ],
  ])("Vercel's interface, %s: what came back is in the call", (_, part) => {
    expect(actOf(read(log({ role: 'assistant', parts: [{ type: 'step-start' }, part] })))).toEqual(found);
  });
});

describe('where the messages are', () => {
  const messages = log({ role: 'assistant', content: written }, { role: 'tool', content: sent }).chatlog;

  test.each<[string, unknown]>([
    ['four objects deep', { result: { output: { trajectory: { turns: messages } } } }],
    ['below JSON text', { request: JSON.stringify({ body: { turns: messages } }) }],
    ['the row itself', messages],
    ['a list in a list', { chatlog: [messages] }],
  ])('%s', (_, record) => expect(actOf(read(record))).toEqual(found));

  test('the records themselves: the file is one conversation', () => {
    const shape = recogniseRecords(messages, 'talk.jsonl', specs);
    expect(shape).toMatchObject({ spec: 'messages:*', unit: 'file' });
    expect(actOf(shape.readFile(messages))).toEqual(found);
  });

  test('several lists are all read, and what one repeats of the other is copied', () => {
    const other = [{ role: 'user', content: 'Go on.' }, ...messages.slice(1)];
    const both = read({ plan: [{ role: 'user', content: 'Go on.' }], work: other });
    expect(both.steps.map(({ index, list, copied }) => [index, list, copied === true])).toEqual([
      [0, 'plan', false],
      [1, 'work', true],
      [2, 'work', false],
      [3, 'work', false],
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a message', { response: { role: 'assistant', content: written } }],
    ['a text', { completion: written }],
    ['choices', { response: { choices: [{ message: { role: 'assistant', content: written } }] } }],
    ['choices beside', { choices: [{ message: { role: 'assistant', content: written } }] }],
  ])('a reply beside the messages is read: %s', (_, reply) => {
    const asked = [{ role: 'user', content: task }];
    expect(actOf(read({ messages: asked, ...reply }))).toMatchObject({ step: 1, tool: 'bash' });
    expect(actOf(read({ request: { messages: asked }, ...reply }))).toMatchObject({ step: 1, tool: 'bash' });
    const called = { id: 'a', type: 'function', function: { name: 'ls', arguments: '{}' } };
    const before = [
      ...asked,
      { role: 'assistant', tool_calls: [called] },
      { role: 'tool', tool_call_id: 'a' },
    ];
    expect(actOf(read({ messages: before, ...reply }))).toMatchObject({ step: 3, tool: 'bash' });
  });

  test('what is no list of messages is an error that says what was looked for', () => {
    expect(() => read({ a: 1, rows: [{ x: 1 }] })).toThrow(/columns a, rows are of no known shape.*role/);
    expect(() => read({ question: 'What?', answer: 'That.' })).toThrow(/no known shape/);
  });
});
