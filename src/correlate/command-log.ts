import { readTime } from '../trajectory/times.ts';
import { textLines } from './records.ts';
import { naiveTimeError, type Zone } from './zone.ts';

/** A command that a sandbox's log says it ran. Epoch milliseconds. */
export interface LoggedCommand {
  readonly sandbox: string;
  readonly start: number;
  /** when its output or exit code was written; the next entry of its session where it had neither */
  readonly end: number;
  /** white space made single, and cut */
  readonly text: string;
}

/** What the lines of command logs are. */
export interface CommandLogCounts {
  /** entries; one may go over several lines */
  entries: number;
  commands: number;
  /** commands whose sandbox the log does not name: nothing can be told from them */
  withoutSandbox: number;
  /** lines before the first entry, and entries with a time that is none */
  unreadable: number;
}

/** `2026-03-01T20:00:00.123+08:00 INFO:rocklet.py:203 [command] [sandbox] [trace] -- [what][session]: text` */
const entryStart =
  /^(\d{4}-\d\d-\d\dT\S+) [A-Z]+:[^\s:]+:\d+ \[[^\]]*\] \[([^\]]*)\] \[[^\]]*\] -- ?\[(\w+)(?: (\w+))?\](.*)$/s;

/** Longest command that is compared. */
export const longestCommand = 4096;

/** A text as commands are compared: white space made single, and cut. */
export function comparable(text: string, longest = longestCommand): string {
  return text
    .slice(0, 2 * longest)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longest);
}

interface Open {
  readonly sandbox: string;
  readonly what: string;
  readonly start: number;
  text: string;
}

/**
 * The commands of ROCK's `command.log`, in the order in which they ended. An entry begins with a time; other lines go on
 * with the one before. Form: rock/logger.py and rock/rocklet/rocklet.py of https://github.com/alibaba/ROCK. Throws where
 * a time names no zone and none was given.
 * @param counts are added to
 */
export async function* readCommandLog(
  file: string,
  zone: Zone | undefined,
  counts: CommandLogCounts,
): AsyncGenerator<LoggedCommand> {
  /** commands that have no end yet, by sandbox and, where they ran in one, session */
  const running = new Map<string, Open>();
  /** the command whose text goes on in lines without a head; undefined behind any other entry */
  let written: Open | undefined;
  let hasEntry = false;
  for await (const { line, text, isTooLong } of textLines(file)) {
    const match = isTooLong ? null : entryStart.exec(text);
    if (match === null) {
      if (!hasEntry) counts.unreadable += 1;
      else if (written !== undefined && written.text.length < 2 * longestCommand) written.text += `\n${text}`;
      continue;
    }
    hasEntry = true;
    written = undefined;
    counts.entries += 1;
    const [, when = '', sandbox = '', what = '', part = '', rest = ''] = match;
    const time = readTime(when, 'iso');
    if (time === undefined) {
      counts.unreadable += 1;
      continue;
    }
    if (time.naive && zone === undefined) throw naiveTimeError(when, { file, line });
    const at = time.naive ? zone!.toUtc(time.milliseconds) : time.milliseconds;
    if (what !== 'run_in_session' && what !== 'execute') continue;
    const [, session = '', body = ''] = /^(?:\[([^\]]*)\])?:(.*)$/s.exec(rest) ?? [];
    const key = JSON.stringify([sandbox, what, session]);
    const before = running.get(key);
    if (before !== undefined) {
      running.delete(key);
      yield ended(before, at);
    }
    if (part !== 'input') continue;
    counts.commands += 1;
    if (sandbox === '' || sandbox === 'None') {
      counts.withoutSandbox += 1;
      continue;
    }
    written = { sandbox, what, start: at, text: body };
    running.set(key, written);
  }
  // what ended last is not known: it ran at least when it began
  for (const open of running.values()) yield ended(open, open.start);
}

function ended({ sandbox, start, text }: Open, at: number): LoggedCommand {
  return { sandbox, start, end: Math.max(start, at), text: comparable(text) };
}
