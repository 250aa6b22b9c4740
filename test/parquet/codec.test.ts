import fc from 'fast-check';
import { compressors } from 'hyparquet-compressors';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compress,
  compressZstdInWasm,
  decompress,
  loadCodecs,
  zstdFrameSize,
} from '../../src/parquet/codec.ts';
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

describe('zstd', () => {
  it('gives the same bytes with and without the codec of Node', () => {
    const random = seededRandom(7);
    const words = ['def ', 'return ', 'cd src && ', 'grep -rn ', '\n', '{"command":"', '🙂', '0123'];
    for (const size of [1, 300, 16_383, 16_384, 70_000, 131_072, 300_000, 1_048_576, 1_500_000, 5_000_000]) {
      for (const noise of [0, 0.3, 1]) {
        const parts: string[] = [];
        for (let length = 0; length < size; ) {
          const part =
            random() < noise ? String.fromCharCode(32 + random() * 200) : words[Math.floor(random() * 8)]!;
          length += parts.push(part) && Buffer.byteLength(part);
        }
        const plain = new Uint8Array(Buffer.from(parts.join(''))).subarray(0, size);
        expect(Buffer.compare(compress('ZSTD', plain), compressZstdInWasm(plain))).toBe(0);
      }
    }
  });

  it('knows what a frame says of its size', () => {
    for (const size of [1, 200, 256, 70_000, 1 << 20]) {
      const frame = compressZstdInWasm(new Uint8Array(size).fill(65));
      expect(zstdFrameSize(frame)).toBe(size);
      expect(zstdFrameSize(frame.subarray(0, 5))).toBeUndefined();
    }
    expect(zstdFrameSize(Buffer.from('no frame'))).toBeUndefined();
  });

  it('does not take the word of a frame that claims too much', () => {
    const frame = Buffer.from(compressZstdInWasm(new Uint8Array(70_000).fill(65)));
    frame.writeUInt32LE(0xffff_fff0, 5);
    for (const size of [70_000, 0xffff_fff0]) expect(() => decompress('ZSTD', frame, size)).toThrow();
  });
});
