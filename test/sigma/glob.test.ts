import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyOne, anyRun, findShape, parsePattern, shapeOf } from '../../src/sigma/glob.ts';

describe('parsePattern', () => {
  // the cases of the specification's section "Escaping", and what follows from them
  it.each([
    ['plain', ['plain']],
    ['a*b?c', ['a', anyRun, 'b', anyOne, 'c']],
    ['C:\\Windows\\x', ['C:\\Windows\\x']],
    ['C:\\\\Windows', ['C:\\Windows']],
    ['\\*', ['*']],
    ['\\?', ['?']],
    ['a\\\\*', ['a\\', anyRun]],
    ['a\\\\\\*', ['a\\*']],
    ['\\\\\\\\', ['\\\\']],
    ['\\\\\\x', ['\\\\x']],
    ['end\\', ['end\\']],
    ['a**b', ['a', anyRun, 'b']],
    ['', []],
  ])('reads %j', (text, parts) => {
    expect(parsePattern(text)).toEqual(parts);
  });
});

describe('findShape', () => {
  const piece = fc.constantFrom('a', 'b', 'ab', '\\', '*', '?', '\\*', '\\?', '\\\\', '\n', '😀', 'é');
  const pattern = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''));
  const text = fc
    .array(fc.constantFrom('a', 'b', 'ab', '\\', '*', '?', '\n', '😀', 'é'), { maxLength: 8 })
    .map((pieces) => pieces.join(''));

  it('agrees with a regular expression', () => {
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        const parts = parsePattern(pattern);
        const source = parts.map((part) => {
          if (part === anyRun) return '[\\s\\S]*';
          return part === anyOne ? '[\\s\\S]' : String(part).replace(/[\\*?]/g, '\\$&');
        });
        const expected = new RegExp(`^(?:${source.join('')})$`, 'u').test(text);
        expect(findShape(shapeOf(parts), text) !== undefined).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('points at what stands between the outer wildcards', () => {
    expect(findShape(shapeOf(parsePattern('*b?d*')), 'aabcdd')).toEqual([2, 5]);
    expect(findShape(shapeOf(parsePattern('*c')), 'abc')).toEqual([2, 3]);
    expect(findShape(shapeOf(parsePattern('a*c*')), 'abcb')).toEqual([0, 3]);
    expect(findShape(shapeOf(parsePattern('*a*c')), 'bacac')).toEqual([1, 5]);
  });

  it('takes a pair of surrogates for one character', () => {
    expect(findShape(shapeOf(parsePattern('?')), '😀')).toEqual([0, 2]);
    expect(findShape(shapeOf(parsePattern('*x?')), 'x😀')).toEqual([0, 3]);
  });
});
