import type { Content } from '../content.ts';
import { textContent } from '../content.ts';
import * as decode from '../decode.ts';
import type { Frame, Given } from '../frame.ts';
import { MAX_CODE } from '../limits.ts';
import { parseUrl } from '../net.ts';
import { cut } from '../overrun.ts';
import type { Piece } from '../splice.ts';
import { assemble } from '../splice.ts';
import {
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
} from './effects.ts';
import type { CodeCall, Dialect } from './evaluate.ts';
import { Evaluator } from './evaluate.ts';
import { percentFormat } from './operators.ts';
import type { Handler } from './python-processes.ts';
import { names } from './python-processes.ts';
import type { ScriptLanguage } from './script-syntax.ts';
import { readScript } from './script-syntax.ts';
import type { Value } from './values.ts';
import {
  bytesOf,
  decodeBytes,
  instance,
  isInstance,
  isList,
  isObject,
  list,
  textOf,
  unknown,
  written,
} from './values.ts';

/** Calls that Perl, Ruby, PHP and Lua share, or have of their own, by name. */
const LIBRARY: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...names(
    'system exec spawn passthru shell_exec popen proc_open pcntl_exec os.execute io.popen Kernel.system Kernel.exec Kernel.spawn IO.popen Open3.popen3 Open3.capture2 Open3.capture3 Open3.capture2e PTY.spawn Process.spawn expect_popen posix.exec IPC::Open3::open3 open2 open3 Expect.spawn',
    start,
  ),
  ...names(
    'eval assert create_function load loadstring dofile instance_eval class_eval call_user_func preg_replace_eval Kernel.eval',
    code,
  ),
  ...names('open', perlOpen),
  ...names(
    'IO::Socket::INET.new IO::Socket::SSL.new IO::Socket::IP.new IO::Socket::INET IO::Socket::SSL IO::Socket::IP',
    (call) => {
      const peer = pairs(call, 'PeerAddr', 'PeerHost');
      const local = pairs(call, 'LocalPort');
      if (peer === undefined && local !== undefined) {
        network(
          call,
          {
            host: textOf(pairs(call, 'LocalAddr')) ?? '0.0.0.0',
            port: Number(textOf(local) ?? local),
            protocol: 'tcp',
          },
          { initiated: false },
        );
        return instance('socket');
      }
      return connects(call, peer ?? call.arguments[0], pairs(call, 'PeerPort'));
    },
  ),
  ...names('inet_aton Socket.inet_aton gethostbyname', (call) => call.arguments[0]),
  ...names('sockaddr_in pack_sockaddr_in Socket.sockaddr_in Socket.pack_sockaddr_in', (call) =>
    instance('address', { port: call.arguments[0], host: call.arguments[1] }),
  ),
  ...names('connect Socket.connect', (call) => {
    const address = call.arguments[call.arguments.length - 1];
    return isInstance(address, 'address')
      ? connects(call, address.data.get('host'), address.data.get('port'))
      : undefined;
  }),
  ...names(
    'TCPSocket.new TCPSocket.open Socket.tcp UDPSocket.connect fsockopen pfsockopen socket_connect OpenSSL::SSL::SSLSocket.new',
    (call) => {
      const from = call.path === 'socket_connect' ? 1 : 0;
      return connects(call, call.arguments[from], call.arguments[from + 1]);
    },
  ),
  ...names('stream_socket_client', (call) => {
    const endpoint = parseUrl(textOf(call.arguments[0]) ?? '');
    if (endpoint === undefined) return undefined;
    network(call, endpoint);
    return instance('socket', { address: `${endpoint.host}:${endpoint.port ?? ''}` });
  }),
  ...names(
    'socket.gets socket.recv socket.read socket.readline socket.readpartial socket.receive socket.sysread socket.tcp().receive fgets fread socket_read',
    (call) => {
      const from = isInstance(call.self) ? call.self : call.arguments[0];
      const address = isInstance(from) ? textOf(from.data.get('address')) : undefined;
      return address === undefined
        ? undefined
        : unknown(written(call.evaluator.source, call.expression), {
            kind: 'download',
            url: `tcp://${address}`,
          });
    },
  ),
  ...names('STDIN.fdopen STDIN.reopen STDOUT.reopen $stdin.reopen', (call) => {
    call.evaluator.connected = call.evaluator.reached ?? ':';
    return null;
  }),
  ...names('TCPServer.new TCPServer.open', (call) => {
    const port = call.arguments.findLast((value) => typeof value === 'number');
    network(
      call,
      { host: '0.0.0.0', ...(typeof port === 'number' ? { port } : {}), protocol: 'tcp' },
      { initiated: false },
    );
    return instance('socket');
  }),
  ...names('?.connect socket.tcp().connect socket.connect', (call) =>
    connects(call, call.arguments[0], call.arguments[1]),
  ),
  ...names('socket.bind ?.bind', (call) => {
    const port = call.arguments[1];
    if (typeof port !== 'number') return undefined;
    network(
      call,
      { host: textOf(call.arguments[0]) ?? '0.0.0.0', port, protocol: 'tcp' },
      { initiated: false },
    );
    return instance('socket');
  }),
  ...names(
    'file_get_contents fopen readfile file include require_once URI.open Net::HTTP.get Net::HTTP.get_response HTTP::Tiny.new().get LWP::Simple::get getstore LWP::UserAgent.new().get Net::HTTP.post_form Net::HTTP.post open-uri http.request socket.http.request File.open File.read IO.read File.readlines IO.readlines io.open io.lines ?.get',
    reads,
  ),
  ...names('curl_init', (call) => instance('curl', { url: call.arguments[0] })),
  ...names('curl_setopt', (call) => {
    const [handle, option, value] = call.arguments;
    const name = isObject(option) && option.kind === 'reference' ? option.path : textOf(option);
    if (isInstance(handle) && name === 'CURLOPT_URL' && value !== undefined) handle.data.set('url', value);
    if (isInstance(handle) && name === 'CURLOPT_POSTFIELDS' && value !== undefined)
      handle.data.set('data', value);
    return null;
  }),
  ...names('curl_exec', (call) => {
    const handle = call.arguments[0];
    if (!isInstance(handle)) return undefined;
    const data = handle.data.get('data');
    return request(call, handle.data.get('url'), data === undefined ? 'GET' : 'POST', data);
  }),
  ...names('URI URI.parse', (call) => call.arguments[0]),
  ...names('file_put_contents File.write IO.write', (call) =>
    done(call, file(call, 'create', call.arguments[0], { content: call.arguments[1] })),
  ),
  ...names(
    'unlink File.delete File.unlink FileUtils.rm FileUtils.rm_f FileUtils.rm_r FileUtils.rm_rf FileUtils.remove_dir rmdir Dir.rmdir os.remove rmtree remove_tree',
    (call) => {
      let index: number | undefined;
      for (const value of call.arguments.flatMap((each) => (isList(each) ? each.items : [each])))
        index = file(call, 'delete', value) ?? index;
      return done(call, index);
    },
  ),
  ...names('rename File.rename FileUtils.mv os.rename', (call) =>
    done(call, file(call, 'rename', call.arguments[0], { target: call.arguments[1] })),
  ),
  ...names('copy FileUtils.cp FileUtils.cp_r File.copy', (call) => {
    file(call, 'read', call.arguments[0]);
    const path = textOf(call.arguments[0]);
    return done(
      call,
      file(
        call,
        'create',
        call.arguments[1],
        path === undefined ? {} : { content: unknown(path, { kind: 'file', path }) },
      ),
    );
  }),
  ...names('chmod File.chmod FileUtils.chmod', (call) => {
    const first = call.arguments[0];
    // php names the file first
    const place = call.evaluator.dialect.language === 'php' ? first : call.arguments[1];
    const mode = call.evaluator.dialect.language === 'php' ? call.arguments[1] : first;
    return done(call, file(call, 'permission', place, { mode }));
  }),
  ...names('symlink link File.symlink File.link', (call) =>
    done(call, file(call, 'create', call.arguments[1], { target: call.arguments[0] })),
  ),
  ...names('fwrite fputs ?.write ?.puts ?.print ?.syswrite', (call) => {
    const handle = call.arguments.length > 1 ? call.arguments[0] : call.self;
    const draft = isInstance(handle, 'file()') ? handle.data.get('draft') : undefined;
    const target = typeof draft === 'number' ? call.evaluator.frame.sink.drafts[draft] : undefined;
    const text = textOf(call.arguments[call.arguments.length - 1]);
    if (target?.body.kind === 'file' && text !== undefined)
      target.body = { ...target.body, content: (target.body.content ?? '') + text };
    return null;
  }),
  ...names(
    'base64_decode decode_base64 MIME::Base64::decode Base64.decode64 Base64.urlsafe_decode64 Base64.strict_decode64',
    undo('base64', decode.base64),
  ),
  ...names('hex2bin', undo('hex', decode.hex)),
  ...names(
    'gzinflate gzuncompress gzdecode Zlib::Inflate.inflate Zlib.inflate',
    undo('gzip', decode.inflate),
  ),
  ...names('str_rot13', (call) =>
    textOf(call.arguments[0]) === undefined || !call.evaluator.hides
      ? undefined
      : decode.rot13(textOf(call.arguments[0])!),
  ),
  ...names('strrev', (call) =>
    textOf(call.arguments[0]) === undefined || !call.evaluator.hides
      ? undefined
      : decode.reverse(textOf(call.arguments[0])!),
  ),
  ...names('reverse', (call) =>
    textOf(call.arguments[0]) === undefined || !call.evaluator.hides
      ? undefined
      : decode.reverse(textOf(call.arguments[0])!),
  ),
  ...names('urldecode rawurldecode uri_unescape CGI.unescape', (call) =>
    textOf(call.arguments[0]) === undefined || !call.evaluator.hides
      ? undefined
      : decode.percent(textOf(call.arguments[0])!),
  ),
  ...names('chr string.char', (call) =>
    call.evaluator.hides && call.arguments.every((value) => typeof value === 'number')
      ? call.arguments
          .map((value) => String.fromCodePoint(Math.min(Math.max(0, value as number), 0x10ffff)))
          .join('')
      : undefined,
  ),
  ...names('join implode', (call) => {
    const [first, second] = call.arguments;
    const items = isList(second) ? second.items : isList(first) ? first.items : call.arguments.slice(1);
    const separator = textOf(first) ?? textOf(second) ?? '';
    const pieces = items.flatMap((item, at): Piece[] => [
      ...(at > 0 && separator !== '' ? [{ text: separator }] : []),
      { text: call.evaluator.text(item) },
    ]);
    return assemble(pieces, call.evaluator.frame.sink.hides);
  }),
  ...names('pack', (call) => {
    if (!call.evaluator.hides) return undefined;
    const template = textOf(call.arguments[0]) ?? '';
    const raw = bytesOf(call.arguments[1]);
    if (/^H/i.test(template) && raw !== undefined)
      return decodeBytes(Buffer.from(raw, 'hex').toString('latin1'));
    if (/^[cCU]/.test(template))
      return call.arguments
        .slice(1)
        .map((value) => (typeof value === 'number' ? String.fromCodePoint(value & 0xffff) : ''))
        .join('');
    return undefined;
  }),
  ...names('print puts echo say io.write p printf', (call) => {
    call.evaluator.print(
      call.arguments.map((value) => call.evaluator.text(value)).join('') +
        (/^(?:puts|say|p)$/.test(call.path) ? '\n' : ''),
    );
    return null;
  }),
  ...names('sprintf format string.format', (call) => {
    const text = textOf(call.arguments[0]);
    return text === undefined
      ? undefined
      : percentFormat(call.evaluator, text, list(call.arguments.slice(1), true));
  }),
  ...names('require', (call) => {
    const path = textOf(call.arguments[0]);
    return path === undefined ? undefined : { kind: 'reference', path, imported: true };
  }),
  ...names('assert', (call) => call.arguments[0]),
  ...names('array', (call) => list([...call.arguments])),
  ...names('dns_get_record checkdnsrr Resolv.getaddress', (call) => {
    lookup(call, call.arguments[0]);
    return unknown('address');
  }),
]);

