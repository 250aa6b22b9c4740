import type { ListOutline, Outline, RecordOutline, StepOutline, WordFields } from '../trajectory/outline.ts';
import { Scratch, unescapeJson } from './json-text.ts';

/** What is found on the way through a document. */
export interface Visitor {
  /**
   * A step, as JSON text.
   * @param odd a number in it would be written differently once it was read (`1e3`, `80.0`)
   */
  step(surfaces: number, bytes: Uint8Array, start: number, end: number, odd: boolean): void;
  /** A text outside the steps, with its escapes if `json`. */
  text(surfaces: number, bytes: Uint8Array, start: number, end: number, json: boolean): void;
}

/** Deepest nesting that is followed; a document that is deeper is left to the reader. */
const deepest = 2000;

/**
 * Checks a JSON text against the grammar (RFC 8259) and an outline, byte by byte, without building anything. Long strings
 * take nearly all of the time.
 */
export class JsonWalker {
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;
  #odd = false;
  #lists = 0;
  readonly #stack = new Uint8Array(deepest);
  readonly #scratches: Scratch[] = [];

  /** True when the text is well-formed JSON. */
  isWellFormed(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    return this.#isEnd(this.#value(this.#space(start)));
  }

  /**
   * Walks a document.
   * @returns false when it is not known to be readable: malformed, without a list of steps, or with a step of no known
   * kind. What was visited until then was visited.
   */
  walk(outline: Outline, bytes: Uint8Array, start: number, end: number, visitor: Visitor): boolean {
    this.#lists = 0;
    return (
      this.#walkWhole(outline, bytes, start, end, visitor, 0) && (outline.kind === 'step' || this.#lists > 0)
    );
  }

