/** Milliseconds that one bit stands for. */
export const occupancyStep = 10_000;

const day = 86_400_000;
const bitsADay = day / occupancyStep;
/** Longest window that is marked: a year. */
const longestMark = 366 * day;
/** Bytes of all bits together; further keys are left out. */
const mostBytes = 64 << 20;

/** When something ran, by key (an address, a host, a named place), to ten seconds. */
export class Occupancy {
  readonly #keys = new Map<string, Map<number, Uint8Array>>();
  #bytes = 0;
  /** first and last time that is marked */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  mark(key: string, start: number, end: number): void {
    let days = this.#keys.get(key);
    if (days === undefined) {
      if (this.#bytes >= mostBytes) return;
      days = new Map();
      this.#keys.set(key, days);
      this.#bytes += 200;
    }
    const to = Math.min(end, start + longestMark);
    this.first = Math.min(this.first, start);
    this.last = Math.max(this.last, to);
    const lastBit = Math.floor(to / occupancyStep);
    for (let bit = Math.floor(start / occupancyStep); bit <= lastBit; ) {
      const number = Math.floor(bit / bitsADay);
      const bits = this.#bitsOf(days, number);
      const until = Math.min(lastBit, (number + 1) * bitsADay - 1);
      if (bits !== undefined) setBits(bits, bit - number * bitsADay, until - number * bitsADay);
      bit = until + 1;
    }
  }

  #bitsOf(days: Map<number, Uint8Array>, number: number): Uint8Array | undefined {
    let bits = days.get(number);
    if (bits === undefined && this.#bytes < mostBytes) {
      bits = new Uint8Array(bitsADay / 8);
      days.set(number, bits);
      this.#bytes += bits.length;
    }
    return bits;
  }

  isMarked(key: string, time: number): boolean {
    const days = this.#keys.get(key);
    if (days === undefined) return false;
    const bit = Math.floor(time / occupancyStep);
    const number = Math.floor(bit / bitsADay);
    const bits = days.get(number);
    if (bits === undefined) return false;
    const at = bit - number * bitsADay;
    return (bits[at >> 3]! & (1 << (at & 7))) !== 0;
  }

  /** The bits of a key between two times as one array, at a coarser step. */
  flatten(key: string, start: number, count: number, step: number): Uint8Array {
    const flat = new Uint8Array((count + 7) >> 3);
    for (const [number, bits] of this.#keys.get(key) ?? []) {
      for (let byte = 0; byte < bits.length; byte++) {
        if (bits[byte] === 0) continue;
        for (let bit = 0; bit < 8; bit++) {
          if ((bits[byte]! & (1 << bit)) === 0) continue;
          const time = number * day + (byte * 8 + bit) * occupancyStep;
          const at = Math.floor((time - start) / step);
          if (at >= 0 && at < count) flat[at >> 3]! |= 1 << (at & 7);
        }
      }
    }
    return flat;
  }
}

function setBits(bits: Uint8Array, from: number, to: number): void {
  for (let at = from; at <= to; ) {
    if ((at & 7) === 0 && at + 7 <= to) {
      bits[at >> 3] = 0xff;
      at += 8;
    } else {
      bits[at >> 3]! |= 1 << (at & 7);
      at += 1;
    }
  }
}
