import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a command took. */
export interface Figures {
  readonly seconds: number;
  /** peak of resident memory in bytes; NaN without GNU time */
  readonly peak: number;
}

const gnuTime = '/usr/bin/time';

/** Runs a command under GNU time, whose last line is seconds and the peak in KB. Throws when the command fails. */
export function timed(command: string, args: readonly string[]): Figures {
  const hasTime = existsSync(gnuTime);
  const started = performance.now();
  const result = hasTime
    ? spawnSync(gnuTime, ['-f', '%e %M', command, ...args], { encoding: 'utf8' })
    : spawnSync(command, args, { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${result.stderr}`);
  const [, peak] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ');
  return { seconds, peak: hasTime ? Number(peak) * 1024 : Number.NaN };
}