/** Text in one of the one-liner languages that is run. What it prints, as far as it is known. */
export function interpretScript(
  frame: Frame,
  language: ScriptLanguage,
  text: string,
  given: Given,
): Content | undefined {
  const source = cut(text, MAX_CODE, 'code');
  const evaluator = new Evaluator(frame, dialect(language), source, {
    files: given.files,
    directory: given.directory,
  });
  evaluator.run(readScript(source, language));
  return evaluator.printed.length > 0 ? textContent(evaluator.printed.join('')) : undefined;
}

function dialect(language: ScriptLanguage): Dialect {
  return {
    language,
    call: (call) => {
      const path = call.path.replace(/^(?:Kernel|main)\.|\(\)$/g, '');
      const handler =
        LIBRARY.get(call.path) ??
        LIBRARY.get(path) ??
        LIBRARY.get(call.path.replace(/^.*\.(?=system$|exec$)/, ''));
      return handler?.(call);
    },
    hole: (text) => (language === 'ruby' ? `#{${text}}` : `$${text.replace(/^[$@]/, '')}`),
  };
}

/** `system("text")`, `exec("program", "word", …)`, `spawn`, `popen`. */
function start(call: CodeCall): Value | undefined {
  const given = call.arguments.filter((value) => !(isObject(value) && value.kind === 'dict'));
  const first = given[0];
  if (isList(first)) return program(call, first.items);
  const rest = given.slice(1);
  if (call.path === 'pcntl_exec')
    return program(call, [first ?? '', ...(isList(rest[0]) ? rest[0].items : [])]);
  const texts =
    rest.every((value) => typeof value === 'string') &&
    rest.length > 0 &&
    !/^(?:popen|IO\.popen|io\.popen|proc_open|passthru|shell_exec)$/.test(call.path);
  if (texts) return program(call, [first ?? '', ...rest]);
  // php's `<&3` and perl's `<&S`: the shell reads from the connection opened before
  const text = textOf(first);
  const output = shellCommand(call, first);
  const joins = (text !== undefined && /[<>]&/.test(text)) || given.length < call.arguments.length;
  if (joins && call.evaluator.reached !== undefined)
    connectShells(call.evaluator.frame, call.evaluator.reached);
  return output;
}

