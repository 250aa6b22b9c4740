import type { Content } from '../content.ts';
import type { Endpoint } from '../net.ts';
import { hostOf, parseHostPort, parseUrl, portOf, remoteSpec } from '../net.ts';
import { absolute } from '../paths.ts';
import type { Field } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, networkAction, word } from './invocation.ts';
import type { OptionSpec } from './options.ts';
import { has, names, optionValue, optionValues, readWords } from './options.ts';
import { gitApply } from './patches.ts';
import { addRun } from './runs.ts';

/** Tunnels, remotes of version control, object stores: programs whose service is somewhere else. */
export const services: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['git', git],
  ['svn', urls],
  ['hg', urls],
  ['aws', aws],
  ['gsutil', objectStore],
  ['gcloud', objectStore],
  ['s3cmd', objectStore],
  ['s5cmd', objectStore],
  ['mc', objectStore],
  ['rclone', rclone],
  ['chisel', chisel],
  [
    'frpc',
    tunnelServer({ short: 'cspu', long: names('config server_addr server-addr server_port') }, [
      's',
      'server_addr',
      'server-addr',
    ]),
  ],
  ['bore', tunnelServer({ short: 'tps', long: names('to port secret') }, ['t', 'to'])],
  ['wstunnel', wstunnel],
  ['gost', gost],
  ['ligolo-agent', tunnelServer({ single: names('connect'), long: names('connect') }, ['connect'])],
  ['agent', tunnelServer({ single: names('connect'), long: names('connect') }, ['connect'])],
  ['ngrok', hosted('tunnel.ngrok.com')],
  ['cloudflared', cloudflared],
  ['lt', hosted('localtunnel.me')],
  ['localtunnel', hosted('localtunnel.me')],
  ['tailscale', tunnelServer({ long: names('login-server auth-key authkey hostname') }, ['login-server'])],
  ['tmate', hosted('ssh.tmate.io')],
  ['sshx', hosted('sshx.io')],
  ['gs-netcat', hosted('gs.thc.org')],
  [
    'code',
    (call) =>
      word(call, 1) === 'tunnel' ? hosted('global.rel.tunnels.api.visualstudio.com')(call) : undefined,
  ],
  [
    'devtunnel',
    (call) =>
      word(call, 1) === 'host' ? hosted('global.rel.tunnels.api.visualstudio.com')(call) : undefined,
  ],
  ['pip', packageIndex],
  ['uv', packageIndex],
  ['npm', registry],
  ['yarn', registry],
  ['pnpm', registry],
  [
    'twine',
    tunnelUrl({ short: 'urp', long: names('repository-url repository username password') }, [
      'repository-url',
    ]),
  ],
]);

/** `git clone URL`, `git push URL`, `git remote add name URL`. */
function git(call: Invocation): Content | undefined {
  const { argv } = call;
  const at = readWords(argv, {
    short: 'Cc',
    long: names('git-dir work-tree namespace exec-path'),
    leading: true,
  }).first;
  const verb = argv[at]?.text ?? '';
  const words = readWords(
    argv,
    { short: 'bojuc', long: names('branch origin depth reference upload-pack config filter') },
    at + 1,
  );
  if (/^(?:clone|push|pull|fetch|ls-remote|remote|submodule)$/.test(verb)) {
    for (const operand of words.operands) {
      const endpoint = repository(operand.text);
      if (endpoint !== undefined && verb !== 'remote')
        networkAction(call, endpoint, operand, { payload: verb === 'push' ? '@.' : undefined });
    }
  }
  if (verb === 'apply' || verb === 'am') {
    gitApply(
      call,
      words.operands.map((field) => field.text),
    );
  }
  for (const hook of HOOKS[verb] ?? []) {
    const path = absolute(`.git/hooks/${hook}`, call.context.state.directory);
    addRun(call, { content: { kind: 'file', path }, via: `git hook ${hook}`, path });
  }
  if (verb === 'rm') for (const operand of words.operands) fileAction(call, 'delete', operand);
  if (verb === 'mv' && words.operands[1] !== undefined)
    fileAction(call, 'rename', words.operands[0]!, { target: words.operands[1].text });
  return undefined;
}

/** Scripts that git runs by itself, where the episode has written them. */
const HOOKS: Readonly<Record<string, readonly string[]>> = {
  commit: ['pre-commit', 'commit-msg', 'post-commit'],
  push: ['pre-push'],
  checkout: ['post-checkout'],
  merge: ['post-merge'],
  pull: ['post-merge'],
};

