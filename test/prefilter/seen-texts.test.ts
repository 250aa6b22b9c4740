import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeenTexts } from '../../src/prefilter/seen-texts.ts';

describe('texts that were seen before', () => {
  it('have the answer that was given last, or none', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 6 }),
      // alike where the hash looks
      fc.integer({ min: 0, max: 300 }).map((at) => `${'x'.repeat(at)}y${'x'.repeat(300 - at)}`),
    );
    const ask = fc.record({ text, kind: fc.integer({ min: 0, max: 2 }), answer: fc.integer() });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 200 }), (asked) => {
        const seen = new SeenTexts(2000);
        const given = new Map<string, number>();
        for (const { text: own, kind, answer } of asked) {
          const bytes = Buffer.from(`[${own}]`);
          const range = [kind, bytes, 1, bytes.length - 1] as const;
          const slot = seen.slot(...range);
          const known = seen.get(slot, ...range);
          const key = `${kind} ${own}`;
          if (known !== undefined) expect(known).toBe(given.get(key));
          seen.set(slot, ...range, answer);
          expect(seen.get(slot, ...range)).toBe(answer);
          given.set(key, answer);
        }
      }),
    );
  });

  it('are not kept where they are long', () => {
    const seen = new SeenTexts(1 << 16);
    expect(seen.slot(0, new Uint8Array(5000), 0, 5000)).toBe(-1);
  });
});
