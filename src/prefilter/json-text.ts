const backslash = 0x5c;

/**
 * The bytes of a JSON text with the escapes inside its strings undone, so that words can be searched as they will be
 * read. Structure is left as it is: the result is not JSON. Damaged escapes are passed through.
 * @returns the text itself where it holds no backslash, or else a view on `scratch`, valid until the next call
 */
export function unescapeJson(
  bytes: Uint8Array,
  start: number,
  end: number,
  scratch: Scratch,
): { bytes: Uint8Array; start: number; end: number } {
  let from = firstBackslash(bytes, start, end);
  if (from < 0) return { bytes, start, end };
  const out = scratch.reserve(end - start);
  let at = from - start;
  if (at < shortText) for (let i = 0; i < at; i++) out[i] = bytes[start + i]!;
  else out.set(bytes.subarray(start, from));
  for (;;) {
    let byte = 0;
    while (from < end && (byte = bytes[from]!) !== backslash) {
      out[at++] = byte;
      from += 1;
    }
    if (from >= end) break;
    const letter = from + 1 < end ? bytes[from + 1]! : 0;
    const unit = letter === 0x75 ? hex4(bytes, from + 2, end) : -1;
    if (unit >= 0) {
      at = writeUtf8(out, at, unit);
      from += 6;
    } else if (letter === 0x75 || from + 1 >= end) {
      out[at++] = backslash;
      from += 1;
    } else {
      out[at++] = unescaped[letter]!;
      from += 2;
    }
  }
  return { bytes: out, start: 0, end: at };
}

/** Below this many bytes a view costs more than it saves. */
const shortText = 512;

function firstBackslash(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= shortText) {
    // a search without a bound would run on through the values behind
    const first = bytes.subarray(start, end).indexOf(backslash);
    return first < 0 ? -1 : start + first;
  }
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return at;
  return -1;
}

/** A buffer that is used again for every value. */
export class Scratch {
  #bytes = new Uint8Array(64 * 1024);

  reserve(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length * 2);
    return this.#bytes;
  }
}

/** The byte that an escape stands for; for unknown ones the escaped byte itself. */
const unescaped = Uint8Array.from({ length: 256 }, (_, byte) => byte);
for (const [letter, byte] of Object.entries({ n: 10, t: 9, r: 13, b: 8, f: 12 })) {
  unescaped[letter.charCodeAt(0)] = byte;
}

function hex4(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(bytes[at + i]!);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Writes a UTF-16 unit; halves of surrogate pairs come out as three bytes each, which no word holds. */
function writeUtf8(out: Uint8Array, at: number, unit: number): number {
  if (unit < 0x80) {
    out[at] = unit;
    return at + 1;
  }
  if (unit < 0x800) {
    out[at] = 0xc0 | (unit >> 6);
    out[at + 1] = 0x80 | (unit & 0x3f);
    return at + 2;
  }
  out[at] = 0xe0 | (unit >> 12);
  out[at + 1] = 0x80 | ((unit >> 6) & 0x3f);
  out[at + 2] = 0x80 | (unit & 0x3f);
  return at + 3;
}
