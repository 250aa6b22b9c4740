import { describe, expect, test } from 'vitest';
import { JsonWalker } from '../../src/prefilter/json-walk.ts';
import { compileSpec } from '../../src/trajectory/compile.ts';
import { loadSpecs, parseSpec } from '../../src/trajectory/load.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';
import { observationsOf } from '../../src/trajectory/observations.ts';
import { readRow } from '../../src/trajectory/read.ts';
import { recogniseRecords } from '../../src/trajectory/recognise.ts';

const specs = loadSpecs();
const chat = specs.find(({ name }) => name === 'openai-chat')!;
const read = (messages: unknown, rest: Record<string, unknown> = {}) =>
  readRow(compileSpec(chat), { messages, ...rest });

describe('calls', () => {
  const call = (fields: Record<string, unknown>) => ({
    role: 'assistant',
    content: null,
    tool_calls: [fields],
  });

  test('arguments are kept as they stand, text or object', () => {
    const { steps } = read([
      call({ id: 'a', function: { name: 'f', arguments: '{"x": 1 }' } }),
      call({ id: 'b', function: { name: 'f', arguments: { x: 1 } } }),
      call({ id: 'c', name: 'f', arguments: 'plain' }),
    ]);
    expect(steps.map(({ toolCalls }) => toolCalls[0]!.arguments)).toEqual(['{"x": 1 }', '{"x":1}', 'plain']);
  });

  test('what a struct in Parquet had to carry for other rows is left out', () => {
    const given = {
      command: 'ls',
      path: null,
      options: { a: null, b: [null, 1] },
      env: [{ key: 'A', value: '1' }],
    };
    const { steps } = read([call({ function: { name: 'f', arguments: given } })]);
    expect(JSON.parse(steps[0]!.toolCalls[0]!.arguments)).toEqual({
      command: 'ls',
      options: { b: [null, 1] },
      env: { A: '1' },
    });
    expect(read([call({ id: null, function: { name: null, arguments: null } })]).steps[0]!.toolCalls).toEqual(
      [],
    );
  });

  test('calls that are stored as JSON text are read; text that is none is kept', () => {
    const text = JSON.stringify([{ id: 'a', function: { name: 'f', arguments: '{}' } }]);
    expect(read([{ role: 'assistant', content: '', tool_calls: text }]).steps[0]!.toolCalls[0]).toMatchObject(
      { id: 'a', name: 'f' },
    );
    expect(
      read([{ role: 'assistant', content: '', tool_calls: 'rm -rf /' }]).steps[0]!.toolCalls[0]!.arguments,
    ).toBe('rm -rf /');
  });

  test('only the assistant calls', () => {
    expect(
      read([
        {
          ...call({ function: { name: 'f', arguments: '{}' } }),
          role: 'user',
          content: '<function=f></function>',
        },
      ]).steps[0]!.toolCalls,
    ).toEqual([]);
  });

  test('a call that stands both in the text and apart is one call', () => {
    const content =
      '<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call><tool_call>{"name": "g", "arguments": {}}</tool_call>';
    const { steps } = read([
      { role: 'assistant', content, tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] },
    ]);
    expect(steps[0]!.toolCalls.map(({ index, name }) => [index, name])).toEqual([
      [0, 'f'],
      [1, 'g'],
    ]);
  });
});

describe('parts', () => {
  test('texts, thoughts, calls and results are told apart, whoever wrote them', () => {
    const { steps } = read([
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'a' },
          { text: 'b' },
          { functionCall: { name: 'g', args: { x: 1 }, id: 'i' } },
          { type: 'toolCall', id: 'j', name: 'p', arguments: {} },
          { executableCode: { language: 'PYTHON', code: 'print(1)' } },
          { type: 'image_url', image_url: { url: 'data:…' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'i', content: [{ type: 'text', text: 'r' }], is_error: true },
          { functionResponse: { id: 'j', name: 'p', response: { output: 's' } } },
        ],
      },
    ]);
    expect(steps[0]).toMatchObject({ text: 'a\nb', reasoning: 'hm' });
    expect(steps[0]!.toolCalls.map(({ name }) => name)).toEqual(['g', 'p', 'python']);
    expect(steps[1]).toMatchObject({
      role: 'tool',
      text: '',
      observations: [
        { callId: 'i', text: 'r', failed: true },
        { callId: 'j', name: 'p', text: 's' },
      ],
    });
  });

  test('a part of an unknown kind is shown, not lost', () => {
    const { steps } = read([
      { role: 'assistant', content: [{ type: 'quantum_call', payload: { command: 'nmap' } }] },
    ]);
    expect(steps[0]!.text).toContain('nmap');
  });
});

