import type { Episode } from './episode.ts';
import { containerKey, hostKey } from './keys.ts';
import type { Lease } from './lease.ts';
import { isNetwork } from './places.ts';

/** An episode with a window. */
export type TimedEpisode = Episode & { readonly start: number; readonly end: number };

/** What is in a list until it is over. */
interface Ending {
  readonly start: number;
  readonly end: number;
}

/**
 * Things that last, by several keys. Those that are over are forgotten as time goes on: what is held is what is under
 * way, not what has been.
 */
class Lists<T extends Ending> {
  readonly #lists = new Map<string, T[]>();
  #held = 0;
  #atLastCompaction = 1024;

  add(key: string, item: T): void {
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, [item]);
    else list.push(item);
    this.#held += 1;
  }

  /** @param over nothing that ended before it is asked for any more */
  compact(over: number): void {
    if (this.#held < 2 * this.#atLastCompaction) return;
    this.#held = 0;
    for (const [key, list] of this.#lists) {
      const left = list.filter((item) => item.end >= over);
      if (left.length === 0) this.#lists.delete(key);
      else if (left.length < list.length) this.#lists.set(key, left);
      this.#held += left.length;
    }
    this.#atLastCompaction = Math.max(1024, this.#held);
  }

  get(key: string): readonly T[] {
    return this.#lists.get(key) ?? [];
  }
}

/** What is known of where an episode ran. */
export type KnownPlace = 'address' | 'host' | 'nowhere';

/** A binary heap of numbers. */
class LeastFirst {
  readonly #heap: number[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get least(): number {
    return this.#heap[0] ?? Number.POSITIVE_INFINITY;
  }

  push(value: number): void {
    const heap = this.#heap;
    let at = heap.push(value) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[up]! > value; up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = value;
  }

  pop(): void {
    const heap = this.#heap;
    const value = heap.pop();
    if (value === undefined || heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
      if (heap[child]! >= value) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = value;
  }
}

/** The episodes and leases that are under way at about a time, by all keys of the join. */
export class Active {
  readonly #episodes = new Lists<TimedEpisode>();
  readonly #leases = new Lists<Lease>();
  readonly #ends = { address: new LeastFirst(), host: new LeastFirst(), nowhere: new LeastFirst() };

  addEpisode(episode: TimedEpisode): void {
    const { sandbox, container, address, host, named } = episode;
    for (const key of idKeys(sandbox, container)) this.#episodes.add(`id ${key}`, episode);
    if (address !== undefined) this.#episodes.add(`address ${address}`, episode);
    if (host !== undefined) this.#episodes.add(`host ${hostKey(host)}`, episode);
    const at = address !== undefined ? 'address' : host !== undefined ? 'host' : 'nowhere';
    this.#episodes.add(`at ${at}`, episode);
    this.#ends[at].push(episode.end);
    const names = new Set(
      named.filter((one) => one.naming === 'executed' && !isNetwork(one.name)).map((one) => one.name),
    );
    for (const name of names) this.#episodes.add(`place ${name}`, episode);
  }

  addLease(lease: Lease): void {
    const { address, host, container, instance } = lease;
    if (address !== undefined) this.#leases.add(`address ${address}`, lease);
    if (host !== undefined) this.#leases.add(`host ${hostKey(host)}`, lease);
    if (container !== undefined) this.#leases.add(`container ${containerKey(container)}`, lease);
    if (instance !== undefined) this.#leases.add(`instance ${instance}`, lease);
  }

  /** Forgets what ended before a time. */
  forget(over: number): void {
    this.#episodes.compact(over);
    this.#leases.compact(over);
  }

  byId = (id: string): readonly TimedEpisode[] => this.#episodes.get(`id ${containerKey(id)}`);
  byAddress = (address: string): readonly TimedEpisode[] => this.#episodes.get(`address ${address}`);
  byHost = (host: string): readonly TimedEpisode[] => this.#episodes.get(`host ${hostKey(host)}`);
  byPlace = (name: string): readonly TimedEpisode[] => this.#episodes.get(`place ${name}`);
  /** Episodes by what is known of where they ran; with some that are over. */
  byKnown = (known: KnownPlace): readonly TimedEpisode[] => this.#episodes.get(`at ${known}`);

  /** How many of them are not over at a time; times may only grow. */
  countOf(known: KnownPlace, over: number): number {
    const ends = this.#ends[known];
    while (ends.least < over) ends.pop();
    return ends.size;
  }

  leases(kind: 'address' | 'host' | 'container' | 'instance', value: string): readonly Lease[] {
    const key = kind === 'host' ? hostKey(value) : kind === 'container' ? containerKey(value) : value;
    return this.#leases.get(`${kind} ${key}`);
  }
}

/** The keys of an episode's own ids. */
export function idKeys(...ids: readonly (string | undefined)[]): string[] {
  return [...new Set(ids.flatMap((id) => (id === undefined || id === '' ? [] : [containerKey(id)])))];
}
