import * as zlib from 'node:zlib';
import { messageOf, TrajsieveError } from '../errors.ts';
import { decompress } from '../parquet/codec.ts';
import type { ByteSource } from '../parquet/source.ts';

/** Whether a file begins as a ZIP archive does. */
export async function isZip(source: ByteSource): Promise<boolean> {
  if (source.size < 4) return false;
  return viewOf(await source.read(0, 4)).getUint32(0, true) === signature.local;
}

/** A file within a ZIP archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflate, 93 zstd (APPNOTE 6.3.10, section 4.4.5) */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** where its local header is */
  readonly offset: number;
}

const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
};
const endLength = 22;
const locatorLength = 20;
const centralLength = 46;
const localLength = 30;
/** Bytes of an extra field that are read along with an entry: what most writers put there, and more. */
const likelyExtra = 256;
const longestComment = 0xffff;
/** Means that a 64-bit number stands elsewhere. */
const in64 = 0xffffffff;

/**
 * The entries of a ZIP archive in the order of its central directory, 64-bit archives too. Where a name stands twice the
 * later one counts, as an archive that was appended to has it.
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipEntry[]> {
  try {
    const { offset, size } = await findDirectory(source);
    return parseDirectory(await source.read(offset, size), source);
  } catch (error) {
    if (error instanceof TrajsieveError) throw error;
    throw new TrajsieveError('zip-damaged', `archive cannot be read: ${messageOf(error)}`, {
      where: { file: source.name },
      remedy: 'it is truncated or damaged, or no ZIP archive',
      cause: error,
    });
  }
}

async function findDirectory(source: ByteSource): Promise<{ offset: number; size: number }> {
  const length = Math.min(source.size, endLength + longestComment);
  const tail = viewOf(await source.read(source.size - length, length));
  let at = length - endLength;
  while (at >= 0 && tail.getUint32(at, true) !== signature.end) at -= 1;
  if (at < 0) throw new Error('it has no central directory');
  const size = tail.getUint32(at + 12, true);
  const offset = tail.getUint32(at + 16, true);
  if (offset !== in64 && size !== in64 && tail.getUint16(at + 10, true) !== 0xffff) return { offset, size };
  const locatorAt = source.size - length + at - locatorLength;
  const locator = viewOf(await source.read(locatorAt, locatorLength));
  if (locator.getUint32(0, true) !== signature.locator) return { offset, size };
  const end = viewOf(await source.read(number64(locator, 8), 56));
  if (end.getUint32(0, true) !== signature.end64) throw new Error('its 64-bit end record is missing');
  return { offset: number64(end, 48), size: number64(end, 40) };
}

function parseDirectory(bytes: Uint8Array, source: ByteSource): ZipEntry[] {
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  const decoder = new TextDecoder();
  for (let at = 0; at + centralLength <= bytes.length; ) {
    if (view.getUint32(at, true) !== signature.central)
      throw new Error(`directory is damaged at its byte ${at}`);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const extraAt = at + centralLength + nameLength;
    const name = decoder.decode(bytes.subarray(at + centralLength, extraAt));
    const short = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    const [size, compressedSize, offset] = widen(short, view, extraAt, extraLength);
    if (offset! + compressedSize! > source.size)
      throw new Error(`entry ${JSON.stringify(name)} lies beyond its end`);
    entries.delete(name);
    entries.set(name, {
      name,
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      crc: view.getUint32(at + 16, true),
      size: size!,
      compressedSize: compressedSize!,
      offset: offset!,
    });
    at = extraAt + extraLength + view.getUint16(at + 32, true);
  }
  return [...entries.values()];
}

/** Numbers that do not fit into 32 bits stand in an extra field, in this order, where the short one says so. */
function widen(short: readonly number[], view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return short.map((value) => {
      if (value !== in64) return value;
      next += 8;
      return number64(view, next - 8);
    });
  }
  return [...short];
}

/** The bytes of an entry, decompressed and checked against its checksum. Throws a plain error that says what is wrong. */
export async function readZipEntry(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const { name, method, isEncrypted, crc, size, compressedSize, offset } = entry;
  if (isEncrypted) throw new Error(`entry ${JSON.stringify(name)} is encrypted`);
  // name and extra field of the local header may be longer than those of the directory
  const guess = localLength + name.length + likelyExtra + compressedSize;
  const around = await source.read(offset, Math.min(guess, source.size - offset));
  const header = viewOf(around);
  if (header.getUint32(0, true) !== signature.local)
    throw new Error(`entry ${JSON.stringify(name)} has no header`);
  const start = localLength + header.getUint16(26, true) + header.getUint16(28, true);
  const packed =
    start + compressedSize <= around.length
      ? around.subarray(start, start + compressedSize)
      : await source.read(offset + start, compressedSize);
  const bytes = unpack(method, packed, size);
  if (bytes.length !== size)
    throw new Error(`entry ${JSON.stringify(name)} has ${bytes.length} of ${size} bytes`);
  if (zlib.crc32 !== undefined && zlib.crc32(bytes) !== crc)
    throw new Error(`entry ${JSON.stringify(name)} does not match its checksum`);
  return bytes;
}

function unpack(method: number, bytes: Uint8Array, size: number): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  if (method === 0) return bytes;
  if (method === 8) return zlib.inflateRawSync(bytes, { maxOutputLength: size });
  if (method === 93) return decompress('ZSTD', bytes, size);
  throw new Error(`compression method ${method} is not supported`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function number64(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new Error('a number in it is too large');
  return value;
}
