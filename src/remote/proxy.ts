import type { Agent } from 'node:https';

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
        : await (await tunnelling()).getThrough(url, headers, init.signal ?? undefined);
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

/** The agent for the S3 client; undefined where no proxy is named, and its own will do. */
export async function s3Agent(): Promise<Agent | undefined> {
  return hasProxy() ? (await tunnelling()).tunnels : undefined;
}

/** Every thread of a run loads this module; those of Node for HTTPS cost each of them 50 ms. */
const tunnelling = () => import('./tunnel.ts');
