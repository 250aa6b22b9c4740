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
};
const zstdDecoder = new ZSTDDecoder();
const snappyDecode = snappyUncompressor();

type ZstdDecompress = (
  bytes: Uint8Array,
  options: { chunkSize: number; maxOutputLength: number },
) => Uint8Array;
/** Since Node 22.15; on Node 24 it is twice as fast as WASM. */
const nativeZstd = (zlib as { zstdDecompressSync?: ZstdDecompress }).zstdDecompressSync;

/** zstd level of rewritten pages: what pyarrow writes by default. */
const zstdLevel = 1;

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
        return nativeZstd(bytes, { chunkSize: Math.max(size, 64), maxOutputLength: size });
      }
      return zstdDecoder.decode(bytes, size);
    case 'SNAPPY':
      // the decoder writes as much as the block says, whatever is expected
      if (snappyLength(bytes) !== size)
        throw new Error(`SNAPPY page holds ${snappyLength(bytes)} bytes, its header says ${size}`);
      return snappyDecode(bytes, size);
    case 'GZIP':
      return zlib.gunzipSync(bytes, { chunkSize: Math.max(size, 64), maxOutputLength: size });
    case 'BROTLI':
      return zlib.brotliDecompressSync(bytes, { chunkSize: Math.max(size, 64), maxOutputLength: size });
    case 'LZ4_RAW':
      return decompressLz4Block(bytes, size);
    case 'LZ4':
      return decompressHadoopLz4(bytes, size);
    default:
      throw new Error(`codec ${codec} is not supported; write the file with zstd or snappy`);
  }
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
      return zstd.compress(bytes, zstdLevel);
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
