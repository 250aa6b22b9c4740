import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expandRemote } from '../../src/remote/expand.ts';
import { openInput, openRemote } from '../../src/remote/open.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type LocalServer, serveFiles, startServer } from '../support/web-server.ts';

const bytes = Uint8Array.from({ length: 3 << 20 }, (_, at) => (at * 13 + (at >> 8)) & 255);
const sha = (part: Uint8Array) => createHash('sha256').update(part).digest('hex');
const patterns = [['**/*.parquet']];
const token = 'hf_testTokenThatMustNotShow';

/** What a data set repository holds, by revision: the hub's own API is a list of its tree, and a file by its path. */
const tree: Record<string, readonly string[]> = {
  main: [
    'README.md',
    'data/train-0.parquet',
    'data/train-1.parquet',
    'data/test-0.parquet',
    'data/with space.parquet',
  ],
  'refs/convert/parquet': ['default/train/0000.parquet'],
};
const pageSize = 2;

describe('a data set of the hub', () => {
  const before = { ...process.env };
  let hub: LocalServer;
  let store: LocalServer;

  beforeAll(async () => {
    store = await startServer(serveFiles(new Map([['/blob', { bytes, etag: '"blob"' }]])));
    hub = await startServer((incoming, outgoing) => {
      const url = new URL(incoming.url!, hub.url);
      if (incoming.headers.authorization !== `Bearer ${token}`) {
        outgoing
          .writeHead(401, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: `no ${token}` }));
        return;
      }
      const [, api, revision, path] =
        /^\/(api\/datasets\/own\/set\/tree|datasets\/own\/set\/resolve)\/([^/]+)\/?(.*)$/.exec(
          url.pathname,
        ) ?? [];
      const files = tree[decodeURIComponent(revision ?? '')];
      if (files === undefined) outgoing.writeHead(404).end('{}');
      else if (api!.endsWith('resolve')) {
        const isThere = files.includes(decodeURIComponent(path!));
        outgoing
          .writeHead(isThere ? 302 : 404, { location: `${store.url}/blob?X-Amz-Signature=signed` })
          .end();
      } else {
        const at = Number(url.searchParams.get('cursor') ?? 0);
        const below = files.filter((file) => path === '' || file.startsWith(`${path}/`));
        url.searchParams.set('cursor', String(at + pageSize));
        const next = at + pageSize < below.length ? { link: `<${url}>; rel="next"` } : {};
        const page = below
          .slice(at, at + pageSize)
          .map((file) => ({ type: 'file', path: file, size: 1, oid: '0' }));
        outgoing.writeHead(200, { 'content-type': 'application/json', ...next }).end(JSON.stringify(page));
      }
    });
  });
  beforeEach(() => {
    Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_TOKEN: token });
    store.requests.length = 0;
  });
  afterEach(() => {
    hub.fault = () => undefined;
  });
  afterAll(async () => {
    await hub.stop();
    await store.stop();
    process.env = before;
  });

  test('is read by ranges from where the hub keeps it, which is not told the token', async () => {
    const source = await openInput('hf://datasets/own/set/data/train-0.parquet');
    expect(sha(await source.read(0, bytes.length))).toBe(sha(bytes));
    source.close();
    expect(store.requests.length).toBeGreaterThan(1);
    for (const { headers } of store.requests) expect(headers.authorization).toBeUndefined();
  });

  test('is found by path, folder, glob and revision, on several pages', async () => {
    const at = (path: string) => expandRemote(`hf://datasets/own/set${path}`, patterns);
    expect(await at('/data/train-0.parquet')).toEqual(['hf://datasets/own/set/data/train-0.parquet']);
    expect(await at('')).toHaveLength(4);
    expect(await at('/data')).toHaveLength(4);
    expect(await at('/data/train-*.parquet')).toHaveLength(2);
    expect(await at('@refs/convert/parquet')).toEqual([
      'hf://datasets/own/set@refs/convert/parquet/default/train/0000.parquet',
    ]);
    const [spaced] = await at('/data/with space.parquet');
    (await openRemote(spaced!)).close();
  });

  test('the token may lie where logging in leaves it', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'huggingface'));
    writeFileSync(join(home, 'huggingface', 'token'), `${token}\n`);
    delete process.env['HF_TOKEN'];
    delete process.env['HF_HOME'];
    process.env['XDG_CACHE_HOME'] = home;
    (await openRemote('hf://datasets/own/set/data/train-0.parquet')).close();
  });

  test('a hub that is busy is asked again', async () => {
    const list = [{ type: 'status', status: 503 } as const, { type: 'status', status: 429 } as const];
    hub.fault = () => list.shift();
    expect(await expandRemote('hf://datasets/own/set/data', patterns)).toHaveLength(4);
  });

  test('refusals say what to do, and show neither token nor signature', async () => {
    process.env['HF_TOKEN'] = `${token}-wrong`;
    for (const work of [
      () => openRemote('hf://datasets/own/set/data/train-0.parquet'),
      () => expandRemote('hf://datasets/own/set', patterns),
    ]) {
      const error = (await work().catch((thrown: Error) => thrown)) as Error;
      expect(error).toMatchObject({ code: 'remote-refused', remedy: expect.stringContaining('HF_TOKEN') });
      for (let at: unknown = error; at instanceof Error; at = at.cause) {
        expect(`${at.stack} ${JSON.stringify(at)}`).not.toMatch(/hf_test|signed/);
      }
    }
  });

  test('what is not there is an error', async () => {
    await expect(expandRemote('hf://datasets/own/set/none', patterns)).rejects.toMatchObject({
      code: 'input-missing',
    });
    await expect(expandRemote('hf://datasets/own/other', patterns)).rejects.toMatchObject({
      code: 'remote-refused',
    });
    await expect(openRemote('hf://datasets/own/set@gone/x')).rejects.toMatchObject({
      code: 'remote-refused',
    });
  });
});
