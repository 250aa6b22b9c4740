import { pipeline, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec/stream';
import { messageOf, TrajsieveError } from '../errors.ts';
import type { ByteSource } from '../parquet/source.ts';
import { openStream } from '../remote/open.ts';

/** How a file is compressed, by its first bytes. */
export type Compression = 'none' | 'gzip' | 'zstd';

const blockSize = 1 << 20;

/** Blocks of a remote file that are on their way at once. */
const blocksAhead = 4;

/** The compression that the first bytes of a file tell. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

/** The first bytes of a file, as they lie there. */
export async function readHead(source: ByteSource, length: number): Promise<Uint8Array> {
  return await source.read(0, Math.min(length, source.size));
}

/** The bytes of a file, decompressed, block by block. */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  const source = await openStream(file);
  try {
    yield* readSource(source);
  } finally {
    source.close();
  }
}

/** A part of a file: bytes `[start, end)`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes of a source, decompressed, block by block.
 * @param range for files that are not compressed
 */
export async function* readSource(source: ByteSource, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const compression = compressionOf(await readHead(source, 4));
  const blocks = readBlocks(source, range);
  try {
    if (compression === 'none') yield* blocks;
    else if (compression === 'gzip') yield* through(blocks, zlib.createGunzip({ chunkSize: blockSize }));
    else if (nativeZstd !== undefined) yield* through(blocks, nativeZstd({ chunkSize: blockSize }));
    else yield* decodeZstd(blocks);
  } catch (error) {
    if (error instanceof TrajsieveError) throw error;
    throw new TrajsieveError('input-damaged', `file cannot be read to its end: ${messageOf(error)}`, {
      where: { file: source.name },
      remedy:
        compression === 'none' ? 'see that it may be read' : 'it is truncated or damaged; write it again',
      cause: error,
    });
  }
}

/** The bytes as they lie there. A remote source is read ahead; a local one answers at once. */
export async function* readBlocks(
  source: ByteSource,
  { start, end }: ByteRange = { start: 0, end: source.size },
): AsyncGenerator<Uint8Array> {
  const waiting: Promise<Uint8Array>[] = [];
  let at = start;
  for (;;) {
    while (at < end && waiting.length < blocksAhead) {
      const length = Math.min(blockSize, end - at);
      const block = source.read(at, length);
      at += length;
      if (!(block instanceof Promise)) {
        yield block;
        continue;
      }
      block.catch(() => {}); // heard of when it is its turn
      waiting.push(block);
    }
    const next = waiting.shift();
    if (next === undefined) return;
    yield await next;
  }
}

type MakeStream = (options: { chunkSize: number }) => NodeJS.ReadWriteStream;
/** Since Node 22.15. */
const nativeZstd = (zlib as { createZstdDecompress?: MakeStream }).createZstdDecompress;

/** What a stream makes of blocks; an error of theirs is one of the stream. */
async function* through(
  blocks: AsyncIterable<Uint8Array>,
  stream: NodeJS.ReadWriteStream,
): AsyncGenerator<Uint8Array> {
  pipeline(Readable.from(blocks), stream, () => {});
  for await (const block of stream) yield block as Buffer;
}

/** The WASM decoder asks for blocks while it runs, one at a time: each is there before it is asked for. */
async function* decodeZstd(blocks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const waiting: Uint8Array[] = [];
  const decoded = decoder.decodeStreaming(takeAll(waiting));
  for (let isOver = false; ; ) {
    if (waiting.length === 0 && !isOver) {
      const next = await blocks.next();
      if (next.done === true) isOver = true;
      else waiting.push(next.value);
    }
    const { done, value } = decoded.next();
    if (done === true) return;
    if (value.length > 0) yield value;
  }
}

function* takeAll<T>(waiting: T[]): Generator<T> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next;
}
