import fc from 'fast-check';
import { compressors } from 'hyparquet-compressors';
import { beforeAll, describe, expect, it } from 'vitest';
import { compress, decompress, loadCodecs } from '../../src/parquet/codec.ts';
import { codecNames } from '../../src/parquet/footer.ts';
import { seededRandom } from '../support/random.ts';

const codecs = codecNames.filter((name) => name !== 'LZO');
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 5000 }),
  fc
    .array(fc.constantFrom('the ', 'cd src && ', 'grep -rn ', '\n', '🙂'), { maxLength: 4000 })
    .map((parts) => {
      return new TextEncoder().encode(parts.join(''));
    }),
);

beforeAll(loadCodecs);

describe.each(codecs)('%s', (codec) => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(bytes, (plain) => {
        expect(decompress(codec, compress(codec, plain), plain.length)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('is read by another implementation', () => {
    const decode = compressors[codec] ?? ((packed: Uint8Array) => packed);
    fc.assert(
      fc.property(bytes, (plain) => {
        fc.pre(plain.length > 0);
        const other = decode(compress(codec, plain), plain.length);
        expect(new Uint8Array(other)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bytes, whatever was compressed before', () => {
    const random = seededRandom(5);
    const numbers = (length: number) =>
      Uint8Array.from({ length }, (_, at) => (at % 4 === 0 ? Math.floor(random() * 30) : 0));
    for (let length = 40; length < 240; length += 4) {
      const plain = numbers(length);
      compress(codec, new Uint8Array(5000));
      const first = Buffer.from(compress(codec, plain));
      compress(codec, new Uint8Array(5000).fill(plain[length - 4]!));
      compress(codec, numbers(400));
      expect(Buffer.from(compress(codec, plain)).equals(first)).toBe(true);
    }
  });

  it('that gives another length than the header says is an error', () => {
    const plain = new TextEncoder().encode('x'.repeat(100));
    expect(() => decompress(codec, compress(codec, plain), 99)).toThrow();
    expect(() => decompress(codec, compress(codec, plain), 101)).toThrow();
  });
});

describe('LZO', () => {
  it('is refused by name', () => {
    expect(() => decompress('LZO', new Uint8Array(3), 10)).toThrow(/LZO is not supported/);
  });
});
