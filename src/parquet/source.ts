import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { TrajsieveError } from '../errors.ts';

/** Random access to the bytes of one input. */
export interface ByteSource {
  /** how the input is named in errors and in the ledger */
  readonly name: string;
  readonly size: number;
  /** Bytes `[offset, offset + length)`. The caller may keep them. Throws when they are not all there. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
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
  return {
    name: path,
    size: stat.size,
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
    close: () => closeSync(descriptor),
  };
}

/** A Buffer as a plain Uint8Array on the same memory: a Buffer's `slice` shares memory, an array's copies. */
export function bytesOf(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function shortRead(file: string, offset: number, length: number): TrajsieveError {
  return new TrajsieveError('input-truncated', `bytes ${offset} to ${offset + length} are not all there`, {
    where: { file },
    remedy: 'the file is truncated or was changed while it was read',
  });
}
