import { noteCall } from './calls.ts';
import {
  addressOf,
  argument,
  endpointOf,
  file,
  lookup,
  network,
  payloadOf,
  request,
  response,
  urlText,
} from './effects.ts';
import type { CodeCall } from './evaluate.ts';
import type { Handler } from './python-processes.ts';
import { names } from './python-processes.ts';
import type { Value } from './values.ts';
import { instance, isInstance, isList, isObject, list, textOf, unknown, written } from './values.ts';

const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'] as const;

/** Everything that sends requests under the names of the HTTP methods. */
const REQUESTERS = [
  'requests',
  'httpx',
  'requests.Session()',
  'requests.session()',
  'httpx.Client()',
  'httpx.AsyncClient()',
  'aiohttp.ClientSession()',
  'urllib3.PoolManager()',
  'cloudscraper.create_scraper()',
  'curl_cffi.requests',
  'niquests',
  'grequests',
  'tornado.httpclient.AsyncHTTPClient()',
];

/** Calls of Python that connect, listen or look names up, by dotted name. */
export const networkCalls: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...REQUESTERS.flatMap((base) =>
    METHODS.map((method): [string, Handler] => [
      `${base}.${method}`,
      (call) => send(call, 0, method.toUpperCase()),
    ]),
  ),
  ...REQUESTERS.map((base): [string, Handler] => [
    `${base}.request`,
    (call) => send(call, 1, textOf(call.arguments[0])?.toUpperCase()),
  ]),
  ...REQUESTERS.map((base): [string, Handler] => [`${base}.fetch`, (call) => send(call, 0, undefined)]),
  ...names('httpx.stream httpx.Client().stream', (call) =>
    send(call, 1, textOf(call.arguments[0])?.toUpperCase()),
  ),
  ...names(
    'urllib.request.urlopen urllib2.urlopen urllib.urlopen six.moves.urllib.request.urlopen urllib.request.build_opener().open',
    urlopen,
  ),
  ...names('urllib.request.Request urllib2.Request', (call) => {
    const url = urlText(call.evaluator, argument(call, 0, 'url'));
    return url === undefined
      ? undefined
      : instance('urllib.request.Request()', {
          url,
          data: argument(call, 1, 'data'),
          method: call.named.get('method'),
        });
  }),
  ...names('urllib.request.urlretrieve urllib.urlretrieve wget.download', retrieve),
  ...names('torch.hub.download_url_to_file', retrieve),
  ...names('pandas.read_csv pandas.read_json pandas.read_html torch.hub.load_state_dict_from_url', (call) =>
    request(call, call.arguments[0], 'GET'),
  ),
  ...names(
    'http.client.HTTPConnection http.client.HTTPSConnection httplib.HTTPConnection httplib.HTTPSConnection',
    (call) => {
      const secure = call.path.includes('HTTPS');
      const endpoint = endpointOf(call.evaluator, call.arguments[0], argument(call, 1, 'port'));
      if (endpoint === undefined) return undefined;
      const { port = secure ? 443 : 80 } = endpoint;
      return instance('http.client.HTTPConnection()', {
        host: endpoint.host,
        port,
        scheme: secure ? 'https' : 'http',
      });
    },
  ),
  ...names('http.client.HTTPConnection().request', (call) => {
    const { self } = call;
    if (!isInstance(self)) return undefined;
    const endpoint = endpointOf(call.evaluator, self.data.get('host'), self.data.get('port'));
    if (endpoint === undefined) return undefined;
    network(
      call,
      { ...endpoint, protocol: textOf(self.data.get('scheme')) ?? 'http' },
      { method: textOf(call.arguments[0]), payload: argument(call, 2, 'body') },
    );
    return null;
  }),
  ...names(
    'socket.socket socket ssl.wrap_socket ssl.SSLContext().wrap_socket ssl.create_default_context().wrap_socket ?.wrap_socket socks.socksocket',
    (call) => {
      const wrapped = call.arguments[0];
      return isInstance(wrapped, 'socket.socket()') ? wrapped : instance('socket.socket()');
    },
  ),
  ...names('socket.socket().connect socket.socket().connect_ex', (call) =>
    connect(call, addressOf(call.evaluator, call.arguments[0])),
  ),
  ...names('?.connect ?.connect_ex', (call) => connect(call, addressOf(call.evaluator, call.arguments[0]))),
  ...names('socket.create_connection asyncio.open_connection websocket.create_connection', (call) => {
    const [first, second] = call.arguments;
    const endpoint = isList(first)
      ? addressOf(call.evaluator, first)
      : endpointOf(call.evaluator, first, second);
    const made = connect(call, endpoint);
    return call.path === 'asyncio.open_connection' ? list([made ?? null, made ?? null], true) : made;
  }),
  ...names('socket.socket().sendto ?.sendto', (call) => {
    const endpoint = addressOf(call.evaluator, call.arguments[call.arguments.length - 1]);
    if (endpoint === undefined) return undefined;
    network(call, { ...endpoint, protocol: 'udp' }, { payload: call.arguments[0] });
    return null;
  }),
  ...names('socket.socket().send socket.socket().sendall', (call) => {
    const { self } = call;
    const payload = payloadOf(call.evaluator, call.arguments[0]);
    const host = isInstance(self) ? self.data.get('host') : undefined;
    if (!isInstance(self) || host === undefined || payload === undefined) return null;
    addPayload(call, payload);
    return null;
  }),
  ...names('socket.socket().bind ?.bind', (call) => {
    const address = call.arguments[0];
    const endpoint = addressOf(call.evaluator, address);
    if (endpoint === undefined) return undefined;
    network(
      call,
      { ...endpoint, host: endpoint.host === '' ? '0.0.0.0' : endpoint.host, protocol: 'tcp' },
      { initiated: false },
    );
    if (isInstance(call.self)) call.self.data.set('address', `${endpoint.host}:${endpoint.port ?? ''}`);
    return null;
  }),
  ...names('socket.socket().accept', (call) => {
    const made = instance(
      'socket.socket()',
      isInstance(call.self) ? { address: call.self.data.get('address') } : {},
    );
    return list([made, unknown('address')], true);
  }),
  ...names('socket.socket().recv socket.socket().recvfrom', (call) => {
    const address = isInstance(call.self) ? textOf(call.self.data.get('address')) : undefined;
    return unknown('data', address === undefined ? undefined : { kind: 'download', url: `tcp://${address}` });
  }),
  ...names('socket.socket().fileno', (call) =>
    instance('descriptor', isInstance(call.self) ? { address: call.self.data.get('address') } : {}),
  ),
  ...names('os.dup2', (call) => {
    const from = call.arguments[0];
    const address = isInstance(from) ? textOf(from.data.get('address')) : undefined;
    // a socket whose address is not known is a connection all the same
    if (isInstance(from, 'descriptor')) call.evaluator.connected = address ?? ':';
    noteCall(call.evaluator, call.path, call.expression);
    return null;
  }),
  ...names(
    'socket.gethostbyname socket.gethostbyname_ex socket.getaddrinfo socket.gethostbyaddr dns.resolver.resolve dns.resolver.query dns.resolver.Resolver().resolve aiodns.DNSResolver().query',
    (call) => {
      lookup(call, call.arguments[0]);
      return unknown('address');
    },
  ),
  ...names('ftplib.FTP ftplib.FTP_TLS', client('ftp', 21)),
  ...names('smtplib.SMTP', client('smtp', 25)),
  ...names('smtplib.SMTP_SSL', client('smtps', 465)),
  ...names('imaplib.IMAP4_SSL imaplib.IMAP4', client('imap', 993)),
  ...names('poplib.POP3 poplib.POP3_SSL', client('pop3', 110)),
  ...names('telnetlib.Telnet', client('telnet', 23)),
  ...names('redis.Redis redis.StrictRedis', client('redis', 6379)),
  ...names('pymongo.MongoClient', client('mongodb', 27017)),
  ...names('psycopg2.connect psycopg.connect', client('postgresql', 5432)),
  ...names('pymysql.connect mysql.connector.connect MySQLdb.connect', client('mysql', 3306)),
  ...names('ldap3.Server ldap.initialize', client('ldap', 389)),
  ...names(
    'xmlrpc.client.ServerProxy websockets.connect websocket.WebSocketApp websockets.client.connect socketio.Client().connect',
    (call) => {
      return request(call, call.arguments[0], undefined);
    },
  ),
  ...names('ftplib.FTP().connect smtplib.SMTP().connect', (call) =>
    connect(call, endpointOf(call.evaluator, call.arguments[0], call.arguments[1])),
  ),
  ...names('ftplib.FTP().storbinary ftplib.FTP().storlines', () => undefined),
  ...names(
    'paramiko.SSHClient().connect paramiko.client.SSHClient().connect asyncssh.connect pexpect.pxssh.pxssh().login',
    (call) => {
      const host = argument(call, 0, 'hostname', 'host', 'server');
      const endpoint = endpointOf(call.evaluator, host, argument(call, 1, 'port'));
      if (endpoint === undefined) return undefined;
      network(call, { port: 22, ...endpoint, protocol: 'ssh' });
      if (isInstance(call.self)) call.self.data.set('host', endpoint.host);
      return call.path.startsWith('asyncssh')
        ? instance('asyncssh.connect()', { host: endpoint.host })
        : (call.self ?? null);
    },
  ),
  ...names('paramiko.Transport', (call) => {
    const first = call.arguments[0];
    const endpoint = isList(first)
      ? addressOf(call.evaluator, first)
      : endpointOf(call.evaluator, first, undefined);
    if (endpoint === undefined) return undefined;
    network(call, { port: 22, ...endpoint, protocol: 'ssh' });
    return instance('paramiko.Transport()', { host: endpoint.host });
  }),
  ...names('fabric.Connection fabric.api.env', (call) => {
    const endpoint = endpointOf(call.evaluator, argument(call, 0, 'host'), argument(call, 2, 'port'));
    if (endpoint === undefined) return undefined;
    network(call, { port: 22, ...endpoint, host: endpoint.host.replace(/^.*@/, ''), protocol: 'ssh' });
    return instance('fabric.Connection()', { host: endpoint.host });
  }),
  ...names(
    'paramiko.Transport().request_port_forward paramiko.SSHClient().get_transport().request_port_forward ?.request_port_forward asyncssh.connect().forward_remote_port ?.forward_remote_port ?.forward_remote_path',
    (call) => forwards(call, 'remote'),
  ),
  ...names('asyncssh.connect().forward_local_port ?.forward_local_port', (call) => forwards(call, 'local')),
  ...names('asyncssh.connect().forward_socks ?.forward_socks', (call) => forwards(call, 'dynamic')),
  ...names('sshtunnel.SSHTunnelForwarder sshtunnel.open_tunnel SSHTunnelForwarder', (call) => {
    const first = argument(call, 0, 'ssh_address_or_host');
    const endpoint = isList(first)
      ? addressOf(call.evaluator, first)
      : endpointOf(call.evaluator, first, argument(call, -1, 'ssh_port'));
    if (endpoint === undefined) return undefined;
    network(call, { port: 22, ...endpoint, protocol: 'ssh' }, { forward: 'local' });
    return instance('sshtunnel.SSHTunnelForwarder()', { host: endpoint.host });
  }),
  ...names('pyngrok.ngrok.connect ngrok.connect ngrok.forward ngrok.listener', (call) => {
    network(call, { host: 'tunnel.ngrok.com', port: 443, protocol: 'https' }, { forward: 'remote' });
    return instance('pyngrok.ngrok.connect()');
  }),
  ...names(
    'boto3.client().upload_file boto3.resource().upload_file boto3.client().put_object ?.upload_file ?.upload_fileobj ?.upload_from_filename',
    (call) => {
      const bucket = textOf(argument(call, 1, 'Bucket', 'bucket'));
      if (bucket === undefined) return undefined;
      const source = argument(call, 0, 'Filename', 'filename');
      file(call, 'read', source);
      const path = textOf(source);
      network(
        call,
        { host: bucket, protocol: 's3', url: `s3://${bucket}` },
        { payload: path === undefined ? call.named.get('Body') : `@${path}` },
      );
      return null;
    },
  ),
]);

