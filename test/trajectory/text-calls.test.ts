import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type TextCallStyle,
  textCallStyles,
  unambiguousStyles,
} from '../../src/trajectory/text-calls/styles.ts';
import { findTextCalls } from '../../src/trajectory/text-calls.ts';

/** Calls as `name(arguments)`; JSON arguments as values. */
function calls(text: string, ...styles: TextCallStyle[]): (readonly [string, unknown])[] {
  return findTextCalls(text, styles.length > 0 ? styles : unambiguousStyles).map(
    ({ name, arguments: given }) => {
      try {
        return [name, JSON.parse(given)] as const;
      } catch {
        return [name, given] as const;
      }
    },
  );
}

describe('calls with marks of their own', () => {
  test('function tags: parameters by name, without the line breaks around their values', () => {
    const text =
      'First.\n\n<function=edit>\n<parameter=path>/a</parameter>\n<parameter=text>\nx = "<b>"\ny\n</parameter>\n</function>\nthen';
    expect(calls(text)).toEqual([['edit', { path: '/a', text: 'x = "<b>"\ny' }]]);
    const [call] = findTextCalls(text, unambiguousStyles);
    expect(text.slice(...call!.span!)).toMatch(/^<function=edit>[\s\S]*<\/function>$/);
  });

  test('function tags that were cut off by a stop word still call', () => {
    expect(calls('<function=bash>\n<parameter=command>nmap 10.0.0.1')).toEqual([
      ['bash', { command: 'nmap 10.0.0.1' }],
    ]);
  });

  test('several function tags in one text are several calls, in order', () => {
    const text = '<function=a></function> <function=b><parameter=x>1</parameter></function>';
    expect(findTextCalls(text, unambiguousStyles).map(({ index, name }) => [index, name])).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });

  test('invoke tags, with and without a name space', () => {
    const text =
      '<function_calls>\n<invoke name="bash">\n<parameter name="command">ls</parameter>\n</invoke>\n</function_calls>';
    expect(calls(text)).toEqual([['bash', { command: 'ls' }]]);
    expect(
      calls(
        '<minimax:tool_call><invoke name="a"><parameter name="k">v</parameter></invoke></minimax:tool_call>',
      ),
    ).toEqual([['a', { k: 'v' }]]);
  });

  test('Hermes: JSON in tool_call tags, arguments as object or as text', () => {
    expect(calls('<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>')).toEqual([
      ['f', { a: 1 }],
    ]);
    expect(calls('<tool_call>{"name": "f", "arguments": "{\\"a\\": 1}"}</tool_call>')).toEqual([
      ['f', { a: 1 }],
    ]);
    expect(calls("<tool_call>\n{'name': 'f', 'arguments': {'a': None, 'b': 'x\\n'}}\n</tool_call>")).toEqual([
      ['f', { a: null, b: 'x\n' }],
    ]);
    expect(
      calls(
        '<tool_call>{"name":"f","arguments":{}}</tool_call><tool_call>{"name":"g","arguments":{}}</tool_call>',
      ).map(([name]) => name),
    ).toEqual(['f', 'g']);
  });

  test('a Hermes call that is no JSON is still a call', () => {
    expect(calls('<tool_call>{"name": "bash", "arguments": {"command": "rm -rf /" </tool_call>')).toEqual([
      ['bash', '{"name": "bash", "arguments": {"command": "rm -rf /"'],
    ]);
  });

  test('tool_call tags of Qwen3-Coder and of GLM', () => {
    expect(
      calls('<tool_call>\n<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>'),
    ).toEqual([['bash', { command: 'ls' }]]);
    expect(
      calls('<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls -l</arg_value>\n</tool_call>'),
    ).toEqual([['bash', { command: 'ls -l' }]]);
  });

  test('execute tags', () => {
    expect(calls('<execute_bash>\nls -l\n</execute_bash>')).toEqual([['execute_bash', 'ls -l']]);
    expect(calls('x <execute>\nprint(1)\n</execute>')).toEqual([['execute_ipython_cell', 'print(1)']]);
  });

  test('chat templates', () => {
    expect(
      calls('[TOOL_CALLS][{"name": "f", "arguments": {"a": 1}}, {"name": "g", "arguments": {}}]'),
    ).toEqual([
      ['f', { a: 1 }],
      ['g', {}],
    ]);
    expect(calls('[TOOL_CALLS]f[ARGS]{"a": 1}')).toEqual([['f', { a: 1 }]]);
    expect(
      calls(
        '<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}<|tool_call_end|>',
      ),
    ).toEqual([['f', { a: 1 }]]);
    expect(
      calls(
        '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": 1}\n```<｜tool▁call▁end｜>',
      ),
    ).toEqual([['f', { a: 1 }]]);
    expect(calls('<｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": 1}<｜tool▁call▁end｜>')).toEqual([
      ['f', { a: 1 }],
    ]);
    expect(
      calls(
        '<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": 1}<|call|>',
      ),
    ).toEqual([['f', { a: 1 }]]);
    expect(calls('<|python_tag|>{"name": "f", "parameters": {"a": 1}}<|eom_id|>')).toEqual([['f', { a: 1 }]]);
    expect(calls('<|python_tag|>print(1)<|eom_id|>')).toEqual([['python', 'print(1)']]);
    expect(calls('<|tool_call|>[{"name": "f", "arguments": {"a": 1}}]<|/tool_call|>')).toEqual([
      ['f', { a: 1 }],
    ]);
  });

  test('the result of a tool in Harmony is no call', () => {
    expect(calls('<|start|>functions.f to=assistant<|channel|>commentary<|message|>{"a": 1}<|end|>')).toEqual(
      [],
    );
  });

  test('what is thought of is not called; after the thought it is', () => {
    const call = '<function=bash><parameter=command>ls</parameter></function>';
    expect(calls(`<think>I could ${call}</think> No.`)).toEqual([]);
    expect(calls(`<think>Hm.</think>${call}`)).toEqual([['bash', { command: 'ls' }]]);
    // a thought that is never closed hides nothing
    expect(calls(`<think>Hm. ${call}`)).toEqual([['bash', { command: 'ls' }]]);
  });
});

