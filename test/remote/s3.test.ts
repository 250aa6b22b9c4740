import { createHash } from 'node:crypto';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expandRemote } from '../../src/remote/expand.ts';
import { openInput, openRemote } from '../../src/remote/open.ts';
import { openRanges } from '../../src/remote/ranges.ts';
import { s3Ranges } from '../../src/remote/s3.ts';
import { motoPython, type RunningServer, startS3Server, testCredentials } from '../support/s3-server.ts';
import { type Fault, forwardTo, type LocalServer, startServer } from '../support/web-server.ts';

const bytes = Uint8Array.from({ length: 3 << 20 }, (_, at) => (at * 31 + (at >> 8)) & 255);
const sha = (part: Uint8Array) => createHash('sha256').update(part).digest('hex');
const quick = { attempts: 5, firstDelay: 1, longestDelay: 4, random: Math.random };
const patterns = [['**/*.parquet']];

describe.skipIf(motoPython === undefined)('an object of S3', () => {
  const before = { ...process.env };
  let server: RunningServer;
  let proxy: LocalServer;
  let client: S3Client;

  beforeAll(async () => {
    server = await startS3Server();
    proxy = await startServer(forwardTo(server.url));
    Object.assign(process.env, testCredentials, { AWS_ENDPOINT_URL_S3: proxy.url });
    client = new S3Client({ endpoint: server.url, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'data' }));
    for (const key of [
      'a/1.parquet',
      'a/2.parquet',
      'a/b/3.parquet',
      'a/.tmp/4.parquet',
      'a/notes.txt',
      'ab.parquet',
    ])
      await put(key);
    await put('empty.parquet', new Uint8Array(0));
  });
  beforeEach(() => {
    proxy.requests.length = 0;
  });
  afterEach(() => {
    proxy.fault = () => undefined;
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    process.env = before;
  });
  const put = (key: string, body: Uint8Array = bytes) =>
    client.send(new PutObjectCommand({ Bucket: 'data', Key: key, Body: body }));
  /** Faults for the requests that come next, in order. */
  const faults = (...list: (Fault | undefined)[]) => {
    proxy.fault = () => list.shift();
  };

  test('is read by ranges, each bound to the version of the first', async () => {
    const source = await openInput('s3://data/a/1.parquet');
    expect(source.size).toBe(bytes.length);
    expect(sha(await source.read(0, bytes.length))).toBe(sha(bytes));
    source.close();
    const [first, ...others] = proxy.requests;
    expect(first!.headers.range).toBe('bytes=0-262143');
    expect(others.length).toBeGreaterThan(0);
    for (const { headers } of others) expect(headers['if-match']).toBe(source.version);
  });

  test('may be empty', async () => {
    const reader = await openRemote('s3://data/empty.parquet');
    expect(reader.size).toBe(0);
    reader.close();
  });

  test.each<[string, Fault[]]>([
    ['500', [{ type: 'status', status: 500 }]],
    [
      'SlowDown',
      [
        {
          type: 'status',
          status: 503,
          headers: { 'retry-after': '0', 'content-type': 'application/xml' },
          body: '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
        },
      ],
    ],
    ['a broken connection', [{ type: 'reset' }, { type: 'reset' }]],
    ['a body that ends early', [{ type: 'short' }]],
    ['a slow body', [{ type: 'slow', milliseconds: 2 }]],
  ])('is read in spite of %s', async (_, list) => {
    const name = 's3://data/a/1.parquet';
    const reader = await openRanges(name, s3Ranges('data', 'a/1.parquet', name), quick);
    faults(...list);
    expect(sha(await reader.read(1000, 2 << 20))).toBe(sha(bytes.subarray(1000, 1000 + (2 << 20))));
    expect(proxy.requests).toHaveLength(2 + list.length - (list[0]!.type === 'slow' ? 1 : 0));
    reader.close();
  });

  test('waits as long as the server asks', async () => {
    const name = 's3://data/a/1.parquet';
    const reader = await openRanges(name, s3Ranges('data', 'a/1.parquet', name), quick);
    faults({ type: 'status', status: 503, headers: { 'retry-after': '1' } });
    const started = performance.now();
    await reader.read(1 << 20, 100);
    expect(performance.now() - started).toBeGreaterThan(950);
    reader.close();
  });

  test('is an error when it changes under way', async () => {
    await put('changing.parquet');
    const reader = await openRemote('s3://data/changing.parquet');
    await put(
      'changing.parquet',
      bytes.map((byte) => byte ^ 1),
    );
    await expect(reader.read(1 << 20, 100)).rejects.toMatchObject({ code: 'input-changed' });
    reader.close();
  });

  test('that is missing is told at once', async () => {
    await expect(openRemote('s3://data/missing.parquet')).rejects.toMatchObject({ code: 'remote-refused' });
    await expect(openRemote('s3://no-such-bucket/x')).rejects.toMatchObject({ code: 'remote-refused' });
    expect(proxy.requests).toHaveLength(2);
  });

  test('no error shows credentials, whatever the server says', async () => {
    const {
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_SESSION_TOKEN: token,
    } = testCredentials;
    const body = `<Error><Code>SignatureDoesNotMatch</Code><Message>${id} ${secret} ${token}</Message></Error>`;
    faults({ type: 'status', status: 403, headers: { 'content-type': 'application/xml' }, body });
    const error = await openRemote('s3://data/a/1.parquet').catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'remote-refused', message: expect.stringContaining('403') });
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      for (const hidden of [id, secret, token])
        expect(`${at.stack} ${JSON.stringify(at)}`).not.toContain(hidden);
    }
  });

  test('is found by its key, by a prefix and by a glob', async () => {
    expect(await expandRemote('s3://data/a/1.parquet', patterns)).toEqual(['s3://data/a/1.parquet']);
    const below = ['s3://data/a/1.parquet', 's3://data/a/2.parquet', 's3://data/a/b/3.parquet'];
    expect((await expandRemote('s3://data/a', patterns)).sort()).toEqual(below);
    expect((await expandRemote('s3://data/a/', patterns)).sort()).toEqual(below);
    expect((await expandRemote('s3://data/a/*.parquet', patterns)).sort()).toEqual(below.slice(0, 2));
    expect((await expandRemote('s3://data/a/**/*.parquet', patterns)).sort()).toEqual(below);
    expect((await expandRemote('s3://data', patterns)).length).toBeGreaterThan(4);
  });

  test('nothing found is an error', async () => {
    await expect(expandRemote('s3://data/none', patterns)).rejects.toMatchObject({ code: 'input-missing' });
    await expect(expandRemote('s3://data/*.none', patterns)).rejects.toMatchObject({ code: 'input-empty' });
    await expect(expandRemote('s3://data/a', [['*.none']])).rejects.toMatchObject({ code: 'input-empty' });
  });

  test('a long list is read to its end', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, number) => put(`many/${number}.parquet`, new Uint8Array(1))),
    );
    // moto gives a thousand keys a page: the proxy asks for fewer
    const paging = await startServer((incoming, outgoing) => {
      incoming.url = incoming.url!.replace('list-type=2', 'list-type=2&max-keys=7');
      forwardTo(server.url)(incoming, outgoing);
    });
    try {
      process.env['AWS_ENDPOINT_URL_S3'] = paging.url;
      const { listObjects } = await freshClient();
      const keys = [];
      for await (const key of listObjects('data', 'many/', 'many')) keys.push(key);
      expect(new Set(keys).size).toBe(30);
      expect(paging.requests.length).toBe(5);
    } finally {
      process.env['AWS_ENDPOINT_URL_S3'] = proxy.url;
      await paging.stop();
    }
  });
});

/** The module with a client of its own: the shared one has read the environment already. */
async function freshClient(): Promise<typeof import('../../src/remote/s3.ts')> {
  const { vi } = await import('vitest');
  vi.resetModules();
  return await import('../../src/remote/s3.ts');
}
