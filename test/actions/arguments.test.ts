import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLiteral, readArguments } from '../../src/actions/arguments.ts';

describe('arguments of a call', () => {
  it.each([
    ['{"a": 1}', { a: 1 }],
    ['{"a": "b\\nc"}', { a: 'b\nc' }],
    ["{'a': 'b'}", { a: 'b' }],
    [
      "{'a': None, 'b': True, 'c': [1, 2.5], 'd': ('x', 'y')}",
      { a: null, b: true, c: [1, 2.5], d: ['x', 'y'] },
    ],
    ["{'a': 'it\\'s', 'b': \"say \\\"hi\\\"\"}", { a: "it's", b: 'say "hi"' }],
    ["{'a': 'x' 'y'}", { a: 'xy' }],
    ["{'a': '\\x41\\u0042'}", { a: 'AB' }],
    ['{"a": "b\nc"}', { a: 'b\nc' }],
    ['"{\\"a\\": 1}"', { a: 1 }],
    ['{}', {}],
  ])('%s', (text, expected) => {
    const read = readArguments(text);
    expect('named' in read ? Object.fromEntries(read.named) : read).toEqual(expected);
  });

  it.each([['ls -la'], ['{ echo a; }'], ['[ -f a ] && b'], ['"a" b'], ['{"a": '], ['']])(
    '%j is plain text',
    (text) => expect(readArguments(text)).toEqual({ text }),
  );

  it('reads lists', () =>
    expect(readArguments('["bash", "-c", "ls"]')).toEqual({ list: ['bash', '-c', 'ls'] }));

  it('reads back whatever JSON can hold, and never fails', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const read = readArguments(JSON.stringify(value));
        expect('named' in read && Object.fromEntries(read.named)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        readArguments(text);
        parseLiteral(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
