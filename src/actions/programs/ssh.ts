import type { Content } from '../content.ts';
import type { Endpoint } from '../net.ts';
import { hostOf, parseUrl, portOf, remoteSpec } from '../net.ts';
import type { Field } from '../shell/state.ts';
import { subshell } from '../shell/state.ts';
import { evaluateNested } from '../shell/text.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, mark, networkAction, written } from './invocation.ts';
import type { OptionSpec, Words } from './options.ts';
import { has, names, optionValue, optionValues, readWords } from './options.ts';
import { addRun } from './runs.ts';
import { childContext, joinFields } from './wrappers.ts';

const SSH: OptionSpec = { short: 'BbcDEeFIiJLlmOoPpQRSWw', leading: true };

/** ssh and what goes through it. */
export const sshPrograms: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['ssh', (call) => ssh(call, SSH)],
  ['autossh', (call) => ssh(call, { ...SSH, short: `${SSH.short}M` })],
  ['slogin', (call) => ssh(call, SSH)],
  [
    'plink',
    (call) =>
      ssh(call, { ...SSH, short: 'DiLlPpRw', single: names('pw load sercfg sshlog sshrawlog hostkey') }),
  ],
  ['scp', (call) => copies(call, { short: 'cDFiJloPSX' })],
  ['sftp', (call) => copies(call, { short: 'BbcDFiJloPRSs' })],
  [
    'rsync',
    (call) =>
      copies(call, {
        short: 'eBTfM@',
        long: names(
          'rsh rsync-path exclude include files-from password-file port partial-dir temp-dir log-file filter chmod chown bwlimit timeout backup-dir suffix',
        ),
      }),
  ],
  ['ssh-copy-id', (call) => copiesKey(call)],
  [
    'sshuttle',
    (call) => {
      const target = optionValue(
        readWords(call.argv, { short: 'rexlDsX', long: names('remote exclude listen ssh-cmd') }),
        'r',
        'remote',
      );
      if (target !== undefined)
        networkAction(call, { port: 22, ...destination(target.text), protocol: 'ssh' }, target, {
          forward: 'dynamic',
        });
      return undefined;
    },
  ],
  [
    'ssh-keyscan',
    (call) => {
      for (const host of readWords(call.argv, { short: 'fpTt' }).operands)
        networkAction(call, { port: 22, ...hostOf(host.text), protocol: 'ssh' }, host);
      return undefined;
    },
  ],
  ['pssh', parallelSsh],
  ['parallel-ssh', parallelSsh],
  ['fab', behindMarker],
  ['mosh', behindMarker],
  [
    'pdsh',
    (call) => {
      const words = readWords(call.argv, { short: 'wxlutf', leading: true });
      const hosts = optionValue(words, 'w')?.text;
      if (words.operands.length > 0 && hosts !== undefined) remoteCommand(call, words.operands, hosts);
      return undefined;
    },
  ],
]);

/** `pssh -H host -i command`. */
function parallelSsh(call: Invocation): undefined {
  const words = readWords(call.argv, {
    short: 'hHlpoeOtX',
    long: names('hosts host user par outdir errdir timeout option extra-args'),
    leading: true,
  });
  const host = optionValue(words, 'H', 'host')?.text ?? '';
  if (words.operands.length > 0) remoteCommand(call, words.operands, host);
}

/** `fab -H host -- command`, `mosh host -- command`. */
function behindMarker(call: Invocation): undefined {
  const marker = call.argv.findIndex((field) => field.text === '--');
  const words = readWords(call.argv, { short: 'Hp', long: names('hosts host ssh port') });
  const host = optionValue(words, 'H', 'hosts', 'host')?.text ?? words.operands[0]?.text ?? '';
  const rest = marker < 0 ? [] : call.argv.slice(marker + 1);
  if (rest.length > 0) remoteCommand(call, rest, host.replace(/^.*@/, ''));
}

function ssh(call: Invocation, spec: OptionSpec): Content | undefined {
  const words = readOptions(call, spec);
  const target = words.operands[0];
  const options = optionValues(words, 'o').map((field) => field.text);
  if (has(words, 'f') || call.name === 'autossh') mark(call, { background: true });
  if (target === undefined) return undefined;
  const port = portOf(optionValue(words, 'p', 'P')?.text) ?? portOf(optionOf(options, 'Port'));
  const endpoint = destination(optionOf(options, 'HostName') ?? target.text);
  const forward = forwardOf(words, options);
  networkAction(call, { ...endpoint, port: port ?? endpoint.port ?? 22, protocol: 'ssh' }, target, {
    forward,
  });
  for (const jump of optionValues(words, 'J').flatMap((field) =>
    field.text.split(',').map((text) => ({ ...field, text })),
  )) {
    networkAction(call, { port: 22, ...destination(jump.text), protocol: 'ssh' }, jump);
  }
  for (const key of optionValues(words, 'i', 'F')) fileAction(call, 'read', key);
  const command = words.operands.slice(1);
  if (command.length > 0) return remoteCommand(call, command, endpoint.host);
  const { input } = call.context;
  if (input !== undefined && !has(words, 'N', 'n', 'T')) {
    addRun(
      { ...call, context: { ...call.context, frame: { ...call.context.frame, remote: endpoint.host } } },
      { content: input, language: 'shell', via: 'ssh' },
    );
  }
  return undefined;
}

