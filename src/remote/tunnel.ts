import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { proxyFor } from './proxy.ts';

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

/** What keeps the tunnels of this thread. */
export const tunnels = new TunnelAgent({ keepAlive: true, maxSockets: 50 });

/** A GET through a tunnel; redirects are left to the caller. */
export function getThrough(url: URL, headers: Headers, signal: AbortSignal | undefined): Promise<Response> {
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
