import { CACHE_BYTES } from './limits.ts';

/** Results by key, the least recently used given up first once they weigh too much. */
export class ByteCache<T> {
  private readonly entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  private readonly limit: number;
  private bytes = 0;

  /** @param limit bytes that keys and values may weigh together */
  constructor(limit = CACHE_BYTES) {
    this.limit = limit;
  }

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** @param bytes what the value weighs, the key not counted */
  set(key: string, value: T, bytes: number): void {
    const weight = bytes + 2 * key.length + 64;
    if (weight > this.limit / 8) return;
    const before = this.entries.get(key);
    this.bytes += weight - (before?.bytes ?? 0);
    this.entries.delete(key);
    this.entries.set(key, { value, bytes: weight });
    for (const [oldest, entry] of this.entries) {
      if (this.bytes <= this.limit) break;
      this.entries.delete(oldest);
      this.bytes -= entry.bytes;
    }
  }

  /** Bytes kept at present. */
  get size(): number {
    return this.bytes;
  }
}
