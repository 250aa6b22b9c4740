/**
 * What a worker is at, in memory that the coordinator sees even when the worker's thread is stuck: the row it examines
 * (its number in the file, -1 for none) and since when.
 */
export class Heartbeat {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  /** @param buffer that of the coordinator's heartbeat; without it a new one is made, at no row */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(16);
    this.#cells = new BigInt64Array(this.buffer);
    if (buffer === undefined) this.set(-1);
  }

  /** @param row -1 when no row is being examined */
  set(row: number): void {
    Atomics.store(this.#cells, 1, BigInt(Date.now()));
    Atomics.store(this.#cells, 0, BigInt(row));
  }

  get row(): number {
    return Number(Atomics.load(this.#cells, 0));
  }

  /** Milliseconds since the row was begun; 0 when there is none. */
  get elapsed(): number {
    return this.row < 0 ? 0 : Date.now() - Number(Atomics.load(this.#cells, 1));
  }
}
