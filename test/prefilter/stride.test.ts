import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildStride, scanStride } from '../../src/prefilter/stride.ts';
import { WordHits } from '../../src/prefilter/word-hits.ts';

/** The texts that are found in `text`, with bytes of others around it. */
function found(texts: readonly string[], text: string, around = ''): number[] {
  const hits = new WordHits(texts.length);
  const before = Buffer.from(around);
  const bytes = Buffer.concat([before, Buffer.from(text), before]);
  scanStride(buildStride(texts), bytes, before.length, bytes.length - before.length, hits);
  return [...hits.list.subarray(0, hits.count)].sort((a, b) => a - b);
}

const letters = (more: string) => fc.constantFrom(...'abc<!- ', ...more);
const pattern = fc.string({ unit: letters(''), minLength: 4, maxLength: 9 });
const text = fc.string({ unit: letters('ABCzé'), maxLength: 60 });

describe('looking at every other position', () => {
  it('finds the texts that stand somewhere, and no others', () => {
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 12 }), text, text, (texts, value, around) => {
        const lower = value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        const expected = texts.flatMap((one, number) => (lower.includes(one) ? [number] : []));
        expect(found(texts, value, around)).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('finds texts of four bytes at odd and even places, and at the very end', () => {
    for (const value of ['<!--', 'x<!--', 'xx<!--', '<!-- x', 'x<!--x'])
      expect(found(['<!--'], value)).toEqual([0]);
    expect(found(['<!--'], '<!-', '-x')).toEqual([]);
  });

  it('refuses texts that are too short for it', () => {
    expect(() => buildStride(['abc'])).toThrow(/shorter than 4/);
  });
});
