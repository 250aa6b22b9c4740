import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonWalker } from '../../src/prefilter/json-walk.ts';

const walker = new JsonWalker();

function isWellFormed(text: string): boolean {
  const bytes = Buffer.from(`"${text}"`);
  // bytes around the value belong to others
  return walker.isWellFormed(bytes, 1, bytes.length - 1);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the well-formedness check', () => {
  test('says what JSON.parse says of JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        expect(isWellFormed(JSON.stringify(value, undefined, indent))).toBe(true);
      }),
    );
  });

  test('says what JSON.parse says of JSON that was damaged in one place', () => {
    const damaged = fc
      .tuple(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', '"', ',', ':', '{', ']', '\\', '\n', '0', '1e', '-', '.', 'tru', '\\u00', ' '),
      )
      .map(([value, at, piece]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + piece + text.slice(cut + (piece === '' ? 1 : 0));
      })
      // halves of surrogate pairs have no bytes of their own
      .filter((text) => Buffer.from(text).toString() === text);
    fc.assert(
      fc.property(damaged, (text) => {
        expect(isWellFormed(text)).toBe(parses(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('says what JSON.parse says of text from its own alphabet', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'{}[]",:\\ubfnrt01-+.eE tnafls\n\t\u0001ü'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (value) => {
        expect(isWellFormed(value)).toBe(parses(value));
      }),
      { numRuns: 20_000 },
    );
  });

  test('leaves to the reader what is nested deeper than it follows', () => {
    expect(isWellFormed('['.repeat(1000) + ']'.repeat(1000))).toBe(true);
    expect(isWellFormed('['.repeat(100_000) + ']'.repeat(100_000))).toBe(false);
    expect(isWellFormed('[{"a":'.repeat(50_000))).toBe(false);
  });
});
