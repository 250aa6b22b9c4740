import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase, loadSigma, type Need, type SigmaEvent } from '../../src/sigma/index.ts';
import { randomFields, randomRule } from './random-rule.ts';
import { options, process, select } from './support.ts';

/** Whether an event has what a rule needs. */
function has({ fields }: SigmaEvent, need: Need): boolean {
  const valuesOf = (name: string) => [fields[name] ?? []].flat().map((value) => foldCase(String(value)));
  switch (need.kind) {
    case 'nothing':
      return true;
    case 'all':
      return need.needs.every((one) => has({ fields } as SigmaEvent, one));
    case 'any':
      return need.needs.some((one) => has({ fields } as SigmaEvent, one));
    case 'form':
      return valuesOf(need.field).some(
        (value) => [...value.matchAll(new RegExp(need.source, 'gi'))].length >= need.times,
      );
    case 'place':
      return valuesOf(need.field).some((value) =>
        (need.place === 'root' ? /^\/+(?![^*.[{/])/ : /^[a-z]:/).test(value),
      );
    case 'literal': {
      const { field, text, position } = need.literal;
      return valuesOf(field!).some((value) => {
        if (position === 'equals') return value === text;
        if (position === 'startswith') return value.startsWith(text);
        if (position === 'endswith') return value.endsWith(text);
        return value.split(text).length > need.times;
      });
    }
  }
}

/** A need in short. */
function short(need: Need): string {
  switch (need.kind) {
    case 'nothing':
      return '';
    case 'form':
      return `/${need.source}/${need.times > 1 ? need.times : ''}`;
    case 'place':
      return `<${need.place}>`;
    case 'literal':
      return `${need.literal.text}${need.times > 1 ? ` ${need.times}` : ''}`;
    default:
      return `(${need.needs.map(short).join(need.kind === 'all' ? ' & ' : ' | ')})`;
  }
}

const needOf = (selection: string) => short(select(selection).need());

describe('what a rule needs', () => {
  it('is there in every event that the rule matches', () => {
    let matched = 0;
    fc.assert(
      fc.property(randomRule, fc.array(randomFields, { minLength: 8, maxLength: 8 }), (text, events) => {
        const [rule] = loadSigma([{ file: 'random.yml', text }], options).rules;
        const need = rule!.need();
        for (const fields of events) {
          const event = process(fields);
          if (need.kind === 'nothing' || !rule!.matches(event)) continue;
          matched++;
          expect(has(event, need)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it.each([
    [
      "CommandLine|re: 'git (show|diff) [0-9a-f]{7,40}'",
      '(git & (show | diff) & /[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]/)',
    ],
    ["CommandLine|re: '(if\\s+\\w+==\\d+){3,}'", '(if 3 & == 3)'],
    ["CommandLine|re: 'a+b?c'", '(a & c)'],
    ["Image|re: '^/(etc|opt)/x'", '((/etc | /opt) & / & (etc | opt) & / & x)'],
    ["CommandLine|re: '[^a]x\\S'", 'x'],
    ["Image|re: '^/+\\*{0,2}$'", '(<root> & /)'],
    ["Image|re: '^/(\\*|\\.\\*)$'", '(<root> & / & (* | (. & *)))'],
    ["Image|re: '^/+\\*'", '(<root> & / & *)'],
    ["Image|re: '^/+\\*?'", '/'],
    ["Image|re: '^/\\{?x'", '(/ & x)'],
    ["Image|re: '^[A-Za-z]:[/]*$'", '(<drive> & :)'],
    // nothing is known of what a class of anything, a negation or another field holds
    ["CommandLine|re: '[^a-f]{3}'", ''],
    ["CommandLine|re: '(?:x|)'", ''],
  ])('says of %s: %s', (selection, expected) => {
    expect(needOf(selection)).toBe(expected);
  });
});
