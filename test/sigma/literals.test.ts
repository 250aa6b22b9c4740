import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase, loadSigma, type RequiredLiteral, type SigmaEvent } from '../../src/sigma/index.ts';
import { randomFields, randomRule } from './random-rule.ts';
import { compile, options, process, select } from './support.ts';

/** Whether a literal occurs in the event where it says, as a prefilter would see it. */
function occurs(literal: RequiredLiteral, { fields }: SigmaEvent): boolean {
  const names = literal.field === undefined ? Object.keys(fields) : [literal.field];
  const values = names.flatMap((name) => fields[name] ?? []).map((value) => foldCase(String(value)));
  const at = {
    equals: (value: string) => value === literal.text,
    contains: (value: string) => value.includes(literal.text),
    startswith: (value: string) => value.startsWith(literal.text),
    endswith: (value: string) => value.endsWith(literal.text),
  };
  return values.some(at[literal.position]);
}

/** Alternatives in short: `field position text`, sorted. */
function short(alternatives: readonly (readonly RequiredLiteral[])[] | undefined): string[][] | undefined {
  const mark = { equals: '=', contains: '~', startswith: '^', endswith: '$' };
  return alternatives
    ?.map((all) => all.map(({ field, text, position }) => `${field ?? ''}${mark[position]}${text}`).sort())
    .sort();
}

describe('requiredLiterals', () => {
  it('holds for every event that a rule matches', () => {
    let matched = 0;
    let demanding = 0;
    fc.assert(
      fc.property(
        randomRule,
        fc.array(randomFields, { minLength: 8, maxLength: 8 }),
        fc.constantFrom(1, 4, 256),
        (text, events, limit) => {
          const [rule] = loadSigma([{ file: 'random.yml', text }], options).rules;
          const alternatives = rule!.requiredLiterals({ limit });
          if (alternatives !== undefined) demanding++;
          for (const fields of events) {
            const event = process(fields);
            if (alternatives === undefined || !rule!.matches(event)) continue;
            matched++;
            expect(alternatives.some((all) => all.every((literal) => occurs(literal, event)))).toBe(true);
          }
        },
      ),
      { numRuns: 3000 },
    );
    // the property says something only where rules do require literals and match
    expect(matched).toBeGreaterThan(300);
    expect(demanding).toBeGreaterThan(300);
  });

  it.each([
    [
      "Image|endswith: /nc\nCommandLine|contains: [' -e ', ' -c ']",
      [
        ['CommandLine~ -c ', 'Image$/nc'],
        ['CommandLine~ -e ', 'Image$/nc'],
      ],
    ],
    ['CommandLine|contains|all: [AB, c]', [['CommandLine~ab', 'CommandLine~c']]],
    ["CommandLine: 'a*b?c'", [['CommandLine$c', 'CommandLine^a', 'CommandLine~b']]],
    ['CommandLine|contains|cased: XyZ', [['CommandLine~xyz']]],
    ["CommandLine|re: 'xmr(ig|-stak)'", [['CommandLine~xmr-stak'], ['CommandLine~xmrig']]],
    ['- xmrig\n- minerd', [['~minerd'], ['~xmrig']]],
    [
      'User: root\nLogonId: 0x10',
      [
        ['LogonId=0x10', 'User=root'],
        ['LogonId=16', 'User=root'],
      ],
    ],
    ['CommandLine|base64|contains: xmrig', [['CommandLine~eg1yawc=']]],
    // what another value or line asks for already is left out
    ['CommandLine|contains: [curl, curl -s]', [['CommandLine~curl']]],
    ['CommandLine|contains: curl\nCommandLine|startswith: curl -s', [['CommandLine^curl -s']]],
    // nothing to rely on
    ['CommandLine|neq: x', undefined],
    ['User: null', undefined],
    ['User|exists: true', undefined],
    ['LogonId|gt: 5', undefined],
    ["CommandLine: '*'", undefined],
    ["CommandLine: ''", undefined],
    ["- CommandLine|contains: x\n- CommandLine|re: '.{200,}'", undefined],
  ] as [string, string[][] | undefined][])('%j', (lines, expected) => {
    expect(short(select(lines).requiredLiterals())).toEqual(expected);
  });

  it('asks for nothing of what is negated, twice negated for all of it', () => {
    const rule = (condition: string) => compile(`a:\n  User: x\nb:\n  User: y\ncondition: ${condition}`);
    expect(short(rule('a and not b').requiredLiterals())).toEqual([['User=x']]);
    expect(rule('a or not b').requiredLiterals()).toBeUndefined();
    expect(short(rule('not (not a or b)').requiredLiterals())).toEqual([['User=x']]);
    expect(short(rule('not not a').requiredLiterals())).toEqual([['User=x']]);
  });

  it('leaves requirements out, not alternatives, where combinations would be too many', () => {
    const list = (letter: string) =>
      Array.from({ length: 30 }, (_, index) => `${letter}${index}x`).join(', ');
    const rule = select(
      `CommandLine|contains: [${list('a')}]\nImage|contains: [${list('longer')}]\nUser: root`,
    );
    const alternatives = rule.requiredLiterals({ limit: 100 })!;
    expect(alternatives).toHaveLength(30);
    for (const all of alternatives) expect(all.map(({ field }) => field).sort()).toEqual(['Image', 'User']);
    expect(rule.requiredLiterals({ limit: 1000 })).toHaveLength(900);
  });

  it('keeps to ASCII if asked', () => {
    const rule = select('CommandLine|startswith: grüße an');
    expect(short(rule.requiredLiterals({ ascii: true }))).toEqual([['CommandLine~e an', 'CommandLine~gr']]);
    expect(select('CommandLine: ü').requiredLiterals({ ascii: true })).toBeUndefined();
  });

  it('may be told what a field means for the text that is scanned', () => {
    const rule = select('Image|endswith: /curl\nUser: root\nCommandLine|contains: curl -s');
    const rewrite = ({ field, text, position }: RequiredLiteral): RequiredLiteral[] => {
      if (field === 'User') return [];
      return [{ text: text.replace(/^\//, ''), position: field === 'Image' ? 'contains' : position }];
    };
    expect(short(rule.requiredLiterals({ rewrite }))).toEqual([['~curl -s']]);
  });
});
