import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from '../parquet/sink.ts';

/** Bytes of records that are sorted in memory at once. */
const runBytes = 24 << 20;
const readBlock = 256 << 10;
/** Runs that are merged at once. */
const mostRuns = 64;
const headSize = 12;

/**
 * Sorts records that do not fit into memory by a number: runs are sorted in memory, written to temporary files, and
 * merged. Records of the same number stay in the order in which they came. Records are JSON values.
 *
 * A run lies as `number (float64) · length (uint32) · JSON` for each record.
 */
export class RecordSorter<T> {
  readonly #folder: string;
  readonly #name: string;
  #text: Buffer;
  #length = 0;
  #keys: number[] = [];
  #starts: number[] = [];
  #runs: string[] = [];
  readonly #runSize: number;
  #count = 0;
  #files = 0;

  /**
   * @param folder for the temporary files; must exist
   * @param runSize bytes of records that are sorted in memory at once
   */
  constructor(folder: string, name: string, runSize = runBytes) {
    this.#runSize = runSize;
    this.#folder = folder;
    this.#name = name;
    this.#text = Buffer.allocUnsafeSlow(1 << 20);
  }

  /** records so far */
  get count(): number {
    return this.#count;
  }

  add(key: number, record: T): void {
    const text = JSON.stringify(record);
    const most = text.length * 3;
    if (this.#length + most > this.#text.length) this.#grow(most);
    this.#keys.push(key);
    this.#starts.push(this.#length);
    this.#length += this.#text.write(text, this.#length);
    this.#count += 1;
    if (this.#length >= this.#runSize) this.#spill();
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#text.length * 2, this.#length + needed));
    this.#text.copy(larger, 0, 0, this.#length);
    this.#text = larger;
  }

  #order(): Uint32Array {
    const keys = Float64Array.from(this.#keys);
    return new Uint32Array(keys.length).map((_, at) => at).sort((a, b) => keys[a]! - keys[b]! || a - b);
  }

  #end(at: number): number {
    return this.#starts[at + 1] ?? this.#length;
  }

  #spill(): void {
    const path = this.#nextPath();
    const writer = new RunWriter(path);
    for (const at of this.#order())
      writer.write(this.#keys[at]!, this.#text, this.#starts[at]!, this.#end(at));
    writer.close();
    this.#runs.push(path);
    this.#keys = [];
    this.#starts = [];
    this.#length = 0;
  }

  #nextPath(): string {
    this.#files += 1;
    return join(this.#folder, `${this.#name}-${this.#files}`);
  }

  /** All records by their numbers. Nothing may be added any more; may be called again. */
  *sorted(): Generator<{ readonly key: number; readonly record: T }> {
    if (this.#runs.length === 0) {
      for (const at of this.#order()) {
        const text = this.#text.toString('utf8', this.#starts[at]!, this.#end(at));
        yield { key: this.#keys[at]!, record: JSON.parse(text) as T };
      }
      return;
    }
    if (this.#keys.length > 0) this.#spill();
    this.#text = Buffer.alloc(0);
    while (this.#runs.length > mostRuns) this.#joinRuns();
    for (const reader of mergeRuns(this.#runs))
      yield { key: reader.key, record: JSON.parse(reader.text()) as T };
  }

  /** Makes one run of the first ones, so that what is open and buffered stays bounded; the order is kept. */
  #joinRuns(): void {
    const joined = this.#runs.splice(0, mostRuns);
    const path = this.#nextPath();
    const writer = new RunWriter(path);
    for (const reader of mergeRuns(joined)) reader.copyTo(writer);
    writer.close();
    this.#runs.unshift(path);
    for (const old of joined) rmSync(old, { force: true });
  }

  /** Removes the temporary files. */
  remove(): void {
    for (const path of this.#runs) rmSync(path, { force: true });
    this.#runs = [];
    this.#keys = [];
    this.#starts = [];
    this.#length = 0;
    this.#text = Buffer.alloc(0);
  }
}

/** Goes through the records of several runs by their numbers: each time the reader that stands at the next one. */
function* mergeRuns(paths: readonly string[]): Generator<RunReader> {
  const readers = paths.map((path, number) => new RunReader(path, number));
  try {
    const heap = readers.filter((reader) => reader.next()).sort(before);
    while (heap.length > 0) {
      const first = heap[0]!;
      yield first;
      if (!first.next()) {
        const last = heap.pop()!;
        if (heap.length === 0) return;
        if (last !== first) heap[0] = last;
      }
      sink(heap);
    }
  } finally {
    for (const reader of readers) reader.close();
  }
}

function before(a: RunReader, b: RunReader): number {
  return a.key - b.key || a.number - b.number;
}

/** Puts the first of a heap to its place. */
function sink(heap: RunReader[]): void {
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const child = right < heap.length && before(heap[right]!, heap[left]!) < 0 ? right : left;
    if (before(heap[at]!, heap[child]!) <= 0) return;
    [heap[at], heap[child]] = [heap[child]!, heap[at]!];
    at = child;
  }
}

/** Reads a sorted run. */
class RunReader {
  readonly number: number;
  key = 0;
  readonly #descriptor: number;
  #block = Buffer.allocUnsafe(readBlock);
  #from = 0;
  #to = 0;
  #start = 0;
  #end = 0;

  constructor(path: string, number: number) {
    this.number = number;
    this.#descriptor = openSync(path, 'r');
  }

  /** Goes on to the next record; false at the end. */
  next(): boolean {
    this.#from = this.#end;
    if (!this.#have(headSize)) return false;
    this.key = this.#block.readDoubleLE(this.#from);
    const length = this.#block.readUInt32LE(this.#from + 8);
    this.#have(headSize + length);
    this.#start = this.#from + headSize;
    this.#end = this.#start + length;
    return true;
  }

  text(): string {
    return this.#block.toString('utf8', this.#start, this.#end);
  }

  /** Makes sure that so many bytes from `#from` on are in the block. */
  #have(size: number): boolean {
    if (this.#to - this.#from >= size) return true;
    const left = this.#to - this.#from;
    const block = size > this.#block.length ? Buffer.allocUnsafe(size) : this.#block;
    this.#block.copy(block, 0, this.#from, this.#to);
    this.#block = block;
    this.#from = 0;
    this.#end = 0;
    this.#to = left;
    while (this.#to < block.length) {
      const count = readSync(this.#descriptor, block, this.#to, block.length - this.#to, null);
      if (count === 0) break;
      this.#to += count;
    }
    return this.#to >= size;
  }

  copyTo(writer: RunWriter): void {
    writer.write(this.key, this.#block, this.#start, this.#end);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Writes a run, a block at a time. */
class RunWriter {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #block = Buffer.allocUnsafe(1 << 20);
  #filled = 0;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = onDisk(path, () => openSync(path, 'wx'));
  }

  write(key: number, text: Buffer, start: number, end: number): void {
    const size = headSize + end - start;
    if (this.#filled + size > this.#block.length) this.#flush();
    const block = size > this.#block.length ? Buffer.allocUnsafe(size) : this.#block;
    const at = block === this.#block ? this.#filled : 0;
    block.writeDoubleLE(key, at);
    block.writeUInt32LE(end - start, at + 8);
    text.copy(block, at + headSize, start, end);
    if (block === this.#block) this.#filled += size;
    else onDisk(this.#path, () => writeAll(this.#descriptor, block));
  }

  #flush(): void {
    onDisk(this.#path, () => writeAll(this.#descriptor, this.#block.subarray(0, this.#filled)));
    this.#filled = 0;
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done);
}
