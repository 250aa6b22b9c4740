import { describe, expect, it } from 'vitest';
import { loadSigma, readSigma } from '../../src/sigma/index.ts';
import { errorsOf, options, process, warningsOf } from './support.ts';

const rule =
  'title: Rule\nname: shells\nlogsource:\n  category: process_creation\n  product: linux\ndetection:\n  sel:\n    Image|endswith: /sh\n  condition: sel\n';

function filter(
  rules: string,
  source = 'category: process_creation\n  product: linux',
  condition = 'not selection',
): string {
  return `title: Admins\nlogsource:\n  ${source}\nfilter:\n  rules: ${rules}\n  selection:\n    User|startswith: adm_\n  condition: ${condition}\n`;
}

function matches(filterText: string): boolean[] {
  const [compiled] = loadSigma([{ file: 'test.yml', text: `${rule}---\n${filterText}` }], options).rules;
  return ['adm_x', 'joe'].map((User) => compiled!.matches(process({ Image: '/bin/sh', User })));
}

describe('filters', () => {
  it('add their condition to the rules they name', () => {
    expect(matches(filter('[shells]'))).toEqual([false, true]);
    expect(matches(filter('shells'))).toEqual([false, true]);
    // the condition is added as it stands, as pySigma does: without `not` it narrows the rule to what it selects
    expect(matches(filter('[shells]', undefined, 'selection'))).toEqual([true, false]);
  });

  it('reach every rule of their log source under any, and no other', () => {
    expect(matches(filter('any'))).toEqual([false, true]);
    expect(matches(filter('any', 'category: process_creation'))).toEqual([false, true]);
    expect(matches(filter('any', 'product: linux'))).toEqual([false, true]);
    expect(matches(filter('any', 'category: file_event').replace('User', 'Image'))).toEqual([true, true]);
  });

  it('that name a rule which is not there are worth a word', () => {
    expect(warningsOf(`${rule}---\n${filter('[shels]')}`)).toEqual([
      "filter names rule 'shels', which is not known (test.yml:16, rule Admins)",
    ]);
    const elsewhere = filter('[shells]', 'category: file_event').replace('User', 'Image');
    expect(warningsOf(`${rule}---\n${elsewhere}`)).toEqual([
      "filter names rule 'shells', which is not of its log source (test.yml:15, rule Admins)",
    ]);
  });

  it('for other events do not apply', () => {
    const text = filter('any', 'product: windows\n  category: process_creation');
    const { notApplicable } = readSigma([{ file: 'test.yml', text }], options);
    expect(notApplicable.map(({ meta }) => meta.title)).toEqual(['Admins']);
  });

  it.each([
    [
      filter('[]'),
      "attribute 'rules' of filter names no rules (test.yml:5, rule Admins); name the rules, or write 'any'",
    ],
    [
      filter('any').replace('  rules: any\n', ''),
      "attribute 'rules' of filter names no rules (test.yml:5, rule Admins); name the rules, or write 'any'",
    ],
    [
      filter('any').replace('User', 'Usr'),
      "unknown field 'Usr' of process_creation (test.yml:8, rule Admins); did you mean 'User'?",
    ],
    [
      filter('any').replace('not selection', 'not selectoin'),
      "condition names 'selectoin', which is not defined (test.yml:9, rule Admins); did you mean 'selection'?",
    ],
    [
      filter('any').replace(/ {2}condition.*\n/, ''),
      "attribute 'condition' of filter is missing (test.yml:5, rule Admins)",
    ],
  ])('with an error: %#', (text, message) => {
    expect(errorsOf(text)).toContain(message);
  });
});
