import type { Content } from '../content.ts';
import { literal } from '../content.ts';
import { MAX_DECODED } from '../limits.ts';
import type { Endpoint } from '../net.ts';
import { hostOf, parseUrl } from '../net.ts';
import { cut } from '../overrun.ts';
import { baseName } from '../paths.ts';
import type { Field } from '../shell/state.ts';
import { lookupIn } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, networkAction, written } from './invocation.ts';
import type { OptionSpec, Words } from './options.ts';
import { has, names, optionValue, optionValues, readWords } from './options.ts';

/** curl, wget and their like: what is fetched, where it goes, what is sent. */
export const transfers: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['curl', curl],
  ['wget', wget],
  [
    'aria2c',
    downloader(
      {
        short: 'odjxskUil',
        long: names('out dir max-connection-per-server split header user-agent input-file'),
      },
      ['o', 'out'],
    ),
  ],
  ['axel', downloader({ short: 'onSHUT' }, ['o'])],
  ['lwp-download', downloader({}, [])],
  ['lwp-request', downloader({ short: 'mbtCHAoE' }, [])],
  ['fetch', downloader({ short: 'oTSwN' }, ['o'])],
  ['lynx', downloader({}, [])],
  ['w3m', downloader({ short: 'oITHt' }, [])],
  ['links', downloader({}, [])],
  ['yt-dlp', downloader({ short: 'ofPrN', long: names('output format proxy cookies') }, [])],
  ['youtube-dl', downloader({ short: 'ofrN', long: names('output format proxy') }, [])],
  ['http', httpie],
]);

const CURL: OptionSpec = {
  short: 'AbcCdDeEFhHKmoPQrtTuUwxXyYz',
  long: names(`abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout
    connect-to continue-at cookie cookie-jar crlfile curves data data-ascii data-binary data-raw data-urlencode json
    delegation dns-interface dns-servers doh-url dump-header egd-file engine expect100-timeout form form-string
    ftp-account ftp-port happy-eyeballs-timeout-ms header hostpubmd5 interface keepalive-time key key-type
    krb limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file
    noproxy oauth2-bearer output output-dir parallel-max pass pinnedpubkey postquote preproxy prequote proto
    proto-default proto-redir proxy proxy-header proxy-user proxy1.0 pubkey quote random-file range rate referer
    remove-on-error request request-target resolve retry retry-delay retry-max-time service-name socks4 socks4a
    socks5 socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max
    tls13-ciphers trace trace-ascii unix-socket upload-file url url-query user user-agent variable write-out`),
};

function curl(call: Invocation): Content | undefined {
  const words = readWords(call.argv, CURL);
  const targets = [...words.operands, ...optionValues(words, 'url')];
  const data = optionValues(
    words,
    'd',
    'data',
    'data-ascii',
    'data-binary',
    'data-raw',
    'data-urlencode',
    'json',
  );
  const forms = optionValues(words, 'F', 'form', 'form-string');
  const upload = optionValue(words, 'T', 'upload-file');
  const payload = curlPayload(call, words, data, forms, upload);
  const given = optionValue(words, 'X', 'request')?.text.toUpperCase();
  const sends = payload !== undefined && !has(words, 'G', 'get');
  const method =
    given ?? (has(words, 'I', 'head') ? 'HEAD' : upload !== undefined ? 'PUT' : sends ? 'POST' : 'GET');
  const socket = optionValue(words, 'unix-socket', 'abstract-unix-socket');
  if (socket !== undefined) fileAction(call, 'append', socket);
  for (const proxy of optionValues(
    words,
    'x',
    'proxy',
    'preproxy',
    'socks5',
    'socks5-hostname',
    'socks4',
    'socks4a',
  ))
    connectTo(call, proxy);
  let download: Content | undefined;
  const outputs = optionValues(words, 'o', 'output');
  targets.forEach((target, at) => {
    const endpoint = webEndpoint(target.text);
    if (endpoint === undefined) return;
    if (socket === undefined) networkAction(call, endpoint, target, { method, payload });
    const content: Content = { kind: 'download', url: target.text };
    const named = has(words, 'O', 'remote-name', 'remote-name-all')
      ? { ...target, text: remoteName(target.text) }
      : undefined;
    const output = outputs[at] ?? outputs[0] ?? named;
    if (output === undefined || output.text === '-') download = content;
    else {
      const directory = optionValue(words, 'output-dir');
      const text = directory === undefined ? output.text : `${directory.text}/${output.text}`;
      saved(call, { ...output, text }, content);
    }
  });
  const jar = optionValue(words, 'c', 'cookie-jar', 'D', 'dump-header');
  if (jar !== undefined && jar.text !== '-') written(call, jar, false, undefined);
  const list = optionValue(words, 'K', 'config');
  if (list !== undefined) fileAction(call, 'read', list);
  return download;
}

