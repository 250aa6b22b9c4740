import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../../src/sigma/fold.ts';
import { Regex, type RegexFlags } from '../../src/sigma/regex.ts';
import { Text } from '../../src/sigma/view.ts';
import { command, select } from './support.ts';

const plain: RegexFlags = { i: false, m: false, s: false };

describe('re', () => {
  it('is searched anywhere and minds the case', () => {
    const rule = select("CommandLine|re: '\\s-[Oo]\\s'");
    expect(rule.matches(command('wget -O x'))).toBe(true);
    expect(select("CommandLine|re: 'XMRig'").matches(command('xmrig'))).toBe(false);
  });

  it('has flags', () => {
    expect(select("CommandLine|re|i: 'XMRig'").matches(command('xmrig'))).toBe(true);
    expect(select("CommandLine|re: '^b'").matches(command('a\nb'))).toBe(false);
    expect(select("CommandLine|re|m: '^b'").matches(command('a\nb'))).toBe(true);
    expect(select("CommandLine|re: 'a.b'").matches(command('a\nb'))).toBe(false);
    expect(select("CommandLine|re|s: 'a.b'").matches(command('a\nb'))).toBe(true);
    expect(select("CommandLine|re|i|m|s: '^B.c$'").matches(command('a\nb\nc\nd'))).toBe(true);
  });

  it('may be placed', () => {
    expect(select("CommandLine|re|startswith: 'a|b'").matches(command('xb'))).toBe(false);
    expect(select("CommandLine|re|startswith: 'a|b'").matches(command('bx'))).toBe(true);
    expect(select("CommandLine|re|endswith: 'a|b'").matches(command('bx'))).toBe(false);
    expect(select("CommandLine|re|contains: 'a|b'").matches(command('xbx'))).toBe(true);
  });

  it('has no wildcards and no escapes but its own', () => {
    expect(select("CommandLine|re: 'a\\*b'").matches(command('a*b'))).toBe(true);
    expect(select("CommandLine|re: 'a\\\\\\\\b'").matches(command('a\\\\b'))).toBe(true);
  });

  it('searches keywords', () => {
    expect(select("'|re': 'x+y'").matches(command('axxyb'))).toBe(true);
  });

  it('takes an ASCII letter for an ASCII letter alone', () => {
    expect(new Regex('sk', { ...plain, i: true }).test(new Text('ſ\u212a'))).toBe(false);
    expect(new Regex('^[r-t]$', { ...plain, i: true }).test(new Text('ſ'))).toBe(false);
    expect(new Regex('(?i)^[j-l]$', plain).test(new Text('\u212a'))).toBe(false);
    expect(new Regex('ſ', { ...plain, i: true }).test(new Text('ſ'))).toBe(true);
    expect(new Regex('ſ', plain).test(new Text('ſ'))).toBe(true);
  });
});

const character = fc.constantFrom(
  'a',
  'B',
  'c',
  'k',
  's',
  '.',
  '\\.',
  '\\d',
  '\\w',
  '[ab]',
  '[^a]',
  '[a-c]',
  '[\\.B]',
  '\\x41',
);
const count = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,1}', '{0}', '*?');

/** Patterns of what RE2 and JavaScript have in common. */
const pattern = fc.letrec<{ choice: string; sequence: string; atom: string }>((tie) => ({
  choice: fc.oneof(
    { maxDepth: 3 },
    tie('sequence'),
    fc.tuple(tie('sequence'), tie('choice')).map((two) => two.join('|')),
  ),
  sequence: fc.array(tie('atom'), { maxLength: 4 }).map((atoms) => atoms.join('')),
  atom: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(character, count).map((two) => two.join('')) },
    fc.constantFrom('^', '$', '\\b'),
    // few counts of groups: JavaScript takes exponential time for a star within a star
    fc
      .tuple(fc.constantFrom('(', '(?:'), tie('choice'), fc.constantFrom('', '', '?', '{2}', '{0,1}', '+'))
      .map(([open, inner, count]) => `${open}${inner})${count}`),
  ),
})).choice;

/** A pattern together with a text that it matches. */
const matching = fc.letrec<{ any: [string, string] }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<[string, string]>(
      ['a', 'a'],
      ['B', 'B'],
      ['ks', 'ks'],
      ['.', 'c'],
      ['\\d', '7'],
      ['[ab]', 'b'],
      ['[^a]', 'x'],
      ['[.-z]', 'q'],
      ['é', 'é'],
      ['\\.', '.'],
      ['\\x41', 'A'],
    ),
    fc
      .tuple(tie('any'), tie('any'))
      .map(([left, right]): [string, string] => [left[0] + right[0], left[1] + right[1]]),
    fc.tuple(tie('any'), tie('any'), tie('any')).map((three): [string, string] => {
      return [three.map(([one]) => one).join(''), three.map(([, one]) => one).join('')];
    }),
    fc
      .tuple(tie('any'), tie('any'))
      .map(([left, right]): [string, string] => [`(?:${left[0]}|${right[0]})`, right[1]]),
    fc
      .tuple(
        tie('any'),
        fc.constantFrom<[string, number]>(
          ['*', 0],
          ['*', 2],
          ['+', 1],
          ['+', 3],
          ['?', 0],
          ['{2}', 2],
          ['{1,3}', 2],
          ['{2,}', 4],
        ),
      )
      .map(([[pattern, sample], [count, times]]): [string, string] => [
        `(?:${pattern})${count}`,
        sample.repeat(times),
      ]),
  ),
})).any;

