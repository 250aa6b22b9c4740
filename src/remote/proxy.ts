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

/** Whether the environment names a proxy at all. */
export function hasProxy(): boolean {
  return proxyFor(new URL('https://host.invalid'), { ...process.env, no_proxy: '' }) !== undefined;
}