/** What curl sends: text, or `@path` for a file; files are read. */
function curlPayload(
  call: Invocation,
  words: Words,
  data: readonly Field[],
  forms: readonly Field[],
  upload: Field | undefined,
): string | undefined {
  const raw = new Set(optionValues(words, 'data-raw', 'form-string'));
  const pieces: string[] = [];
  for (const field of data)
    pieces.push(raw.has(field) ? field.text : sent(call, field, /^(?:[\w.-]*)@(.+)$/));
  for (const field of forms)
    pieces.push(raw.has(field) ? field.text : sent(call, field, /^[^=]*=[@<]([^;]+)/));
  if (upload !== undefined) pieces.push(sent(call, { ...upload, text: `@${upload.text}` }, /^@(.+)$/));
  return pieces.length === 0 ? undefined : cut(pieces.join('&'), MAX_DECODED, 'decoded');
}

function sent(call: Invocation, field: Field, file: RegExp): string {
  const path = file.exec(field.text)?.[1];
  if (path === undefined) return field.text;
  if (path === '-' || path === '/dev/stdin' || path === '.') return inputText(call) ?? '@-';
  fileAction(call, 'read', { ...field, text: path });
  return `@${path}`;
}

/** What comes in on standard input: its text, or the file that it is read from. */
function inputText(call: Invocation): string | undefined {
  const { input, state } = call.context;
  if (input?.kind === 'file') return `@${input.path}`;
  return literal(input, lookupIn(state));
}

const WGET: OptionSpec = {
  short: 'aoeiBtOTwQPUlARDIX',
  long: names(`append-output output-file execute input-file base tries output-document timeout dns-timeout
    connect-timeout read-timeout wait waitretry quota directory-prefix user-agent level accept reject domains
    exclude-domains include-directories exclude-directories header post-data post-file body-data body-file method
    load-cookies save-cookies user password http-user http-password referer ca-certificate certificate private-key
    bind-address limit-rate max-redirect use-askpass retry-on-http-error`),
};

function wget(call: Invocation): Content | undefined {
  const words = readWords(call.argv, WGET);
  const file = optionValue(words, 'post-file', 'body-file');
  const text = optionValue(words, 'post-data', 'body-data');
  const payload = file !== undefined ? `@${file.text}` : text?.text;
  if (file !== undefined) fileAction(call, 'read', file);
  const list = optionValue(words, 'i', 'input-file');
  if (list !== undefined) fileAction(call, 'read', list);
  const method = optionValue(words, 'method')?.text.toUpperCase() ?? (payload === undefined ? 'GET' : 'POST');
  const output = optionValue(words, 'O', 'output-document');
  const prefix = optionValue(words, 'P', 'directory-prefix');
  const spider = has(words, 'spider');
  let download: Content | undefined;
  for (const target of words.operands) {
    const endpoint = webEndpoint(target.text);
    if (endpoint === undefined) continue;
    networkAction(call, endpoint, target, { method, payload });
    if (spider) continue;
    const content: Content = { kind: 'download', url: target.text };
    if (output !== undefined && (output.text === '-' || output.text === '/dev/stdout')) download = content;
    else if (output !== undefined) saved(call, output, content);
    else {
      const name = remoteName(target.text);
      saved(call, { ...target, text: prefix === undefined ? name : `${prefix.text}/${name}` }, content);
    }
  }
  const log = optionValue(words, 'o', 'output-file');
  if (log !== undefined) written(call, log, false, undefined);
  return download;
}

