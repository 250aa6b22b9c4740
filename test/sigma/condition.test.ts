import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command, compile, errorsOf, ruleText, warningsOf } from './support.ts';

/** Selections that match where the command holds their letter. */
const selections = ['a', 'b', 'sel_c', 'sel_d', '_e'];
const letters = 'abcde';

function detection(condition: string): string {
  const lines = selections.map((name, index) => `${name}:\n  CommandLine|contains: ${letters[index]}`);
  return `${lines.join('\n')}\ncondition: ${condition}`;
}

/** The sets of letters, of all there are, for which a condition holds. */
function truths(condition: string): string[] {
  const rule = compile(detection(condition));
  return subsets.filter((text) => rule.matches(command(text)));
}

const subsets = Array.from({ length: 32 }, (_, bits) => {
  return [...letters].filter((_letter, index) => (bits >> index) & 1).join('');
});

describe('conditions', () => {
  it.each([
    ['a', (on: Set<string>) => on.has('a')],
    ['not a', (on) => !on.has('a')],
    ['not not a', (on) => on.has('a')],
    ['a and b', (on) => on.has('a') && on.has('b')],
    ['a or b and sel_c', (on) => on.has('a') || (on.has('b') && on.has('c'))],
    ['(a or b) and sel_c', (on) => (on.has('a') || on.has('b')) && on.has('c')],
    ['a and not b or sel_c', (on) => (on.has('a') && !on.has('b')) || on.has('c')],
    ['not a and b', (on) => !on.has('a') && on.has('b')],
    ['not (a and b)', (on) => !(on.has('a') && on.has('b'))],
    ['1 of sel_*', (on) => on.has('c') || on.has('d')],
    ['any of sel_*', (on) => on.has('c') || on.has('d')],
    ['all of sel_*', (on) => on.has('c') && on.has('d')],
    ['1 of s*_c', (on) => on.has('c')],
    ['a and not 1 of sel_*', (on) => on.has('a') && !on.has('c') && !on.has('d')],
    ['not all of sel_* and a', (on) => !(on.has('c') && on.has('d')) && on.has('a')],
    // names that begin with an underscore take no part unless they are asked for
    ['1 of them', (on) => on.has('a') || on.has('b') || on.has('c') || on.has('d')],
    ['all of them', (on) => ['a', 'b', 'c', 'd'].every((letter) => on.has(letter))],
    ['1 of *', (on) => on.has('a') || on.has('b') || on.has('c') || on.has('d')],
    ['1 of _*', (on) => on.has('e')],
    ['all of a', (on) => on.has('a')],
    ['A_AND_B or a', undefined],
    ['a AND (b OR NOT sel_c)', (on) => on.has('a') && (on.has('b') || !on.has('c'))],
  ] as [string, ((on: Set<string>) => boolean) | undefined][])('%s', (condition, expected) => {
    if (expected === undefined) expect(errorsOf(ruleText(detection(condition)))).toHaveLength(1);
    else expect(truths(condition)).toEqual(subsets.filter((text) => expected(new Set(text))));
  });

  it('of a list, any', () => {
    const lines = detection('X').replace('condition: X', 'condition:\n  - a and b\n  - sel_c');
    const rule = compile(lines);
    expect(['ab', 'c', 'a'].filter((text) => rule.matches(command(text)))).toEqual(['ab', 'c']);
  });

  it('over several lines', () => {
    const rule = compile(detection('>\n  a and\n  (b\n  or sel_c)'));
    expect(['ab', 'ac', 'a'].filter((text) => rule.matches(command(text)))).toEqual(['ab', 'ac']);
  });

  it('agree with JavaScript on random expressions', () => {
    const { expression } = fc.letrec<{ expression: readonly [string, string] }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(...selections.map((name, index) => [name, `on.has('${letters[index]}')`] as const)),
        tie('expression').map(([text, code]) => [`not ${text}`, `!${code}`] as const),
        tie('expression').map(([text, code]) => [`(${text})`, `(${code})`] as const),
        fc
          .tuple(tie('expression'), fc.constantFrom(['and', '&&'], ['or', '||']), tie('expression'))
          .map(([[text1, code1], [word, sign], [text2, code2]]) => {
            return [`${text1} ${word} ${text2}`, `${code1} ${sign} ${code2}`] as const;
          }),
      ),
    }));
    fc.assert(
      fc.property(expression, ([text, code]) => {
        const expected = new Function('on', `return ${code};`) as (on: Set<string>) => boolean;
        expect(truths(text)).toEqual(subsets.filter((letters) => expected(new Set(letters))));
      }),
      { numRuns: 150 },
    );
  });
});