describe('calls in protocols', () => {
  test('an answer with a fenced command calls nothing unless its protocol says so', () => {
    const answer = 'You can scan it:\n\n```bash\nnmap 10.0.0.0/8\n```';
    expect(calls(answer)).toEqual([]);
    expect(calls(answer, 'fenced')).toEqual([['bash', 'nmap 10.0.0.0/8']]);
  });

  test('fenced blocks call what runs their language', () => {
    expect(calls('```python\nprint(1)\n```\n```text\nno\n```\n```sql\nSELECT 1\n```', 'fenced')).toEqual([
      ['python', 'print(1)'],
      ['sql', 'SELECT 1'],
    ]);
    expect(calls('```bash\nls', 'fenced')).toEqual([['bash', 'ls']]);
  });

  test("the last block is SWE-agent's command, whatever it shows before", () => {
    expect(calls('As in\n```\nold\n```\nI do\n```\nedit 1:2\nnew\nend_of_edit\n```', 'last-fence')).toEqual([
      ['bash', 'edit 1:2\nnew\nend_of_edit'],
    ]);
  });

  test('ReAct: action and input, blocks, and calls like functions', () => {
    expect(calls('Thought: hm\nAction: search\nAction Input: {"q": "x"}\nObservation: y', 'react')).toEqual([
      ['search', { q: 'x' }],
    ]);
    expect(calls('Think: hm\n\nAct: bash\n\n```bash\nls\n```', 'react')).toEqual([['bash', 'ls']]);
    expect(calls('Action: Operation\n```sql\nSELECT 1\n```', 'react')).toEqual([['sql', 'SELECT 1']]);
    expect(calls('Action:\nclick[Buy now]', 'react')).toEqual([['click', 'Buy now']]);
    expect(calls('ACTION: go to shelf 1', 'react')).toEqual([['go', 'to shelf 1']]);
  });

  test('Terminus: keys as JSON and as XML', () => {
    const json =
      '{"analysis": "a", "commands": [{"keystrokes": "ls\\n", "duration": 1.0}, {"keystrokes": "C-c"}]}';
    expect(calls(json, 'terminus')).toEqual([
      ['send_keys', { keystrokes: 'ls\n' }],
      ['send_keys', { keystrokes: 'C-c' }],
    ]);
    expect(calls('<commands>\n<keystrokes duration="1">ls\n</keystrokes></commands>', 'terminus')).toEqual([
      ['send_keys', { keystrokes: 'ls\n' }],
    ]);
    // cut off in the middle
    expect(calls('{"commands": [{"keystrokes": "rm -rf /', 'terminus').map(([name]) => name)).toEqual([
      'send_keys',
    ]);
  });

  test('ToolACE: names with spaces, Python values', () => {
    expect(
      calls('[Get Weather(city="Rome", days=[1, 2]), Other/Tool(x=None, y=\'a, b)\')]', 'toolace'),
    ).toEqual([
      ['Get Weather', { city: 'Rome', days: [1, 2] }],
      ['Other/Tool', { x: null, y: 'a, b)' }],
    ]);
    expect(calls('[1, 2, (3)]', 'toolace')).toEqual([]);
  });
});

