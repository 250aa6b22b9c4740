import { describe, expect, it } from 'vitest';
import { estimateShare, expectedShare } from '../../src/audit/estimate.ts';
import { type Accuracy, parseRate } from '../../src/audit/rates.ts';
import { wilson } from '../../src/evaluate/interval.ts';
import { seededRandom } from '../support/random.ts';

const stratum = (rows: number, drawn: number, unsafe: number, name = 'all') => ({
  name,
  rows,
  drawn,
  unsafe,
});
const rates = (sensitivity: string, specificity: string): Accuracy => ({
  sensitivity: parseRate(sensitivity)!,
  specificity: parseRate(specificity)!,
});

describe('the estimate of what is left', () => {
  it("is Wilson's where there is one stratum and nobody errs", () => {
    const { share, low, high } = estimateShare([stratum(10_000, 300, 4)]);
    const exact = wilson(4, 300);
    expect(share).toBeCloseTo(exact.share, 12);
    expect(low).toBeCloseTo(exact.low, 12);
    expect(high).toBeCloseTo(exact.high, 12);
  });

  it('bounds what nobody found: of 300 safe rows, at most 1.3 % are unsafe', () => {
    const { low, high } = estimateShare([stratum(1e6, 300, 0)]);
    expect(low).toBe(0);
    expect(high).toBeCloseTo(0.01264, 4);
  });

  it('weighs strata by their rows, and gives less for a sample that is out of proportion', () => {
    const even = estimateShare([stratum(900, 90, 0), stratum(100, 10, 1, 'annotated')]);
    const odd = estimateShare([stratum(900, 50, 0), stratum(100, 50, 5, 'annotated')]);
    expect(even.share).toBeCloseTo(0.01, 12);
    expect(odd.share).toBeCloseTo(0.01, 12);
    expect(even.effective).toBeCloseTo(100, 9);
    expect(odd.effective).toBeLessThan(70);
  });

  it('says nothing of a stratum that nobody looked at', () => {
    expect(() => estimateShare([stratum(900, 90, 0), stratum(100, 0, 0, 'annotated')])).toThrow('annotated');
    expect(() => estimateShare([stratum(900, 0, 0)])).toThrow('no row is labelled');
  });

  it('is corrected for labellers who err, as Rogan and Gladen do', () => {
    // apparent 10 %, (0.10 + 0.98 − 1) / (0.90 + 0.98 − 1)
    const { share } = estimateShare([stratum(1e5, 200, 20)], rates('0.9', '98%'));
    expect(share).toBeCloseTo(0.08 / 0.88, 12);
    expect(() => estimateShare([stratum(10, 10, 1)], rates('0.4', '0.5'))).toThrow('tell nothing');
  });

  it('is wider where the labellers themselves were measured on few cases', () => {
    const given = estimateShare([stratum(1e5, 400, 20)], rates('0.9', '0.98'));
    const counted = estimateShare([stratum(1e5, 400, 20)], rates('18/20', '49/50'));
    expect(counted.high - counted.low).toBeGreaterThan(given.high - given.low);
    expect(counted.share).toBeCloseTo(given.share, 12);
  });

  // 95 % is a promise: drawn again and again, the interval holds the truth about that often
  it.each([
    ['one stratum', 0.02, undefined],
    ['labellers who err, their rates given', 0.05, { se: 0.9, sp: 0.97, cases: undefined }],
    ['labellers who err, their rates counted', 0.05, { se: 0.9, sp: 0.97, cases: 200 }],
  ] as const)('holds the truth in about 95 of 100 samples: %s', (_, truth, error) => {
    const random = seededRandom(11);
    const draw = (n: number, share: number) => {
      let hits = 0;
      for (let i = 0; i < n; i++) if (random() < share) hits += 1;
      return hits;
    };
    const rounds = 4000;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const { se, sp } = error ?? { se: 1, sp: 1 };
      const seen = draw(400, truth * se + (1 - truth) * (1 - sp));
      const accuracy =
        error === undefined
          ? undefined
          : error.cases === undefined
            ? rates(String(se), String(sp))
            : rates(`${draw(error.cases, se)}/${error.cases}`, `${draw(error.cases, sp)}/${error.cases}`);
      const { low, high } = estimateShare([stratum(1e6, 400, seen)], accuracy);
      if (low <= truth && truth <= high) held += 1;
    }
    expect(held / rounds).toBeGreaterThan(0.935);
    expect(held / rounds).toBeLessThan(0.995);
  });

  it('compares with what the detectors own errors lead one to expect', () => {
    // 10 % unsafe, of which 80 % are found; 1 % of the safe rows are set aside for nothing
    const aside = 100_000 * (0.1 * 0.8 + 0.9 * 0.01);
    const left = (0.1 * 0.2) / (1 - aside / 100_000);
    expect(expectedShare(100_000, aside, rates('0.8', '0.99'))).toBeCloseTo(left, 9);
  });
});

describe('a rate', () => {
  it('is a share, per cent, or a count of a count', () => {
    expect(parseRate('0.95')).toEqual({ share: 0.95, cases: Number.POSITIVE_INFINITY });
    expect(parseRate('95%')).toEqual({ share: 0.95, cases: Number.POSITIVE_INFINITY });
    expect(parseRate('19 / 20')).toEqual({ share: 0.95, cases: 20 });
    for (const text of ['', '1.5', '3/2', '1/0', 'most', '-1']) expect(parseRate(text)).toBeUndefined();
  });
});
