import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readActions, wordsOfLimit } from '../../src/actions/index.ts';
import { base64, type Call, commands, episode } from './support.ts';

const act = 'nmap -sS 10.0.0.0/24';
const bash = (command: string): Call => ['bash', { command }];
const python = (code: string): Call => ['python', { code }];
const write = (path: string, content: string): Call => ['write_file', { path, content }];
const items = (count: number) => Array.from({ length: count }, (_, at) => `a${at}`);

function read(...calls: readonly Call[]) {
  return readActions(episode(...calls.map((call) => [call])));
}

/** A shell's text as one word. */
const escaped = (text: string) => text.replace(/[^\w./-]/g, '\\$&');

function repeated(text: string, times: number, change: (text: string) => string): string {
  return times === 0 ? text : repeated(change(text), times - 1, change);
}

describe('an act behind a bound', () => {
  it.each<[limit: string, what: string, ...calls: Call[]]>([
    ['text', 'a long word', bash(`echo ${'a'.repeat(1_100_000)}\n${act}`)],
    ['text', 'blanks', bash(`${' '.repeat(1_100_000)}${act}`)],
    ['decoded', 'a script that is run', write('s.sh', `: ${'a'.repeat(1_100_000)}\n${act}`), bash('. s.sh')],
    ['code', 'comments in Python', python(`${'# a\n'.repeat(130_000)}import os\nos.system("${act}")`)],
    ['code', 'a module that is written', write('m.py', `${'# a\n'.repeat(130_000)}import os\nos._exit(0)`)],
    ['actions', 'commands', bash(`${'ls; '.repeat(2_001)}${act}`)],
    [
      'actions',
      'runs of a script',
      write('s.sh', 'a; b; '.repeat(50)),
      bash(
        `${items(30)
          .map((x) => `sh s.sh ${x}`)
          .join(';')}; ${act}`,
      ),
    ],
    ['work', 'assignments', bash(`${'a=1; '.repeat(30_000)}${act}`)],
    ['depth', 'nested shells', bash(repeated(act, 9, (text) => `bash -c ${escaped(text)}`))],
    [
      'depth',
      'scripts that run scripts',
      ...Array.from({ length: 10 }, (_, at) => write(`s${at}.sh`, at === 0 ? act : `sh s${at - 1}.sh`)),
      bash('sh s9.sh'),
    ],
    ['starting', 'wrappers', bash(`${'sudo '.repeat(40)}${act}`)],
    ['decodings', 'encodings', bash(`echo ${repeated(act, 9, base64)} ${'| base64 -d '.repeat(9)}| sh`)],
    [
      'decoded',
      'a payload that swells',
      bash(
        `echo ${gzipSync(`${'#'.repeat(1_100_000)}\n${act}`).toString('base64')} | base64 -d | gunzip | sh`,
      ),
    ],
    ['items', 'items of a loop', bash(`for x in ${items(70).join(' ')} nmap; do $x -sS 10.0.0.0/24; done`)],
    [
      'items',
      'lines that are read',
      bash(`printf '%s\\n' ${items(70).join(' ')} nmap | while read x; do $x y; done`),
    ],
    ['items', 'items of xargs', bash(`echo '${[...items(70), act].join('\n')}' | xargs -I{} {}`)],
    [
      'items',
      'items in Python',
      python(`import os\nfor x in ${JSON.stringify([...items(70), act])}: os.system(x)`),
    ],
    ['words', 'words', bash(`env ${'A=1 '.repeat(5_000)}${act}`)],
    ['words', 'braces', bash(`{${items(70).join(',')},nmap} x`)],
    ['string', 'a long string', bash(`X=${'a'.repeat(140_000)}; eval ": $X$X; ${act}"`)],
    [
      'nesting',
      'brackets in Python',
      python(`import os\n${'f('.repeat(250)}os.system("${act}")${')'.repeat(250)}`),
    ],
    ['nesting', 'substitutions', bash(`${'$( '.repeat(30)}${act}`)],
    ['syntax', 'what is no Python', python(`${'x ( ] if : '.repeat(5_000)}\nimport os\nos.system("${act}")`)],
  ])('%s: is told of (%s)', (limit, _, ...calls) => {
    const { actions, overrun } = read(...calls);
    expect(commands(actions)).not.toContain(act);
    expect(overrun).toEqual({ step: calls.length - 1, call: 0, limit });
    expect(wordsOfLimit(overrun!.limit)).toMatch(/^[a-z]/);
  });

  it('is told of where a file was forgotten that is run', () => {
    const more = Array.from({ length: 9 }, (_, at) => write(`data${at}`, 'a'.repeat(1_000_000)));
    expect(read(write('s.sh', act), ...more, bash('ls')).overrun).toBeUndefined();
    const run = read(write('s.sh', act), ...more, bash('mv s.sh t.sh'), bash('sh t.sh'));
    expect(run.overrun).toMatchObject({ step: 11, limit: 'files' });
  });
});

describe('no bound is', () => {
  it.each<[what: string, ...calls: Call[]]>([
    ['a long script in one word', bash(`bash -c '${'ls; '.repeat(1_000)}${act}'`)],
    ['a long here-document', bash(`cat > f <<E\n$X ${'a'.repeat(300_000)}\nE\n${act}`)],
    ['blanks behind a mistake', bash(`echo )\n${' '.repeat(5_000)}\n${act}`)],
    ['a range', bash(`for i in {1..500}; do echo $i; done; ${act}`)],
    ['a long JSON', bash(`curl -d '${JSON.stringify(items(1_000).map((x) => ({ x })))}' http://h/; ${act}`)],
    ['a file that is copied back and forth', bash('cp a b'), bash('cp b a'), bash(`sh a; ${act}`)],
    ['a script that runs itself', write('s.sh', `${act}\nbash s.sh`), bash('bash s.sh')],
    ['a function that calls itself', bash(`f() { f; f; }; f; ${act}`)],
    ['many calls of one function', python(`import a, os\n${'a.b()\n'.repeat(1_000)}os.system("${act}")`)],
    [
      'letters of a text',
      python(`import os\nfor c in "${'a'.repeat(500)}":\n  if c: x = c\nos.system("${act}")`),
    ],
  ])('%s', (_, ...calls) => {
    const { actions, overrun } = read(...calls);
    expect(overrun).toBeUndefined();
    expect(commands(actions)).toContain(act);
  });
});