describe('conditions that make no sense', () => {
  const place = /^(.*) \(test\.yml:15, rule Test rule \d+\)(.*)$/;
  it.each([
    ['selectoin', "condition names 'selectoin', which is not defined; selections are a, b, sel_c, sel_d, _e"],
    ['sel_cc', "condition names 'sel_cc', which is not defined; did you mean 'sel_c'?"],
    ['a adn b', "unexpected word 'adn' in condition 'a adn b'; did you mean 'and'?"],
    ['a b', "unexpected selection 'b' in condition 'a b'; join selections with 'and' or 'or'"],
    ['a and', "nothing after 'and' in condition 'a and'"],
    ['and a', "'and' where a selection is expected in condition 'and a'"],
    ['a or or b', "'or' where a selection is expected in condition 'a or or b'"],
    ['(a and b', "'(' without ')' in condition '(a and b'"],
    ['a and b)', "')' without '(' in condition 'a and b)'"],
    ['()', "')' where a selection is expected in condition '()'"],
    ['2 of sel_*', "unknown quantifier '2 of' in condition '2 of sel_*'; write '1 of', 'any of' or 'all of'"],
    ['alll of sel_*', "unknown quantifier 'alll of' in condition 'alll of sel_*'; did you mean 'all'?"],
    [
      'none of sel_*',
      "unknown quantifier 'none of' in condition 'none of sel_*'; write '1 of', 'any of' or 'all of'",
    ],
    ['1 of', "'1 of' without a name in condition '1 of'; add a name, 'name*' or 'them'"],
    ['1 of flt_*', "'1 of flt_*' in the condition selects nothing; selections are a, b, sel_c, sel_d, _e"],
    [
      'a | count() by User > 5',
      "aggregation '| count() by User > 5' in a condition is Sigma v1; write it as a correlation rule (event_count, value_count, temporal)",
    ],
    ["''", "no words in condition ''"],
    ['[]', 'condition is an empty list'],
    ['{a: b}', 'condition must be a text, found a map'],
  ])('%s', (condition, message) => {
    const [error = '', ...others] = errorsOf(ruleText(detection(condition)));
    const [, what = '', remedy = ''] = place.exec(error) ?? [];
    expect([what + remedy, ...others]).toEqual([message]);
  });

  it('name the line of the word', () => {
    const text = ruleText(detection('|\n  a and\n  sel_cc and\n  sel_c'));
    expect(errorsOf(text)[0]).toContain('(test.yml:17,');
    // not that of a longer word that holds it
    expect(errorsOf(ruleText(detection('|\n  sel_c and\n  sel')))[0]).toContain('(test.yml:17,');
    expect(errorsOf(ruleText(detection('|\n  (a and\n  b')))[0]).toContain('(test.yml:16,');
  });

  it('nested too deeply are an error, not a crash', () => {
    const deep = `${'('.repeat(5000)}a${')'.repeat(5000)}`;
    expect(errorsOf(ruleText(detection(deep)))[0]).toContain(
      'more than 200 brackets or nots within each other',
    );
    expect(errorsOf(ruleText(detection(`${'not '.repeat(5000)}a`)))).toHaveLength(1);
  });

  it('selections that are not used are a warning', () => {
    const [warning, ...others] = warningsOf(ruleText(detection('1 of sel_* and a')));
    expect(warning).toMatch(
      /^selection 'b' is not used in the condition \(test\.yml:7, rule Test rule \d+\)$/,
    );
    expect(others).toHaveLength(1);
  });

  it('v1 timeframes and selections named like words of conditions are errors', () => {
    const text = (name: string) => ruleText(`a:\n  User: x\n${name}: 5m\ncondition: a`);
    expect(errorsOf(text('timeframe'))[0]).toContain("'timeframe' in detection is Sigma v1");
    expect(errorsOf(text('all'))[0]).toContain("selection named 'all'");
  });
});
