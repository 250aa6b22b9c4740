import type { TimedEpisode } from './active.ts';
import { idKeys } from './active.ts';
import { hashOf, TextSet } from './bloom.ts';
import type { Episode } from './episode.ts';
import { Occupancy } from './occupancy.ts';
import { isNetwork } from './places.ts';
import { RecordSorter } from './record-sorter.ts';

/** An episode by one of its ids. */
export interface EpisodeById {
  readonly id: string;
  readonly ordinal: number;
  readonly file: number;
  readonly row: number;
  readonly name?: string;
  readonly start?: number;
  readonly end?: number;
  readonly firstActing?: number;
}

export interface EpisodeCounts {
  rows: number;
  windows: number;
  withoutTimes: number;
  unreadable: number;
  from: number | null;
  to: number | null;
}

/** Fewest episodes that make an address a common one, and the share of all that does. */
const fewestCommon = 5;
const commonShare = 0.005;

/**
 * All episodes, on disk, by start and by id; in memory only what is bounded: which ids there are, how many episodes name
 * an address, and when each machine was busy.
 */
export class EpisodeStore {
  readonly byStart: RecordSorter<TimedEpisode>;
  readonly byId: RecordSorter<EpisodeById>;
  readonly occupancy = new Occupancy();
  readonly counts: EpisodeCounts = {
    rows: 0,
    windows: 0,
    withoutTimes: 0,
    unreadable: 0,
    from: null,
    to: null,
  };
  readonly #ids = new TextSet(1 << 25);
  /** a count-min sketch: how many episodes name a place, never too few */
  readonly #naming = [new Uint32Array(1 << 18), new Uint32Array(1 << 18)] as const;

  /** @param folder for temporary files */
  constructor(folder: string) {
    this.byStart = new RecordSorter(folder, 'episodes');
    this.byId = new RecordSorter(folder, 'episode-ids');
  }

  addUnreadable(): void {
    this.counts.rows += 1;
    this.counts.unreadable += 1;
  }

  add(episode: Episode): void {
    const { counts } = this;
    counts.rows += 1;
    const { ordinal, file, row, id: name, start, end, firstActing } = episode;
    for (const id of idKeys(episode.sandbox, episode.container)) {
      this.#ids.add(id);
      this.byId.add(hashOf(id), {
        id,
        ordinal,
        file,
        row,
        ...(name === undefined ? {} : { name }),
        ...(start === undefined ? {} : { start }),
        ...(end === undefined ? {} : { end }),
        ...(firstActing === undefined ? {} : { firstActing }),
      });
    }
    const names = new Set(episode.named.filter((one) => !isNetwork(one.name)).map((one) => one.name));
    for (const place of names) for (const [row, slot] of this.#slots(place)) row[slot]! += 1;
    if (start === undefined || end === undefined) {
      counts.withoutTimes += 1;
      return;
    }
    counts.windows += 1;
    counts.from = Math.min(counts.from ?? start, start);
    counts.to = Math.max(counts.to ?? end, end);
    this.byStart.add(start, { ...episode, start, end });
    this.#mark(episode, start, end);
  }

  #slots(place: string): (readonly [Uint32Array, number])[] {
    const hash = hashOf(place);
    return this.#naming.map(
      (row, at) => [row, Math.floor(hash / (at === 0 ? 1 : 2 ** 27)) % row.length] as const,
    );
  }

  #mark({ address, host, steps, named }: Episode, start: number, end: number): void {
    const machine =
      address !== undefined ? `address ${address}` : host !== undefined ? `host ${host}` : undefined;
    if (machine !== undefined) {
      if (steps.length === 0) this.occupancy.mark(machine, start, end);
      for (const step of steps) this.occupancy.mark(machine, step.start, step.end);
    }
    for (const place of named) {
      if (place.naming !== 'executed' || isNetwork(place.name)) continue;
      const window = steps.find((step) => step.step === place.step) ?? { start, end };
      this.occupancy.mark(`place ${place.name}`, window.start, window.end);
    }
  }

  mayHaveId(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Whether so few episodes name a place that naming it tells them from others. */
  isRare(place: string): boolean {
    const count = Math.min(...this.#slots(place).map(([row, slot]) => row[slot]!));
    return count <= Math.max(fewestCommon, commonShare * this.counts.rows);
  }

  remove(): void {
    this.byStart.remove();
    this.byId.remove();
  }
}
