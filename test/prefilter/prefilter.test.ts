import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTables, Prefilter, type Requirement } from '../../src/prefilter/prefilter.ts';
import { everySurface, surfaceBit } from '../../src/trajectory/surface.ts';

const { call, message, observation, request } = surfaceBit;

function flagsOf(
  requirements: readonly Requirement[],
  surfaces: number,
  text: string,
  judge?: (subject: number) => boolean,
) {
  const bytes = Buffer.from(text);
  const prefilter = new Prefilter(buildTables(requirements));
  return prefilter.scan(surfaces, bytes, 0, bytes.length, judge && { isThorough: false, accepts: judge });
}

const needs = (surfaces: number, flags: number, ...words: string[]): Requirement => ({
  surfaces,
  words: words.map((text) => ({ text })),
  flags,
});

describe('the prefilter', () => {
  it('wants all the words of a requirement in one value of the right surface', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            surfaces: fc.integer({ min: 1, max: everySurface }),
            words: fc.array(fc.constantFrom('alpha', 'betas', 'gamma', 'delta', 'epsilon'), { maxLength: 3 }),
          }),
          { maxLength: 8 },
        ),
        fc.integer({ min: 1, max: everySurface }),
        fc.array(fc.constantFrom('alpha', 'Betas', 'GAMMA', 'delta', 'epsilon', 'other'), { maxLength: 5 }),
        (all, surfaces, words) => {
          const text = words.join(' ');
          const requirements = all.map((one, number) => needs(one.surfaces, 1 << number, ...one.words));
          let expected = 0;
          for (const [number, one] of all.entries()) {
            const isThere = one.words.every((word) => text.toLowerCase().includes(word));
            if (isThere && (one.surfaces & surfaces) !== 0) expected |= 1 << number;
          }
          expect(flagsOf(requirements, surfaces, text)).toBe(expected);
        },
      ),
    );
  });

  it('sees words through quotes where the agent wrote the text, and texts as they stand elsewhere', () => {
    expect(flagsOf([needs(call, 1, 'xmrig')], call, `x'mr'ig`)).toBe(1);
    expect(flagsOf([needs(observation, 1, 'access denied')], observation, 'Access Denied')).toBe(1);
    expect(flagsOf([needs(observation, 1, 'access denied')], observation, 'access was denied')).toBe(0);
    expect(flagsOf([needs(observation, 1, '<!--', ' ai ')], observation, '<!-- to any AI agent -->')).toBe(1);
    expect(flagsOf([needs(observation, 1, '<!--', ' ai ')], observation, '<!-- aid -->')).toBe(0);
  });

  it('finds short texts as well', () => {
    expect(flagsOf([needs(observation | request, 1, 'gpt')], request, 'a GPT')).toBe(1);
    expect(flagsOf([needs(observation | request, 1, 'gpt')], request, 'a GP')).toBe(0);
  });

  it('leaves the last word to the judge', () => {
    const requirements = [{ ...needs(message, 1, 'alpha'), subject: 7 }, needs(message, 2, 'alpha')];
    expect(flagsOf(requirements, message, 'alpha', (subject) => subject !== 7)).toBe(2);
    expect(flagsOf(requirements, message, 'alpha', () => true)).toBe(3);
  });

  it('says which surfaces need no look', () => {
    const prefilter = new Prefilter(buildTables([needs(call, 1), needs(request, 1, 'alpha')]));
    expect([call, request, message, call | message].map((set) => prefilter.reads(set))).toEqual([
      ...[true, true, false, true],
    ]);
    expect(prefilter.scan(call, Buffer.from('x'), 0, 1)).toBe(1);
  });
});
