import type { Content } from '../content.ts';
import { textContent } from '../content.ts';
import * as decode from '../decode.ts';
import type { Frame, Given } from '../frame.ts';
import { MAX_CODE } from '../limits.ts';
import { cut } from '../overrun.ts';
import {
  argument,
  connectShells,
  done,
  endpointOf,
  file,
  lookup,
  network,
  program,
  request,
  runCode,
  shellCommand,
  urlText,
} from './effects.ts';
import type { CodeCall, Dialect } from './evaluate.ts';
import { Evaluator } from './evaluate.ts';
import { moduleName, readJavaScript } from './javascript-syntax.ts';
import type { Handler } from './python-processes.ts';
import { names } from './python-processes.ts';
import { statementCall } from './sql-calls.ts';
import type { Dict, Value } from './values.ts';
import {
  bytes,
  bytesOf,
  instance,
  isInstance,
  isList,
  isObject,
  list,
  textOf,
  unknown,
  written,
} from './values.ts';

/** Calls of JavaScript that start processes, connect, or act on files, by dotted name. */
const LIBRARY: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...names(
    'exec child_process.exec child_process.execSync shelljs.exec util.promisify().exec execa.command execa.commandSync execa.execaCommand execa.execaCommandSync zx.$ shell.exec',
    (call) => shellCommand(call, call.arguments[0]),
  ),
  ...names(
    'child_process.spawn child_process.spawnSync child_process.execFile child_process.execFileSync cross-spawn cross-spawn.spawn cross-spawn.sync execa execa.execa execa.execaSync node-pty.spawn Bun.spawn Bun.spawnSync Deno.Command Deno.run',
    spawn,
  ),
  ...names('child_process.fork', (call) => program(call, ['node', call.arguments[0] ?? ''])),
  ...names('require', (call) => {
    const path = textOf(call.arguments[0]);
    return path === undefined ? undefined : { kind: 'reference', path: moduleName(path), imported: true };
  }),
  ...names(
    'process.getBuiltinModule process.mainModule.require module.require globalThis.require process.binding',
    (call) => {
      const path = textOf(call.arguments[0]);
      return path === undefined ? undefined : { kind: 'reference', path: moduleName(path), imported: true };
    },
  ),
  ...names('util.promisify', (call) => call.arguments[0]),
  ...names('Java.type', (call) => {
    const path = textOf(call.arguments[0]);
    return path === undefined ? undefined : { kind: 'reference', path, imported: true };
  }),
  ...names('java.lang.ProcessBuilder java.lang.Runtime.getRuntime().exec', (call) =>
    typeof call.arguments[0] === 'string' && call.arguments.length === 1
      ? shellCommand(call, call.arguments[0])
      : program(call, call.arguments),
  ),
  ...names('java.net.Socket', (call) => {
    const endpoint = endpointOf(call.evaluator, call.arguments[0], call.arguments[1]);
    if (endpoint === undefined) return undefined;
    network(call, { ...endpoint, protocol: 'tcp' });
    connectShells(call.evaluator.frame, `${endpoint.host}:${endpoint.port ?? ''}`);
    return instance('net.Socket()');
  }),
  ...names('java.net.URL', (call) => request(call, call.arguments[0], 'GET')),
  ...names('eval Function Function().call vm.runInThisContext vm.runInNewContext', (call) =>
    runCode(call, call.arguments[call.arguments.length - 1]),
  ),
  ...names('setTimeout setInterval', (call) =>
    typeof call.arguments[0] === 'string' ? runCode(call, call.arguments[0]) : undefined,
  ),
  ...names('net.connect net.createConnection tls.connect', connect),
  ...names('net.Socket tls.TLSSocket', () => instance('net.Socket()')),
  ...names('net.Socket().connect', connect),
  ...names('dgram.createSocket', () => instance('dgram.Socket()')),
  ...names('dgram.Socket().send', (call) => {
    const host = call.arguments.findLast((value) => typeof value === 'string');
    const port = call.arguments.find((value) => typeof value === 'number');
    const endpoint = endpointOf(call.evaluator, host, port);
    if (endpoint === undefined) return undefined;
    network(call, { ...endpoint, protocol: 'udp' }, { payload: call.arguments[0] });
    return null;
  }),
  ...names('net.createServer http.createServer https.createServer express Bun.serve', () =>
    instance('net.Server()'),
  ),
  ...names('net.Server().listen', (call) => {
    const port = call.arguments.find((value) => typeof value === 'number');
    if (typeof port !== 'number') return undefined;
    network(
      call,
      { host: textOf(call.arguments[1]) ?? '0.0.0.0', port, protocol: 'tcp' },
      { initiated: false },
    );
    return null;
  }),
  ...names('http.get https.get', (call) => options(call, 'GET')),
  ...names('http.request https.request', (call) => options(call, undefined)),
  ...names(
    'fetch node-fetch undici.fetch globalThis.fetch got ky axios request superagent undici.request needle',
    (call) => {
      const first = call.arguments[0];
      const given = isDict(first) ? first : call.arguments[1];
      const url = isDict(first) ? entry(first, 'url', 'uri') : first;
      return request(
        call,
        url,
        textOf(entry(given, 'method'))?.toUpperCase() ?? 'GET',
        entry(given, 'body', 'data', 'json', 'form'),
      );
    },
  ),
  ...['axios', 'got', 'ky', 'request', 'superagent', 'needle'].flatMap((base) =>
    ['get', 'post', 'put', 'delete', 'patch'].map((method): [string, Handler] => [
      `${base}.${method}`,
      (call) =>
        request(
          call,
          call.arguments[0],
          method.toUpperCase(),
          method === 'get' ? undefined : call.arguments[1],
        ),
    ]),
  ),
  ...names('WebSocket ws ws.WebSocket EventSource socket.io-client.io', (call) =>
    request(call, call.arguments[0], undefined),
  ),
  ...names('dns.lookup dns.resolve dns.resolve4 dns.promises.lookup dns.promises.resolve', (call) => {
    lookup(call, call.arguments[0]);
    return unknown('address');
  }),
  ...each('writeFile writeFileSync outputFile outputFileSync', (call) =>
    done(call, file(call, 'create', call.arguments[0], { content: call.arguments[1] })),
  ),
  ...each('appendFile appendFileSync', (call) =>
    done(call, file(call, 'append', call.arguments[0], { content: call.arguments[1] })),
  ),
  ...each('createWriteStream', (call) => done(call, file(call, 'create', call.arguments[0]))),
  ...each('readFile readFileSync createReadStream', (call) => {
    const index = file(call, 'read', call.arguments[0]);
    const path = textOf(call.arguments[0]);
    if (index === undefined || path === undefined) return undefined;
    return unknown(written(call.evaluator.source, call.expression), { kind: 'file', path });
  }),
  ...each('unlink unlinkSync rm rmSync rmdir rmdirSync remove removeSync', (call) =>
    done(call, file(call, 'delete', call.arguments[0])),
  ),
  ...each('rename renameSync move moveSync', (call) =>
    done(call, file(call, 'rename', call.arguments[0], { target: call.arguments[1] })),
  ),
  ...each('copyFile copyFileSync cp cpSync copy copySync', (call) => {
    file(call, 'read', call.arguments[0]);
    const path = textOf(call.arguments[0]);
    const content = path === undefined ? undefined : unknown(path, { kind: 'file', path });
    return done(call, file(call, 'create', call.arguments[1], { content }));
  }),
  ...each('chmod chmodSync', (call) =>
    done(call, file(call, 'permission', call.arguments[0], { mode: call.arguments[1] })),
  ),
  ...each('chown chownSync', (call) =>
    done(call, file(call, 'permission', call.arguments[0], { mode: list(call.arguments.slice(1)) })),
  ),
  ...each('symlink symlinkSync link linkSync', (call) =>
    done(call, file(call, 'create', call.arguments[1], { target: call.arguments[0] })),
  ),
  ...names('Deno.writeTextFile Deno.writeTextFileSync Bun.write', (call) =>
    done(call, file(call, 'create', call.arguments[0], { content: call.arguments[1] })),
  ),
  ...names('Deno.readTextFile Deno.readTextFileSync', (call) =>
    done(call, file(call, 'read', call.arguments[0])),
  ),
  ...names('Deno.remove Deno.removeSync', (call) => done(call, file(call, 'delete', call.arguments[0]))),
  ...names('path.join path.resolve', (call) =>
    call.arguments
      .map((value) => call.evaluator.text(value))
      .join('/')
      .replace(/\/+/g, '/'),
  ),
  ...names('os.homedir', () => '~'),
  ...names('process.chdir', (call) => {
    call.evaluator.directory = textOf(call.arguments[0]);
    return null;
  }),
  ...names('Buffer.from Buffer', (call) => {
    const encoding = textOf(call.arguments[1])?.toLowerCase();
    const raw = bytesOf(call.arguments[0]);
    if (raw === undefined) return undefined;
    if (encoding === 'base64' || encoding === 'base64url')
      return undoing(call, 'base64', decode.base64(Buffer.from(raw, 'latin1')));
    if (encoding === 'hex') return undoing(call, 'hex', decode.hex(Buffer.from(raw, 'latin1')));
    return bytes(raw);
  }),
  ...names('atob', (call) => {
    const raw = textOf(call.arguments[0]);
    const output = raw === undefined ? undefined : decode.base64(Buffer.from(raw));
    if (output === undefined || !call.evaluator.hides) return undefined;
    call.evaluator.undone.add('base64');
    return output.toString('latin1');
  }),
  ...names('decodeURIComponent unescape decodeURI', (call) =>
    textOf(call.arguments[0]) === undefined || !call.evaluator.hides
      ? undefined
      : decode.percent(textOf(call.arguments[0])!),
  ),
  ...names('String.fromCharCode String.fromCodePoint', (call) => {
    if (!call.evaluator.hides || !call.arguments.every((value) => typeof value === 'number'))
      return undefined;
    return call.arguments
      .map((value) => String.fromCodePoint(Math.min(Math.max(0, Math.floor(value as number)), 0x10ffff)))
      .join('');
  }),
  ...names('parseInt Number', (call) => {
    const text = textOf(call.arguments[0]);
    const radix = typeof call.arguments[1] === 'number' ? call.arguments[1] : 10;
    const value = text === undefined || radix < 2 || radix > 36 ? Number.NaN : Number.parseInt(text, radix);
    return Number.isNaN(value) ? undefined : value;
  }),
  ...names('zlib.gunzipSync zlib.inflateSync zlib.unzipSync', (call) => {
    const raw = bytesOf(call.arguments[0]);
    return raw === undefined ? undefined : undoing(call, 'gzip', decode.inflate(Buffer.from(raw, 'latin1')));
  }),
  ...names('console.log console.info process.stdout.write', (call) => {
    call.evaluator.print(`${call.arguments.map((value) => call.evaluator.text(value)).join(' ')}\n`);
    return null;
  }),
]);

