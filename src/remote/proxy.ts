import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';

/**
 * The proxy for an address, as most tools find it: HTTPS_PROXY (or ALL_PROXY) for https://, unless NO_PROXY names the
 * host, a domain that it is in, or `*`; lower case goes before upper case. Addresses of http:// are of this machine or of a
 * server beside it, and are asked directly.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): URL | undefined {
  if (url.protocol !== 'https:') return undefined;
  const read = (name: string) => (env[name.toLowerCase()] ?? env[name] ?? '').trim();
  const proxy = read('HTTPS_PROXY') || read('ALL_PROXY');
  if (proxy === '' || isExcepted(url, read('NO_PROXY'))) return undefined;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

function isExcepted({ hostname, port }: URL, exceptions: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return exceptions.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', own = ''] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase())!;
    if (own !== '' && own !== (port || '443')) return false;
    const domain = name.replace(/^\*?\./, '');
    return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
  });
}

/** Milliseconds that a proxy may take to open a tunnel. */
const tunnelTimeout = 10_000;

/**
 * Connections to https servers, through tunnels that a proxy opens by CONNECT (RFC 9110, section 9.3.6) where the environment
 * names one for the host.
 */
class TunnelAgent extends Agent {
  override createConnection(
    options: RequestOptions & { servername?: string },
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const { port = 443 } = options;
    const host = options.host ?? '';
    const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const fail = (error: Error) => callback?.(error, undefined as unknown as Duplex);
    const proxy = proxyFor(new URL(`https://${target}`));
    if (proxy === undefined) return super.createConnection(options, callback);
    const { protocol, hostname, port: at, username, password } = proxy;
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const ask = (protocol === 'https:' ? requestHttps : requestHttp)({
      method: 'CONNECT',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: at || (protocol === 'https:' ? 443 : 80),
      path: target,
      agent: false,
      timeout: tunnelTimeout,
      headers: {
        host: target,
        ...(user === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
      },
    });
    ask.on('connect', ({ statusCode }: IncomingMessage, socket: Socket, head: Buffer) => {
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        socket.setTimeout(0);
        callback?.(
          null,
          connectTls({ ...options, socket, servername: options.servername ?? host } as object),
        );
        return;
      }
      socket.destroy();
      fail(new Error(`proxy ${proxy.host} answered ${statusCode}`));
    });
    ask.on('timeout', () => ask.destroy(new Error(`proxy ${proxy.host} does not answer`)));
    ask.on('error', fail);
    ask.end();
    return undefined;
  }
}

const tunnels = new TunnelAgent({ keepAlive: true, maxSockets: 50 });

const mostRedirects = 10;

/** `fetch` of a GET, through the proxy that the environment names. */
export async function proxiedFetch(input: URL | string, init: RequestInit = {}): Promise<Response> {
  let url = new URL(input);
  const headers = new Headers(init.headers);
  for (let redirects = 0; ; redirects++) {
    const proxy = proxyFor(url);
    // what goes elsewhere needs no tunnel, and may redirect to what does
    if (proxy === undefined && redirects === 0 && !hasProxy()) return await fetch(url, init);
    const response =
      proxy === undefined
        ? await fetch(url, { ...init, headers, redirect: 'manual' })
        : await getThrough(url, headers, init.signal ?? undefined);
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    if (redirects === mostRedirects) throw new Error('server redirects without end');
    const next = new URL(location, url);
    if (next.protocol !== 'https:' && next.protocol !== url.protocol)
      throw new Error('server redirects to an address that is not encrypted');
    // the token is for the first server alone
    if (next.origin !== url.origin) for (const name of ['authorization', 'cookie']) headers.delete(name);
    url = next;
  }
}

function hasProxy(): boolean {
  return proxyFor(new URL('https://host.invalid'), { ...process.env, no_proxy: '' }) !== undefined;
}

function getThrough(url: URL, headers: Headers, signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((resolve, reject) => {
    const asked = requestHttps(
      url,
      { agent: tunnels, headers: Object.fromEntries(headers), ...(signal === undefined ? {} : { signal }) },
      (answer) => {
        const { statusCode = 0, rawHeaders } = answer;
        const own = new Headers();
        for (let at = 0; at < rawHeaders.length; at += 2) own.append(rawHeaders[at]!, rawHeaders[at + 1]!);
        const isEmpty = [204, 205, 304].includes(statusCode);
        if (isEmpty) answer.resume();
        const body = isEmpty ? null : (Readable.toWeb(answer) as unknown as ReadableStream<Uint8Array>);
        resolve(new Response(body, { status: statusCode, headers: own }));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** The agent for the S3 client; undefined where no proxy is named, and its own will do. */
export function s3Agent(): Agent | undefined {
  return hasProxy() ? tunnels : undefined;
}