function send(call: CodeCall, at: number, method: string | undefined): Value | undefined {
  const url = argument(call, at, 'url');
  const payload = argument(
    call,
    call.path.endsWith('.post') || call.path.endsWith('.put') || call.path.endsWith('.patch') ? at + 1 : -1,
    'files',
    'data',
    'json',
    'content',
    'body',
    'params',
  );
  return request(call, url, method, payload);
}

function urlopen(call: CodeCall): Value | undefined {
  const target = argument(call, 0, 'url');
  const inside = isInstance(target) ? target : undefined;
  const payload = inside?.data.get('data') ?? argument(call, 1, 'data');
  const method =
    textOf(inside?.data.get('method')) ?? (payload === undefined || payload === null ? 'GET' : 'POST');
  return request(call, target, method, payload);
}

function retrieve(call: CodeCall): Value | undefined {
  const url = urlText(call.evaluator, argument(call, 0, 'url'));
  const made = request(call, argument(call, 0, 'url'), 'GET');
  const target = argument(call, 1, 'filename', 'out', 'dst');
  if (url !== undefined && target !== undefined)
    file(call, 'create', target, { content: response(call, url) });
  return made;
}

function connect(call: CodeCall, endpoint: ReturnType<typeof addressOf>): Value | undefined {
  if (endpoint === undefined) return undefined;
  network(call, { ...endpoint, protocol: endpoint.protocol ?? 'tcp' });
  const address = `${endpoint.host}:${endpoint.port ?? ''}`;
  if (isInstance(call.self)) {
    call.self.data.set('address', address);
    call.self.data.set('host', endpoint.host);
    return null;
  }
  return instance('socket.socket()', { address, host: endpoint.host });
}

