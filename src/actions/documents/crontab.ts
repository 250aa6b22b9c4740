import type { Frame } from '../frame.ts';
import { runEscapedLine } from './escape.ts';

const TIMES = /^\s*(?:@\w+|(?:[\d*,/\-A-Za-z]+\s+){4}[\d*,/\-A-Za-z]+)\s+(\S.*)$/;

/**
 * A crontab: the command of each line.
 * @param system the table of the whole system, which names a user before each command
 */
export function interpretCrontab(frame: Frame, text: string, system = false): void {
  let from = 0;
  for (const line of text.split('\n').slice(0, 200)) {
    const command = line.trimStart().startsWith('#') ? undefined : TIMES.exec(line)?.[1];
    const own = system ? command?.replace(/^\S+\s+/, '') : command;
    if (own !== undefined) runEscapedLine(frame, own, from, from + line.length, 'cron');
    from += line.length + 1;
  }
}