describe('results', () => {
  const call = (id: string | undefined, name: string) => ({
    ...(id === undefined ? {} : { id }),
    function: { name, arguments: '{}' },
  });
  const results = ({ steps, ...rest }: Trajectory, step: number) =>
    steps[step]!.toolCalls.map((one) =>
      observationsOf({ steps, ...rest }, steps[step]!, one).map(({ text }) => text),
    );

  test('are found by their ids, in any order', () => {
    const trajectory = read([
      { role: 'assistant', content: '', tool_calls: [call('a', 'f'), call('b', 'g')] },
      { role: 'tool', content: 'of b', tool_call_id: 'b' },
      { role: 'user', content: 'wait' },
      { role: 'tool', content: 'of a', tool_call_id: 'a' },
    ]);
    expect(results(trajectory, 0)).toEqual([['of a'], ['of b']]);
  });

  test('without ids, by order', () => {
    const trajectory = read([
      { role: 'assistant', content: '', tool_calls: [call(undefined, 'f'), call(undefined, 'g')] },
      { role: 'tool', content: 'first' },
      { role: 'tool', content: 'second' },
      { role: 'assistant', content: '', tool_calls: [call(undefined, 'h')] },
      { role: 'tool', content: 'third' },
    ]);
    expect(results(trajectory, 0)).toEqual([['first'], ['second']]);
    expect(results(trajectory, 3)).toEqual([['third']]);
  });

  test('an id that comes again belongs to the nearest call', () => {
    const turn = (text: string) => [
      { role: 'assistant', content: '', tool_calls: [call('0', 'f')] },
      { role: 'tool', content: text, tool_call_id: '0' },
    ];
    const trajectory = read([...turn('one'), ...turn('two')]);
    expect(results(trajectory, 0)).toEqual([['one']]);
    expect(results(trajectory, 2)).toEqual([['two']]);
  });

  test('a call that was never answered has none, though others follow', () => {
    const trajectory = read([
      { role: 'assistant', content: '', tool_calls: [call('a', 'f')] },
      { role: 'assistant', content: '', tool_calls: [call('b', 'g')] },
      { role: 'tool', content: 'of b', tool_call_id: 'b' },
    ]);
    expect(results(trajectory, 0)).toEqual([[]]);
  });
});

