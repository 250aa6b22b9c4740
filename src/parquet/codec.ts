import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { snappyCompress as snappyOfJavaScript } from 'hyparquet-writer/src/snappy.js';
import { snappyCompress as snappyOfWasm, snappyUncompressor } from 'hysnappy';
import { ZSTDDecoder } from 'zstddec';
import type { CodecName } from './footer.ts';
import { compressLz4Block, decompressHadoopLz4, decompressLz4Block } from './lz4.ts';
import { bytesOf } from './source.ts';

// The package's types are of its web build, whose module format Node cannot load.
const zstd = createRequire(import.meta.url)('@bokuweb/zstd-wasm') as {
  init(): Promise<void>;
  compress(bytes: Uint8Array, level: number): Uint8Array;
  decompress(bytes: Uint8Array): Uint8Array;
};
const zstdDecoder = new ZSTDDecoder();
const snappyDecode = snappyUncompressor();

type ZstdDecompress = (
  bytes: Uint8Array,
  options: { chunkSize: number; maxOutputLength: number },
) => Uint8Array;
type ZstdCompress = (
  bytes: Uint8Array,
  options: { params: Record<number, number>; pledgedSrcSize: number; chunkSize: number },
) => Uint8Array;
/** Since Node 22.15; on Node 24 it is twice as fast as WASM. */
const { zstdDecompressSync: nativeZstd, zstdCompressSync: nativeCompress } = zlib as {
  zstdDecompressSync?: ZstdDecompress;
  zstdCompressSync?: ZstdCompress;
};

/** zstd level of rewritten pages: what pyarrow writes by default. */
const zstdLevel = 1;
/** ZSTD_c_compressionLevel of zstd.h */
const levelParameter = 100;

/** The version of zstd that the WASM was built from: Node's own, where it is the same, gives the same bytes. */
const wasmZstdVersion = '1.5.7';
const givesSameBytes = (process.versions as { zstd?: string }).zstd === wasmZstdVersion;

/** Creating a native stream costs more than it saves below this many bytes. Measured on Node 24. */
const nativeZstdFrom = 16 * 1024;

let loaded: Promise<void> | undefined;

/** Loads the WASM codecs; call and await once before `compress` or `decompress`. */
export function loadCodecs(): Promise<void> {
  loaded ??= Promise.all([zstdDecoder.init(), zstd.init()]).then(() => undefined);
  return loaded;
}

/**
 * Decompresses one page.
 * @param size bytes that the page header says come out; anything else is an error
 */
export function decompress(codec: CodecName, bytes: Uint8Array, size: number): Uint8Array {
  if (codec === 'UNCOMPRESSED') {
    if (bytes.length !== size) throw new Error(`page has ${bytes.length} bytes, its header says ${size}`);
    return bytes;
  }
  if (size === 0) return new Uint8Array(0);
  const result = bytesOf(decompressBytes(codec, bytes, size));
  if (result.length !== size)
    throw new Error(`${codec} page gave ${result.length} bytes, its header says ${size}`);
  return result;
}

function decompressBytes(codec: CodecName, bytes: Uint8Array, size: number): Uint8Array {
  switch (codec) {
    case 'ZSTD':
      if (nativeZstd !== undefined && size >= nativeZstdFrom) {
        return nativeZstd(bytes, { chunkSize: chunkSize(size), maxOutputLength: size });
      }
      return decompressZstdInWasm(bytes, size);
    case 'SNAPPY':
      // the decoder writes as much as the block says, whatever is expected
      if (snappyLength(bytes) !== size)
        throw new Error(`SNAPPY page holds ${snappyLength(bytes)} bytes, its header says ${size}`);
      return snappyDecode(bytes, size);
    case 'GZIP':
      return zlib.gunzipSync(bytes, { chunkSize: chunkSize(size), maxOutputLength: size });
    case 'BROTLI':
      return zlib.brotliDecompressSync(bytes, { chunkSize: chunkSize(size), maxOutputLength: size });
    case 'LZ4_RAW':
      return decompressLz4Block(bytes, size);
    case 'LZ4':
      return decompressHadoopLz4(bytes, size);
    default:
      throw new Error(`codec ${codec} is not supported; write the file with zstd or snappy`);
  }
}

/** A buffer that is filled to the last byte makes Node take another of the same size. */
const chunkSize = (size: number) => Math.max(size + 1, 64);

