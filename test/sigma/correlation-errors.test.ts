import { describe, expect, it } from 'vitest';
import { readSigma } from '../../src/sigma/index.ts';
import { errorsOf, options } from './support.ts';

const base = ['a', 'b'].map((name) => {
  return `title: Rule ${name}\nname: ${name}\nlogsource:\n  category: process_creation\ndetection:\n  sel:\n    User: ${name}\n  condition: sel\n`;
});
const other =
  'title: Windows\nname: win\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n  sel:\n    User: x\n  condition: sel\n';

/** A correlation in front of the rules a and b, and of one that does not apply. */
function file(lines: string): string {
  return [`title: C\nname: c\ncorrelation:\n${lines.replace(/^/gm, '  ')}\n`, ...base, other].join('---\n');
}

describe('correlations that make no sense', () => {
  const count = 'type: event_count\nrules: [a]\ntimespan: 5m\n';
  it.each([
    [
      'rules: [a]\ntimespan: 5m\ncondition:\n  gte: 2',
      "attribute 'type' of correlation is missing (test.yml:3, rule C)",
    ],
    [
      'type: event_cuont\nrules: [a]\ntimespan: 5m\ncondition:\n  gte: 2',
      "unknown correlation type 'event_cuont' (test.yml:3, rule C); did you mean 'event_count'?",
    ],
    [
      'type: event_count\nrules: [a]\ncondition:\n  gte: 2',
      "attribute 'timespan' of correlation is missing (test.yml:3, rule C)",
    ],
    [
      'type: event_count\nrules: [a]\ntimespam: 5m\ncondition:\n  gte: 2',
      "unknown attribute 'timespam' of correlation (test.yml:6, rule C); did you mean 'timespan'?",
    ],
    [
      'type: event_count\nrules: [a]\ntimespan: 5 minutes\ncondition:\n  gte: 2',
      "timespan '5 minutes' is not a span of time (test.yml:6, rule C); write a number and s, m, h, d, w, M or y, as in '15m', or '20 steps'",
    ],
    [
      'type: event_count\ntimespan: 5m\ncondition:\n  gte: 2',
      "attribute 'rules' of correlation names no rules (test.yml:3, rule C)",
    ],
    [
      'type: event_count\nrules: [a, a]\ntimespan: 5m\ncondition:\n  gte: 2',
      "rule 'a' is named twice (test.yml:5, rule C)",
    ],
    [
      'type: event_count\nrules: [x-rule]\ntimespan: 5m\ncondition:\n  gte: 2',
      "rule 'x-rule' is not known (test.yml:5, rule C); load the file that defines it as well",
    ],
    [count.trim(), "attribute 'condition' of correlation is missing (test.yml:3, rule C)"],
    [
      `${count}condition: {}`,
      "condition of event_count has no bound (test.yml:7, rule C); add one, as in 'gte: 2'",
    ],
    [
      `${count}condition:\n  get: 2`,
      "unknown 'get' in the condition of event_count (test.yml:8, rule C); did you mean 'gt'?",
    ],
    [`${count}condition:\n  gte: two`, "'gte' needs a number, not 'two' (test.yml:8, rule C)"],
    [`${count}condition: a and b`, 'condition of event_count must be a map (gte: 2) (test.yml:7, rule C)'],
    [
      `${count}condition:\n  gte: 20000`,
      "condition 'gte: 20000' cannot be met: no more than 10000 are kept (test.yml:7, rule C)",
    ],
    [
      `${count}condition:\n  lt: 1`,
      "condition 'lt: 1' cannot be met: a timespan begins with an event, so there is always one (test.yml:7, rule C)",
    ],
    [
      `${count}generate: maybe\ncondition:\n  gte: 2`,
      "generate must be true or false, found 'maybe' (test.yml:7, rule C)",
    ],
    [
      `${count}group-by: [Usr]\ncondition:\n  gte: 2`,
      "unknown field 'Usr' of rule 'a' (test.yml:7, rule C); did you mean 'User'?",
    ],
    [
      'type: value_count\nrules: [a]\ntimespan: 5m\ncondition:\n  gte: 2',
      'condition of value_count names no field (test.yml:7, rule C)',
    ],
    [
      'type: value_count\nrules: [a]\ntimespan: 5m\ncondition:\n  field: Host\n  gte: 2',
      "unknown field 'Host' of rule 'a' (test.yml:7, rule C); it has Image, CommandLine, ParentImage, ParentCommandLine, CurrentDirectory, User, LogonId",
    ],
    [
      'type: value_percentile\nrules: [a]\ntimespan: 5m\ncondition:\n  field: LogonId\n  gte: 2',
      "condition of value_percentile needs 'percentile', above 0 and up to 100 (test.yml:7, rule C)",
    ],
    [
      'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition:\n  gte: 3',
      "condition 'gte: 3' cannot be met: the correlation has 2 rules (test.yml:7, rule C)",
    ],
    [
      'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: a and bb',
      "condition names 'bb', which is not among the rules (test.yml:7, rule C); rules are a, b",
    ],
    [
      'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: a',
      "rule 'b' is not used in the condition (test.yml:7, rule C)",
    ],
    [
      'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: 1 of a',
      "'1 of' of a selection in condition '1 of a' (test.yml:7, rule C); name the rules themselves",
    ],
    [
      'type: temporal\nrules: [a, b]\ntimespan: 5m\naliases:\n  x:\n    d: User',
      "alias 'x' names 'd', which is not among the rules (test.yml:7, rule C); rules are a, b",
    ],
    ['type: temporal\nrules: [a, c]\ntimespan: 5m', "correlation 'C' refers to itself (test.yml:3, rule C)"],
  ])('%j', (lines, message) => {
    expect(errorsOf(file(lines))).toContain(message);
  });

  it('one that names a rule by id and by name', () => {
    const id = '3f1c1b4e-6d0e-4a53-9a4e-0d5e3a1f7b21';
    const text = file(`type: temporal\nrules: [a, ${id}]\ntimespan: 5m`).replace(
      'name: a',
      `name: a\nid: ${id}`,
    );
    expect(errorsOf(text)).toEqual([`rule '${id}' is named twice, by id and by name (test.yml:5, rule C)`]);
  });

  it('one that refers to a rule for other events does not apply', () => {
    const outer = 'title: Outer\ncorrelation:\n  type: temporal\n  rules: [c, b]\n  timespan: 5m\n';
    const text = `${outer}---\n${file('type: temporal\nrules: [a, win]\ntimespan: 5m')}`;
    const { correlations, notApplicable, errors } = readSigma([{ file: 'test.yml', text }], options);
    expect([correlations, errors]).toEqual([[], []]);
    const reason =
      "refers to 'win', which does not apply: no process_creation events of product windows; the products here are linux";
    expect(notApplicable.map((one) => [one.meta.title, one.reason])).toEqual([
      ['Windows', 'no process_creation events of product windows; the products here are linux'],
      ['C', reason],
      ['Outer', `refers to 'c', which does not apply: ${reason}`],
    ]);
  });

  it('one that refers to a rule with errors adds none of its own', () => {
    const text = file('type: temporal\nrules: [a, b]\ntimespan: 5m').replace('User: b', 'Usr: b');
    const { correlations, notApplicable, errors } = readSigma([{ file: 'test.yml', text }], options);
    expect([correlations.length, notApplicable.length, errors.length]).toEqual([0, 1, 1]);
  });
});

describe('what reports for itself', () => {
  const standalone = (generate: string) => {
    const text = file(`type: temporal\nrules: [a]\ntimespan: 5m${generate}`);
    const { rules, correlations } = readSigma([{ file: 'test.yml', text }], options);
    return [...rules, ...correlations].map((one) => one.standalone);
  };

  it('a rule of a correlation does not, unless it generates', () => {
    expect(standalone('')).toEqual([false, true, true]);
    expect(standalone('\ngenerate: false')).toEqual([false, true, true]);
    expect(standalone('\ngenerate: true')).toEqual([true, true, true]);
  });
});
