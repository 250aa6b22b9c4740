import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { eve, minutes, noon, rollRow } from '../correlate/world.ts';
import { episodes } from '../support/episodes.ts';
import {
  clientOf,
  motoPython,
  type RunningServer,
  startS3Server,
  testCredentials,
} from '../support/s3-server.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, type Result, startTrajsieveAsync } from '../support/trajsieve.ts';

describe.skipIf(motoPython === undefined)('commands on S3', { timeout: 300_000 }, () => {
  let server: RunningServer;
  let client: S3Client;
  let env: Record<string, string>;
  /** the folder that all of it is in, and a run of its `in` here and there */
  let folder: string;

  const trajsieve = (...words: readonly string[]): Promise<Result> => startTrajsieveAsync(words, env).ended;
  const here = (name: string) => join(folder, name);
  const there = (name: string) => `s3://bucket/${name}`;

  async function put(from: string, prefix: string): Promise<void> {
    for (const name of readdirSync(from))
      await client.send(
        new PutObjectCommand({ Bucket: 'bucket', Key: prefix + name, Body: readFileSync(join(from, name)) }),
      );
  }
  async function keysOf(Prefix: string): Promise<string[]> {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix }));
    return Contents.map(({ Key }) => Key!);
  }
  async function get(Key: string): Promise<Uint8Array> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
    return await Body!.transformToByteArray();
  }
  async function download(prefix: string): Promise<string> {
    const target = temporaryFolder();
    for (const key of await keysOf(prefix)) {
      const file = join(target, key.slice(prefix.length));
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, await get(key));
    }
    return target;
  }

  beforeAll(async () => {
    server = await startS3Server();
    env = { ...testCredentials, AWS_ENDPOINT_URL_S3: server.url };
    client = clientOf(server);
    await client.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    folder = mkdtempSync(join(tmpdir(), 'trajsieve-commands-'));
    mkdirSync(here('in'));
    await writeEpisodes(here('in/a.parquet'), episodes(60, 8000, 1), { rowGroup: 25 });
    await writeEpisodes(here('in/b.parquet'), episodes(30, 8000, 2), { rowGroup: 40 });
    await put(here('in'), 'in/');
    for (const out of [here('run'), there('run')])
      expect((await trajsieve('run', there('in/'), '--out', out, '-q')).status).toBe(0);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('inspect, explain and scan read a file there as they read it here', async () => {
    for (const words of [
      ['inspect', 'in/a.parquet', '--json'],
      ['explain', 'in/a.parquet', '--row', '3', '--json'],
      ['scan', 'in/a.parquet', '--format', 'jsonl', '-q'],
    ]) {
      const [command, file, ...rest] = words as [string, string, ...string[]];
      const local = await trajsieve(command, here(file), ...rest);
      const remote = await trajsieve(command, there(file), ...rest);
      expect(remote).toMatchObject({ status: 0, stderr: '' });
      expect(remote.stdout.replaceAll(there(file), here(file))).toBe(local.stdout);
    }
  });

  test('report writes the report of a run there again', async () => {
    const before = await get('run/report.html');
    for (const name of ['report.html', 'README.md'])
      await client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: `run/${name}` }));
    const result = await trajsieve('report', there('run'));
    expect(result).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('s3://bucket/run/report.html'),
    });
    expect(await get('run/report.html')).toEqual(before);
    expect(hashesOf(await download('run/'))).toEqual(hashesOf(here('run')));
  });

  test('compose and diff take a run there, without fetching its rows', async () => {
    const options = ['--policy', 'strict', '-q'];
    for (const [scan, out] of [
      [here('run'), here('composed')],
      [there('run'), there('composed')],
    ] as const) {
      expect(await trajsieve('compose', scan, '--out', out, ...options)).toMatchObject({
        status: 0,
        stderr: '',
      });
    }
    expect(hashesOf(await download('composed/'))).toEqual(hashesOf(here('composed')));
    const local = await trajsieve('diff', here('run'), here('composed'), '--json');
    const remote = await trajsieve('diff', there('run'), there('composed'), '--json');
    expect(remote).toEqual({ ...local, status: 0 });
  });

  test('a scan there may have its findings in other formats, and correlate compares with them', async () => {
    mkdirSync(here('watched'));
    const times = { start: noon, end: noon + 20 * minutes, host: '10.0.0.2' };
    const row = rollRow({ id: 'miner', ...times, commands: ['./xmrig -o stratum+tcp://45.9.148.3:3333'] });
    writeFileSync(here('watched/a.jsonl'), `${JSON.stringify(row)}\n`);
    writeFileSync(here('watched/eve.json'), eve({ time: noon + 5 * minutes, from: '10.0.0.2' }));
    await put(here('watched'), 'watched/');
    const input = there('watched/a.jsonl');
    const scan = ['scan', input, '--format', 'arrow', '-q', '--out'];
    for (const out of [here('scan'), there('scan')])
      expect(await trajsieve(...scan, out)).toMatchObject({ status: 0, stderr: '' });
    expect(hashesOf(await download('scan/'))).toEqual(hashesOf(here('scan')));

    const words = ['correlate', input, '--alerts', there('watched/eve.json'), '-q'];
    for (const place of [here, there]) {
      const result = await trajsieve(...words, '--findings', place('scan'), '--out', place('matched'));
      expect(result).toMatchObject({ status: 0, stderr: '' });
    }
    const { 'config.json': _, 'correlation.json': __, ...tables } = hashesOf(await download('matched/'));
    expect(hashesOf(here('matched'))).toMatchObject(tables);
    expect(Object.keys(tables)).toContain('corroborated.parquet');
    const again = await trajsieve(...words, '--no-examine', '--out', there('matched'));
    expect(again.status).toBe(0);
    const foreign = await trajsieve(...words, '--no-examine', '--out', there('run'));
    expect(foreign).toMatchObject({ status: 1, stderr: expect.stringMatching(/is no correlation/) });
  });

  test('what needs a local folder says so, and what to do', async () => {
    const audit = await trajsieve('audit', 'sample', there('run'));
    expect(audit).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('aws s3 sync s3://bucket/run DIR'),
    });
    const since = await trajsieve('run', there('in/'), '--out', here('next'), '--since', there('run'), '-q');
    expect(since).toMatchObject({ status: 1, stderr: expect.stringContaining('aws s3 sync') });
    expect(readdirSync(folder)).not.toContain('next');
  });
});
