import type { PlacedAlert } from './alert.ts';
import { TextSet } from './bloom.ts';
import type { Feed } from './feeds/feed.ts';
import { knownFeeds } from './feeds/index.ts';
import { placesOf } from './join.ts';
import { type ReadOptions, readAlerts } from './read-alerts.ts';
import { RecordSorter } from './record-sorter.ts';

/** What was read from a file of alerts. */
export interface FeedCounts {
  readonly file: string;
  /** feeds that its records are of, joined by a comma where it holds several */
  feed: string;
  alerts: number;
  unreadable: number;
  /** records of the feed that are no alerts */
  others: number;
  from: number | null;
  to: number | null;
}

/** A line that could not be read. */
export interface UnreadableLine {
  readonly file: string;
  readonly line: number;
  readonly feed: string | undefined;
  readonly problem: string;
}

/** All alerts, on disk, in the order of time, and the places that they are about. */
export class AlertStore {
  readonly byStart: RecordSorter<PlacedAlert>;
  readonly places = new TextSet();
  readonly feeds: FeedCounts[] = [];
  readonly files: string[] = [];
  readonly #tolerances = new Map<string, number>();

  /** @param folder for temporary files */
  constructor(folder: string, mappings: readonly Feed[], tolerances: ReadonlyMap<string, number>) {
    this.byStart = new RecordSorter(folder, 'alerts');
    for (const { name, tolerance } of [...knownFeeds, ...mappings]) this.#tolerances.set(name, tolerance);
    for (const [name, tolerance] of tolerances) this.#tolerances.set(name, tolerance);
  }

  /** Reads a file. @param onUnreadable is told of each line that cannot be read */
  async read(
    file: string,
    options: ReadOptions,
    onUnreadable: (line: UnreadableLine) => void,
  ): Promise<void> {
    const counts: FeedCounts = { file, feed: '', alerts: 0, unreadable: 0, others: 0, from: null, to: null };
    const seen = new Set<string>();
    const number = this.files.length;
    this.files.push(file);
    this.feeds.push(counts);
    for await (const line of readAlerts(file, number, options)) {
      if (line.kind === 'other') {
        counts.others += 1;
        seen.add(line.feed);
      } else if (line.kind === 'unreadable') {
        counts.unreadable += 1;
        onUnreadable({ file, line: line.line, feed: line.feed, problem: line.problem });
      } else {
        const { alert } = line;
        counts.alerts += 1;
        seen.add(alert.feed);
        counts.from = Math.min(counts.from ?? alert.start, alert.start);
        counts.to = Math.max(counts.to ?? alert.end, alert.end);
        for (const place of placesOf(alert)) this.places.add(place);
        this.byStart.add(alert.start, alert);
      }
    }
    counts.feed = [...seen].sort().join(', ');
  }

  get tolerances(): ReadonlyMap<string, number> {
    return this.#tolerances;
  }

  remove(): void {
    this.byStart.remove();
  }
}
