import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scratch, unescapeJson } from '../../src/prefilter/json-text.ts';

const scratch = new Scratch();

function unescaped(text: string): string {
  const bytes = Buffer.from(`\\${text}\\`);
  // bytes around the value belong to others
  const { bytes: found, start, end } = unescapeJson(bytes, 1, bytes.length - 1, scratch);
  return Buffer.from(found.subarray(start, end)).toString();
}

test('the text of a JSON string comes out as it will be read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inner = JSON.stringify(text).slice(1, -1);
      fc.pre(Buffer.from(text).toString() === text);
      expect(unescaped(inner)).toBe(text);
    }),
  );
});

test('letters that are written as escapes come out as letters', () => {
  expect(unescaped('\\u0078mrig \\u00e9 \\n\\/')).toBe('xmrig é \n/');
});

test('damaged escapes are passed through', () => {
  expect(unescaped('a\\u12')).toBe('a\\u12');
  expect(unescaped('a\\')).toBe('a\\');
  expect(unescaped('\\x')).toBe('x');
});

test('a text without escapes is not copied', () => {
  const bytes = Buffer.from('plain \\n');
  expect(unescapeJson(bytes, 0, 5, scratch).bytes).toBe(bytes);
});
