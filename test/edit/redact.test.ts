import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText, replacementFor } from '../../src/edit/redact.ts';

const needle = (text: string) => ({ text, replacement: '[redacted: x]' });

/** Texts with everything that JSON has to escape. */
const wild = fc.string({
  unit: fc.constantFrom('a', 'b', '"', '\\', '\n', '\t', 'é', '😀', '{', '}', ' ', '\u0001'),
});
const secret = wild.filter((text) => text.length >= 2 && !'[redacted: x]'.includes(text));

describe('redaction', () => {
  it('replaces a text as it stands, and as JSON writes it', () => {
    const said = 'curl -H "Key: s3cret" and {"command": "curl -H \\"Key: s3cret\\""}';
    const { text, counts } = redactText(said, [needle('curl -H "Key: s3cret"')], false);
    expect(text).toBe('[redacted: x] and {"command": "[redacted: x]"}');
    expect(counts).toEqual([2]);
  });

  it('leaves no occurrence in JSON, however deep, and JSON stays JSON of the same shape', () => {
    fc.assert(
      fc.property(secret, wild, wild, fc.nat(3), (hidden, before, after, depth) => {
        let value: unknown = { key: [before + hidden + after, 1, null], other: `${hidden}${hidden}` };
        for (let i = 0; i < depth; i++) value = { inner: JSON.stringify(value), flag: true };
        const text = JSON.stringify(value, undefined, 1);
        const redacted = redactText(text, [needle(hidden)], true);
        expect(redacted.counts[0]).toBeGreaterThan(0);
        let again = JSON.parse(redacted.text);
        for (let i = 0; i < depth; i++) {
          expect(Object.keys(again)).toEqual(['inner', 'flag']);
          again = JSON.parse(again.inner);
        }
        expect(again.key.slice(1)).toEqual([1, null]);
        expect(again.other).toMatch(/^(\[redacted: x\])+$/);
        expect(again.key[0].replaceAll('[redacted: x]', '\u0000')).not.toContain(hidden);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves unusual escapes and white space of the rest as they are', () => {
    const text = '{ "a" : "\\u0041\\/b secret\\u0021" , "b":1.50e1 }';
    const { text: again } = redactText(text, [needle('secret!')], true);
    expect(again).toBe('{ "a" : "\\u0041\\/b [redacted: x]" , "b":1.50e1 }');
  });

  it('replaces overlapping texts to the end of the last', () => {
    const { text, counts } = redactText('one two three', [needle('one two'), needle('two three')], false);
    expect(text).toBe('[redacted: x]');
    expect(counts).toEqual([1, 1]);
  });

  it('does not touch keys', () => {
    const { text, counts } = redactText('{"secret":"x"}', [needle('secret')], true);
    expect(text).toBe('{"secret":"x"}');
    expect(counts).toEqual([0]);
  });

  it('writes nothing into its replacement that would have to be escaped', () => {
    expect(replacementFor('my "own\\ category')).toBe('[redacted: my _own_ category]');
  });
});