/** What is sent over a connection becomes the payload of the connection's action. */
function addPayload(call: CodeCall, payload: string): void {
  const { drafts } = call.evaluator.frame.sink;
  for (let at = drafts.length - 1; at >= Math.max(0, drafts.length - 50); at -= 1) {
    const body = drafts[at]!.body;
    if (body.kind !== 'network') continue;
    drafts[at]!.body = { ...body, payload: (body.payload ?? '') + payload };
    return;
  }
}

/** A client whose constructor names the host. */
function client(protocol: string, port: number): Handler {
  return (call) => {
    const host = argument(call, 0, 'host', 'hostname');
    const endpoint =
      isObject(host) || host === undefined
        ? undefined
        : endpointOf(call.evaluator, host, argument(call, 1, 'port'));
    if (endpoint === undefined) return undefined;
    network(call, { port, protocol, ...endpoint });
    return instance(`${call.path}()`, { host: endpoint.host });
  };
}

function forwards(call: CodeCall, forward: 'remote' | 'local' | 'dynamic'): Value {
  const { self } = call;
  const host = isInstance(self) ? textOf(self.data.get('host')) : undefined;
  const raw =
    isObject(self) && self.kind === 'unknown'
      ? self.text
      : written(call.evaluator.source, call.expression.callee);
  noteCall(call.evaluator, call.path.replace(/^\?\./, ''), call.expression);
  network(call, { host: host ?? raw, port: 22, protocol: 'ssh' }, { forward });
  return instance('forward');
}
