import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec/stream';
import { messageOf, TrajsieveError } from '../errors.ts';

/** How a file is compressed, by its first bytes. */
export type Compression = 'none' | 'gzip' | 'zstd';

const blockSize = 1 << 20;

/** The compression that the first bytes of a file tell. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

/** The first bytes of a file, as they lie there. */
export function readHead(path: string, length: number): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    const head = new Uint8Array(length);
    return head.subarray(0, readSync(descriptor, head, 0, length, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The bytes of a file, decompressed, block by block.
 * @param range bytes `[start, end)`, for files that are not compressed
 */
export async function* readBytes(
  path: string,
  range?: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const compression = compressionOf(readHead(path, 4));
  try {
    if (compression === 'none') {
      if (range !== undefined && range.end <= range.start) return;
      const options = range === undefined ? {} : { start: range.start, end: range.end - 1 };
      yield* createReadStream(path, { highWaterMark: blockSize, ...options });
    } else if (compression === 'gzip') {
      yield* createReadStream(path, { highWaterMark: blockSize }).pipe(
        zlib.createGunzip({ chunkSize: blockSize }),
      );
    } else {
      yield* readZstd(path);
    }
  } catch (error) {
    throw new TrajsieveError('input-damaged', `file cannot be read to its end: ${messageOf(error)}`, {
      where: { file: path },
      remedy:
        compression === 'none' ? 'see that it may be read' : 'it is truncated or damaged; write it again',
      cause: error,
    });
  }
}

type MakeStream = (options: { chunkSize: number }) => NodeJS.ReadWriteStream;
/** Since Node 22.15. */
const nativeZstd = (zlib as { createZstdDecompress?: MakeStream }).createZstdDecompress;

async function* readZstd(path: string): AsyncGenerator<Uint8Array> {
  if (nativeZstd !== undefined) {
    const stream = createReadStream(path, { highWaterMark: blockSize }).pipe(
      nativeZstd({ chunkSize: blockSize }),
    );
    for await (const block of stream) yield block as Buffer;
    return;
  }
  const decoder = new ZSTDDecoder();
  await decoder.init();
  yield* decoder.decodeStreaming(readBlocks(path));
}

function* readBlocks(path: string): Generator<Uint8Array> {
  const descriptor = openSync(path, 'r');
  try {
    for (;;) {
      const block = new Uint8Array(blockSize);
      const length = readSync(descriptor, block, 0, blockSize, null);
      if (length === 0) return;
      yield block.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}