const javascript: Dialect = {
  language: 'javascript',
  call: (call) => {
    const path = call.path
      .replace(/^fs\/promises\.|^fs\.promises\.|^fs-extra\.|^graceful-fs\./, 'fs.')
      .replace(/^(?:globalThis|window|global)\./, '');
    const handler = LIBRARY.get(path) ?? LIBRARY.get(path.replace(/\.default$/, ''));
    const result = handler?.(path === call.path ? call : { ...call, path });
    if (result !== undefined) return result;
    if (/\.pipe$/.test(path)) joinStreams(call);
    if (/^\?\.(?:then|catch|finally|on|once|pipe)$/.test(path)) return call.self;
    return statementCall(call);
  },
  hole: (text) => `\${${text}}`,
  attribute: (object, name) => {
    if (isInstance(object) && object.type === 'response')
      return object.data.get(name) ?? object.data.get('content');
    if (name === 'length' && typeof object === 'string') return object.length;
    if (name === 'length' && isList(object)) return object.items.length;
    return undefined;
  },
};

/** JavaScript that is run. What it prints, as far as it is known. */
export function interpretJavaScript(frame: Frame, text: string, given: Given): Content | undefined {
  const source = cut(text, MAX_CODE, 'code');
  const evaluator = new Evaluator(frame, javascript, source, {
    files: given.files,
    directory: given.directory,
  });
  evaluator.run(readJavaScript(source));
  return evaluator.printed.length > 0 ? textContent(evaluator.printed.join('')) : undefined;
}

