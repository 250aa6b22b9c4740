import { describe, expect, it } from 'vitest';
import { actionsOf, asIfRun } from '../../src/actions/index.ts';
import { type Call, commands, episode } from './support.ts';

const scan = 'nmap -sS 10.0.0.0/24';

/** The commands of a step that runs all that the calls leave behind. */
function left(...calls: readonly Call[]): string[] | undefined {
  const alone = asIfRun(episode(calls).steps[0]!);
  return alone && commands(actionsOf(alone));
}

const write = (path: string, content: string): Call => ['write_file', { path, content }];
const bash = (command: string): Call => ['bash', { command }];

describe('a step as if what it leaves were run', () => {
  it.each<[string, Call]>([
    ['a script', write('/tmp/a.sh', scan)],
    ['a script without a name that tells', bash(`echo ${scan} > q`)],
    ['a program in Python', write('m.py', `import os\nos.system("${scan}")`)],
    ['a function', bash(`probe() { ${scan}; }`)],
    ['a function in a file', bash(`echo "probe() { ${scan}; }" > lib.sh`)],
    ['words for a script', bash(`bash r.sh ${scan}`)],
    ['words for a program that nobody knows', bash(`zork -v ${scan}`)],
    ['a word with a command', bash(`zork '${scan}'`)],
  ])('runs %s', (_, call) => {
    expect(left(call)).toContain(scan);
  });

  it('leaves alone what is read, told or removed', () => {
    expect(left(bash('cat a.sh; rm -rf build; grep nmap a.sh'))).toEqual([
      'cat a.sh',
      'rm -rf build',
      'grep nmap a.sh',
    ]);
  });

  it.each<[string, Call]>([
    ['adds to a file', bash('echo x >> run.sh')],
    [
      'changes a part of a file',
      ['str_replace_editor', { command: 'str_replace', path: '/a.py', old_str: 'a', new_str: 'b' }],
    ],
    ['writes what another program reads', write('Makefile', 'all:\n\techo x\n')],
  ])('cannot say where it %s', (_, call) => {
    expect(left(call)).toBeUndefined();
  });
});
