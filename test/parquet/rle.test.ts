import fc from 'fast-check';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { describe, expect, it } from 'vitest';
import { bitWidth, decodeBitPackedLevels, decodeHybrid, encodeHybrid } from '../../src/parquet/rle.ts';

/** Numbers with runs in them, of a random width. */
const numbers = fc.integer({ min: 0, max: 20 }).chain((width) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.integer({ min: 1, max: 30 })), {
      maxLength: 30,
    })
    .map((runs) => ({
      width,
      values: Int32Array.from(runs.flatMap(([value, count]) => Array(count).fill(value))),
    })),
);

describe('the run-length / bit-packed hybrid', () => {
  it('comes back as it was encoded', () => {
    fc.assert(
      fc.property(numbers, ({ width, values }) => {
        const bytes = encodeHybrid(values, width);
        const out = new Int32Array(values.length);
        decodeHybrid(bytes, 0, bytes.length, width, out);
        expect(out).toEqual(values);
      }),
    );
  });

  it('decodes as hyparquet decodes it', () => {
    fc.assert(
      fc.property(numbers, ({ width, values }) => {
        fc.pre(values.length > 0);
        const bytes = encodeHybrid(values, width);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const out: number[] = new Array(values.length);
        readRleBitPackedHybrid({ view, offset: 0 }, width, out, bytes.length);
        expect(out).toEqual([...values]);
      }),
    );
  });

  it('decodes widths up to 32 bits', () => {
    // one bit-packed group of eight values of 32 bits
    const bytes = new Uint8Array(33);
    bytes[0] = (1 << 1) | 1;
    const view = new DataView(bytes.buffer);
    const values = [0, 1, 2 ** 31 - 1, 123456789, 5, 6, 7, 8];
    for (const [i, value] of values.entries()) view.setUint32(1 + i * 4, value, true);
    const out = new Int32Array(8);
    decodeHybrid(bytes, 0, bytes.length, 32, out);
    expect([...out]).toEqual(values);
  });

  it('that is damaged ends at once, however long a run it claims', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 32 }), (bytes, width) => {
        try {
          decodeHybrid(bytes, 0, bytes.length, width, new Uint8Array(1000));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the deprecated bit-packed levels', () => {
  it('have the most significant bit first', () => {
    // the example of the format's documentation: 0 to 7 in three bits each
    const bytes = Uint8Array.of(0b00000101, 0b00111001, 0b01110111);
    const out = new Uint8Array(8);
    expect(decodeBitPackedLevels(bytes, 0, bitWidth(7), out)).toBe(3);
    expect([...out]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
