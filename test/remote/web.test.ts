import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { nameOf } from '../../src/remote/addresses.ts';
import { webRanges } from '../../src/remote/http.ts';
import { openInput, openRemote } from '../../src/remote/open.ts';
import { openRanges } from '../../src/remote/ranges.ts';
import type { RetryOptions } from '../../src/remote/retry.ts';
import {
  type Fault,
  type LocalServer,
  type ServedFile,
  serveFiles,
  startServer,
} from '../support/web-server.ts';

const quick: RetryOptions = { attempts: 4, firstDelay: 1, longestDelay: 4, random: Math.random };
const bytes = Uint8Array.from({ length: 3 << 20 }, (_, at) => (at * 31 + (at >> 8)) & 255);
const sha = (part: Uint8Array) => createHash('sha256').update(part).digest('hex');

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(files: Record<string, ServedFile>): Promise<LocalServer> {
  const server = await startServer(serveFiles(new Map(Object.entries(files))));
  servers.push(server);
  return server;
}

/** Faults for the requests that come next, in order. */
function faults(server: LocalServer, ...list: (Fault | undefined)[]): void {
  server.fault = () => list.shift();
}

describe('a file on a web server', () => {
  test('is read by ranges', async () => {
    const server = await serve({ '/x': { bytes, etag: '"1"' } });
    const source = await openInput(`${server.url}/x`);
    expect(source.size).toBe(bytes.length);
    expect(sha(await source.read(0, bytes.length))).toBe(sha(bytes));
    expect(server.requests.every(({ headers }) => /^bytes=\d+-\d+$/.test(headers.range ?? ''))).toBe(true);
    source.close();
  });

  test('may be empty', async () => {
    const server = await serve({ '/x': { bytes: new Uint8Array(0) } });
    const source = await openInput(`${server.url}/x`);
    expect(source.size).toBe(0);
    source.close();
  });

  test.each<[string, Fault[]]>([
    [
      '500 and 503',
      [
        { type: 'status', status: 500 },
        { type: 'status', status: 503, headers: { 'retry-after': '0' } },
      ],
    ],
    ['429', [{ type: 'status', status: 429 }]],
    ['a broken connection', [{ type: 'reset' }]],
    ['a body that ends early', [{ type: 'short' }, { type: 'short' }]],
    ['a slow body', [{ type: 'slow', milliseconds: 5 }]],
    ['a body that stops coming', [{ type: 'stall' }]],
  ])('is read in spite of %s', async (_, list) => {
    const server = await serve({ '/x': { bytes, etag: '"1"' } });
    const name = `${server.url}/x`;
    const reader = await openRanges(name, webRanges({ url: new URL(name), name, idle: 300 }), quick);
    faults(server, ...list);
    expect(sha(await reader.read(1000, 2 << 20))).toBe(sha(bytes.subarray(1000, 1000 + (2 << 20))));
    expect(server.requests).toHaveLength(2 + list.length - (list[0]!.type === 'slow' ? 1 : 0));
    reader.close();
  });

  test('is given up when the server keeps failing, with an error that says to come again', async () => {
    const server = await serve({ '/x': { bytes } });
    const name = `${server.url}/x`;
    server.fault = () => ({ type: 'status', status: 503 });
    const opening = openRanges(name, webRanges({ url: new URL(name), name }), quick);
    await expect(opening).rejects.toMatchObject({ code: 'remote-unreachable', where: { file: name } });
    expect(server.requests).toHaveLength(4);
  });

  test('is an error when it changes under way', async () => {
    const files = { '/x': { bytes, etag: '"1"' } };
    const server = await serve(files);
    const listing = new Map<string, ServedFile>(Object.entries(files));
    const changing = await startServer((incoming, outgoing) => serveFiles(listing)(incoming, outgoing));
    servers.push(changing);
    const reader = await openRemote(`${changing.url}/x`);
    listing.set('/x', { bytes, etag: '"2"' });
    await expect(reader.read(1 << 20, 100)).rejects.toMatchObject({ code: 'input-changed' });
    expect(server.requests).toHaveLength(0);
    reader.close();
  });

  test('is refused when the server gives no ranges', async () => {
    const server = await startServer((_, outgoing) => outgoing.end(bytes));
    servers.push(server);
    await expect(openRemote(`${server.url}/x`)).rejects.toMatchObject({
      code: 'remote-no-ranges',
      remedy: 'download it and name the local file',
    });
  });

  test.each([403, 404, 410])('that is answered with %d is not asked for again', async (status) => {
    const server = await serve({});
    server.fault = () => ({ type: 'status', status });
    await expect(openRemote(`${server.url}/x`)).rejects.toMatchObject({ code: 'remote-refused' });
    expect(server.requests).toHaveLength(1);
  });

  test('is asked for with user and query, and no error shows them', async () => {
    const server = await serve({});
    const name = nameOf(`${server.url.replace('//', '//me:pass-word@')}/gone?X-Amz-Signature=sig-nature`);
    const error = await openRemote(name).catch((thrown: Error) => thrown);
    const [request] = server.requests;
    expect(request!.url).toBe('/gone?X-Amz-Signature=sig-nature');
    expect(request!.headers.authorization).toBe(`Basic ${Buffer.from('me:pass-word').toString('base64')}`);
    expect(everythingOf(error)).not.toMatch(/pass-word|sig-nature/);
  });

  test('authorization does not follow a redirect to another server', async () => {
    const store = await serve({ '/blob': { bytes, etag: '"1"' } });
    const hub = await startServer((_, outgoing) => {
      outgoing
        .writeHead(302, { location: `${store.url.replace('127.0.0.1', 'localhost')}/blob?sig=1` })
        .end();
    });
    servers.push(hub);
    const name = `${hub.url}/x`;
    const reader = await openRanges(
      name,
      webRanges({ url: new URL(name), name, headers: { authorization: 'Bearer token-1' } }),
    );
    expect(reader.size).toBe(bytes.length);
    expect(hub.requests[0]!.headers.authorization).toBe('Bearer token-1');
    expect(store.requests[0]!.headers.authorization).toBeUndefined();
    reader.close();
  });

  test('on a server that is not there is given up with its address', async () => {
    const server = await serve({});
    await server.stop();
    const name = `${server.url}/x`;
    const opening = openRanges(name, webRanges({ url: new URL(name), name }), quick);
    await expect(opening).rejects.toThrow(/cannot be reached.*ECONNREFUSED/);
  });
});

/** All that a message, a stack or a cause would show. */
function everythingOf(error: unknown): string {
  let text = '';
  for (let at = error; at instanceof Error; at = at.cause) text += `${at.stack} ${JSON.stringify(at)}`;
  return text;
}
