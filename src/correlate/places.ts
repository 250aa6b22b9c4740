import type { Action } from '../actions/index.ts';
import { hostName, normalAddress } from './feeds/feed.ts';

/** An address, a name or a network in a text, with the port behind it. */
export interface Place {
  /** lower case; a network as `10.0.0.0/24` */
  readonly name: string;
  readonly port?: number;
}

// labels and repetitions are bounded, so that no text takes more than linear time
const pattern =
  /(?<![\w.-])(?:(\d{1,3}(?:\.\d{1,3}){3})(\/\d{1,2}|-\d{1,3}(?![\d.]))?|(\d{1,3}(?:\.\d{1,3}){2})\.(?=[${%*]|['"] ?[+%])|((?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,6}[a-z][a-z0-9-]{1,23})|\[?((?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,7}|::[0-9a-f]{1,4})\]?)(?::(\d{1,5})(?!\d))?/gi;

/** The addresses, names and networks that stand in a text. File names look like host names, and are among them. */
export function placesIn(text: string): Place[] {
  const places: Place[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, address, bits, prefix, host, address6, port] = match;
    const name = nameOf(address, bits, prefix, host, address6);
    if (name === undefined) continue;
    const number = port === undefined ? undefined : Number(port);
    places.push(number === undefined || number > 65_535 ? { name } : { name, port: number });
  }
  return places;
}

function nameOf(
  address: string | undefined,
  bits: string | undefined,
  prefix: string | undefined,
  host: string | undefined,
  address6: string | undefined,
): string | undefined {
  if (prefix !== undefined) return networkName(`${prefix}.0`, 24);
  if (address !== undefined && bits?.startsWith('-') === true)
    return networkName(address.replace(/\d+$/, '0'), 24);
  if (address !== undefined)
    return bits === undefined || bits === '/32'
      ? normalAddress(address)
      : networkName(address, Number(bits.slice(1)));
  if (address6 !== undefined) return normalAddress(address6);
  return hostName(host);
}

/** Widest network that counts as named: half of the internet is in a wider one. */
const widest = 12;

function networkName(address: string, bits: number): string | undefined {
  if (bits < widest || bits > 31 || normalAddress(address) === undefined) return undefined;
  return `${address}/${bits}`;
}

export function isNetwork(name: string): boolean {
  return name.includes('/');
}

/** Whether an IPv4 address lies in a network such as `10.0.0.0/24`. */
export function isInNetwork(address: string, network: string): boolean {
  const [base, bits] = network.split('/');
  if (address.includes(':')) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(address) / size) === Math.floor(toNumber(base!) / size);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Programs that show or search what they are given: a place among their words is mentioned, not gone to. */
const showing =
  /(?:^|\/)(?:echo|printf|grep|egrep|fgrep|rg|ag|cat|less|head|tail|sed|awk|find|ls|diff|tee|git|vi|vim|nano)$/;

/** The places that an action goes to. */
export function placesOfAction(action: Action): Place[] {
  switch (action.kind) {
    case 'network': {
      if (!action.initiated) return [];
      const names = new Set([action.ip, normalAddress(action.host), hostName(action.host)]);
      const own = [...names].flatMap((name) =>
        name === undefined ? [] : [action.port === undefined ? { name } : { name, port: action.port }],
      );
      // a range of hosts is no name: `10.0.0.0/24`
      return own.length > 0 ? own : placesIn(action.host);
    }
    case 'dns': {
      const name = hostName(action.query);
      return name === undefined ? [] : [{ name }];
    }
    case 'process':
      return showing.test(action.image) ? [] : placesIn(action.argv.slice(1).join(' '));
    default:
      return [];
  }
}
