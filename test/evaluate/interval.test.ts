import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilson } from '../../src/evaluate/interval.ts';

describe("Wilson's interval", () => {
  it('is the one of the textbooks', () => {
    // Newcombe 1998, table I: 81 of 263 and 15 of 148
    const a = wilson(81, 263);
    expect([a.low, a.high].map((x) => x.toFixed(4))).toEqual(['0.2553', '0.3662']);
    const b = wilson(15, 148);
    expect([b.low, b.high].map((x) => x.toFixed(4))).toEqual(['0.0624', '0.1605']);
  });

  it('holds the share, and stays between 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
        const [count, total] = [Math.min(a, b), Math.max(a, b, 1)];
        const { low, high, share } = wilson(count, total);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(share);
        expect(high).toBeGreaterThanOrEqual(share);
      }),
    );
  });

  it('of nothing is everything', () => {
    expect(wilson(0, 0)).toMatchObject({ low: 0, high: 1 });
  });
});