const subject = fc.string({
  unit: fc.constantFrom('a', 'b', 'A', 'B', 'c', 'k', 's', 'S', '.', '1', '\n', 'é'),
  maxLength: 8,
});
const flags = fc.record({ i: fc.boolean(), m: fc.boolean(), s: fc.boolean() });

describe('Regex', () => {
  const native = (source: string, { i, m, s }: RegexFlags) => {
    return new RegExp(source, `${i ? 'i' : ''}${m ? 'm' : ''}${s ? 's' : ''}`);
  };

  it('agrees with JavaScript', () => {
    fc.assert(
      fc.property(pattern, flags, subject, (pattern, flags, subject) => {
        const text = new Text(subject);
        const regex = new Regex(pattern, flags);
        expect(regex.test(text)).toBe(native(pattern, flags).test(subject));
        // where an empty piece is repeated the two end a match differently, but never begin it so
        expect(regex.find(text)?.[0]).toBe(native(pattern, flags).exec(subject)?.index);
      }),
      { numRuns: 4000 },
    );
  });

  it('requires only literals that every match holds', () => {
    let demanding = 0;
    fc.assert(
      fc.property(matching, flags, subject, subject, ([pattern, sample], flags, before, after) => {
        const regex = new Regex(pattern, flags);
        const text = flags.i ? before + sample.toUpperCase() + after : before + sample + after;
        // JavaScript is not asked: a star within a star may take it forever
        expect(regex.test(new Text(text))).toBe(true);
        const folded = foldCase(text);
        if (regex.requirement.every((literals) => literals.length > 0)) demanding++;
        expect(regex.requirement.some((all) => all.every((literal) => folded.includes(literal)))).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(demanding).toBeGreaterThan(1000);
  });

  it.each([
    ['\\s--inode\\s', [['--inode']]],
    [
      '(?:curl|wget)\\s.*\\|\\s*(?:ba)?sh\\b',
      [
        ['curl', '|', 'sh'],
        ['wget', '|', 'sh'],
      ],
    ],
    ['xmr(?:ig|-stak)', [['xmrig'], ['xmr-stak']]],
    ['[Xx]mrig', [['xmrig']]],
    ['a+b{3}', [['a', 'bbb']]],
    ['(?i)STRATUM\\+tcp', [['stratum+tcp']]],
    ['foo|', [[]]],
    ['\\d+', [[]]],
    ['(?i:é)x', [['x']]],
    ['((?i)x)é', [['xé']]],
    ['(?i)(?-i:é)x', [['éx']]],
    ['x{0}y', [['y']]],
    ['[[:alpha:]]z', [['z']]],
    ['\\Qa.b\\E', [[]]],
  ])('requires of %s: %j', (pattern, expected) => {
    const { requirement } = new Regex(pattern, plain);
    expect([...requirement].map((all) => [...all].sort()).sort()).toEqual(
      (expected as string[][]).map((all) => [...all].sort()).sort(),
    );
  });

  it('finds the place of a match in a long text', () => {
    const filler = 'lorem ipsum dolor sit amet\n'.repeat(8000);
    const text = new Text(`${filler}nc -lvp 4444\n${filler}`);
    const span = new Regex('nc\\s+-[a-z]+\\s+\\d+\\b', plain).find(text);
    expect(text.raw.slice(...(span ?? [0, 0]))).toBe('nc -lvp 4444');
  });

  it('does not take a cut in a long text for its end', () => {
    const long = new Text('x'.repeat(100_000));
    // the second window begins with what only looks like the beginning of a word
    const cut = new Text(`${'c'.repeat(28_672)}ab${'c'.repeat(60_000)} ab`);
    expect(new Regex('\\bab', plain).find(cut)).toEqual([88_675, 88_677]);
    expect(new Regex('x$', plain).find(long)).toBeUndefined();
    expect(new Regex('\\bx', plain).find(long)).toEqual([0, 1]);
    expect(new Regex('x\\b', plain).find(long)).toEqual([99_999, 100_000]);
  });

  it('needs milliseconds for a megabyte', () => {
    const patterns = [
      '(x+x+)+y',
      '(?i)curl[^|]*\\|\\s*(?:ba)?sh',
      '(.*)(.*)(.*)=',
      '-(W|R)\\s?([0-9a-f]{2}\\s?){2,20}q',
    ];
    const texts = [' '.repeat(1 << 20), 'x'.repeat(1 << 20), 'curl -s -W 41 42 | '.repeat(55_000)];
    for (const pattern of patterns) {
      const regex = new Regex(pattern, plain);
      for (const text of texts) {
        let best = Number.POSITIVE_INFINITY;
        for (let run = 0; run < 3; run++) {
          const start = performance.now();
          regex.test(new Text(text));
          best = Math.min(best, performance.now() - start);
        }
        // measured: up to 15
        expect(best).toBeLessThan(100);
      }
    }
  });
});
