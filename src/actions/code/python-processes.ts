import { noteCall } from './calls.ts';
import { argument, command, program, runCode, shellCommand } from './effects.ts';
import type { CodeCall } from './evaluate.ts';
import type { Value } from './values.ts';
import { instance, isInstance, isList, isObject, isUnknown, list, textOf, written } from './values.ts';

/** What a call does; `undefined` where it turns out to do nothing that can be told. */
export type Handler = (call: CodeCall) => Value | undefined;

/** Calls of Python that start processes, by dotted name. */
export const processCalls: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...names(
    'os.system os.popen os.popen2 os.popen3 posix.system commands.getoutput commands.getstatusoutput platform.popen popen2.popen2 popen2.popen3 subprocess.getoutput subprocess.getstatusoutput asyncio.create_subprocess_shell nt.system',
    text,
  ),
  ...names(
    'subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen subprocess32.run subprocess32.Popen psutil.Popen anyio.run_process trio.run_process gevent.subprocess.Popen gevent.subprocess.run',
    run,
  ),
  ...names('asyncio.create_subprocess_exec', (call) => program(call, call.arguments)),
  ...names('os.execl os.execle os.execlp os.execlpe', (call) =>
    program(call, replaced(call.arguments[0], call.arguments.slice(1))),
  ),
  ...names('os.execv os.execve os.execvp os.execvpe', (call) =>
    program(call, replaced(call.arguments[0], items(call.arguments[1]))),
  ),
  ...names('os.spawnl os.spawnle os.spawnlp os.spawnlpe', (call) =>
    program(call, replaced(call.arguments[1], call.arguments.slice(2))),
  ),
  ...names('os.spawnv os.spawnve os.spawnvp os.spawnvpe', (call) =>
    program(call, replaced(call.arguments[1], items(call.arguments[2]))),
  ),
  ...names('os.posix_spawn os.posix_spawnp _posixsubprocess.fork_exec', (call) =>
    program(call, replaced(call.arguments[0], items(call.arguments[1]))),
  ),
  ...names('os.startfile', (call) => program(call, call.arguments.slice(0, 1))),
  ...names('pty.spawn', spawn),
  ...names(
    'pexpect.spawn pexpect.spawnu pexpect.run pexpect.runu pexpect.popen_spawn.PopenSpawn winpexpect.winspawn',
    (call) => {
      const args = call.arguments[1];
      return isList(args) ? program(call, [call.arguments[0] ?? '', ...args.items]) : text(call);
    },
  ),
  ...names(
    'get_ipython().system get_ipython().getoutput IPython.get_ipython().system IPython.utils.process.system get_ipython().run_line_magic',
    magic,
  ),
  ...names('get_ipython IPython.get_ipython', () => instance('get_ipython()')),
  ...names('get_ipython().run_cell_magic', (call) =>
    /^(?:bash|sh|script|system|!)/.test(textOf(call.arguments[0]) ?? '')
      ? shellCommand(call, call.arguments[2])
      : undefined,
  ),
  ...names(
    'fabric.Connection().run fabric.Connection().sudo fabric.Connection().local fabric.api.run fabric.api.sudo fabric.operations.run',
    remote,
  ),
  ...names('fabric.api.local invoke.run invoke.Context().run delegator.run envoy.run plumbum.cmd.bash', text),
  ...names(
    'paramiko.SSHClient().exec_command paramiko.client.SSHClient().exec_command asyncssh.connect().run asyncssh.connect().create_process ?.exec_command ?.open_session().exec_command',
    remote,
  ),
  ...names(
    'ctypes.CDLL().system ctypes.cdll.LoadLibrary().system ctypes.PyDLL().system ctypes.cdll.msvcrt.system ctypes.CDLL().execve ctypes.CDLL().popen',
    text,
  ),
  ...names('timeit.timeit timeit.repeat cProfile.run profile.run', (call) =>
    textOf(call.arguments[0]) === undefined ? undefined : runCode(call, call.arguments[0]),
  ),
  ...names('distutils.spawn.spawn', spawn),
  ...names('docker.from_env().containers.run docker.DockerClient().containers.run', (call) => {
    const [image, given] = call.arguments;
    if (given === undefined || image === undefined) return undefined;
    const where = { remote: call.evaluator.text(image) };
    // its arguments say what the container may do
    noteCall(call.evaluator, call.path, call.expression);
    return isList(given) ? program(call, given.items, where) : shellCommand(call, given, where);
  }),
  ...names('?.containers.run', () => undefined),
  ...names('kubernetes.stream.stream', (call) => {
    const given = call.named.get('command');
    return isList(given)
      ? program(call, given.items, { remote: call.evaluator.text(call.arguments[1] ?? '') })
      : undefined;
  }),
  ...names('sh.Command', (call) =>
    textOf(call.arguments[0]) === undefined
      ? undefined
      : { kind: 'reference', path: `sh.${textOf(call.arguments[0])!}`, imported: true },
  ),
  ...names(
    'airflow.operators.bash.BashOperator airflow.operators.bash_operator.BashOperator airflow.providers.standard.operators.bash.BashOperator',
    (call) => shellCommand(call, argument(call, -1, 'bash_command')),
  ),
]);