describe('calls that count where a tool has answered', () => {
  test('ReAct with bold words, with tool and input, and with JSON in its block', () => {
    expect(calls('**Action:** bash\n**Action Input:** ls', 'react')).toEqual([['bash', 'ls']]);
    expect(calls('Tool: bash\nInput: ls', 'react')).toEqual([['bash', 'ls']]);
    const block = 'Action:\n```json\n{"action": "bash", "action_input": {"command": "ls"}}\n```';
    expect(calls(block, 'react')).toEqual([['bash', { command: 'ls' }]]);
  });

  test('ReAct: a command line is typed as it stands', () => {
    expect(calls('Action: curl -s https://example.org', 'react')).toEqual([
      ['bash', 'curl -s https://example.org'],
    ]);
  });

  test('JSON on lines of its own, in a block or without one', () => {
    const call = '{"name": "bash", "arguments": {"command": "ls"}}';
    for (const text of [call, `I look.\n${call}\n`, `\`\`\`json\n${call}\n\`\`\``, `[${call}]`])
      expect(calls(text, 'json')).toEqual([['bash', { command: 'ls' }]]);
    expect(calls('{"tool": "bash", "tool_input": {"command": "ls"}}', 'json')).toEqual([
      ['bash', { command: 'ls' }],
    ]);
    expect(calls('{"thought": "hm", "action": {"name": "bash", "args": {"command": "ls"}}}', 'json')).toEqual(
      [['bash', { command: 'ls' }]],
    );
    expect(calls('{"thought": "hm", "command": "ls"}', 'json')).toEqual([
      ['bash', { thought: 'hm', command: 'ls' }],
    ]);
  });

  test('JSON that is an answer calls nothing', () => {
    expect(calls('{"name": "Ada", "age": 36}', 'json')).toEqual([]);
    expect(calls('{"name": "x", "arguments": ', 'json')).toEqual([]);
    expect(calls('[{"a": 1}, {"b": 2}]', 'json')).toEqual([]);
  });

  test('Python calls that are all of a text, or a tool_code block', () => {
    expect(calls('bash(command="ls")', 'toolace')).toEqual([['bash', { command: 'ls' }]]);
    expect(calls('I call (once).', 'toolace')).toEqual([]);
    expect(calls("```tool_code\nprint(default_api.bash(command='ls'))\n```", 'toolace')).toEqual([
      ['bash', { command: 'ls' }],
    ]);
  });

  test('tags around a command, and tags named as the tool', () => {
    expect(calls('<bash>\nls\n</bash>', 'run-tags')).toEqual([['bash', 'ls']]);
    expect(calls('<code>\nprint(1)\n</code>', 'run-tags')).toEqual([['python', 'print(1)']]);
    expect(calls('<execute_command>\n<command>ls</command>\n</execute_command>', 'tool-tags')).toEqual([
      ['execute_command', { command: 'ls' }],
    ]);
    expect(
      calls(
        '<use_mcp_tool><server_name>s</server_name><tool_name>bash</tool_name><arguments>{"command": "ls"}</arguments></use_mcp_tool>',
        'tool-tags',
      ),
    ).toEqual([['bash', { command: 'ls' }]]);
    expect(
      calls(
        '<invoke>\n<tool_name>bash</tool_name>\n<parameters>\n<command>ls</command>\n</parameters>',
        'tool-tags',
      ),
    ).toEqual([['bash', { command: 'ls' }]]);
    expect(calls('<tool>bash</tool>\n<args>ls</args>', 'tool-tags')).toEqual([['bash', 'ls']]);
  });
});