function repository(text: string): Endpoint | undefined {
  const url = parseUrl(text);
  if (url !== undefined) return url;
  const remote = text.includes('@') ? remoteSpec(text) : undefined;
  return remote === undefined ? undefined : { ...hostOf(remote.host), port: 22, protocol: 'ssh' };
}

function urls(call: Invocation): undefined {
  for (const field of call.argv.slice(1)) {
    const endpoint = parseUrl(field.text);
    if (endpoint !== undefined) networkAction(call, endpoint, field);
  }
}

const BUCKET = /^(?:s3|gs|gcs|az|abfss?|wasbs?|oss|cos|b2):\/\/([^/]+)/;

/** `aws s3 cp file s3://bucket/key`. */
function aws(call: Invocation): Content | undefined {
  const endpoint = optionValue(
    readWords(call.argv, { long: names('endpoint-url region profile output query') }),
    'endpoint-url',
  );
  if (endpoint !== undefined) {
    const url = parseUrl(endpoint.text);
    if (url !== undefined) networkAction(call, url, endpoint);
  }
  return objectStore(call);
}

function objectStore(call: Invocation): undefined {
  const operands = readWords(call.argv, {
    long: names('endpoint-url region profile output query exclude include'),
  }).operands;
  const copies = operands.some((field) => /^(?:cp|mv|sync|rsync|put|mb|rb|rm|get)$/.test(field.text));
  const sources = operands.filter((field) => copies && isLocal(field.text));
  for (const operand of operands) {
    const match = BUCKET.exec(operand.text);
    if (match === null) continue;
    const last = operands[operands.length - 1] === operand;
    const payload =
      last && sources.length > 0 ? sources.map((field) => `@${field.text}`).join(' ') : undefined;
    networkAction(
      call,
      { host: match[1]!, protocol: operand.text.slice(0, operand.text.indexOf(':')), url: operand.text },
      operand,
      { payload },
    );
    if (payload !== undefined) for (const source of sources) fileAction(call, 'read', source);
  }
}

function isLocal(text: string): boolean {
  return /^(?:[./~]|\w+\.\w+$)/.test(text) && !text.includes('://');
}

/** `rclone copy path remote:path`: the remote is a name in the configuration. */
function rclone(call: Invocation): undefined {
  const words = readWords(call.argv, {
    short: 'L',
    long: names('config transfers checkers include exclude filter bwlimit'),
  });
  for (const operand of words.operands.slice(1)) {
    const match = /^([\w-]*):(.*)$/.exec(operand.text);
    if (match !== null)
      networkAction(call, { host: match[1] || '.', protocol: 'rclone', url: operand.text }, operand);
    else fileAction(call, 'read', operand);
  }
}

/** `chisel client host:port R:80:localhost:80`. */
function chisel(call: Invocation): undefined {
  const words = readWords(call.argv, {
    long: names(
      'auth keepalive max-retry-count proxy header hostname fingerprint port host key backend socks5',
    ),
  });
  const [mode, server, ...remotes] = words.operands;
  if (mode?.text === 'server') {
    const port = portOf(optionValue(words, 'port', 'p')?.text) ?? 8080;
    networkAction(call, { host: '0.0.0.0', port, protocol: 'http' }, mode, { initiated: false });
    return;
  }
  if (server === undefined) return;
  const endpoint = parseHostPort(server.text);
  const forward = remotes.some((field) => field.text.startsWith('R:'))
    ? 'remote'
    : remotes.some((field) => field.text.includes('socks'))
      ? 'dynamic'
      : 'local';
  if (endpoint !== undefined) networkAction(call, endpoint, server, { forward });
}

/** A client whose option names the server that makes its port reachable. */
function tunnelServer(spec: OptionSpec, options: readonly string[]): Program {
  return (call) => {
    const words = readWords(call.argv, spec);
    const server = optionValue(words, ...options);
    const config = optionValue(words, 'c', 'config');
    if (config !== undefined) fileAction(call, 'read', config);
    const endpoint = server === undefined ? undefined : parseHostPort(server.text);
    if (endpoint !== undefined && server !== undefined)
      networkAction(call, endpoint, server, { forward: 'remote' });
    return undefined;
  };
}

