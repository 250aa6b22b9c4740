import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LoggedCommand } from '../../src/correlate/command-log.ts';
import { alignCalls } from '../../src/correlate/step-times.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { correlateWorld, entry, eve, minutes, noon } from './world.ts';

const logged = (texts: readonly string[]): LoggedCommand[] =>
  texts.map((text, at) => ({ sandbox: 'sb', start: at * 10, end: at * 10 + 5, text }));
const called = (texts: readonly string[]) => texts.map((text, step) => ({ step, texts: [text] }));

describe('finding calls in a log', () => {
  test('each is found once and in order, whatever else the log has', () => {
    const word = fc.constantFrom('ls', 'pwd', 'make test', 'git status --short');
    fc.assert(
      fc.property(fc.array(word), fc.array(fc.tuple(fc.nat(20), fc.constant('id -u'))), (texts, noise) => {
        const log: string[] = [...texts];
        for (const [at, text] of noise) log.splice(at, 0, text);
        const found = alignCalls(called(texts), logged(log));
        expect(found.map(({ step }) => step)).toEqual(texts.map((_, step) => step));
        expect(found.map(({ start }) => log[start / 10])).toEqual(texts);
        for (const [at, { start }] of found.entries())
          expect(start).toBeGreaterThan(found[at - 1]?.start ?? -1);
      }),
    );
  });

  test('a call that the log has not costs no other one', () => {
    const found = alignCalls(called(['ls', 'view a.py', 'make', 'ls']), logged(['ls', 'make', 'ls']));
    expect(found.map(({ step, start }) => [step, start])).toEqual([
      [0, 0],
      [2, 10],
      [3, 20],
    ]);
  });

  test('a long command may stand within another, a short one may not', () => {
    const log = logged(['cd /src && timeout 60 ./xmrig -o pool', 'echo false']);
    expect(alignCalls(called(['./xmrig -o pool', 'ls']), log)).toEqual([{ step: 0, start: 0, end: 5 }]);
  });
});

const commands = ['ls', 'bash update.sh', 'make test'];
const log = [
  entry(noon + 2 * minutes, 'sb', '[run_in_session input][main]:ls'),
  entry(noon + 3 * minutes, 'sb', '[run_in_session input][main]:bash update.sh'),
  entry(noon + 6 * minutes, 'sb', '[run_in_session output][main]:done'),
  entry(noon + 9 * minutes, 'sb', '[run_in_session input][main]:make test'),
  entry(noon + 11 * minutes, 'sb', '[run_in_session output][main]:ok'),
].join('\n');

/** The step that a single alert is matched to, five minutes past noon. */
async function stepOfAlert(
  episodes: Parameters<typeof correlateWorld>[0]['episodes'],
  text: string | undefined,
) {
  const folder = temporaryFolder();
  const file = join(folder, 'command.log');
  if (text !== undefined) writeFileSync(file, text);
  const alerts = { 'eve.json': [eve({ time: noon + 5 * minutes, from: '10.0.0.2' })] };
  const { correlation, table } = await correlateWorld(
    { folder, episodes, alerts },
    text === undefined ? {} : { commandLogs: [file] },
  );
  return { counts: correlation.commandLogs, matches: await table('matches.parquet') };
}

test('the log tells the step of an alert where the data set only knows the episode', async () => {
  const episode = {
    id: 'e',
    start: noon,
    end: noon + 20 * minutes,
    sandbox: 'sb',
    host: '10.0.0.2',
    commands,
  };
  const without = await stepOfAlert([episode], undefined);
  expect(without.counts).toBeNull();
  expect(without.matches).toMatchObject([{ id: 'e', step: null }]);
  const { counts, matches } = await stepOfAlert([episode], log);
  expect(counts).toEqual({
    entries: 5,
    commands: 3,
    withoutSandbox: 0,
    unreadable: 0,
    episodes: 1,
    steps: 3,
  });
  // system, user, then a call and its result for each command
  expect(matches).toMatchObject([{ id: 'e', step: 4 }]);
});

test('of a sandbox that is used again each episode gets what ran in its own time', async () => {
  const common = { sandbox: 'sb', host: '10.0.0.2', commands };
  const earlier = { ...common, id: 'earlier', start: noon - 60 * minutes, end: noon - 40 * minutes };
  const later = { ...common, id: 'later', start: noon, end: noon + 20 * minutes };
  const { counts, matches } = await stepOfAlert([later, earlier], log);
  expect(counts).toMatchObject({ episodes: 2, steps: 3 });
  expect(matches).toMatchObject([{ id: 'later', step: 4 }]);
});
