import type { Frame } from '../frame.ts';
import { runEscapedLine } from './escape.ts';

const FIELDS = /^\s*(?:@\w+|(?:[\d*,/\-A-Za-z]+\s+){4}[\d*,/\-A-Za-z]+)\s+(\S.*)$/;

/** A crontab: the command of each line. */
export function interpretCrontab(frame: Frame, text: string): void {
  let from = 0;
  for (const line of text.split('\n').slice(0, 200)) {
    const match = line.trimStart().startsWith('#') ? null : FIELDS.exec(line);
    if (match !== null) runEscapedLine(frame, match[1]!, from, from + line.length, 'cron');
    from += line.length + 1;
  }
}
