import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { messageOf, TrajsieveError } from '../errors.ts';

/** Where the bytes of one output go, in order. */
export interface ByteSink {
  /** bytes written so far */
  readonly position: number;
  write(bytes: Uint8Array): void;
  /** Flushes to the disk and closes. Returns the size and the SHA-256 of all that was written. */
  finish(): { size: number; sha256: string };
  /** Closes without finishing; what was written is of no use. */
  abort(): void;
}

const bufferSize = 1 << 20;

/** Does something to an output; what goes wrong there is about the disk, and ends the run. */
export function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new TrajsieveError('output-write', `output cannot be written: ${messageOf(error)}`, {
      where: { file: path },
      remedy: 'make room or give leave to write, then run again: it goes on where it stopped',
      cause: error,
    });
  }
}

/**
 * A new local file. Throws when it exists already.
 * @param mode who may read it; as the process has it, without one
 */
export function createFile(path: string, mode?: number): ByteSink {
  const descriptor = onDisk(path, () => openSync(path, 'wx', mode));
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(bufferSize);
  let buffered = 0;
  let position = 0;

  const put = (bytes: Uint8Array) => {
    hash.update(bytes);
    onDisk(path, () => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(descriptor, bytes, done, bytes.length - done);
    });
  };
  const flush = () => {
    if (buffered > 0) put(buffer.subarray(0, buffered));
    buffered = 0;
  };
  return {
    get position() {
      return position;
    },
    write(bytes) {
      position += bytes.length;
      const direct = bytes.length >= bufferSize / 2;
      if (direct || buffered + bytes.length > bufferSize) flush();
      if (direct) put(bytes);
      else {
        buffer.set(bytes, buffered);
        buffered += bytes.length;
      }
    },
    finish() {
      flush();
      onDisk(path, () => {
        fsyncSync(descriptor);
        closeSync(descriptor);
      });
      return { size: position, sha256: hash.digest('hex') };
    },
    abort: () => closeSync(descriptor),
  };
}
