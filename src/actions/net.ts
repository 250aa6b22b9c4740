/** Hosts, addresses and URLs as text: what a connection goes to, however it is written. */

/** Where a connection goes. */
export interface Endpoint {
  readonly host: string;
  readonly ip?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly url?: string;
  /** the host as it is written, where that is another form of the address */
  readonly written?: string;
}

/** Ports that a scheme means when none is given. */
export const SCHEME_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ftp: 21,
  ftps: 990,
  sftp: 22,
  ssh: 22,
  scp: 22,
  'git+ssh': 22,
  git: 9418,
  telnet: 23,
  ws: 80,
  wss: 443,
  ldap: 389,
  ldaps: 636,
  redis: 6379,
  rediss: 6379,
  mysql: 3306,
  postgres: 5432,
  postgresql: 5432,
  mongodb: 27017,
  amqp: 5672,
  smtp: 25,
  smtps: 465,
  imap: 143,
  imaps: 993,
  pop3: 110,
  dict: 2628,
  gopher: 70,
  smb: 445,
  rsync: 873,
  mqtt: 1883,
  'git+http': 80,
  'git+https': 443,
};

const URL_PATTERN =
  /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#@\s]*)@)?(\[[^\]]*\]|[^/?#:\s]*)(?::(\d{1,5}))?([/?#][\s\S]*)?$/i;

/** Reads `scheme://user@host:port/path`; `undefined` for what is no URL, or one without a host. */
export function parseUrl(text: string): Endpoint | undefined {
  if (!text.includes('://') || text.length > 8192) return undefined;
  const match = URL_PATTERN.exec(text.trim());
  if (match === null) return undefined;
  const protocol = match[1]!.toLowerCase();
  const name = match[3]!;
  if (name === '' || protocol === 'file' || protocol === 'data') return undefined;
  const port = match[4] === undefined ? SCHEME_PORTS[protocol] : Number(match[4]);
  return { ...hostOf(name), ...(port === undefined ? {} : { port }), protocol, url: text.trim() };
}

/** Reads `user@host:port`, `host:port`, `[::1]:80` or a bare host. */
export function parseHostPort(text: string): Endpoint | undefined {
  const url = parseUrl(text);
  if (url !== undefined) return url;
  const bare = text.slice(text.lastIndexOf('@') + 1).replace(/\/.*$/, '');
  const match = /^(\[[^\]]+\]|[^:\s]+)(?::(\d{1,5}))?$/.exec(bare);
  if (match === null) return isAddress6(bare) ? hostOf(bare) : undefined;
  const port = match[2] === undefined ? {} : { port: Number(match[2]) };
  return { ...hostOf(match[1]!), ...port };
}

/** A host without brackets, and its address where it is one: `2852039166` is `169.254.169.254`. */
export function hostOf(text: string): { host: string; ip?: string; written?: string } {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const four = address4(bare);
  if (four !== undefined)
    return four === bare ? { host: four, ip: four } : { host: four, ip: four, written: bare };
  if (bare.includes(':')) {
    const mapped = mapped4(bare);
    if (mapped !== undefined && bare.endsWith(mapped)) return { host: mapped, ip: mapped };
    if (mapped !== undefined) return { host: mapped, ip: mapped, written: bare };
    if (isAddress6(bare)) return { host: bare.toLowerCase(), ip: bare.toLowerCase() };
  }
  return { host: bare };
}

/** An address with less than four parts, of which none needs reckoning: `127.1`. Only zeros are added to it. */
export function isShortAddress(text: string): boolean {
  return (
    /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){1,3}$/.test(text) &&
    text.split('.').every((part) => Number(part) < 256)
  );
}

/** An IPv4 address in any form that `inet_aton` reads (decimal, octal, hex, one to four parts), dotted. */
export function address4(text: string): string | undefined {
  if (text.length > 48 || !/^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}$/i.test(text))
    return undefined;
  const parts = text.split('.');
  // a short decimal is a number, not a host
  if (parts.length === 1 && !/^(?:0x[0-9a-f]{7,}|\d{8,}|0[0-7]{9,})$/i.test(text)) return undefined;
  let value = 0;
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at]!;
    const number = /^0x/i.test(part)
      ? Number.parseInt(part.slice(2), 16)
      : /^0[0-7]+$/.test(part)
        ? Number.parseInt(part, 8)
        : Number(part);
    const last = at === parts.length - 1;
    const width = last ? 4 - at : 1;
    if (!(number < 256 ** width)) return undefined;
    value += number * 256 ** (last ? 0 : 3 - at);
  }
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** The IPv4 address inside `::ffff:169.254.169.254` or `::ffff:a9fe:a9fe`. */
function mapped4(text: string): string | undefined {
  const match = /^(?:0{0,4}:){1,5}ffff:(?:([0-9.]+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(text);
  if (match === null) return undefined;
  if (match[1] !== undefined) return address4(match[1]);
  const high = Number.parseInt(match[2]!, 16);
  const low = Number.parseInt(match[3]!, 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function isAddress6(text: string): boolean {
  return text.length < 64 && /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*(?:%\w+)?$/i.test(text);
}

/** A port number, or `undefined`. */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}

/** `user@host:path`, or `rsync://host/module`; a drive letter is no host. */
export function remoteSpec(text: string): { host: string; path: string } | undefined {
  const url = /^(?:rsync|scp|sftp):\/\/(?:[^@/]*@)?([^:/]+)(?::\d+)?\/?(.*)$/.exec(text);
  if (url !== null) return { host: url[1]!, path: url[2]! };
  const match = /^(?:[^@/\s]*@)?(\[[^\]]+\]|[A-Za-z0-9._$<{][^:/\s]+|[A-Za-z0-9._-]{2,}):{1,2}(.*)$/.exec(
    text,
  );
  return match === null || text.startsWith('-') ? undefined : { host: match[1]!, path: match[2]! };
}
