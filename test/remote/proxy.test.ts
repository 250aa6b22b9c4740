import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { proxyFor } from '../../src/remote/proxy.ts';
import { episodes } from '../support/episodes.ts';
import {
  clientOf,
  motoPython,
  type RunningServer,
  startS3Server,
  testCredentials,
} from '../support/s3-server.ts';
import { startTrajsieveAsync } from '../support/trajsieve.ts';
import { forwardTo, serveFiles } from '../support/web-server.ts';

describe('which proxy is for an address', () => {
  const at = (address: string, env: Record<string, string>) => proxyFor(new URL(address), env)?.href;
  const HTTPS_PROXY = 'http://proxy:3128';

  test('that of https://, with or without its own scheme', () => {
    expect(at('https://a.example/', { HTTPS_PROXY })).toBe('http://proxy:3128/');
    expect(at('https://a.example/', { https_proxy: 'proxy:3128' })).toBe('http://proxy:3128/');
    expect(at('https://a.example/', { ALL_PROXY: HTTPS_PROXY })).toBe('http://proxy:3128/');
    expect(at('http://127.0.0.1/', { HTTPS_PROXY })).toBeUndefined();
    expect(at('https://a.example/', {})).toBeUndefined();
  });

  test('none for hosts that NO_PROXY names', () => {
    const excepted = (address: string, NO_PROXY: string) =>
      at(address, { HTTPS_PROXY, NO_PROXY }) === undefined;
    for (const list of ['a.example', '.example', '*.example', 'b, A.EXAMPLE', 'a.example:443', '*'])
      expect([list, excepted('https://a.example/', list)]).toEqual([list, true]);
    for (const list of ['ample', 'a.example:8443', 'x.a.example', '', ','])
      expect([list, excepted('https://a.example/', list)]).toEqual([list, false]);
    expect(excepted('https://[::1]/', '::1')).toBe(false);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** What lies at each host; none of them has an address, so that only the proxy leads there. */
const hosts = ['data.example', 'cdn.example', 'hub.example', 's3.example'];
const token = 'hf_testTokenThatMustNotShow';

describe.skipIf(!hasOpenssl)('behind a proxy', { timeout: 120_000 }, () => {
  let folder: string;
  let secure: Server;
  let proxy: Server;
  let moto: RunningServer | undefined;
  let env: Record<string, string>;
  /** hosts that the proxy was asked for, and authorizations that each host was shown */
  const asked: string[] = [];
  const shown: string[] = [];

  const port = (server: Server) => (server.address() as AddressInfo).port;
  const listen = (server: Server) =>
    new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const trajsieve = (words: readonly string[], more: Record<string, string> = {}) =>
    startTrajsieveAsync(words, { ...env, ...more }).ended;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trajsieve-proxy-'));
    const [key, cert, file] = ['key.pem', 'cert.pem', 'a.parquet'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const names = hosts.map((host) => `DNS:${host}`).join(',');
    const words = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=trajsieve test'];
    const made = spawnSync('openssl', [
      'req',
      ...words,
      ...['-keyout', key, '-out', cert, '-addext', `subjectAltName=${names}`],
    ]);
    expect(made.status).toBe(0);
    await writeEpisodes(file, episodes(20, 2000), { rowGroup: 10 });
    const bytes = readFileSync(file);
    if (motoPython !== undefined) moto = await startS3Server();
    const files = serveFiles(new Map([['/a.parquet', { bytes, etag: '"1"' }]]));
    const s3 = moto && forwardTo(moto.url);
    secure = createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
      const host = (incoming.headers.host ?? '').replace(/:\d+$/, '');
      if (host !== 's3.example' && incoming.headers.authorization !== undefined)
        shown.push(`${host} ${incoming.headers.authorization}`);
      const path = new URL(incoming.url!, 'http://x').pathname;
      if (host === 's3.example') {
        // the server takes the first word of a host's name for a bucket
        incoming.headers.host = new URL(moto!.url).host;
        s3?.(incoming, outgoing);
      } else if (host === 'hub.example' && path.startsWith('/api/'))
        outgoing
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify([{ type: 'file', path: 'a.parquet', size: bytes.length, oid: '1' }]));
      else if (host !== 'cdn.example')
        outgoing.writeHead(302, { location: 'https://cdn.example/a.parquet' }).end();
      else files(incoming, outgoing);
    });
    proxy = createHttp((_, outgoing) => outgoing.writeHead(405).end());
    proxy.on('connect', ({ url, headers }: IncomingMessage, socket) => {
      const isKnown = headers['proxy-authorization'] === `Basic ${btoa('me:pass word')}`;
      if (!isKnown) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      asked.push(url!);
      const onward = connect(port(secure), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
    });
    await Promise.all([listen(secure), listen(proxy)]);
    env = {
      HTTPS_PROXY: `http://me:pass%20word@127.0.0.1:${port(proxy)}`,
      NO_PROXY: 'internal.example',
      NODE_EXTRA_CA_CERTS: cert,
      HF_ENDPOINT: 'https://hub.example',
      HF_TOKEN: token,
      ...testCredentials,
      AWS_ENDPOINT_URL_S3: 'https://s3.example',
    };
  });
  afterEach(() => {
    asked.length = 0;
    shown.length = 0;
  });
  afterAll(async () => {
    for (const server of [proxy, secure]) {
      server?.closeAllConnections();
      server?.close();
    }
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('https:// is read, through redirects', async () => {
    const result = await trajsieve(['inspect', 'https://data.example/a.parquet', '--json']);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({ rows: 20 });
    expect(new Set(asked)).toEqual(new Set(['data.example:443', 'cdn.example:443']));
  });

  test('hf:// is listed and read, and its token goes to the hub alone', async () => {
    const result = await trajsieve(['scan', 'hf://datasets/own/set', '-q']);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout.trim().split('\n').length).toBeGreaterThan(0);
    expect(new Set(asked)).toEqual(new Set(['hub.example:443', 'cdn.example:443']));
    expect(new Set(shown)).toEqual(new Set([`hub.example Bearer ${token}`]));
  });

  test.skipIf(motoPython === undefined)('s3:// is read and written', async () => {
    const client = clientOf(moto!);
    await client.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    const Body = readFileSync(join(folder, 'a.parquet'));
    await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'a.parquet', Body }));
    const run = await trajsieve(['run', 's3://bucket/a.parquet', '--out', 's3://bucket/out', '-q']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(new Set(asked)).toEqual(new Set(['s3.example:443']));
    expect(await trajsieve(['verify', 's3://bucket/out'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('what NO_PROXY names is asked directly, and a refusal is told without the password', async () => {
    const direct = await trajsieve(['inspect', 'https://data.example/a.parquet'], { NO_PROXY: '.example' });
    expect(direct).toMatchObject({ status: 75, stderr: expect.stringMatching(/data\.example/) });
    expect(asked).toEqual([]);
    const HTTPS_PROXY = `http://me:wrong-word@127.0.0.1:${port(proxy)}`;
    const refused = await trajsieve(['inspect', 'https://data.example/a.parquet'], { HTTPS_PROXY });
    expect(refused).toMatchObject({
      status: 75,
      stderr: expect.stringMatching(/proxy 127\.0\.0\.1:\d+ answered 407/),
    });
    expect(refused.stderr).not.toContain('wrong-word');
  });
});
