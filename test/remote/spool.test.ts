import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../src/parquet/source.ts';
import type { RangeReader } from '../../src/remote/ranges.ts';
import { spooled } from '../../src/remote/spool.ts';

const block = 256 * 1024;

function content(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >>> 8) * 7 + (at >>> 16)) & 255;
  return bytes;
}

const large = content(24 << 20);

/** A reader that keeps account of what it was asked for; `fails` says which requests, by number, do not succeed. */
function recorded(bytes: Uint8Array, fails: (request: number) => boolean = () => false) {
  const asked: { offset: number; length: number }[] = [];
  const reader: RangeReader = {
    name: 'remote',
    size: bytes.length,
    version: '"1"',
    modified: 0,
    head: bytes.slice(0, block),
    async read(offset, length) {
      asked.push({ offset, length });
      const number = asked.length;
      await new Promise(setImmediate);
      if (fails(number)) throw new Error(`request ${number} failed`);
      return bytes.slice(offset, offset + length);
    },
    close() {},
  };
  return { reader, asked, total: () => asked.reduce((sum, { length }) => sum + length, 0) };
}

async function readAll(source: ByteSource, from: number, to: number, step: number): Promise<void> {
  for (let at = from; at < to; at += step) await source.read(at, Math.min(step, to - at));
}

describe('spooled', () => {
  test('gives the bytes of the file, whatever is read in what order, and fetches none twice', async () => {
    const read = fc.record({ offset: fc.nat(), length: fc.nat(2 << 20), wait: fc.boolean() });
    const sizes = fc.constantFrom(1, block - 1, block, block + 1, 5 * block + 17, 9 << 20);
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.array(read, { maxLength: 12 }),
        fc.boolean(),
        async (size, reads, isExpected) => {
          const bytes = large.subarray(0, size);
          const { reader, asked } = recorded(bytes);
          const source = spooled(reader);
          if (isExpected) source.expect?.(Math.floor(size / 4), size);
          const results = [];
          for (const { offset, length, wait } of reads) {
            const from = offset % size;
            const count = Math.min(length, size - from);
            const result = Promise.resolve(source.read(from, count));
            results.push(result.then((got) => Buffer.compare(got, bytes.subarray(from, from + count)) === 0));
            if (wait) await result;
          }
          expect(await Promise.all(results)).toEqual(reads.map(() => true));
          source.close();
          const seen = new Set<number>();
          for (const { offset, length } of asked) {
            expect(length).toBeLessThanOrEqual(4 << 20);
            for (let at = offset; at < offset + length; at += block) {
              expect(seen.has(at)).toBe(false);
              seen.add(at);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('small reads far apart stay small', async () => {
    const { reader, total } = recorded(large);
    const source = spooled(reader);
    await source.read(large.length - 1000, 1000);
    await source.read(10 << 20, 1000);
    expect(total()).toBeLessThanOrEqual(2 * block);
    source.close();
  });

  test('a reader that goes on gets larger and larger ranges', async () => {
    const { reader, asked } = recorded(large);
    const source = spooled(reader);
    await readAll(source, 0, large.length, 64 * 1024);
    expect(asked.length).toBeLessThanOrEqual(12);
    source.close();
  });

  test('what is expected comes in large ranges, and nothing behind it', async () => {
    const { reader, asked, total } = recorded(large);
    const source = spooled(reader);
    source.expect?.(4 << 20, 16 << 20);
    await readAll(source, 4 << 20, 16 << 20, 100_000);
    expect(asked.map(({ offset, length }) => [offset >> 20, length >> 20])).toEqual([
      [4, 4],
      [8, 4],
      [12, 4],
    ]);
    expect(total()).toBe(12 << 20);
    source.close();
  });

  test('a request ahead that failed is made again when its bytes are wanted', async () => {
    const { reader } = recorded(large, (request) => request === 2);
    const source = spooled(reader);
    source.expect?.(0, large.length);
    await source.read(block, 1000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const got = await source.read(5 << 20, 1000);
    expect(Buffer.compare(got, large.subarray(5 << 20, (5 << 20) + 1000))).toBe(0);
    source.close();
  });

  test('a request that keeps failing is the error of who reads', async () => {
    const { reader } = recorded(large, () => true);
    const source = spooled(reader);
    await expect(source.read(5 << 20, 1000)).rejects.toThrow(/request \d+ failed/);
    source.close();
  });

  test('bytes that the file has not are an error', () => {
    const { reader } = recorded(content(1000));
    const source = spooled(reader);
    expect(() => source.read(900, 101)).toThrow(/not all there/);
    source.close();
  });
});
