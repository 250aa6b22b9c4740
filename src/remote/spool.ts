import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onDisk } from '../parquet/sink.ts';
import { type ByteSource, bytesOf, shortRead } from '../parquet/source.ts';
import type { RangeReader } from './ranges.ts';

/** What is fetched and what is there is known by blocks of this size. */
const blockSize = 256 * 1024;

/** Blocks of the largest request: 4 MiB. */
const mostBlocks = 16;

/** Largest requests that run ahead of a reader where it is known that it goes on. */
const requestsAhead = 3;

/**
 * Random access to a remote file. A row group is read twice, once to be examined and once to be spliced, so what has been
 * fetched is kept until the source is closed: in a file with holes and without a name, as large as what was read. Reads of
 * a footer stay small; where a reader goes on from what is there, requests double; and in the range that is expected to be
 * read, they are large and run ahead.
 * @param folder where the file is made
 */
export function spooled(reader: RangeReader, folder: string = tmpdir()): ByteSource {
  const { name, size } = reader;
  const count = Math.ceil(size / blockSize);
  const isPresent = new Uint8Array(count);
  const pending = new Map<number, Promise<void>>();
  const spool = openSpool(folder);
  let expected = { from: 0, to: 0 };
  let isClosed = false;

  const keep = (offset: number, bytes: Uint8Array) => {
    if (isClosed) return;
    spool.write(offset, bytes);
    const end = offset + bytes.length;
    isPresent.fill(1, offset / blockSize, end === size ? count : Math.floor(end / blockSize));
  };
  const isMissing = (block: number) => isPresent[block] === 0 && !pending.has(block);

  /** Asks for blocks `[from, to)`, none of which is there or on its way. */
  const request = (from: number, to: number) => {
    const start = from * blockSize;
    const work = (async () => {
      try {
        keep(start, await reader.read(start, Math.min(size, to * blockSize) - start));
      } finally {
        for (let block = from; block < to; block++) pending.delete(block);
      }
    })();
    // who waits for it hears of it; nobody may wait for what was asked for ahead
    work.catch(() => {});
    for (let block = from; block < to; block++) pending.set(block, work);
  };

  /** Asks for what is missing of blocks `[from, to)`; no request crosses a multiple of the largest. */
  const requestMissing = (from: number, to: number) => {
    for (let at = from; at < Math.min(to, count); ) {
      const start = at;
      while (at < to && at < count && isMissing(at) && (at === start || at % mostBlocks !== 0)) at += 1;
      if (at > start) request(start, at);
      else at += 1;
    }
  };

  /** Blocks without a gap before this one, up to the size of a request. */
  const behind = (block: number): number => {
    let length = 0;
    while (length < mostBlocks && length < block && !isMissing(block - length - 1)) length += 1;
    return length;
  };

  /** The block up to which is asked for when `[from, to)` is read. */
  const readAhead = (from: number, to: number): number => {
    if (from >= expected.from && from < expected.to) {
      const whole = (Math.ceil(to / mostBlocks) + requestsAhead) * mostBlocks;
      return Math.max(to, Math.min(expected.to, whole));
    }
    for (let block = from; block < to; block++) if (isMissing(block)) return to + behind(from);
    return to;
  };

  const arrived = async (from: number, to: number, offset: number, length: number): Promise<Uint8Array> => {
    for (let block = from; block < to; block++) {
      // what failed when it was asked for ahead is asked for again, and fails for good
      if (isMissing(block)) requestMissing(block, to);
      await pending.get(block);
      if (isPresent[block] === 0) block -= 1;
    }
    return spool.read(offset, length);
  };

  keep(0, reader.head);
  return {
    name,
    size,
    modified: reader.modified,
    version: reader.version,
    expect(start, end) {
      expected = { from: Math.floor(start / blockSize), to: Math.ceil(Math.min(end, size) / blockSize) };
    },
    read(offset, length) {
      if (offset < 0 || offset + length > size) throw shortRead(name, offset, length);
      const from = Math.floor(offset / blockSize);
      const to = Math.ceil((offset + length) / blockSize);
      requestMissing(from, readAhead(from, to));
      const gap = isPresent.indexOf(0, from);
      return gap < 0 || gap >= to ? spool.read(offset, length) : arrived(from, to, offset, length);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      reader.close();
      spool.close();
    },
  };
}

/** A new file that no name leads to: it is gone when the process is. */
function openSpool(folder: string) {
  return onDisk(folder, () => {
    const own = mkdtempSync(join(folder, 'spool-'));
    const descriptor = openSync(join(own, 'bytes'), 'wx+');
    let remove = () => {};
    try {
      rmSync(own, { recursive: true });
    } catch {
      // where an open file cannot be removed
      remove = () => rmSync(own, { recursive: true, force: true });
    }
    return {
      write(offset: number, bytes: Uint8Array) {
        onDisk(folder, () => {
          for (let done = 0; done < bytes.length; )
            done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
        });
      },
      read(offset: number, length: number): Uint8Array {
        const bytes = bytesOf(Buffer.allocUnsafeSlow(length));
        for (let done = 0; done < length; )
          done += readSync(descriptor, bytes, done, length - done, offset + done);
        return bytes;
      },
      close() {
        closeSync(descriptor);
        remove();
      },
    };
  });
}