/** JavaScript that is only written to a file. */
export function describeJavaScript(frame: Frame, text: string, path: string): void {
  const source = cut(text, MAX_CODE, 'code');
  new Evaluator(frame, javascript, source, { file: path }).run(readJavaScript(source));
}

/** The functions of `fs`. */
function each(text: string, handler: Handler): [string, Handler][] {
  return names(text, handler).map(([name, own]) => [`fs.${name}`, own]);
}

function undoing(call: CodeCall, how: string, output: Buffer | undefined): Value | undefined {
  if (output === undefined || !call.evaluator.hides) return undefined;
  call.evaluator.undone.add(how);
  return bytes(output.toString('latin1'));
}

function isDict(value: Value | undefined): value is Dict {
  return isObject(value) && value.kind === 'dict';
}

function entry(value: Value | undefined, ...keys: readonly string[]): Value | undefined {
  if (!isDict(value)) return undefined;
  for (const key of keys) {
    const found = value.entries.get(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `spawn(file, args, { shell: true })`. */
function spawn(call: CodeCall): Value | undefined {
  const [first, second] = call.arguments;
  const given = call.arguments.find((value, at) => at > 0 && isDict(value));
  if (entry(given, 'shell') === true && first !== undefined) {
    const words = isList(second) ? second.items.map((item) => call.evaluator.text(item)) : [];
    return shellCommand(call, [call.evaluator.text(first), ...words].join(' '));
  }
  if (isList(first)) return program(call, first.items);
  const words = entry(first, 'cmd');
  if (isList(words)) return program(call, words.items);
  const args = isList(second)
    ? second.items
    : isList(entry(given, 'args'))
      ? (entry(given, 'args') as { items: Value[] }).items
      : [];
  if (first === undefined || isObject(first)) return undefined;
  const streams = entry(given, 'stdio');
  const socket = isList(streams) ? streams.items.find((item) => isInstance(item, 'net.Socket()')) : undefined;
  const connected = isInstance(socket) ? textOf(socket.data.get('address')) : undefined;
  const cwd = textOf(entry(given, 'cwd'));
  const before = call.evaluator.directory;
  if (cwd !== undefined) call.evaluator.directory = cwd;
  const output = program(call, [first, ...args], connected === undefined ? {} : { connected });
  call.evaluator.directory = before;
  return output;
}

/** `socket.pipe(shell.stdin)`: the streams of the shell started here are the connection's. */
function joinStreams(call: CodeCall): void {
  const socket = [call.self, ...call.arguments].find((value) => isInstance(value, 'net.Socket()'));
  if (!isInstance(socket)) return;
  connectShells(call.evaluator.frame, textOf(socket.data.get('address')) ?? ':');
}

/** `net.connect(port, host)`, `net.connect({ port, host })`. */
function connect(call: CodeCall): Value | undefined {
  const first = argument(call, 0);
  const port = isDict(first) ? entry(first, 'port') : first;
  const host = isDict(first) ? entry(first, 'host', 'path') : call.arguments[1];
  const endpoint = endpointOf(
    call.evaluator,
    typeof host === 'string' || isObject(host) ? host : 'localhost',
    port,
  );
  if (endpoint === undefined || (typeof port !== 'number' && textOf(port) === undefined && !isObject(port)))
    return undefined;
  network(call, { ...endpoint, protocol: 'tcp' });
  const made = isInstance(call.self) ? call.self : instance('net.Socket()');
  made.data.set('address', `${endpoint.host}:${endpoint.port ?? ''}`);
  for (const callback of call.arguments)
    if (isObject(callback) && callback.kind === 'closure') call.evaluator.apply(callback, [], new Map());
  return made;
}

/** `https.get(url)`, `https.request({ hostname, port, path, method })`. */
function options(call: CodeCall, method: string | undefined): Value | undefined {
  const first = call.arguments[0];
  const given = isDict(first) ? first : call.arguments[1];
  const verb = method ?? textOf(entry(given, 'method'))?.toUpperCase();
  if (!isDict(first))
    return urlText(call.evaluator, first) === undefined ? undefined : request(call, first, verb);
  const scheme = call.path.startsWith('https') ? 'https' : 'http';
  const endpoint = endpointOf(
    call.evaluator,
    entry(first, 'hostname', 'host'),
    entry(first, 'port') ?? (scheme === 'https' ? 443 : 80),
  );
  if (endpoint === undefined) return undefined;
  network(
    call,
    {
      ...endpoint,
      protocol: scheme,
      url: `${scheme}://${endpoint.host}${textOf(entry(first, 'path')) ?? '/'}`,
    },
    { method: verb },
  );
  return instance('response');
}