  #walkWhole(
    outline: Outline,
    bytes: Uint8Array,
    start: number,
    end: number,
    visitor: Visitor,
    nesting: number,
  ): boolean {
    this.#bytes = bytes;
    this.#end = end;
    return this.#isEnd(this.#follow(outline, this.#space(start), visitor, nesting));
  }

  #isEnd(at: number): boolean {
    return at >= 0 && this.#space(at) === this.#end;
  }

  /** The offset behind a value that an outline describes, or -1. */
  #follow(outline: Outline, at: number, visitor: Visitor, nesting: number): number {
    if (at >= this.#end || nesting > 8) return -1;
    const first = this.#bytes[at]!;
    if (first === 0x6e) return outline.kind === 'step' ? -1 : this.#value(at);
    switch (outline.kind) {
      case 'record':
        if (first === 0x22) return this.#nested(outline, at, visitor, nesting);
        return first === 0x7b ? this.#record(outline, at, visitor, nesting) : -1;
      case 'list':
        if (first === 0x22) return this.#nested(outline, at, visitor, nesting);
        return first === 0x5b ? this.#list(outline, at, visitor, nesting) : -1;
      case 'step':
        if (first === 0x22) return this.#nested(outline, at, visitor, nesting);
        return first === 0x7b ? this.#step(outline, at, visitor) : -1;
      case 'text': {
        const end = this.#value(at);
        if (end >= 0) visitor.text(outline.surfaces, this.#bytes, at, end, true);
        return end;
      }
    }
  }

  /** A string that holds JSON text. */
  #nested(outline: Outline, at: number, visitor: Visitor, nesting: number): number {
    const end = this.#string(at + 1);
    if (end < 0) return -1;
    const bytes = this.#bytes;
    const outerEnd = this.#end;
    this.#scratches[nesting] ??= new Scratch();
    const inner = unescapeJson(bytes, at + 1, end - 1, this.#scratches[nesting]);
    const isJson = startsContainer(inner.bytes, inner.start, inner.end);
    let fine = isJson && this.#walkWhole(outline, inner.bytes, inner.start, inner.end, visitor, nesting + 1);
    if (!fine && outline.kind === 'list' && outline.orText) {
      visitor.text(15, inner.bytes, inner.start, inner.end, false);
      this.#lists += 1;
      fine = !isJson;
    }
    this.#bytes = bytes;
    this.#end = outerEnd;
    return fine ? end : -1;
  }

  #record({ fields }: RecordOutline, start: number, visitor: Visitor, nesting: number): number {
    return this.#object(start, (keyStart, keyEnd, at) => {
      for (const [name, inner] of fields) {
        if (this.#isKey(name, keyStart, keyEnd)) return this.#follow(inner, at, visitor, nesting);
      }
      // a key with escapes may be any of them
      return this.#bytes.subarray(keyStart, keyEnd).includes(0x5c) ? -1 : this.#value(at);
    });
  }

  #list({ step }: ListOutline, start: number, visitor: Visitor, nesting: number): number {
    this.#lists += 1;
    let at = this.#space(start + 1);
    if (this.#bytes[at] === 0x5d && at < this.#end) return at + 1;
    for (;;) {
      at = this.#follow(step, at, visitor, nesting);
      if (at < 0) return -1;
      at = this.#space(at);
      if (at >= this.#end) return -1;
      if (this.#bytes[at] === 0x5d) return at + 1;
      if (this.#bytes[at] !== 0x2c) return -1;
      at = this.#space(at + 1);
    }
  }

  #step(outline: StepOutline, start: number, visitor: Visitor): number {
    const words: (string | null | undefined)[] = new Array(outline.wordCount).fill(undefined);
    this.#odd = false;
    const end = this.#words(outline.words, start, words);
    if (end < 0) return -1;
    const surfaces = outline.surfaces(words);
    if (surfaces < 0) return -1;
    visitor.step(surfaces, this.#bytes, start, end, this.#odd);
    return end;
  }

  /** An object whose fields are words, or hold words. */
  #words(fields: WordFields, start: number, words: (string | null | undefined)[]): number {
    return this.#object(start, (keyStart, keyEnd, at) => {
      for (const [name, inner] of fields) {
        if (!this.#isKey(name, keyStart, keyEnd)) continue;
        const first = this.#bytes[at];
        if (typeof inner === 'number') {
          const end = this.#value(at);
          if (end >= 0)
            words[inner] = first === 0x22 ? this.#word(at + 1, end - 1) : first === 0x6e ? undefined : null;
          return end;
        }
        // the last of several fields of one name counts; a JSON text there holds words that are not seen here
        const isObject = first === 0x7b;
        for (const slot of slotsOf(inner)) words[slot] = isObject || first === 0x6e ? undefined : null;
        return isObject ? this.#words(inner, at, words) : this.#value(at);
      }
      if (this.#isOdd(keyStart, keyEnd)) for (const slot of slotsOf(fields)) words[slot] = null;
      return this.#value(at);
    });
  }

  /** A key with escapes or dots may stand for one that is looked for. */
  #isOdd(start: number, end: number): boolean {
    for (let at = start; at < end; at++)
      if (this.#bytes[at] === 0x5c || this.#bytes[at] === 0x2e) return true;
    return false;
  }

  #word(start: number, end: number): string | null {
    if (end - start > 80) return null;
    let word = '';
    for (let at = start; at < end; at++) {
      const byte = this.#bytes[at]!;
      if (byte === 0x5c || byte >= 0x80) return null;
      word += String.fromCharCode(byte);
    }
    return word;
  }

  #isKey(name: string, start: number, end: number): boolean {
    if (name.length !== end - start) return false;
    for (let at = 0; at < name.length; at++) {
      if (name.charCodeAt(at) !== this.#bytes[start + at]) return false;
    }
    return true;
  }

  /** Goes through the fields of the object that begins at `start`. */
  #object(start: number, field: (keyStart: number, keyEnd: number, at: number) => number): number {
    let at = this.#space(start + 1);
    if (this.#bytes[at] === 0x7d && at < this.#end) return at + 1;
    for (;;) {
      if (at >= this.#end || this.#bytes[at] !== 0x22) return -1;
      const keyStart = at + 1;
      const keyEnd = this.#string(keyStart) - 1;
      if (keyEnd < 0) return -1;
      at = this.#space(keyEnd + 1);
      if (at >= this.#end || this.#bytes[at] !== 0x3a) return -1;
      at = field(keyStart, keyEnd, this.#space(at + 1));
      if (at < 0) return -1;
      at = this.#space(at);
      if (at >= this.#end) return -1;
      if (this.#bytes[at] === 0x7d) return at + 1;
      if (this.#bytes[at] !== 0x2c) return -1;
      at = this.#space(at + 1);
    }
  }

  #space(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (at < this.#end) {
      const byte = bytes[at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    return at;
  }

  /** The offset behind any value, or -1. */
  #value(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const stack = this.#stack;
    let depth = 0;
    let at = from;
    for (;;) {
      if (at >= end) return -1;
      const byte = bytes[at]!;
      if (byte === 0x22) {
        at = this.#string(at + 1);
      } else if (byte === 0x7b || byte === 0x5b) {
        const close = byte + 2;
        at = this.#space(at + 1);
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
        at = this.#space(at);
        if (at >= end) return -1;
        const close = stack[depth - 1]!;
        if (bytes[at] === close) {
          depth -= 1;
          at += 1;
          continue;
        }
        if (bytes[at] !== 0x2c) return -1;
        at = this.#space(at + 1);
        if (close === 0x7d && (at = this.#key(at)) < 0) return -1;
        break;
      }
    }
  }

  /** The offset of the value behind a key, or -1. */
  #key(from: number): number {
    if (from >= this.#end || this.#bytes[from] !== 0x22) return -1;
    const behind = this.#string(from + 1);
    if (behind < 0) return -1;
    const at = this.#space(behind);
    return at < this.#end && this.#bytes[at] === 0x3a ? this.#space(at + 1) : -1;
  }

  /** The offset behind the closing quote, or -1. */
  #string(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
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
    const bytes = this.#bytes;
    const end = this.#end;
    const digits = (start: number) => {
      let at = start;
      while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1;
      return at;
    };
    const first = bytes[from] === 0x2d ? from + 1 : from;
    let at = digits(first);
    const whole = at - first;
    if (whole === 0 || (whole > 1 && bytes[first] === 0x30)) return -1;
    if (whole > 15) this.#odd = true;
    if (at < end && bytes[at] === 0x2e) {
      const fraction = at + 1;
      at = digits(fraction);
      if (at === fraction) return -1;
      if (whole > 1 && bytes[at - 1] === 0x30) this.#odd = true;
    }
    if (at < end && (bytes[at]! | 0x20) === 0x65) {
      this.#odd = true;
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
        this.#bytes[at] === word.charCodeAt(0) &&
        at + word.length <= this.#end &&
        this.#isKey(word, at, at + word.length)
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

function slotsOf(fields: WordFields): number[] {
  return [...fields.values()].flatMap((inner) => (typeof inner === 'number' ? [inner] : slotsOf(inner)));
}

/** Whether a text, after white space, begins as a JSON object or list. */
export function startsContainer(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    return byte === 0x5b || byte === 0x7b;
  }
  return false;
}