/** `sh.nmap("-sS", host)`: the name is the program. */
export function shModule(call: CodeCall): Value | undefined {
  const match = /^(?:sh|plumbum\.cmd|plumbum\.local)\.(\w+)$/.exec(call.path);
  return match === null ? undefined : program(call, [match[1]!, ...call.arguments]);
}

function text(call: CodeCall): Value | undefined {
  return shellCommand(call, argument(call, 0, 'cmd', 'command', 'args', 'bash_command'));
}

function run(call: CodeCall): Value | undefined {
  const stream = argument(call, 3, 'stdin') ?? argument(call, 4, 'stdout');
  const connected = isInstance(stream) ? textOf(stream.data.get('address')) : undefined;
  if (connected === undefined) return start(call);
  const before = call.evaluator.connected;
  call.evaluator.connected = connected;
  const output = start(call);
  call.evaluator.connected = before;
  return output;
}

function start(call: CodeCall): Value | undefined {
  const shell = argument(call, 8, 'shell');
  const given = argument(call, 0, 'args');
  const executable = argument(call, -1, 'executable');
  if (shell === true && executable !== undefined && textOf(given) !== undefined)
    return program(call, [executable, '-c', given!]);
  if (isList(given)) return command(call, given, shell === true);
  // without a shell a text is one program's name; `shlex.split` has already been undone
  return command(call, given, true);
}

function spawn(call: CodeCall): Value | undefined {
  const given = call.arguments[0];
  return isList(given)
    ? program(call, given.items)
    : given === undefined
      ? undefined
      : program(call, [given]);
}

/** The program of `exec*` and `spawn*` with the words that it is given, the first of which is its name again. */
function replaced(path: Value | undefined, words: readonly Value[]): Value[] {
  return path === undefined ? [] : [path, ...words.slice(1)];
}

function items(value: Value | undefined): readonly Value[] {
  return isList(value) ? value.items : [];
}

function magic(call: CodeCall): Value | undefined {
  if (call.path.endsWith('run_line_magic')) {
    const name = textOf(call.arguments[0]);
    if (!/^(?:sx|system|!|sc|bash)$/.test(name ?? '')) return undefined;
    return shellCommand(call, call.arguments[1]);
  }
  return text(call);
}

/** A command on another host, whose name the connection's object knows. */
function remote(call: CodeCall): Value | undefined {
  const { self } = call;
  const host = isInstance(self) ? self.data.get('host') : undefined;
  const name =
    textOf(host) ??
    (isUnknown(host)
      ? host.text
      : isUnknown(self)
        ? self.text
        : written(call.evaluator.source, call.expression.callee));
  return shellCommand(call, argument(call, 0, 'command', 'cmd'), { remote: name });
}

/** `sys.executable` and `sys.argv` are the program itself. */
export function selfReference(value: Value): boolean {
  return isObject(value) && value.kind === 'reference' && /^sys\.(?:executable|argv)$/.test(value.path);
}

/** A list of values, for those that make argument lists of texts: `shlex.split`. */
export function words(value: string): Value {
  const found = value.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return list(found.map((word) => word.replace(/^(["'])([\s\S]*)\1$/, '$2')));
}

/** One handler for several names. */
export function names(text: string, handler: Handler): [string, Handler][] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((name) => [name, handler]);
}
