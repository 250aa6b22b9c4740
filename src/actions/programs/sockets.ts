import type { Content } from '../content.ts';
import { literal } from '../content.ts';
import { hostOf, parseHostPort, portOf } from '../net.ts';
import { lookupIn } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, networkAction } from './invocation.ts';
import type { OptionSpec } from './options.ts';
import { has, names, optionValue, readWords } from './options.ts';

/** Programs that hand a bare connection on: `nc`, `socat`, `openssl s_client`. */
export const sockets: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['nc', netcat],
  ['socat', socat],
  ['openssl', opensslClient],
  [
    'socket',
    (call) => {
      const words = readWords(call.argv, { short: 'p' });
      const port = portOf(words.operands.at(-1)?.text);
      const host = words.operands.length > 1 ? words.operands.at(-2) : undefined;
      if (port === undefined) return undefined;
      if (has(words, 's'))
        networkAction(call, { host: '0.0.0.0', port, protocol: 'tcp' }, words.operands.at(-1)!, {
          initiated: false,
        });
      else if (host !== undefined) networkAction(call, { ...hostOf(host.text), port, protocol: 'tcp' }, host);
      return undefined;
    },
  ],
]);

const NETCAT: OptionSpec = {
  short: 'eceghGiImMoOpPqsTVwWxX',
  long: names(
    'exec sh-exec lua-exec source source-port proxy proxy-type proxy-auth idle-timeout wait output max-conns allow deny',
  ),
};

/** nc, ncat, netcat: `nc host port`, `nc -l port`. */
function netcat(call: Invocation): undefined {
  const words = readWords(call.argv, { ...NETCAT, short: 'eciIgGmoOpPqsTVwWxX' });
  if (has(words, 'U')) {
    if (words.operands[0] !== undefined) fileAction(call, 'append', words.operands[0]);
    return;
  }
  const protocol = has(words, 'u', 'udp') ? 'udp' : 'tcp';
  const listens = has(words, 'l', 'L', 'listen');
  const sourcePort = optionValue(words, 'p', 'source-port')?.text;
  const [first, second] = words.operands;
  if (listens) {
    const port = portOf(sourcePort) ?? portOf(second?.text) ?? portOf(first?.text);
    const host =
      first !== undefined && portOf(first.text) === undefined
        ? first.text
        : (optionValue(words, 's')?.text ?? '0.0.0.0');
    networkAction(
      call,
      { ...hostOf(host), ...(port === undefined ? {} : { port }), protocol },
      first ?? call.argv[0]!,
      { initiated: false },
    );
    return;
  }
  if (first === undefined) return;
  const port = portOf(second?.text);
  const payload = literal(call.context.input, lookupIn(call.context.state)) ?? fileInput(call.context.input);
  networkAction(call, { ...hostOf(first.text), ...(port === undefined ? {} : { port }), protocol }, first, {
    payload: payload === undefined || payload === '' ? undefined : payload,
  });
}

function fileInput(content: Content | undefined): string | undefined {
  return content?.kind === 'file' ? `@${content.path}` : undefined;
}

/** socat's addresses: `TCP:host:port`, `TCP-LISTEN:port`, `FILE:path`, `EXEC:…` (told elsewhere). */
function socat(call: Invocation): undefined {
  for (const field of readWords(call.argv, { short: 'lbtTLSWx' }).operands) {
    const match = /^([\w-]+):([^,]*)/.exec(field.text);
    if (match === null) continue;
    const kind = match[1]!.toLowerCase();
    const rest = match[2]!;
    if (/^(?:tcp|udp|openssl|ssl|sctp)[46]?(?:-connect|-sendto|-datagram)?$/.test(kind)) {
      const parts = /^(.*?):(\d+)$/.exec(rest);
      const host = parts?.[1] ?? rest;
      const protocol = kind.replace(/[46]?(?:-.*)?$/, '');
      networkAction(
        call,
        { ...hostOf(host), ...(parts === null ? {} : { port: Number(parts[2]) }), protocol },
        field,
      );
    } else if (/(?:-listen|-l|-recv|-recvfrom)$/.test(kind) && !kind.startsWith('unix')) {
      const port = portOf(rest.replace(/^.*:/, ''));
      networkAction(
        call,
        { host: '0.0.0.0', ...(port === undefined ? {} : { port }), protocol: kind.replace(/[46]?-.*$/, '') },
        field,
        { initiated: false },
      );
    } else if (/^(?:socks4a?|proxy)$/.test(kind)) {
      networkAction(call, { ...hostOf(rest.split(':')[0]!), protocol: 'socks' }, field);
    } else if (/^(?:file|open|gopen|create)$/.test(kind)) {
      fileAction(call, /creat|^create/.test(field.text) ? 'create' : 'read', { ...field, text: rest });
    } else if (kind.startsWith('unix')) fileAction(call, 'append', { ...field, text: rest });
  }
}

/** `openssl s_client -connect host:port`. */
function opensslClient(call: Invocation): undefined {
  const mode = call.argv[1]?.text;
  if (mode !== 's_client' && mode !== 's_server') return;
  const words = readWords(call.argv, {
    single: names('connect host port accept proxy cert key CAfile servername'),
  });
  const target = optionValue(words, 'connect', 'host');
  if (mode === 's_server') {
    const accept = optionValue(words, 'accept', 'port');
    const port = portOf(accept?.text.replace(/^.*:/, ''));
    networkAction(
      call,
      { host: '0.0.0.0', ...(port === undefined ? {} : { port }), protocol: 'ssl' },
      accept ?? call.argv[1]!,
      { initiated: false },
    );
    return;
  }
  const endpoint = target === undefined ? undefined : parseHostPort(target.text);
  if (endpoint !== undefined && target !== undefined)
    networkAction(call, { port: 443, ...endpoint, protocol: 'ssl' }, target);
}
