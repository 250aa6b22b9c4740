import type { Content } from '../content.ts';
import type { Endpoint } from '../net.ts';
import { address4, hostOf, parseHostPort, parseUrl, portOf, SCHEME_PORTS } from '../net.ts';
import type { Invocation, Program } from './invocation.ts';
import { networkAction } from './invocation.ts';
import { lookups, nameServer, query } from './lookups.ts';
import type { OptionSpec } from './options.ts';
import { names, optionValue, optionValues, readWords } from './options.ts';
import { sockets } from './sockets.ts';

/** A program that connects to the host that one of its operands or options names. */
interface Client extends OptionSpec {
  readonly protocol?: string;
  readonly port?: number;
  /** options that name the host, and the port */
  readonly host?: readonly string[];
  readonly ports?: readonly string[];
  /** the operand that names the host, counted from 0; `all` for each of them */
  readonly operand?: number | 'all';
  /** the operand that names the port */
  readonly portOperand?: number;
  /** the host is looked up, and that is all */
  readonly dns?: boolean;
}

/** `domain/user:password@host` */
const IMPACKET: Client = {
  operand: 0,
  single: names('hashes aesKey dc-ip target-ip port codec service-name file outputfile just-dc-user'),
  protocol: 'smb',
  port: 445,
};

const CLIENTS: Readonly<Record<string, Client>> = {
  telnet: { operand: 0, portOperand: 1, protocol: 'telnet', port: 23, short: 'bceklnSX' },
  rlogin: { operand: 0, short: 'lpe', ports: ['p'], protocol: 'rlogin', port: 513 },
  rsh: { operand: 0, short: 'l', protocol: 'rsh', port: 514 },
  whois: {
    host: ['h', 'host'],
    ports: ['p'],
    short: 'hpiTtvg',
    long: names('host port'),
    protocol: 'whois',
    port: 43,
  },
  finger: { operand: 0, protocol: 'finger', port: 79 },
  ftp: { operand: 0, portOperand: 1, protocol: 'ftp', port: 21, short: 'oPpsN' },
  tftp: { operand: 0, portOperand: 1, protocol: 'tftp', port: 69, short: 'cm' },
  lftp: { operand: 0, protocol: 'ftp', port: 21, short: 'cefpu', ports: ['p'] },
  ncftp: { operand: 0, protocol: 'ftp', port: 21, short: 'upP' },
  mosh: { operand: 0, protocol: 'ssh', port: 22, short: 'p', long: names('ssh port') },
  redis: { host: ['h'], short: 'hp' },
  'redis-cli': {
    host: ['h'],
    ports: ['p'],
    short: 'hpasnuirdDx',
    long: names('user pass tls cacert'),
    protocol: 'redis',
    port: 6379,
  },
  mysql: {
    host: ['h', 'host'],
    ports: ['P', 'port'],
    short: 'hPuDeS',
    long: names('host port user database execute socket protocol'),
    protocol: 'mysql',
    port: 3306,
  },
  mysqldump: {
    host: ['h', 'host'],
    ports: ['P', 'port'],
    short: 'hPuS',
    long: names('host port user socket'),
    protocol: 'mysql',
    port: 3306,
  },
  mysqladmin: {
    host: ['h', 'host'],
    ports: ['P'],
    short: 'hPu',
    long: names('host port user'),
    protocol: 'mysql',
    port: 3306,
  },
  psql: {
    host: ['h', 'host'],
    ports: ['p', 'port'],
    short: 'hpUdcfvPLoT',
    long: names('host port username dbname command file set variable'),
    protocol: 'postgresql',
    port: 5432,
  },
  pg_dump: {
    host: ['h', 'host'],
    ports: ['p', 'port'],
    short: 'hpUdfFtTn',
    long: names('host port username dbname file'),
    protocol: 'postgresql',
    port: 5432,
  },
  pg_isready: {
    host: ['h', 'host'],
    ports: ['p', 'port'],
    short: 'hpUdt',
    long: names('host port username dbname timeout'),
    protocol: 'postgresql',
    port: 5432,
  },
  mongo: {
    host: ['host'],
    ports: ['port'],
    short: 'up',
    long: names('host port username password eval'),
    protocol: 'mongodb',
    port: 27017,
  },
  mongodump: {
    host: ['h', 'host'],
    ports: ['port'],
    short: 'hupdco',
    long: names('host port username password db out uri'),
    protocol: 'mongodb',
    port: 27017,
  },
  ldapsearch: {
    host: ['h', 'H'],
    ports: ['p'],
    short: 'abdDeEfFhHloOpPRsSTUwXyYz',
    protocol: 'ldap',
    port: 389,
  },
  ldapadd: { host: ['h', 'H'], short: 'hHpDwfy', protocol: 'ldap', port: 389 },
  ldapmodify: { host: ['h', 'H'], short: 'hHpDwfy', protocol: 'ldap', port: 389 },
  smbclient: {
    operand: 0,
    short: 'UWcINpmsdA',
    long: names('user workgroup command'),
    protocol: 'smb',
    port: 445,
  },
  smbmap: { host: ['H'], short: 'HupdPrRxs', protocol: 'smb', port: 445 },
  rpcclient: { operand: 0, short: 'UWcIN', protocol: 'smb', port: 445 },
  rdesktop: { operand: 0, short: 'upgdr', protocol: 'rdp', port: 3389 },
  snmpwalk: { operand: 0, short: 'vclaAxXut', protocol: 'snmp', port: 161 },
  ping: { operand: 0, short: 'cCDIiWwstpQMSTlmF', protocol: 'icmp', dns: false },
  fping: { operand: 'all', short: 'cCBHfIiOprtTS', protocol: 'icmp' },
  arping: { operand: 0, short: 'cIswS', protocol: 'arp' },
  hping3: { operand: 0, short: 'cidpsIEMLakw', ports: ['p'], protocol: 'tcp' },
  traceroute: { operand: 0, short: 'fgimNpqsStwz', protocol: 'icmp' },
  tracepath: { operand: 0, short: 'lmp', protocol: 'icmp' },
  mtr: { operand: 0, short: 'cimPsuaBTQ', protocol: 'icmp' },
  nmap: {
    operand: 'all',
    short: 'psDegSTomiM',
    long: names(
      'script script-args top-ports exclude excludefile host-timeout min-rate max-rate source-port proxies dns-servers data-length scan-delay max-retries interactive',
    ),
    single: names('oN oX oG oA oS iL iR'),
    protocol: 'tcp',
  },
  masscan: {
    operand: 'all',
    short: 'pecis',
    long: names('ports rate range excludefile includefile adapter'),
    single: names('oL oX oJ oG iL'),
    protocol: 'tcp',
  },
  zmap: {
    operand: 'all',
    short: 'pobBrRtniNfOM',
    long: names('target-port output-file bandwidth rate'),
    protocol: 'tcp',
  },
  rustscan: {
    host: ['a', 'addresses'],
    operand: 'all',
    short: 'aprbtTu',
    long: names('addresses ports range batch-size timeout ulimit'),
    protocol: 'tcp',
  },
  naabu: { host: ['host'], operand: 'all', single: names('host p port l'), short: 'p', protocol: 'tcp' },
  nbtscan: { operand: 'all', short: 'tsf', protocol: 'udp' },
  'arp-scan': { operand: 'all', short: 'IitTrv', protocol: 'arp' },
  netdiscover: { host: ['r'], short: 'rilpcns', protocol: 'arp' },
  crackmapexec: { operand: 1, short: 'upHdMxX', protocol: 'smb', port: 445 },
  netexec: { operand: 1, short: 'upHdMxX', protocol: 'smb', port: 445 },
  nxc: { operand: 1, short: 'upHdMxX', protocol: 'smb', port: 445 },
  'evil-winrm': {
    host: ['i', 'ip'],
    short: 'iupHPsecr',
    long: names('ip user password hash port'),
    protocol: 'winrm',
    port: 5985,
  },
  'impacket-secretsdump': IMPACKET,
  'impacket-psexec': IMPACKET,
  'impacket-smbexec': IMPACKET,
  'impacket-wmiexec': IMPACKET,
  'impacket-atexec': IMPACKET,
  'impacket-dcomexec': IMPACKET,
  'impacket-smbclient': IMPACKET,
  enum4linux: { operand: 0, short: 'upk', protocol: 'smb', port: 445 },
  nikto: {
    host: ['h', 'host'],
    single: names('h host p port o output'),
    short: 'hp',
    protocol: 'http',
    port: 80,
  },
  wpscan: {
    host: ['url'],
    long: names('url enumerate api-token usernames passwords'),
    short: 'e',
    protocol: 'http',
  },
  sqlmap: {
    host: ['u', 'url'],
    short: 'u',
    long: names('url data cookie level risk dbms'),
    protocol: 'http',
  },
  gobuster: {
    host: ['u', 'url'],
    short: 'uwtox',
    long: names('url wordlist threads output extensions domain'),
    protocol: 'http',
  },
  ffuf: { host: ['u'], short: 'uwHXdot', protocol: 'http' },
  dirb: { operand: 0, short: 'oacH', protocol: 'http' },
  feroxbuster: { host: ['u', 'url'], short: 'uwxto', long: names('url wordlist'), protocol: 'http' },
  hydra: { operand: 0, short: 'lLpPCMeosSftTwWx', protocol: 'tcp' },
  medusa: { host: ['h'], short: 'huUpPMnoOt', protocol: 'tcp' },
  resolvectl: { operand: 1, dns: true },
  getent: { operand: 1, dns: true },
  dnsenum: { operand: 0, dns: true },
  dnsrecon: { host: ['d'], short: 'd', dns: true },
  dnsmap: { operand: 0, dns: true },
  subfinder: { host: ['d'], single: names('d'), short: 'd', dns: true },
  amass: { host: ['d'], single: names('d'), short: 'd', dns: true },
  iodine: { operand: 'all', short: 'uPtdRmMzFTOLI', protocol: 'dns', port: 53 },
  dnscat: { operand: 0, long: names('dns secret'), protocol: 'dns', port: 53 },
  dnscat2: { operand: 0, long: names('dns secret'), protocol: 'dns', port: 53 },
  ptunnel: { host: ['p'], short: 'pldrmcv', protocol: 'icmp' },
  'ptunnel-ng': { host: ['p'], short: 'plrR', protocol: 'icmp' },
  hans: { host: ['c'], short: 'cspudm', protocol: 'icmp' },
  xmrig: {
    host: ['o', 'url'],
    short: 'oupakt',
    long: names('url user pass algo coin threads donate-level cpu-priority rig-id'),
    protocol: 'stratum+tcp',
  },
  minerd: {
    host: ['o', 'url'],
    short: 'ouOpat',
    long: names('url user pass userpass algo threads'),
    protocol: 'stratum+tcp',
  },
  cpuminer: {
    host: ['o', 'url'],
    short: 'ouOpat',
    long: names('url user pass algo threads'),
    protocol: 'stratum+tcp',
  },
  nfdump: {},
  rpcinfo: { operand: 0, short: 'puT' },
  showmount: { operand: 0, protocol: 'nfs', port: 2049 },
  swaks: {
    host: ['server', 's'],
    short: 'stfp',
    long: names('to from server port header body attach auth-user auth-password'),
    protocol: 'smtp',
    port: 25,
  },
  sshfs: { operand: 0, short: 'opCF', protocol: 'ssh', port: 22 },
  ab: { operand: 0, short: 'nctbpuTvwxyzCHAPXekrgs', protocol: 'http' },
  wrk: { operand: 0, short: 'tcdsH', protocol: 'http' },
  siege: { operand: 0, short: 'ctrfHATd', protocol: 'http' },
  hey: { operand: 0, short: 'nzcqomtTaADdH', protocol: 'http' },
  websocat: { operand: 0, short: 'HoCE', protocol: 'ws' },
  wscat: { host: ['c', 'connect'], short: 'c', long: names('connect'), protocol: 'ws' },
  grpcurl: { operand: 0, short: 'dH', protocol: 'http' },
  ntpdate: { operand: 'all', short: 'aetopUk', protocol: 'ntp', port: 123 },
  rdate: { operand: 0, protocol: 'time', port: 37 },
};

