import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as decode from '../../src/actions/decode.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

describe('decoders', () => {
  it.each([
    ['base64', decode.base64, (data: Buffer) => Buffer.from(data.toString('base64'))],
    ['hex', decode.hex, (data: Buffer) => Buffer.from(data.toString('hex'))],
    ['gzip', decode.inflate, (data: Buffer) => gzipSync(data)],
    ['zlib', decode.inflate, (data: Buffer) => deflateSync(data)],
  ])('undo what was done: %s', (_, undo, encode) => {
    fc.assert(
      fc.property(bytes, (data) => {
        if (data.length === 0) return;
        expect(undo(encode(data))?.equals(data)).toBe(true);
      }),
    );
  });

  it('stop at a million bytes', () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(decode.inflate(bomb)?.length ?? 0).toBeLessThanOrEqual(1_000_000);
    expect(decode.inflate(deflateRawSync(Buffer.from('x')).subarray(1))).toBeUndefined();
  });

  it('give nothing for what is not in their form, and never fail', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        for (const undo of [decode.base64, decode.hex, decode.inflate, decode.base32, decode.utf16])
          undo(data);
      }),
    );
    expect(decode.hex(Buffer.from('no hex'))).toBeUndefined();
    expect(decode.inflate(Buffer.from('plain'))).toBeUndefined();
  });
});
