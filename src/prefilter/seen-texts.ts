/** Longer texts are hardly ever written twice. */
const longestText = 1024;
const slotCount = 1 << 15;
/** Bytes of a text that go into its hash; those between are compared alone. */
const hashedBytes = 64;

/**
 * What was found out about texts that were seen before: agents write `ls -la` and `git diff` again and again. Kept as plain
 * numbers and bytes, so that nothing is left to be collected; all are forgotten when there is no more room.
 */
export class SeenTexts {
  readonly #bytes: Uint8Array;
  #used = 0;
  /** by slot: where the text begins, counted from one; its length, its kind, and the answer */
  readonly #from = new Int32Array(slotCount);
  readonly #length = new Int32Array(slotCount);
  readonly #kind = new Int32Array(slotCount);
  readonly #answer = new Int32Array(slotCount);

  /** @param size bytes of the texts that are kept */
  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
  }

  /**
   * The slot of a text, for `get` and `set`; -1 where such texts are not kept.
   * @param kind tells apart questions that are asked of the same text
   */
  slot(kind: number, bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > longestText) return -1;
    let hash = Math.imul(kind ^ length, 0x9e3779b1);
    const step = length <= hashedBytes ? 1 : length / hashedBytes;
    for (let at = 0; at < length; at += step) hash = Math.imul(hash ^ bytes[start + (at | 0)]!, 0x01000193);
    return (hash ^ (hash >>> 15)) & (slotCount - 1);
  }

  /** The answer of the same text; undefined where it is not known. */
  get(slot: number, kind: number, bytes: Uint8Array, start: number, end: number): number | undefined {
    const from = this.#from[slot]! - 1;
    const length = end - start;
    if (from < 0 || this.#length[slot] !== length || this.#kind[slot] !== kind) return undefined;
    const kept = this.#bytes;
    for (let at = 0; at < length; at++) if (kept[from + at] !== bytes[start + at]) return undefined;
    return this.#answer[slot];
  }

  set(slot: number, kind: number, bytes: Uint8Array, start: number, end: number, answer: number): void {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) {
      this.#from.fill(0);
      this.#used = 0;
    }
    for (let at = 0; at < length; at++) this.#bytes[this.#used + at] = bytes[start + at]!;
    this.#from[slot] = this.#used + 1;
    this.#used += length;
    this.#length[slot] = length;
    this.#kind[slot] = kind;
    this.#answer[slot] = answer;
  }
}
