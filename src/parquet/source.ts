import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { TrajsieveError } from '../errors.ts';

/** Random access to the bytes of one input. */
export interface ByteSource {
  /** how the input is named in errors and in the ledger */
  readonly name: string;
  readonly size: number;
  /** when it was last changed, in milliseconds since 1970; 0 where that is not known */
  readonly modified: number;
  /** an entity tag that changes with the contents, where a server gives one */
  readonly version?: string | undefined;
  /** Bytes `[offset, offset + length)`. The caller may keep them. Throws when they are not all there. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
  /** Tells that bytes `[start, end)` are going to be read, about in order: a remote source then reads ahead. */
  expect?(start: number, end: number): void;
  /** Closing again does nothing. */
  close(): void;
}

/** A file on the local disk, read synchronously: a worker has nothing better to do meanwhile. */
export function openFile(path: string): ByteSource {
  const descriptor = openSync(path, 'r');
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) {
    closeSync(descriptor);
    throw new TrajsieveError('input-directory', 'input is a directory', { where: { file: path } });
  }
  let isClosed = false;
  return {
    name: path,
    size: stat.size,
    modified: Math.round(stat.mtimeMs),
    read(offset, length) {
      const bytes = bytesOf(Buffer.allocUnsafeSlow(length));
      let done = 0;
      while (done < length) {
        const count = readSync(descriptor, bytes, done, length - done, offset + done);
        if (count === 0) throw shortRead(path, offset, length);
        done += count;
      }
      return bytes;
    },
    close() {
      if (!isClosed) closeSync(descriptor);
      isClosed = true;
    },
  };
}

/** A Buffer as a plain Uint8Array on the same memory: a Buffer's `slice` shares memory, an array's copies. */
export function bytesOf(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** The error of bytes that are not there. */
export function shortRead(file: string, offset: number, length: number): TrajsieveError {
  return new TrajsieveError('input-truncated', `bytes ${offset} to ${offset + length} are not all there`, {
    where: { file },
    remedy: 'the file is truncated or was changed while it was read',
  });
}