/** Programs that connect, or listen. */
export const networkPrograms: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...Object.entries(CLIENTS).map(
    ([name, client]) => [name, (call: Invocation) => connects(call, client)] as const,
  ),
  ...lookups,
  ...sockets,
]);

function connects(call: Invocation, client: Client): Content | undefined {
  const words = readWords(call.argv, client);
  const byOption = client.host === undefined ? [] : optionValues(words, ...client.host);
  const operands =
    client.operand === 'all'
      ? words.operands
      : client.operand === undefined
        ? []
        : words.operands.slice(client.operand, client.operand + 1);
  const targets = byOption.length > 0 ? byOption : operands;
  const given =
    optionValue(words, ...(client.ports ?? []))?.text ??
    (client.portOperand === undefined ? undefined : words.operands[client.portOperand]?.text);
  const port = portOf(given) ?? client.port;
  // `psql postgres://…`
  if (targets.length === 0) connectToUrls(call);
  for (const target of targets) {
    if (target.text.startsWith('@') || target.text === '') continue;
    if (client.dns === true) {
      query(call, target);
      continue;
    }
    const endpoint = endpointOf(target.text);
    if (endpoint === undefined) continue;
    const protocol = endpoint.protocol ?? client.protocol;
    networkAction(
      call,
      {
        ...(port === undefined ? {} : { port }),
        ...endpoint,
        ...(protocol === undefined ? {} : { protocol }),
      },
      target,
    );
    if (call.name === 'ping' && endpoint.ip === undefined && !/^[\d.]+[{$`]/.test(target.text))
      query(call, target);
  }
  if (client.dns === true)
    for (const operand of words.operands) if (operand.text.startsWith('@')) nameServer(call, operand);
  return undefined;
}

/** A host, `//host/share`, `user@host:path`, a range, or a URL. */
function endpointOf(text: string): Endpoint | undefined {
  const url = parseUrl(text);
  if (url !== undefined) return url;
  const bare = text.replace(/^\/\//, '');
  if (/^(?:\d{1,3}\.){3}[\d,-]+(?:\/\d+)?$/.test(bare) && address4(bare) === undefined) return { host: bare };
  const colon = /^(?:[^@]*@)?([^:/]+):[^:]*$/.exec(bare);
  // a host that is put together from what is not known
  const open = /[$`{]/.test(bare) ? { host: bare } : undefined;
  return parseHostPort(bare) ?? (colon === null ? open : hostOf(colon[1]!));
}

/** Programs that handle text: a URL among their words is not gone to. */
const TEXT_TOOLS =
  names(`echo printf print test [ [[ true false : export declare typeset local readonly set unset alias grep rg ag ack sed awk cat tac
  head tail less cut tr sort uniq wc tee jq yq read find ls fd xargs basename dirname expr case cd cp mv rm mkdir touch ln chmod chown
  docker python perl ruby php node sh su sudo env systemctl crontab diff man help info which type history logger wall notify-send
  git-config xdg-open open mail mailx sendmail terraform make cmake go cargo rustc javac java npm yarn pnpm gh vim nano emacs
  pytest tox mvn gradle gcc clang`);

/** URLs among the words of a program that is not known to be about text: it connects to them. */
export function connectToUrls(call: Invocation): void {
  const fetches = call.name === 'cargo' && /^(?:install|add)$/.test(call.argv[1]?.text ?? '');
  if (TEXT_TOOLS.has(call.name) && !fetches) return;
  // what runs in the container may go there, the program itself does not
  if (call.name === 'kubectl' && call.argv.some(({ text }) => /^(?:exec|run|debug)$/.test(text))) return;
  for (let at = 1; at < call.argv.length; at += 1) {
    const field = call.argv[at]!;
    if (!field.text.includes('://')) continue;
    const url = /^(?:--?[\w-]+=|[\w-]+[=:])?([a-z][a-z0-9+.-]*:\/\/\S+)$/i.exec(field.text)?.[1];
    const endpoint = url === undefined ? undefined : parseUrl(url);
    if (endpoint === undefined || !isNetwork(endpoint.protocol)) continue;
    networkAction(call, endpoint, field);
  }
}

function isNetwork(protocol: string | undefined): boolean {
  return (
    protocol !== undefined &&
    (SCHEME_PORTS[protocol] !== undefined ||
      /^(?:stratum|socks|tcp|udp|ssl|tls|rtmp|rtsp|s3|gs|hdfs|nats|kafka|zmq)/.test(protocol))
  );
}