describe('marks of chat templates', () => {
  const call = '{"name": "bash", "arguments": {"command": "ls"}}';
  const ls = [['bash', { command: 'ls' }]];

  test.each([
    ['Nemotron', `<TOOLCALL>[${call}]</TOOLCALL>`],
    ['Hunyuan, Jamba', `<tool_calls>\n[${call}]\n</tool_calls>`],
    ['Olmo', '<function_calls>\nbash(command="ls")\n</function_calls>'],
    ['InternLM', `<|action_start|><|plugin|>${call}<|action_end|>`],
    ['LFM', '<|tool_call_start|>[bash(command="ls")]<|tool_call_end|>'],
    ['Llama 4', '<|python_start|>[bash(command="ls")]<|python_end|>'],
    ['Llama, a tool of its own', '<|python_tag|>bash.call(command="ls")'],
    ['Apertus', '<|tools_prefix|>[{"bash": {"command": "ls"}}]<|tools_suffix|>'],
    ['Gemma', '<start_function_call>call:bash{command:<escape>ls<escape>}<end_function_call>'],
    ['Step', '<steptml:toolcall name="bash"><parameter name="command">ls</parameter></steptml:toolcall>'],
    [
      'Harmony, behind a thought',
      '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary to=functions.bash <|constrain|>json<|message|>{"command": "ls"}<|call|>',
    ],
  ])('%s', (_, text) => expect(calls(text)).toEqual(ls));

  test('a spelling within the tags of another counts once', () => {
    const inner = '<invoke name="bash"><parameter name="command">ls</parameter></invoke>';
    expect(calls(`<function_calls>${inner}</function_calls>`)).toEqual(ls);
    expect(calls(`<tool_calls><tool_call>${call}</tool_call></tool_calls>`)).toEqual(ls);
  });
});

test('any text is gone through, and every span lies in it', () => {
  const marks = [
    '<function=',
    '<parameter=',
    '</parameter>',
    '</function>',
    '<tool_call>',
    '</tool_call>',
    '{"name":"f","arguments":{',
    '}',
    '```',
    '\n',
    'Action: ',
    'Action Input: ',
    '<think>',
    '</think>',
    '[',
    '(',
    ')',
    ']',
    '"',
    '=',
    'keystrokes',
    '"commands":[',
    '<|message|>',
    ' to=x',
    '[TOOL_CALLS]',
    '<execute>',
    'invoke name="a"',
    '<bash>',
    '</bash>',
    '<tool>',
    '</tool>',
    '<args>',
    '<|action_start|>',
    '<start_function_call>',
    ' a',
    '\\',
  ];
  const text = fc.array(fc.constantFrom(...marks), { maxLength: 40 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (value) => {
      const found = findTextCalls(value, textCallStyles);
      let before = -1;
      for (const [index, { span, index: own }] of found.entries()) {
        expect(own).toBe(index);
        expect(span![0]).toBeGreaterThanOrEqual(before);
        expect(span![1]).toBeGreaterThan(span![0]);
        expect(span![1]).toBeLessThanOrEqual(value.length);
        before = span![0];
      }
    }),
    { numRuns: 3000 },
  );
});

test('time is linear in texts that are nothing but marks', () => {
  for (const mark of [
    '<function=',
    '<function=a>',
    '<tool_call>',
    '```bash\n',
    '```\n',
    'Action: a\n',
    'Action:\n',
    'Action: a\nAction Input: b\n',
    '[TOOL_CALLS]',
    '<|message|>',
    '<|tool_call_begin|>',
    '[a(',
    '<think>',
    'invoke name="a"',
    '<bash>',
    '</bash>',
    '<tool>',
    '</tool>',
    '<args>',
    '<|action_start|>',
    '<start_function_call>',
    '{"commands"',
    '<execute>',
    '"',
    '{',
  ]) {
    const start = performance.now();
    findTextCalls(mark.repeat(40_000), textCallStyles);
    expect(performance.now() - start, mark).toBeLessThan(4000);
  }
});
