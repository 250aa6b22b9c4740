import { messageOf, TrajsieveError } from '../errors.ts';
import type { PlacedAlert } from './alert.ts';
import { type Feed, MalformedRecord } from './feeds/feed.ts';
import { knownFeeds } from './feeds/index.ts';
import { readTable, type TableLine } from './records.ts';
import { naiveTimeError, type Zone } from './zone.ts';

/** A line of a feed: an alert, a line that cannot be read, or a record that is no alert. */
export type AlertLine =
  | { readonly kind: 'alert'; readonly alert: PlacedAlert }
  | {
      readonly kind: 'unreadable';
      readonly line: number;
      readonly feed: string | undefined;
      readonly problem: string;
    }
  | { readonly kind: 'other'; readonly feed: string };

export interface ReadOptions {
  /** feeds from mapping files; they go before those that are known */
  readonly mappings: readonly Feed[];
  /** zone of times that name none */
  readonly zone: Zone | undefined;
  readonly signal?: AbortSignal;
}

/** Lines from whose records the feed is told. */
const linesToRecognise = 200;

/**
 * The alerts of a file, streamed, with all lines accounted for. Throws where no feed fits the first records, and where a
 * time names no zone and none was given.
 * @param number of the file in the list of files
 */
export async function* readAlerts(
  file: string,
  number: number,
  options: ReadOptions,
): AsyncGenerator<AlertLine> {
  const feeds = [...options.mappings, ...knownFeeds];
  const context = { zone: options.zone };
  const waiting: TableLine[] = [];
  let feed: Feed | undefined;
  let read = 0;
  for await (const line of readTable(file)) {
    read += 1;
    if (read % 1024 === 0) options.signal?.throwIfAborted();
    if (feed === undefined) {
      waiting.push(line);
      if ('record' in line) feed = feeds.find((one) => one.fits(line.record));
      if (feed === undefined) {
        if (waiting.length >= linesToRecognise) throw unknownFeed(file, waiting, feeds);
        continue;
      }
      for (const early of waiting.splice(0)) yield readLine(early);
      continue;
    }
    yield readLine(line);
  }
  if (feed === undefined && read > 0) throw unknownFeed(file, waiting, feeds);

  function readLine(line: TableLine): AlertLine {
    if ('problem' in line)
      return { kind: 'unreadable', line: line.line, feed: feed?.name, problem: line.problem };
    const { record } = line;
    // files may hold several kinds of records, such as all of Zeek's logs
    if (!feed!.fits(record)) {
      const other = feeds.find((one) => one.fits(record));
      if (other === undefined)
        return { kind: 'unreadable', line: line.line, feed: feed?.name, problem: 'record fits no feed' };
      feed = other;
    }
    try {
      const alert = feed!.read(record, context);
      if (alert === undefined) return { kind: 'other', feed: feed!.name };
      return { kind: 'alert', alert: { ...alert, file: number, line: line.line } };
    } catch (error) {
      if (error instanceof MalformedRecord)
        return { kind: 'unreadable', line: line.line, feed: feed!.name, problem: messageOf(error) };
      if (error instanceof TrajsieveError && error.code === 'naive-time')
        throw naiveTimeError(/"(.*?)"/.exec(error.message)?.[1], { file, line: line.line });
      throw error;
    }
  }
}

function unknownFeed(file: string, lines: readonly TableLine[], feeds: readonly Feed[]): TrajsieveError {
  const sample = lines.find((line): line is Extract<TableLine, { record: unknown }> => 'record' in line);
  const problem = lines.find((line): line is Extract<TableLine, { problem: string }> => 'problem' in line);
  const saw =
    sample === undefined
      ? (problem?.problem ?? 'no record')
      : `fields ${Object.keys(sample.record).slice(0, 20).join(', ').slice(0, 300)}`;
  return new TrajsieveError('alerts-unknown', `file is no feed of alerts that is known: ${saw}`, {
    where: { file },
    remedy: `known are ${feeds.map((one) => one.title).join(', ')}; for others write a mapping file and give it with --alert-map`,
  });
}
