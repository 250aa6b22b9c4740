import type { Content } from '../content.ts';
import { parseUrl } from '../net.ts';
import { absolute } from '../paths.ts';
import type { Field } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, networkAction } from './invocation.ts';
import { remotely } from './launchers.ts';
import type { OptionSpec } from './options.ts';
import { names, optionValue, readWords } from './options.ts';
import { addRun } from './runs.ts';

const GLOBAL: OptionSpec = {
  short: 'cHl',
  long: names('config context host log-level tlscacert tlscert tlskey url'),
  leading: true,
};

const RUN: OptionSpec = {
  short: 'aceLhlmpuvwn',
  long: names(`add-host annotation attach blkio-weight cap-add cap-drop cgroup-parent cgroupns cidfile cpu-period cpu-quota
    cpu-shares cpus cpuset-cpus cpuset-mems detach-keys device device-cgroup-rule device-read-bps dns dns-option dns-search
    domainname entrypoint env env-file expose gpus group-add health-cmd hostname ip ipc isolation label label-file link
    log-driver log-opt mac-address memory memory-reservation memory-swap mount name net network network-alias oom-score-adj
    pid pids-limit platform publish pull restart runtime security-opt shm-size stop-signal stop-timeout storage-opt sysctl
    tmpfs ulimit user userns uts volume volume-driver volumes-from workdir arch authfile secret`),
  leading: true,
};

const EXEC: OptionSpec = {
  short: 'euw',
  long: names('env env-file user workdir detach-keys'),
  leading: true,
};

/** Containers and clusters: commands that run inside them. */
export const containers: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['docker', docker],
  ['docker-compose', (call) => compose(call, 1)],
  ['kubectl', kubectl],
  ['ctr', ctr],
  ['crictl', crictl],
  ['buildah', buildah],
  ['apptainer', apptainer],
]);

function docker(call: Invocation): Content | undefined {
  const { argv } = call;
  const before = readWords(argv, GLOBAL);
  const host = optionValue(before, 'H', 'host');
  if (host !== undefined) daemon(call, host);
  let at = before.first;
  if (argv[at]?.text === 'container' || argv[at]?.text === 'image' || argv[at]?.text === 'buildx') at += 1;
  const command = argv[at]?.text;
  if (command === 'compose') return compose(call, at + 1);
  if (command === 'build') return build(call, at + 1);
  if (command === 'cp') {
    for (const operand of readWords(argv, {}, at + 1).operands)
      if (!operand.text.includes(':')) fileAction(call, 'read', operand);
    return undefined;
  }
  if (command !== 'run' && command !== 'exec' && command !== 'create') return undefined;
  const words = readWords(argv, command === 'exec' ? EXEC : RUN, at + 1);
  const where = words.operands[0];
  const entry = optionValue(words, 'entrypoint');
  const rest = words.operands.slice(1);
  if (where === undefined) return undefined;
  return remotely(call, where, entry === undefined || entry.text === '' ? rest : [entry, ...rest]);
}

/** `docker -H tcp://host:2375`: the daemon is somewhere else. */
function daemon(call: Invocation, host: Field): void {
  const endpoint = parseUrl(host.text);
  if (endpoint !== undefined && endpoint.protocol !== 'unix') networkAction(call, endpoint, host);
  else fileAction(call, 'append', { ...host, text: host.text.replace(/^unix:\/\//, '') });
}

function compose(call: Invocation, from: number): Content | undefined {
  const words = readWords(
    call.argv,
    { short: 'fp', long: names('file project-name profile env-file'), leading: true },
    from,
  );
  const name = words.operands[0]?.text;
  if (name !== 'exec' && name !== 'run') return undefined;
  const inside = readWords(
    call.argv,
    { ...EXEC, short: 'euwpv', long: names('env user workdir index entrypoint name volume publish') },
    words.first + 1,
  );
  return remotely(call, inside.operands[0], inside.operands.slice(1));
}

/** `docker build -f file context`: the instructions of a Dockerfile that was written are run. */
function build(call: Invocation, from: number): undefined {
  const words = readWords(
    call.argv,
    {
      short: 'ftmc',
      long: names('file tag build-arg target platform label network cache-from output progress secret ssh'),
    },
    from,
  );
  const file = optionValue(words, 'f', 'file');
  const context = words.operands[0]?.text ?? '.';
  if (context === '-' && call.context.input !== undefined) {
    addRun(call, { content: call.context.input, language: 'dockerfile', via: 'docker build' });
    return;
  }
  const path = file?.text ?? `${context.replace(/\/+$/, '')}/Dockerfile`;
  addRun(call, {
    content: { kind: 'file', path: absolute(path, call.context.state.directory) },
    language: 'dockerfile',
    via: 'docker build',
    path,
  });
}

const KUBECTL: OptionSpec = {
  short: 'nscfloepd',
  long: names(`namespace context cluster kubeconfig user server token as as-group container image overrides restart labels
    env port filename selector output pod-running-timeout target profile copy-to serviceaccount request-timeout`),
  leading: true,
};

function kubectl(call: Invocation): Content | undefined {
  const { argv } = call;
  const words = readWords(argv, KUBECTL);
  const verb = words.operands[0]?.text;
  if (verb !== 'exec' && verb !== 'run' && verb !== 'debug' && verb !== 'rsh') return undefined;
  const server = optionValue(words, 's', 'server');
  const endpoint = server === undefined ? undefined : parseUrl(server.text);
  if (endpoint !== undefined && server !== undefined) networkAction(call, endpoint, server);
  const marker = argv.findIndex((field) => field.text === '--');
  const end = marker < 0 ? argv.length : marker;
  const own = readWords(argv.slice(0, end), { ...KUBECTL, leading: false }, words.first + 1);
  const where = own.operands[0];
  const command = marker < 0 ? own.operands.slice(1) : argv.slice(marker + 1);
  return remotely(call, where, command);
}

function ctr(call: Invocation): Content | undefined {
  const plain = readWords(call.argv, {
    short: 'nat',
    long: names('namespace address mount env exec-id user cwd platform runtime'),
  }).operands;
  const at = plain.findIndex((field) => field.text === 'run' || field.text === 'exec');
  if (at < 0) return undefined;
  const skip = plain[at]!.text === 'run' ? 3 : 2;
  return remotely(call, plain[at + 1], plain.slice(at + skip));
}

function crictl(call: Invocation): Content | undefined {
  const plain = readWords(call.argv, {
    short: 'rit',
    long: names('runtime-endpoint image-endpoint timeout'),
  }).operands;
  const at = plain.findIndex((field) => field.text === 'exec');
  return at < 0 ? undefined : remotely(call, plain[at + 1], plain.slice(at + 2));
}

/** `apptainer exec image command`. */
function apptainer(call: Invocation): Content | undefined {
  const at = readWords(call.argv, { leading: true }).first;
  if (!/^(?:exec|run)$/.test(call.argv[at]?.text ?? '')) return undefined;
  const words = readWords(
    call.argv,
    {
      short: 'BHWS',
      long: names('bind home workdir env env-file overlay pwd cwd scratch network'),
      leading: true,
    },
    at + 1,
  );
  return remotely(call, words.operands[0], words.operands.slice(1));
}

function buildah(call: Invocation): Content | undefined {
  const words = readWords(call.argv, { ...RUN, leading: true }, 2);
  if (call.argv[1]?.text === 'run')
    return remotely(
      call,
      words.operands[0],
      words.operands.slice(1).filter((field) => field.text !== '--'),
    );
  if (call.argv[1]?.text === 'bud' || call.argv[1]?.text === 'build') return build(call, 2);
  return undefined;
}
