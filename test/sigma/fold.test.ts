import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../../src/sigma/fold.ts';

describe('foldCase', () => {
  it('is lower case for all but four characters', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      if ([0x130, 0x212a, 0x3a3, 0x3c2].includes(code)) continue;
      const character = String.fromCodePoint(code);
      if (foldCase(character) !== character.toLowerCase()) expect.fail(`U+${code.toString(16)}`);
    }
  });

  it('keeps every offset: each character folds to as many UTF-16 units as it has', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (foldCase(character).length !== character.length) expect.fail(`U+${code.toString(16)}`);
    }
  });

  it('lets only ASCII letters become ASCII letters', () => {
    for (let code = 0x80; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (/[\u0000-\u007f]/.test(foldCase(character))) expect.fail(`U+${code.toString(16)}`);
    }
  });

  it('does not depend on neighbours', () => {
    const text = fc.string({
      unit: fc.constantFrom('Σ', 'ς', 'σ', 'A', 'b', 'İ', 'ß', 'ẞ', 'K', '𐐀', ' ', '.'),
    });
    fc.assert(
      fc.property(text, text, (left, right) => foldCase(left + right) === foldCase(left) + foldCase(right)),
    );
  });

  it('takes the final sigma for a sigma', () => {
    expect(foldCase('ΟΔΟΣ')).toBe(foldCase('οδος'));
  });
});
