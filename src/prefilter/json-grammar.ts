/** Deepest nesting that is followed; a document that is deeper is left to the reader. */
const deepest = 2000;

/**
 * The grammar of JSON (RFC 8259) over bytes, value by value, without building anything. Long strings take nearly all of
 * the time. Each method takes the offset where something begins and gives the offset behind it, or -1.
 */
export class JsonGrammar {
  bytes: Uint8Array = new Uint8Array();
  end = 0;
  /** set when a number was gone through that would be written differently once it was read (`1e3`, `80.0`) */
  odd = false;
  readonly #stack = new Uint8Array(deepest);

  /** Whether a name stands, as it is, at `start` to `end`. */
  holds(name: string, start: number, end: number): boolean {
    if (name.length !== end - start) return false;
    for (let at = 0; at < name.length; at++) {
      if (name.charCodeAt(at) !== this.bytes[start + at]) return false;
    }
    return true;
  }

  /** Behind white space. */
  space(from: number): number {
    const bytes = this.bytes;
    let at = from;
    while (at < this.end) {
      const byte = bytes[at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    return at;
  }

  /** Behind any value. */
  value(from: number): number {
    const bytes = this.bytes;
    const end = this.end;
    const stack = this.#stack;
    let depth = 0;
    let at = from;
    for (;;) {
      if (at >= end) return -1;
      const byte = bytes[at]!;
      if (byte === 0x22) {
        at = this.string(at + 1);
      } else if (byte === 0x7b || byte === 0x5b) {
        const close = byte + 2;
        at = this.space(at + 1);
        if (at >= end) return -1;
        if (bytes[at] === close) at += 1;
        else {
          if (depth >= deepest) return -1;
          stack[depth++] = close;
          if (close === 0x7d && (at = this.#key(at)) < 0) return -1;
          continue;
        }
      } else {
        at = byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? this.#number(at) : this.#literal(at);
      }
      if (at < 0) return -1;
      for (;;) {
        if (depth === 0) return at;
        at = this.space(at);
        if (at >= end) return -1;
        const close = stack[depth - 1]!;
        if (bytes[at] === close) {
          depth -= 1;
          at += 1;
          continue;
        }
        if (bytes[at] !== 0x2c) return -1;
        at = this.space(at + 1);
        if (close === 0x7d && (at = this.#key(at)) < 0) return -1;
        break;
      }
    }
  }

  /** Behind a key and its colon. */
  #key(from: number): number {
    if (from >= this.end || this.bytes[from] !== 0x22) return -1;
    const behind = this.string(from + 1);
    if (behind < 0) return -1;
    const at = this.space(behind);
    return at < this.end && this.bytes[at] === 0x3a ? this.space(at + 1) : -1;
  }

  /** Behind the closing quote of a string, from behind the opening one. */
  string(from: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let at = from;
    while (at < end) {
      const byte = bytes[at]!;
      if (special[byte] === 0) {
        at += 1;
        continue;
      }
      if (byte === 0x22) return at + 1;
      if (byte !== 0x5c || at + 1 >= end) return -1;
      const letter = bytes[at + 1]!;
      if (letter === 0x75) {
        if (at + 6 > end) return -1;
        for (let i = 2; i < 6; i++) if (!isHex(bytes[at + i]!)) return -1;
        at += 6;
      } else if (escapable[letter] === 1) at += 2;
      else return -1;
    }
    return -1;
  }

  #number(from: number): number {
    const bytes = this.bytes;
    const end = this.end;
    const digits = (start: number) => {
      let at = start;
      while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1;
      return at;
    };
    const first = bytes[from] === 0x2d ? from + 1 : from;
    let at = digits(first);
    const whole = at - first;
    if (whole === 0 || (whole > 1 && bytes[first] === 0x30)) return -1;
    if (whole > 15) this.odd = true;
    if (at < end && bytes[at] === 0x2e) {
      const fraction = at + 1;
      at = digits(fraction);
      if (at === fraction) return -1;
      if (whole > 1 && bytes[at - 1] === 0x30) this.odd = true;
    }
    if (at < end && (bytes[at]! | 0x20) === 0x65) {
      this.odd = true;
      const sign = at + 1 < end && (bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d) ? 2 : 1;
      const exponent = at + sign;
      at = digits(exponent);
      if (at === exponent) return -1;
    }
    return at;
  }

  #literal(at: number): number {
    for (const word of literals) {
      if (
        this.bytes[at] === word.charCodeAt(0) &&
        at + word.length <= this.end &&
        this.holds(word, at, at + word.length)
      )
        return at + word.length;
    }
    return -1;
  }
}

const literals = ['null', 'true', 'false'];

/** Bytes that a string does not just go on with: quote, backslash, control characters. */
const special = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === 0x22 || byte === 0x5c ? 1 : 0,
);

const escapable = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

function isHex(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}
