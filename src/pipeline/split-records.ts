/** Some records in one buffer: lines of JSONL, or elements of a JSON array. */
export interface RecordBlock {
  readonly bytes: Uint8Array;
  /** byte ranges of the records; a record that is too long to be read has the range 0 to 0 */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** number of the line that each record begins in, from 1 */
  readonly lines: Float64Array;
  /** why a record, by its index, could not be read; its range is empty */
  readonly damage?: ReadonlyMap<number, string>;
}

/** Records longer than this are not read: V8 holds no string of more than 512 MB. */
export const longestRecord = 256 << 20;

const newline = 0x0a;

/**
 * Splits bytes into lines. Blank lines are no records.
 * @param budget bytes of one block, or one record when that is longer
 */
export async function* splitLines(
  source: AsyncIterable<Uint8Array>,
  budget: number,
): AsyncGenerator<RecordBlock> {
  const block = new BlockBuilder(budget);
  let line = 1;
  let open = false;
  const damage = new Damage();
  for await (const chunk of damage.until(source)) {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(newline, at);
      const until = end < 0 ? chunk.length : end;
      if (!open) block.begin(line);
      open = true;
      block.append(chunk, at, until);
      if (end < 0) break;
      block.end();
      open = false;
      line += 1;
      at = end + 1;
      if (block.isFull) yield block.take();
    }
  }
  if (open && damage.error === undefined) block.end();
  if (!block.isEmpty) yield block.take();
  damage.rethrow();
}

/**
 * Splits a JSON array into its elements, without parsing them: what is no JSON shows when they are read. Bytes behind
 * the array's end are an error.
 */
export async function* splitArray(
  source: AsyncIterable<Uint8Array>,
  budget: number,
): AsyncGenerator<RecordBlock> {
  const block = new BlockBuilder(budget);
  let line = 1;
  /** 0 before the array, 1 between elements, more within one */
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let isOpen = false;
  let isOver = false;
  const damage = new Damage();
  for await (const chunk of damage.until(source)) {
    // the part of the open element that lies in this chunk
    let from = isOpen ? 0 : -1;
    const close = (to: number) => {
      block.append(chunk, from, to);
      block.end();
      isOpen = false;
      from = -1;
    };
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === newline) line += 1;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === 0x5c) isEscaped = true;
        else if (byte === 0x22) inString = false;
        continue;
      }
      if (byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09) continue;
      if (isOver) throw new Error(`line ${line}: there is more behind the end of the array`);
      if (depth === 0) {
        // a byte-order mark may stand before it
        if (byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
        if (byte !== 0x5b) throw new Error(`line ${line}: the file is no JSON array`);
        depth = 1;
        continue;
      }
      const isEnd = byte === 0x5d || byte === 0x7d;
      if (depth === 1 && (byte === 0x2c || byte === 0x5d)) {
        if (isOpen) close(at);
        if (byte === 0x5d) isOver = true;
        else if (block.isFull) yield block.take();
        continue;
      }
      if (!isOpen) {
        block.begin(line);
        isOpen = true;
        from = at;
      }
      if (byte === 0x22) inString = true;
      else if (byte === 0x5b || byte === 0x7b) depth += 1;
      else if (isEnd) depth -= 1;
    }
    if (isOpen) block.append(chunk, from, chunk.length);
  }
  if (!block.isEmpty) yield block.take();
  damage.rethrow();
  if (!isOver) throw new Error('the file ends within its array');
}

/** All bytes as one record. */
export async function* wholeFile(source: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBlock> {
  const block = new BlockBuilder(1);
  block.begin(1);
  for await (const chunk of source) block.append(chunk, 0, chunk.length);
  block.end();
  if (!block.isEmpty) yield block.take();
}

/** Lets what came before an error be used before the error is thrown. */
class Damage {
  error: unknown;

  async *until(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      this.error = error;
    }
  }

  rethrow(): void {
    if (this.error !== undefined) throw this.error;
  }
}

/** Collects records in one growing buffer. */
class BlockBuilder {
  readonly #budget: number;
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  #starts: number[] = [];
  #ends: number[] = [];
  #lines: number[] = [];
  #from = 0;
  #line = 0;
  #isTooLong = false;

  constructor(budget: number) {
    this.#budget = budget;
  }

  get isFull(): boolean {
    return this.#length >= this.#budget;
  }

  get isEmpty(): boolean {
    return this.#starts.length === 0;
  }

  begin(line: number): void {
    this.#from = this.#length;
    this.#line = line;
    this.#isTooLong = false;
  }

  append(chunk: Uint8Array, from: number, to: number): void {
    if (this.#isTooLong || to <= from) return;
    const length = to - from;
    if (this.#length - this.#from + length > longestRecord) {
      this.#isTooLong = true;
      this.#length = this.#from;
      return;
    }
    if (this.#length + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk.subarray(from, to), this.#length);
    this.#length += length;
  }

  /** Ends a record; one of white space alone is none. */
  end(): void {
    let end = this.#length;
    while (end > this.#from && isSpace(this.#bytes[end - 1]!)) end -= 1;
    let start = this.#from;
    while (start < end && isSpace(this.#bytes[start]!)) start += 1;
    // a byte-order mark begins a file, and is none of a record's
    if (this.#bytes[start] === 0xef && this.#bytes[start + 1] === 0xbb && this.#bytes[start + 2] === 0xbf)
      start = Math.min(end, start + 3);
    if (this.#isTooLong) this.#push(0, 0);
    else if (start < end) this.#push(start, end);
    this.#length = end;
  }

  take(): RecordBlock {
    const block = {
      bytes: this.#bytes.subarray(0, this.#length),
      starts: Int32Array.from(this.#starts),
      ends: Int32Array.from(this.#ends),
      lines: Float64Array.from(this.#lines),
    };
    this.#bytes = new Uint8Array(Math.min(this.#bytes.length, this.#budget * 2));
    this.#length = 0;
    this.#starts = [];
    this.#ends = [];
    this.#lines = [];
    return block;
  }

  #push(start: number, end: number): void {
    this.#starts.push(start);
    this.#ends.push(end);
    this.#lines.push(this.#line);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09 || byte === newline;
}
