/** An IP network: the address bits that count, and how many they are. */
export interface Network {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly prefix: number;
}

export type NetworkResult = { readonly network: Network } | { readonly problem: string };

/** Reads CIDR notation; an address alone is a network of one. Host bits must be zero, as in Python's `ip_network`. */
export function parseNetwork(text: string): NetworkResult {
  const [address = '', prefixText, ...rest] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined || rest.length > 0) return { problem: 'is not an IP network' };
  const width = widthOf(parsed.family);
  const prefix = prefixText === undefined ? width : Number(prefixText);
  if (!/^\d{1,3}$/.test(prefixText ?? '0') || prefix > width) {
    return { problem: `has a prefix that is not 0 to ${width}` };
  }
  const hostBits = BigInt(width - prefix);
  if ((parsed.bits >> hostBits) << hostBits !== parsed.bits) {
    return { problem: 'has host bits set: give the first address of the network' };
  }
  return { network: { family: parsed.family, bits: parsed.bits, prefix } };
}

/**
 * Whether an address lies in a network. An IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`) is that IPv4 address;
 * a zone (`fe80::1%eth0`) is left out. False for what is no address.
 */
export function inNetwork(text: string, network: Network): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const plain = network.family === 4 ? unmapped(address) : address;
  if (plain.family !== network.family) return false;
  return sharePrefix(plain.bits, network);
}

/** An IP address: its family and its bits as one number. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** Reads an address in dotted-quad or IPv6 notation (RFC 4291); undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 60) return undefined;
  if (!text.includes(':')) {
    const bits = parseQuad(text);
    return bits === undefined ? undefined : { family: 4, bits };
  }
  const zone = text.indexOf('%');
  const halves = (zone < 0 ? text : text.slice(0, zone)).split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const given = head.length + (tail?.length ?? 0);
  if (halves.length === 2 ? given > 7 : given !== 8) return undefined;
  const groups = [...head, ...Array<number>(8 - given).fill(0), ...(tail ?? [])];
  return { family: 6, bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n) };
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [index, piece] of pieces.entries()) {
    const quad = index === pieces.length - 1 && piece.includes('.') ? parseQuad(piece) : undefined;
    if (quad !== undefined) groups.push(Number(quad >> 16n), Number(quad & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(piece)) groups.push(Number.parseInt(piece, 16));
    else return undefined;
  }
  return groups;
}

/** Four decimal numbers without leading zeros, which some readers take for octal. */
function parseQuad(text: string): bigint | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/.test(text) || text.endsWith('.')) return undefined;
  const octets = text.split('.').map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

function unmapped(address: Address): Address {
  const mapped = address.family === 6 && address.bits >> 32n === 0xffffn;
  return mapped ? { family: 4, bits: address.bits & 0xffffffffn } : address;
}

function sharePrefix(bits: bigint, { family, bits: network, prefix }: Network): boolean {
  const hostBits = BigInt(widthOf(family) - prefix);
  return bits >> hostBits === network >> hostBits;
}

function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}
