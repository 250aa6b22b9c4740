import type { Frame } from '../frame.ts';
import { MAX_WORDS } from '../limits.ts';
import { firstOf } from '../overrun.ts';
import { runEscapedLine } from './escape.ts';

const TIMES = /^\s*(?:@\w+|(?:[\d*,/\-A-Za-z]+\s+){4}[\d*,/\-A-Za-z]+)\s+(\S.*)$/;

/**
 * A crontab: the command of each line.
 * @param system the table of the whole system, which names a user before each command
 */
export function interpretCrontab(frame: Frame, text: string, system = false): void {
  let from = 0;
  for (const line of firstOf(text.split('\n'), MAX_WORDS, 'words')) {
    const command = line.trimStart().startsWith('#') ? undefined : TIMES.exec(line)?.[1];
    const own = system ? command?.replace(/^\S+\s+/, '') : command;
    if (own !== undefined) runEscapedLine(frame, own, from, from + line.length, 'cron');
    from += line.length + 1;
  }
}