describe('steps', () => {
  const plain = (extra: string) =>
    parseSpec(
      `name: x\ntitle: x\nrecognise: {}\nsteps: log\nstep: { role: role, text: text, ${extra} }\nroles: { user: [u], assistant: [a] }\n`,
      'x.yaml',
    );

  test('keep their positions when others are skipped, and say what was', () => {
    const spec = parseSpec(
      'name: x\ntitle: x\nrecognise: {}\nsteps: log\ncases: [{ when: { type: say }, as: user, text: t }, { when: { type: noise }, as: skip }]\nothers: skip\n',
      'x.yaml',
    );
    const { steps, skipped } = readRow(compileSpec(spec), {
      log: [{ type: 'noise' }, { type: 'say', t: 'hi' }, { type: 'new' }, 7],
    });
    expect(steps.map(({ index }) => index)).toEqual([1]);
    expect(skipped).toEqual({ noise: 1, new: 1, unknown: 1 });
  });

  test('an item that nothing fits is an error that quotes it', () => {
    expect(() => read([{ role: 'martian', content: 'x' }])).toThrow(/step 0 .*"martian"/);
    expect(() => read(['x'])).toThrow(/no JSON/);
    expect(() => read([7])).toThrow(/no object/);
    expect(() => read(undefined)).toThrow(/no list of steps/);
    expect(() => read('not json')).toThrow(/no JSON list/);
  });

  test('what is kept out of training, and what was copied, is marked', () => {
    const spec = compileSpec(plain('masked: [{ w: 0 }, { train: false }], copied: { demo: true }'));
    const { steps } = readRow(spec, {
      log: [
        { role: 'a', w: 0 },
        { role: 'a', w: 1, train: false },
        { role: 'a', w: 1 },
        { role: 'u', demo: true },
      ],
    });
    expect(steps.map(({ masked, copied }) => [masked, copied])).toEqual([
      [true, undefined],
      [true, undefined],
      [undefined, undefined],
      [undefined, true],
    ]);
  });

  test('times: a zone is read, one that is missing is not made up', () => {
    const start = (unit: string, zone: string, value: unknown) =>
      readRow(compileSpec(plain(`start: { at: at, unit: ${unit}${zone} }`)), {
        log: [{ role: 'u', at: value }],
      }).steps[0];
    const noon = Date.UTC(2026, 0, 2, 12, 0, 0, 250);
    expect(start('iso', '', '2026-01-02T12:00:00.250Z')).toMatchObject({ startTime: noon });
    expect(start('iso', '', '2026-01-02T12:00:00.250Z')).not.toHaveProperty('naiveTime');
    expect(start('iso', '', '2026-01-02 20:00:00.250+08:00')).toMatchObject({ startTime: noon });
    expect(start('iso', '', '2026-01-02T12:00:00.250')).toMatchObject({ startTime: noon, naiveTime: true });
    expect(start('iso', ", zone: '+08:00'", '2026-01-02T20:00:00.250')).toMatchObject({ startTime: noon });
    expect(start('compact', '', '20260102_120000_250000')).toMatchObject({
      startTime: noon,
      naiveTime: true,
    });
    expect(start('seconds', '', noon / 1000)).toMatchObject({ startTime: noon });
    expect(start('milliseconds', '', String(noon))).toMatchObject({ startTime: noon });
    expect(start('iso', '', noon)).not.toHaveProperty('startTime');
    expect(start('iso', '', 'yesterday')).not.toHaveProperty('startTime');
  });

  test('trees keep what each step follows', () => {
    const spec = compileSpec(plain('id: id, parent: up'));
    const { steps } = readRow(spec, {
      log: [
        { role: 'u', id: 'r' },
        { role: 'a', id: 'x', up: 'r' },
        { role: 'a', id: 'y', up: 'r' },
      ],
    });
    expect(steps.map(({ parent }) => parent)).toEqual([undefined, undefined, 0]);
  });

  test('metadata is read through JSON text, and never guessed', () => {
    const spec = parseSpec(
      'name: x\ntitle: x\nrecognise: {}\nsteps: log\nstep: { role: role }\nroles: { user: [u] }\nmetadata: { sandbox: data.env.id, reward: r, success: ok }\n',
      'x.yaml',
    );
    const of = (row: Record<string, unknown>) => readRow(compileSpec(spec), { log: [], ...row }).metadata;
    expect(of({ data: '{"env": {"id": 7}}', r: '0.5', ok: 1 })).toEqual({
      sandbox: '7',
      reward: 0.5,
      success: true,
    });
    expect(of({ data: 'none', r: 'high', ok: -1 })).toEqual({});
    expect(of({ ok: 'False' })).toEqual({ success: false });
  });
});

test('fenced commands of a plain conversation are acts only where something came back', () => {
  const rows = [
    {
      log: [
        { role: 'user', content: 'How do I scan?' },
        { role: 'assistant', content: '```bash\nnmap 10.0.0.1\n```' },
        { role: 'user', content: 'Thanks.' },
      ],
    },
    {
      log: [
        { role: 'user', content: 'Scan.' },
        { role: 'assistant', content: '```bash\nnmap 10.0.0.1\n```' },
        { role: 'user', content: 'Observation: done' },
      ],
    },
  ];
  const shape = recogniseRecords(rows, 'f', specs);
  expect(shape.read(rows[0]).steps[1]!.toolCalls).toEqual([]);
  expect(shape.read(rows[1]).steps[1]!.toolCalls.map(({ name }) => name)).toEqual(['bash']);
  expect(shape.read(rows[1]).steps[2]).toMatchObject({
    role: 'tool',
    observations: [{ text: 'Observation: done' }],
  });
});

test('agents that an agent started in the same row act too', () => {
  const agent = (command: string) => [
    {
      step_id: 1,
      source: 'agent',
      message: '',
      tool_calls: [{ tool_call_id: 'a', function_name: 'bash', arguments: { command } }],
    },
  ];
  const row = {
    schema_version: 'ATIF-v1.7',
    agent: { name: 'x' },
    steps: agent('ls'),
    subagent_trajectories: [{ steps: agent('nmap 10.0.0.1') }, { steps: agent('pwd') }],
  };
  const shape = recogniseRecords([row], 'f', specs);
  expect(shape.spec).toBe('atif');
  const { steps } = shape.read(row);
  expect(steps.map(({ index, list }) => [index, list])).toEqual([
    [0, undefined],
    [1, 'subagents'],
    [2, 'subagents'],
  ]);
  expect(steps[1]!.toolCalls[0]!.arguments).toContain('nmap');
  const bytes = Buffer.from(JSON.stringify(row));
  let seen = 0;
  const visitor = { step: () => (seen += 1), text: () => {} };
  expect(new JsonWalker().walk(shape.outline!, bytes, 0, bytes.length, visitor)).toBe(true);
  expect(seen).toBe(3);
});