function saved(call: Invocation, place: Field, content: Content): void {
  if (place.text === '') return;
  written(call, place, false, content);
}

/** The name that a download is saved under when none is given. */
export function remoteName(url: string): string {
  const path = url.replace(/^[a-z]+:\/\//i, '').replace(/[?#].*$/, '');
  const slash = path.indexOf('/');
  const name = slash < 0 ? '' : baseName(path.slice(slash));
  return name === '' || name === '/' ? 'index.html' : name;
}

/** A URL, or a bare host as curl and wget take it. */
export function webEndpoint(text: string): Endpoint | undefined {
  const url = parseUrl(text);
  if (url !== undefined) return url;
  if (text.includes('://') || text === '' || text.startsWith('-')) return undefined;
  const match = /^(?:[^/@\s]*@)?(\[[^\]]+\]|[^/:?#\s]+)(?::(\d{1,5}))?(?:[/?#]|$)/.exec(text);
  if (match === null) return undefined;
  const port = match[2] === undefined ? 80 : Number(match[2]);
  return { ...hostOf(match[1]!), port, protocol: 'http', url: text };
}

function connectTo(call: Invocation, field: Field): void {
  const endpoint = webEndpoint(field.text);
  if (endpoint !== undefined) networkAction(call, endpoint, field);
}

/** A program that fetches URLs into files named after them, or after an option. */
function downloader(spec: OptionSpec, outputs: readonly string[]): Program {
  return (call) => {
    const words = readWords(call.argv, spec);
    const output = optionValue(words, ...outputs);
    let download: Content | undefined;
    for (const operand of words.operands) {
      const endpoint = parseUrl(operand.text) ?? (call.name === 'ftp' ? plainHost(operand.text) : undefined);
      if (endpoint === undefined) continue;
      networkAction(call, endpoint, operand, { method: 'GET' });
      const content: Content = { kind: 'download', url: operand.text };
      if (output !== undefined) saved(call, output, content);
      else if (/^(?:lynx|w3m|links|lwp-request)$/.test(call.name)) download = content;
      else if (endpoint.url !== undefined)
        saved(call, { ...operand, text: remoteName(operand.text) }, content);
    }
    return download;
  };
}

function plainHost(text: string): Endpoint | undefined {
  return /^[\w.-]+\.[\w.-]+$/.test(text) ? { ...hostOf(text), port: 21, protocol: 'ftp' } : undefined;
}

/** HTTPie: `http POST host/path name=value file@path`. */
function httpie(call: Invocation): Content | undefined {
  const words = readWords(call.argv, {
    short: 'oaAps',
    long: names('output auth auth-type proxy timeout session'),
  });
  const [first, ...rest] = words.operands;
  if (first === undefined) return undefined;
  const method = /^[A-Z]+$/.test(first.text) ? first.text : undefined;
  const target = method === undefined ? first : rest[0];
  if (target === undefined) return undefined;
  const endpoint = webEndpoint(target.text.startsWith(':') ? `localhost${target.text}` : target.text);
  if (endpoint === undefined) return undefined;
  const items = method === undefined ? rest : rest.slice(1);
  const payload: string[] = [];
  for (const item of items) {
    const path = /^[\w-]+(?:=@|:=@|@)(.+)$/.exec(item.text)?.[1];
    if (path !== undefined) fileAction(call, 'read', { ...item, text: path });
    payload.push(path === undefined ? item.text : `@${path}`);
  }
  networkAction(call, endpoint, target, {
    method: method ?? (payload.length > 0 ? 'POST' : 'GET'),
    payload: payload.length > 0 ? payload.join('&') : undefined,
  });
  return { kind: 'download', url: target.text };
}