/** A client of a service that hands out public addresses: its host is known, its words name what is exposed. */
function hosted(host: string): Program {
  return (call) => {
    const plain = call.argv.slice(1).filter((field) => !field.text.startsWith('-'));
    if (
      call.argv.length > 1 &&
      /^(?:config|authtoken|version|help|update|--?version|--?help|-h|-v|-V)$/.test(call.argv[1]!.text)
    )
      return undefined;
    networkAction(call, { host, port: 443, protocol: 'https' }, plain[0] ?? call.argv[0]!, {
      forward: 'remote',
    });
    return undefined;
  };
}

/** `cloudflared tunnel --url http://localhost:8080`, `cloudflared tunnel run name`. */
function cloudflared(call: Invocation): undefined {
  const { argv } = call;
  const tunnel = argv.find((field, at) => at > 0 && /^(?:tunnel|access)$/.test(field.text));
  if (tunnel === undefined) return;
  const quiet = argv.some((field) =>
    /^(?:list|info|delete|login|create|route|cleanup|--?help)$/.test(field.text),
  );
  if (quiet) return;
  networkAction(call, { host: 'argotunnel.com', port: 7844, protocol: 'quic' }, tunnel, {
    forward: 'remote',
  });
}

function wstunnel(call: Invocation): undefined {
  const words = readWords(call.argv, {
    short: 'RLPH',
    long: names('remote-to-local local-to-remote http-proxy'),
  });
  const forward = has(words, 'R', 'remote-to-local') ? 'remote' : 'local';
  for (const operand of words.operands) {
    const endpoint = parseUrl(operand.text);
    if (endpoint !== undefined && words.operands[0]?.text !== 'server')
      networkAction(call, endpoint, operand, { forward });
  }
}

/** `gost -L=:8080 -F=socks5://host:1080`. */
function gost(call: Invocation): undefined {
  const words = readWords(
    call.argv.map((field) => ({ ...field, text: field.text.replace(/^(-[LFR])=/, '$1') })),
    { short: 'LFRCD' },
  );
  for (const target of optionValues(words, 'F')) {
    const endpoint = parseHostPort(target.text.replace(/^\w+\+/, ''));
    if (endpoint !== undefined) networkAction(call, endpoint, target, { forward: 'dynamic' });
  }
  for (const listener of optionValues(words, 'L')) {
    const port = portOf(/:(\d+)(?:\/|$)/.exec(listener.text)?.[1]);
    if (port !== undefined)
      networkAction(call, { host: '0.0.0.0', port, protocol: 'tcp' }, listener, { initiated: false });
  }
}

/** `pip install --index-url URL git+https://…`. */
function packageIndex(call: Invocation): undefined {
  const words = readWords(call.argv, {
    short: 'ifrcet',
    long: names(
      'index-url extra-index-url find-links trusted-host proxy requirement constraint target default-index index cert timeout python',
    ),
  });
  for (const field of [
    ...optionValues(
      words,
      'i',
      'index-url',
      'extra-index-url',
      'default-index',
      'index',
      'f',
      'find-links',
      'proxy',
    ),
    ...words.operands,
  ]) {
    const endpoint = parseUrl(
      field.text.replace(/^[\w.[\]-]+\s*@\s*/, '').replace(/^(?:git|hg|svn|bzr)\+/, ''),
    );
    if (endpoint !== undefined) networkAction(call, endpoint, field);
  }
  for (const file of optionValues(words, 'r', 'requirement'))
    fileAction(call, 'read', { ...file, text: absolute(file.text, undefined) });
}

function registry(call: Invocation): undefined {
  const words = readWords(call.argv, { long: names('registry prefix proxy https-proxy userconfig') });
  const install = /^(?:i|install|add|ci|publish|pack|exec|x|dlx)$/.test(words.operands[0]?.text ?? '');
  for (const field of [
    ...optionValues(words, 'registry', 'proxy', 'https-proxy'),
    ...(install ? words.operands.slice(1) : []),
  ]) {
    const endpoint = parseUrl(field.text.replace(/^git\+/, ''));
    if (endpoint !== undefined) networkAction(call, endpoint, field);
  }
}

function tunnelUrl(spec: OptionSpec, options: readonly string[]): Program {
  return (call) => {
    const field: Field | undefined = optionValue(readWords(call.argv, spec), ...options);
    const endpoint = field === undefined ? undefined : parseUrl(field.text);
    if (endpoint !== undefined && field !== undefined) networkAction(call, endpoint, field);
    return undefined;
  };
}
