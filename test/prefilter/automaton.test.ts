import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanWords, type Word } from '../../src/prefilter/automaton.ts';
import { buildAutomaton } from '../../src/prefilter/build-automaton.ts';
import { WordHits } from '../../src/prefilter/word-hits.ts';

function found(words: readonly Word[], text: string): number[] {
  const hits = new WordHits(words.length);
  const bytes = new TextEncoder().encode(text);
  scanWords(buildAutomaton(words), bytes, 0, bytes.length, hits);
  return [...hits.list.subarray(0, hits.count)].sort((a, b) => a - b);
}

/** What the automaton must find, said with regular expressions. */
function expected(words: readonly Word[], text: string): number[] {
  const squeezed = text.replace(/['"`\\]/g, '');
  return words.flatMap(({ text: word, startsWord, endsWord }, number) => {
    const escaped = word.replace(/[.]/g, '\\.');
    const pattern = `${startsWord ? '(?<![a-z0-9_.-])' : ''}${escaped}${endsWord ? '(?![a-z0-9_.-])' : ''}`;
    return new RegExp(pattern, 'i').test(squeezed) ? [number] : [];
  });
}

const letters = fc.constantFrom('a', 'b', 'c', 'n', '.', '-', '_', '1');
const word = fc.record({
  text: fc.string({ unit: letters, minLength: 1, maxLength: 5 }),
  startsWord: fc.boolean(),
  endsWord: fc.boolean(),
});
const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'c',
    'n',
    'A',
    'C',
    '.',
    '-',
    '_',
    '1',
    'z',
    ' ',
    '/',
    '|',
    '\n',
    "'",
    '"',
    '\\',
    '`',
    'é',
  ),
  maxLength: 80,
});

describe('the automaton', () => {
  it('finds what regular expressions find', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), text, (words, value) => {
        expect(found(words, value)).toEqual(expected(words, value));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the same in long texts, whose parts are scanned side by side', () => {
    const long = fc
      .array(text, { minLength: 30, maxLength: 60 })
      .map((parts) => parts.join('').padEnd(1100, 'zz z'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), long, (words, value) => {
        expect(found(words, value)).toEqual(expected(words, value));
      }),
      { numRuns: 500 },
    );
  });

  it('looks through quotes and backslashes', () => {
    const words = [{ text: 'xmrig' }, { text: 'nc', startsWord: true, endsWord: true }];
    expect(found(words, `x'm'"rig"`)).toEqual([0]);
    expect(found(words, 'x\\mrig')).toEqual([0]);
    expect(found(words, 'sync; func')).toEqual([]);
    expect(found(words, '/usr/bin/nc -l')).toEqual([1]);
    expect(found(words, 'NC')).toEqual([1]);
  });

  it('refuses words that it could never find', () => {
    expect(() => buildAutomaton([{ text: 'a b' }])).toThrow(/holds more than/);
    expect(() => buildAutomaton([{ text: 'A' }])).toThrow(/holds more than/);
    expect(() => buildAutomaton([{ text: '' }])).toThrow(/empty/);
  });
});
