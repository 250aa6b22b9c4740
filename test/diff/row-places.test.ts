import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePlaces, type PlaceRun } from '../../src/diff/row-places.ts';

/** Runs over rows 0 to n - 1, from the place of each row; '-' for rows that the run does not have. */
function runsOf(places: string): PlaceRun[] {
  return [...places].flatMap((place, row) => (place === '-' ? [] : [{ first: row, end: row + 1, place }]));
}

describe('where rows went in two runs', () => {
  it('is compared stretch by stretch as it would be row by row', () => {
    const places = fc.string({ unit: fc.constantFrom('k', 'q', 'd', '-'), maxLength: 30 });
    fc.assert(
      fc.property(places, places, (before, after) => {
        const changes = new Map<number, string>();
        for (const { first, end, from, to } of comparePlaces(runsOf(before), runsOf(after)))
          for (let row = first; row < end; row++) changes.set(row, `${from ?? '-'}${to ?? '-'}`);
        const expected = new Map<number, string>();
        for (let row = 0; row < Math.max(before.length, after.length); row++) {
          const [from, to] = [before[row] ?? '-', after[row] ?? '-'];
          if (from !== to) expected.set(row, `${from}${to}`);
        }
        expect(changes).toEqual(expected);
      }),
    );
  });
});