/** Smaller memory is left to be collected: only what is larger counts. */
const releasedFrom = 16 * 1024;

/**
 * Gives back at once what was read, `decompress` or `compress` made, instead of when it is collected: buffers are not on V8's
 * heap, but count towards when it is collected. What is read from it, or from a view on it, is undefined then. Does nothing
 * before Node 21, nor to memory of WASM.
 */
export function release(made: ArrayBufferView): void {
  const buffer = made.buffer as ArrayBuffer & { transfer?(length: number): ArrayBuffer };
  if (buffer.byteLength < releasedFrom) return;
  try {
    buffer.transfer?.(0);
  } catch {
    // a view on the memory of WASM, which stays
  }
}

/** Of two decoders the one that is twice as fast (440 and 200 MB/s, Node 20) takes the frame's word for its size. */
function decompressZstdInWasm(bytes: Uint8Array, size: number): Uint8Array {
  if (zstdFrameSize(bytes) === size) {
    try {
      return zstd.decompress(bytes);
    } catch {
      // more than one frame, or damage: the other decoder tells
    }
  }
  return zstdDecoder.decode(bytes, size);
}

/** What the header of a zstd frame says that comes out; undefined where it does not. RFC 8878, 3.1.1.1. */
export function zstdFrameSize(bytes: Uint8Array): number | undefined {
  if (bytes.length < 6) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = bytes[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const kind = descriptor >> 6;
  if (at + [1, 2, 4, 8][kind]! > bytes.length) return undefined;
  if (kind === 0) return isSingleSegment ? bytes[at] : undefined;
  if (kind === 1) return view.getUint16(at, true) + 256;
  return kind === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/** The plain length that a snappy block begins with. */
function snappyLength(bytes: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if ((byte & 0x80) === 0) break;
  }
  return length;
}

/**
 * Compresses one page. zstd, snappy and lz4 come from WASM and JavaScript on every version of Node, so that the
 * bytes are the same everywhere; gzip and brotli are those of Node's own zlib.
 */
export function compress(codec: CodecName, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'UNCOMPRESSED':
      return bytes;
    case 'ZSTD':
      return compressZstd(bytes);
    case 'SNAPPY':
      return compressSnappy(bytes);
    case 'GZIP':
      return zlib.gzipSync(bytes, { level: 6 });
    case 'BROTLI':
      return zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } });
    case 'LZ4_RAW':
      return compressLz4Block(bytes);
    case 'LZ4':
      return hadoopFrame(bytes, compressLz4Block(bytes));
    default:
      throw new Error(`codec ${codec} is not supported for writing`);
  }
}

/** Half as long again with WASM (1 MB of text: 2.4 and 3.3 ms on Node 24). */
function compressZstd(bytes: Uint8Array): Uint8Array {
  if (nativeCompress === undefined || !givesSameBytes || bytes.length < nativeZstdFrom)
    return compressZstdInWasm(bytes);
  const options = { params: { [levelParameter]: zstdLevel }, pledgedSrcSize: bytes.length };
  // a frame is never longer than this: ZSTD_compressBound
  return nativeCompress(bytes, { ...options, chunkSize: bytes.length + (bytes.length >> 8) + 1024 });
}

/** What `compress` gives for zstd on every version of Node. */
export function compressZstdInWasm(bytes: Uint8Array): Uint8Array {
  return zstd.compress(bytes, zstdLevel);
}

/** Making an instance of WASM costs as much as compressing this many bytes in JavaScript. Measured on Node 20. */
const wasmSnappyFrom = 64 * 1024;

/**
 * One instance for all pages would be faster, but looks a few bytes beyond its input, at what the page before left there:
 * the same page then does not always give the same bytes.
 */
function compressSnappy(bytes: Uint8Array): Uint8Array {
  return bytes.length < wasmSnappyFrom ? snappyOfJavaScript(bytes) : snappyOfWasm(bytes);
}

/** The framing of the deprecated LZ4 codec: both lengths, big-endian, before the block. */
function hadoopFrame(plain: Uint8Array, block: Uint8Array): Uint8Array {
  const framed = new Uint8Array(block.length + 8);
  const view = new DataView(framed.buffer);
  view.setUint32(0, plain.length);
  view.setUint32(4, block.length);
  framed.set(block, 8);
  return framed;
}