function code(call: CodeCall): Value | undefined {
  const given = call.path === 'create_function' ? call.arguments[1] : call.arguments[0];
  if (isObject(given) && given.kind === 'closure') return undefined;
  return runCode(call, given);
}

/** Perl's `open(F, "|cmd")`, `open(F, "-|", "cmd")`, `open(F, ">file")`; and redirections of its own streams. */
function perlOpen(call: CodeCall): Value | undefined {
  const [, mode, third] = call.arguments;
  const text = textOf(mode);
  if (text === undefined) return reads(call);
  if (/^[<>+]*&/.test(text) || (/^[<>]&?$/.test(text) && third === undefined)) {
    // `open(STDIN, ">&S")`: what is started after speaks to the socket
    call.evaluator.connected = call.evaluator.reached ?? ':';
    return null;
  }
  if (third !== undefined && /\|/.test(text)) {
    const words = call.arguments.slice(2);
    return words.length > 1 ? program(call, words) : shellCommand(call, third);
  }
  const piped = /^\s*\|\s*([\s\S]+)$/.exec(text)?.[1] ?? /^([\s\S]+?)\s*\|\s*$/.exec(text)?.[1];
  if (piped !== undefined) return shellCommand(call, piped);
  const match = /^\s*(>>|>|\+<|<)?\s*([\s\S]*)$/.exec(text)!;
  const path = third ?? match[2]!;
  const operation = match[1] === '>>' ? 'append' : match[1] === '>' ? 'create' : 'read';
  return done(call, file(call, operation, path));
}

