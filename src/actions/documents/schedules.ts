import type { Frame } from '../frame.ts';
import { interpretCrontab } from './crontab.ts';
import { runEscapedLine } from './escape.ts';

const SYSTEM_TABLE = /^\/etc\/(?:crontab$|cron\.d\/)/;
const USER_TABLE = /^\/var\/spool\/cron\//;
const PERIODIC = /^\/etc\/(?:cron\.(?:hourly|daily|weekly|monthly)\/|rc\.local$|init\.d\/)/;
const UNIT = /(?:^|\/)systemd\/(?:system|user)\/[^/]+\.service$/;

/** True for a file that the system runs by itself, without a command that names it. */
export function isScheduled(path: string): boolean {
  return SYSTEM_TABLE.test(path) || USER_TABLE.test(path) || PERIODIC.test(path) || UNIT.test(path);
}

/** A file that the system runs by itself: tables of cron, its periodic scripts, units of systemd. */
export function interpretScheduled(frame: Frame, path: string, text: string): void {
  const left: Frame = { ...frame, background: true };
  if (SYSTEM_TABLE.test(path)) interpretCrontab(left, text, true);
  else if (USER_TABLE.test(path)) interpretCrontab(left, text);
  else if (PERIODIC.test(path)) runEscapedLine(left, text, 0, text.length, 'cron');
  else interpretUnit(left, text);
}

/** `ExecStart=-/usr/bin/x`: the signs before a path say how it is run. */
function interpretUnit(frame: Frame, text: string): void {
  for (const match of text.matchAll(
    /^[ \t]*Exec(?:Start|StartPre|StartPost|Stop|StopPost|Reload)[ \t]*=[ \t]*[-@:+!]*(\S.*)$/gm,
  ))
    runEscapedLine(frame, match[1]!, match.index, match.index + match[0].length, 'systemd');
}
