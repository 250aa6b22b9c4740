import fc from 'fast-check';
import type { FieldValue } from '../../src/sigma/index.ts';

/** Pieces that values and events are made of, so that they meet now and then. */
const pieces = ['a', 'B', 'ab', ' -c', '/d', '=', '.', '1', '22', 'é', 'É', 'Σς', ' ', '\\'];
const value = fc
  .array(fc.constantFrom(...pieces, '*', '?', '\\*', '\\?', '\\\\'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''));
const eventText = fc
  .array(fc.constantFrom(...pieces, '*', '?', '\n', 'A', 'b', 'YWI='), { maxLength: 6 })
  .map((parts) => parts.join(''));

const fields = ['Image', 'CommandLine', 'User', 'LogonId'];

const textKeys = [
  '',
  '|contains',
  '|startswith',
  '|endswith',
  '|contains|all',
  '|cased',
  '|contains|cased',
  '|neq',
  '|contains|neq',
  '|windash|contains',
];

const regex = fc
  .array(fc.constantFrom('a', '[ab]', '(?:a|b)', 'B+', '.', '\\s', '-c', '1?', '(ab|/d)'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join(''));

function listOf<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> {
  return fc.oneof(one, fc.array(one, { minLength: 2, maxLength: 3 }));
}

/** One line of a map: a key with its value. */
const line: fc.Arbitrary<[string, unknown]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...fields), fc.constantFrom(...textKeys), listOf(value))
      .map(([field, modifiers, values]): [string, unknown] => [field + modifiers, values]),
  },
  fc
    .tuple(fc.constantFrom(...fields), listOf(regex))
    .map(([field, values]): [string, unknown] => [`${field}|re`, values]),
  fc
    .tuple(fc.constantFrom(...fields), listOf(regex))
    .map(([field, values]): [string, unknown] => [`${field}|re|i`, values]),
  fc
    .tuple(fc.constantFrom(...fields), fc.boolean())
    .map(([field, there]): [string, unknown] => [`${field}|exists`, there]),
  fc
    .tuple(fc.constantFrom(...fields), fc.constantFrom(null, '', 1, 22, true))
    .map(([field, one]): [string, unknown] => [field, one]),
  fc
    .tuple(fc.constantFrom('LogonId|gt', 'LogonId|lte'), fc.integer({ min: 0, max: 30 }))
    .map(([key, number]): [string, unknown] => [key, number]),
  fc.constantFrom<[string, unknown]>(
    ['CommandLine|base64|contains', 'ab'],
    ['CommandLine|base64offset|contains', 'abc'],
  ),
);

const map = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => Object.fromEntries(lines));
const keywords = listOf(value.filter((text) => text !== ''));

/** A selection in each of its forms. */
const selection: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: map },
  fc.array(map, { minLength: 2, maxLength: 3 }),
  keywords,
  fc.array(value, { minLength: 2, maxLength: 2 }).map((all) => ({ '|all': all })),
);

const names = ['sel_a', 'sel_b', 'flt', '_own'];

const condition = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...names, '1 of sel_*', 'all of sel_*', '1 of them', 'all of them', 'any of s*'),
    tie('expression').map((inner) => `not ${inner}`),
    tie('expression').map((inner) => `(${inner})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('and', 'or'), tie('expression'))
      .map((three) => three.join(' ')),
  ),
})).expression;

/** A random rule, as text. */
export const randomRule: fc.Arbitrary<string> = fc
  .tuple(fc.tuple(selection, selection, selection, selection), condition)
  .map(([selections, condition]) => {
    const named = Object.fromEntries(names.map((name, index) => [name, selections[index]]));
    const rule = {
      title: 'Random',
      logsource: { product: 'linux', category: 'process_creation' },
      detection: { ...named, condition },
    };
    // JSON is YAML, and the same to every version of it
    return JSON.stringify(rule);
  });

/** The fields of a random event. */
export const randomFields: fc.Arbitrary<Record<string, FieldValue>> = fc.dictionary(
  fc.constantFrom(...fields),
  fc.oneof(
    { weight: 6, arbitrary: eventText },
    fc.constantFrom<FieldValue>(1, 22, true, null),
    fc.array(eventText, { maxLength: 3 }),
  ),
);
