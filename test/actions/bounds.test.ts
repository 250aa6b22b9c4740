// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are those of a shell
import { describe, expect, it } from 'vitest';
import { Random } from '../../scripts/generate/random.ts';
import { actionsOf, callTexts, mayHideWords, unescapeArguments } from '../../src/actions/index.ts';
import { collectedCommands, hasCollected } from './collected.ts';
import { bash, commands, episode, run } from './support.ts';
import { commandTexts, newWords } from './words.ts';

/** Pieces that change what the text around them means. */
const PIECES = [
  ...`' " \` $( \${x} $x ) | || && ; & { } {a,b} [ [[ ( (( )) <( >( > >> < <<< * ? ! # \\ % = \\x6e $' fi done esac then`.split(
    ' ',
  ),
  'x=nm; ',
  '\\\n',
  '\n',
  '<<EOF\n',
  'EOF\n',
  'é',
  '\u{1F600}',
  '\0',
  '\ud800',
  ' | base64 -d',
  ' | sh',
  'eval ',
  'printf %s%s ',
  'sudo ',
  "bash -c '",
  "python3 -c '",
  'xargs ',
  'find . -exec ',
  'ssh h ',
  'import os\n',
  'os.system(',
  'exec("',
  'if ',
  'for i in ',
  'do ',
  'case x in ',
  'function f ',
  'f()',
  '{"command":',
  'curl http://0x7f000001/ ',
  '> /tmp/a; bash /tmp/a',
  '"a" + "b"',
  '[::-1]',
  '"".join([',
  '.format("a")',
  '${x//a/b}',
  '$@',
  '$A$B',
];

const TOOLS: readonly (readonly [tool: string, argument: string])[] = [
  ['bash', 'command'],
  ['bash', 'command'],
  ['python', 'code'],
  ['execute_code', 'code'],
  ['powershell', 'command'],
  ['javascript', 'code'],
  ['perl', 'code'],
  ['ruby', 'code'],
  ['php', 'code'],
  ['mysql', 'query'],
  ['apply_patch', 'input'],
  ['tmux', 'keys'],
];

function mutated(random: Random, pool: readonly string[]): string {
  let text = random.pick(pool);
  for (let change = random.whole(0, 4) + 1; change > 0; change -= 1) {
    const at = random.whole(0, text.length + 1);
    const other = random.pick(pool);
    const from = random.whole(0, other.length + 1);
    switch (random.whole(0, 5)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + 1 + random.whole(0, 5));
        break;
      case 1:
        text = text.slice(0, at) + other.slice(from, from + 40) + text.slice(at);
        break;
      case 2:
        text = text.slice(at) + text.slice(0, at);
        break;
      default:
        text = text.slice(0, at) + random.pick(PIECES) + text.slice(at);
    }
  }
  return text;
}

/** Milliseconds that this process has worked; those that it waited for others to do so do not count. */
function worked(): number {
  return process.cpuUsage().user / 1_000;
}

describe('any text', () => {
  it('is gone through without an error, in milliseconds, and keeps the promise to the prefilter', async () => {
    const pool = hasCollected
      ? [
          ...commandTexts,
          ...(await collectedCommands('unsafe')),
          ...(await collectedCommands('dualuse')),
        ].filter((text) => text.length < 1_500)
      : commandTexts;
    const random = new Random(20260101);
    const broken: string[] = [];
    let slowest = 0;
    for (let round = 0; round < 100_000; round += 1) {
      const text = mutated(random, pool);
      const [tool, argument] = random.pick(TOOLS);
      const given = random.whole(0, 10) === 0 ? text : JSON.stringify({ [argument]: text });
      const start = worked();
      const actions = run([tool, given]);
      slowest = Math.max(slowest, worked() - start);
      const plain = unescapeArguments(given);
      if (!mayHideWords(plain)) broken.push(...newWords(plain, actions).map((word) => `${word} of ${text}`));
    }
    expect(broken).toEqual([]);
    expect(slowest).toBeLessThan(2_000);
  }, 600_000);

  it.each([
    ['spaces', ' '.repeat(4_000)],
    ['brackets', '('.repeat(100_000)],
    ['braces', '{'.repeat(100_000)],
    ['substitutions', '$('.repeat(50_000)],
    ['backticks', '`'.repeat(100_000)],
    ['quotes', `'"`.repeat(50_000)],
    ['a long line', 'a'.repeat(1_000_000)],
    ['long words', `echo ${'a'.repeat(500_000)} ${'b'.repeat(500_000)}`],
    ['many lines', 'ls\n'.repeat(100_000)],
    ['many pipes', 'a|'.repeat(50_000)],
    ['wrappers', 'sudo '.repeat(20_000)],
    ['nested shells', "bash -c '".repeat(10_000)],
    ['functions', 'f() { f; f; }; f; '.repeat(5_000)],
    ['growing variables', 'export a=$a$a$a; '.repeat(3_000)],
    ['growing words', 'set -- "$@" "$@"; '.repeat(3_000)],
    ['brace lists', '{a,b}'.repeat(5_000)],
    ['nested braces', '{a,'.repeat(5_000)],
    ['here-documents', 'cat <<E\na\nE\n'.repeat(5_000)],
    ['appends', 'cat f >> f; '.repeat(5_000)],
    ['strings', '"a" + '.repeat(20_000)],
    ['calls', 'f('.repeat(50_000)],
    ['stars', '*'.repeat(50_000)],
    ['signs', '-'.repeat(50_000)],
    ['lambdas', 'lambda x: '.repeat(10_000)],
    ['deep blocks', Array.from({ length: 1_000 }, (_, at) => `${' '.repeat(at)}if x:`).join('\n')],
    ['doubling', `x = "a"\n${'x = x + x\n'.repeat(500)}`],
    ['templates', '`${'.repeat(10_000)],
    ['objects', '{"command":'.repeat(10_000)],
    ['lists', '['.repeat(50_000)],
    ['echoes', `${'echo -n a | '.repeat(10_000)}sh`],
    ['decodings', `${'base64 -d | '.repeat(10_000)}sh`],
  ])('takes little time: %s', (_, text) => {
    const calls = TOOLS.map(([tool, argument]) => [tool, JSON.stringify({ [argument]: text })] as const);
    const plain = TOOLS.map(([tool]) => [tool, text] as const);
    for (const [tool, given] of [...calls, ...plain]) {
      const start = worked();
      const actions = actionsOf(episode([[tool, given]]));
      mayHideWords(given);
      callTexts(tool, given);
      expect(worked() - start, tool).toBeLessThan(3_000);
      expect(actions.length).toBeLessThanOrEqual(2_000);
    }
  });
});

describe('bounds', () => {
  it('cut short what is too much, and keep what came before', () => {
    const actions = bash(`nmap x; ${'ls; '.repeat(5_000)}`);
    expect(actions.length).toBe(2_000);
    expect(commands(actions)[0]).toBe('nmap x');
  });

  it('hold for what is decoded', () => {
    const bomb = Buffer.alloc(10_000_000, 'ls;');
    const packed = Buffer.from(bomb).toString('base64').slice(0, 400_000);
    expect(bash(`echo ${packed} | base64 -d | sh`).length).toBeLessThanOrEqual(2_000);
  });
});
