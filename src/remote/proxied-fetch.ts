import { hasProxy, proxyFor } from './proxy.ts';

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
        : // only here: Node's modules for HTTPS take each thread that loads them 50 ms
          await (await import('./tunnel.ts')).getThrough(url, headers, init.signal ?? undefined);
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
