import { isIP } from 'node:net';

/** How far away a host is. */
export type AddressScope = 'loopback' | 'link_local' | 'private' | 'reserved' | 'public' | 'name';

/** IPv4 ranges that are not public: RFC 1122, 1918, 3927, 5737, 6598, 2544, 5771. */
const ranges: readonly (readonly [network: string, bits: number, scope: AddressScope])[] = [
  ['127.0.0.0', 8, 'loopback'],
  ['0.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link_local'],
  ['10.0.0.0', 8, 'private'],
  ['172.16.0.0', 12, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['192.0.2.0', 24, 'reserved'],
  ['198.51.100.0', 24, 'reserved'],
  ['203.0.113.0', 24, 'reserved'],
  ['198.18.0.0', 15, 'reserved'],
  ['224.0.0.0', 4, 'reserved'],
  ['240.0.0.0', 4, 'reserved'],
];

/** Endings of names that do not leave the house: RFC 6761, 6762, 8375 and what container networks use. */
const localNames = /(?:^|\.)(?:localhost|localdomain)$/i;
const privateNames = /(?:^|\.)(?:local|internal|lan|home\.arpa|intranet|corp|svc|cluster\.local)$/i;

/** The scope of a host by its address, or by its name where no address is known. */
export function addressScope(host: string, ip: string | undefined): AddressScope {
  const address = ip ?? (isIP(host) === 0 ? undefined : host);
  if (address !== undefined) return isIP(address) === 6 ? scopeOf6(address) : scopeOf4(address);
  if (localNames.test(host) || host === 'ip6-localhost') return 'loopback';
  if (privateNames.test(host)) return 'private';
  return 'name';
}

function scopeOf4(address: string): AddressScope {
  const value = toNumber(address);
  for (const [network, bits, scope] of ranges) {
    const shift = 2 ** (32 - bits);
    if (Math.floor(value / shift) === Math.floor(toNumber(network) / shift)) return scope;
  }
  return 'public';
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function scopeOf6(address: string): AddressScope {
  const lower = address.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower);
  if (mapped !== null) return scopeOf4(mapped[1]!);
  if (lower === '::1' || lower === '::') return 'loopback';
  if (/^fe[89ab]/.test(lower)) return 'link_local';
  if (/^f[cd]/.test(lower)) return 'private';
  if (/^(?:2001:db8|ff)/.test(lower)) return 'reserved';
  return 'public';
}