/** ssh takes options before and behind the host; the command begins at the second operand. */
function readOptions(call: Invocation, spec: OptionSpec): Words {
  const before = readWords(call.argv, spec);
  const target = before.operands[0];
  if (target === undefined) return before;
  const behind = readWords(call.argv, spec, before.first + 1);
  return {
    options: [...before.options, ...behind.options],
    operands: [target, ...behind.operands],
    first: before.first,
  };
}

/** The words run on the other host, by the login shell there. */
function remoteCommand(call: Invocation, command: readonly Field[], host: string): Content | undefined {
  const text = joinFields(command);
  const state = subshell(call.context.state);
  state.directory = undefined;
  const context = childContext(call, { remote: host });
  if (text.content !== undefined) {
    addRun(call, { content: text.content, language: 'shell', via: 'ssh' });
    return undefined;
  }
  return evaluateNested(context, state, text.text, ['ssh'], text.start, text.end);
}

function optionOf(options: readonly string[], name: string): string | undefined {
  for (const option of options) {
    const match = /^(\w+)[=\s]\s*(.*)$/.exec(option);
    if (match !== null && match[1]!.toLowerCase() === name.toLowerCase()) return match[2];
  }
  return undefined;
}

function forwardOf(words: Words, options: readonly string[]): 'remote' | 'local' | 'dynamic' | undefined {
  if (has(words, 'R') || optionOf(options, 'RemoteForward') !== undefined) return 'remote';
  if (has(words, 'D') || optionOf(options, 'DynamicForward') !== undefined) return 'dynamic';
  if (has(words, 'w') || optionOf(options, 'Tunnel') !== undefined) return 'dynamic';
  if (has(words, 'L', 'W') || optionOf(options, 'LocalForward') !== undefined) return 'local';
  return undefined;
}

/** `user@host`, `ssh://user@host:22`, `host`. */
function destination(text: string): Endpoint {
  const url = parseUrl(text);
  if (url !== undefined) return url;
  const bare = text.slice(text.lastIndexOf('@') + 1);
  const match = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(bare);
  return match === null ? hostOf(bare) : { ...hostOf(match[1]!), port: Number(match[2]) };
}

function copies(call: Invocation, spec: OptionSpec): undefined {
  const words = readWords(call.argv, spec);
  const port = portOf(optionValue(words, call.name === 'rsync' ? 'port' : 'P')?.text) ?? 22;
  const { operands } = words;
  const last = operands.length - 1;
  const toRemote = operands.length > 1 ? remoteSpec(operands[last]!.text) : undefined;
  const locals = operands.filter((field) => remoteSpec(field.text) === undefined);
  const sent = locals
    .filter((field) => field !== operands[last])
    .map((field) => `@${field.text}`)
    .join(' ');
  const protocol =
    call.name === 'rsync' &&
    operands.some((field) => field.text.includes('::') || field.text.startsWith('rsync://'))
      ? 'rsync'
      : 'ssh';
  operands.forEach((operand, at) => {
    const remote = remoteSpec(operand.text);
    if (remote !== undefined) {
      const payload = at === last && toRemote !== undefined && sent !== '' ? sent : undefined;
      networkAction(
        call,
        { ...hostOf(remote.host), port: protocol === 'rsync' ? 873 : port, protocol },
        operand,
        { payload },
      );
    } else if (call.name === 'sftp' && at === 0) {
      networkAction(call, { port, ...destination(operand.text), protocol: 'ssh' }, operand);
    } else if (at < last || operands.length === 1) fileAction(call, 'read', operand);
    else if (toRemote === undefined) written(call, operand, false, undefined);
  });
  for (const key of optionValues(words, 'i')) fileAction(call, 'read', key);
}

function copiesKey(call: Invocation): undefined {
  const words = readWords(call.argv, { short: 'iop' });
  const target = words.operands[0];
  if (target === undefined) return;
  networkAction(
    call,
    { port: portOf(optionValue(words, 'p')?.text) ?? 22, ...destination(target.text), protocol: 'ssh' },
    target,
  );
}
