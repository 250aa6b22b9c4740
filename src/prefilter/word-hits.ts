/** Which words stood in a value: a set that is emptied at no cost. */
export class WordHits {
  /** the words, in the order in which they were first seen */
  readonly list: Int32Array;
  count = 0;
  readonly #seenIn: Uint32Array;
  #value = 1;

  constructor(wordCount: number) {
    this.list = new Int32Array(wordCount);
    this.#seenIn = new Uint32Array(wordCount);
  }

  /** Empties the set. */
  reset(): void {
    this.count = 0;
    this.#value += 1;
    if (this.#value > 0xffff_fff0) {
      this.#seenIn.fill(0);
      this.#value = 1;
    }
  }

  add(word: number): void {
    if (this.#seenIn[word] === this.#value) return;
    this.#seenIn[word] = this.#value;
    this.list[this.count++] = word;
  }

  has(word: number): boolean {
    return this.#seenIn[word] === this.#value;
  }
}