/** A file or a URL that is read, or a file opened for writing. */
function reads(call: CodeCall): Value | undefined {
  const target = call.arguments[0];
  const text = textOf(target);
  if (text === undefined) return undefined;
  if (parseUrl(text) !== undefined)
    return request(
      call,
      text,
      /post/i.test(call.path) ? 'POST' : 'GET',
      /post/i.test(call.path) ? call.arguments[1] : undefined,
    );
  if (call.path === '?.get' || call.path === 'include' || /[\n<>|]/.test(text)) return undefined;
  const mode = textOf(call.arguments[1]) ?? 'r';
  const operation = /^a/.test(mode) ? 'append' : /^[wx]/.test(mode) ? 'create' : 'read';
  const index = file(call, operation, text);
  const made = instance('file()', { path: text });
  if (index !== undefined) made.data.set('draft', index);
  if (operation === 'read')
    made.data.set(
      'content',
      unknown(written(call.evaluator.source, call.expression), { kind: 'file', path: text }),
    );
  return index === undefined ? undefined : made;
}

function connects(call: CodeCall, host: Value | undefined, port: Value | undefined): Value | undefined {
  const endpoint = endpointOf(call.evaluator, host, port);
  if (endpoint === undefined) return undefined;
  network(call, {
    ...endpoint,
    host: endpoint.host.replace(/^(?:tcp|udp|ssl|tls):\/\//, ''),
    protocol: endpoint.protocol ?? 'tcp',
  });
  const address = `${endpoint.host}:${endpoint.port ?? ''}`;
  call.evaluator.reached = address;
  if (isInstance(call.self)) call.self.data.set('address', address);
  return instance('socket', { address });
}

/** The value of a named pair among the arguments: `PeerAddr => "host:port"`. */
function pairs(call: CodeCall, ...wanted: readonly string[]): Value | undefined {
  for (let at = 0; at < call.arguments.length; at += 1) {
    const value = call.arguments[at];
    const name = textOf(value) ?? (isObject(value) && value.kind === 'reference' ? value.path : undefined);
    if (name !== undefined && wanted.includes(name)) return call.arguments[at + 1];
    if (isObject(value) && value.kind === 'dict')
      for (const key of wanted) if (value.entries.has(key)) return value.entries.get(key);
  }
  return undefined;
}

function undo(how: string, apply: decode.Decoder): Handler {
  return (call) => {
    const raw = bytesOf(call.arguments[0]);
    const output = raw === undefined ? undefined : apply(Buffer.from(raw, 'latin1'));
    if (output === undefined || !call.evaluator.hides) return undefined;
    call.evaluator.undone.add(how);
    return output.toString('utf8');
  };
}
