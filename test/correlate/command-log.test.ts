import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type CommandLogCounts,
  type LoggedCommand,
  readCommandLog,
} from '../../src/correlate/command-log.ts';
import { readZone } from '../../src/correlate/zone.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { entry, noon } from './world.ts';

async function read(
  text: string,
  zone?: string,
): Promise<{ commands: LoggedCommand[]; counts: CommandLogCounts }> {
  const file = join(temporaryFolder(), 'command.log');
  writeFileSync(file, text);
  const counts = { entries: 0, commands: 0, withoutSandbox: 0, unreadable: 0 };
  const commands: LoggedCommand[] = [];
  for await (const one of readCommandLog(file, zone === undefined ? undefined : readZone(zone), counts))
    commands.push(one);
  return { commands, counts };
}

test('a command lasts from its input to its output, and over several lines', async () => {
  const { commands, counts } = await read(
    [
      entry(noon, 'sb', '[create_session]:main'),
      entry(noon + 1000, 'sb', '[run_in_session input][main]:cat <<EOF\nnmap\n\n10.0.0.0/8\nEOF'),
      entry(noon + 5000, 'sb', '[run_in_session output][main]:nmap\n[run_in_session input][main]:no entry'),
      entry(noon + 6000, 'sb', '[execute input]:sleep 9'),
      entry(noon + 7000, 'sb', '[run_in_session input][main]:true'),
      entry(noon + 8000, 'sb', '[run_in_session input][main]:false'),
      entry(noon + 9000, 'sb', '[run_in_session exit_code][main]:1'),
      entry(noon + 15_000, 'sb', '[execute stdout]:x'),
    ].join('\n'),
  );
  expect(commands).toEqual([
    { sandbox: 'sb', start: noon + 1000, end: noon + 5000, text: 'cat <<EOF nmap 10.0.0.0/8 EOF' },
    { sandbox: 'sb', start: noon + 7000, end: noon + 8000, text: 'true' },
    { sandbox: 'sb', start: noon + 8000, end: noon + 9000, text: 'false' },
    { sandbox: 'sb', start: noon + 6000, end: noon + 15_000, text: 'sleep 9' },
  ]);
  expect(counts).toEqual({ entries: 8, commands: 4, withoutSandbox: 0, unreadable: 0 });
});

test('sandboxes do not end each other, and what names none is counted', async () => {
  const { commands, counts } = await read(
    [
      'the rest of a line that was cut',
      entry(noon, 'a', '[execute input]:ls'),
      entry(noon + 1000, 'b', '[execute input]:ls'),
      entry(noon + 2000, 'None', '[execute input]:ls'),
      entry(noon + 3000, 'a', '[execute stdout]:x'),
    ].join('\n'),
  );
  expect(commands).toMatchObject([
    { sandbox: 'a', start: noon, end: noon + 3000 },
    { sandbox: 'b', start: noon + 1000, end: noon + 1000 },
  ]);
  expect(counts).toEqual({ entries: 4, commands: 3, withoutSandbox: 1, unreadable: 1 });
});

test('a time without a zone needs one', async () => {
  const text = entry(noon, 'a', '[execute input]:ls').replace('+08:00', '');
  await expect(read(text)).rejects.toThrow(/names no time zone/);
  expect((await read(text, 'Asia/Shanghai')).commands[0]!.start).toBe(noon);
});
