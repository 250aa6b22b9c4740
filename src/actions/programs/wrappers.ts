import type { Content } from '../content.ts';
import type { Frame } from '../frame.ts';
import type { Context, Field } from '../shell/state.ts';
import { subshell } from '../shell/state.ts';
import { evaluateNested } from '../shell/text.ts';
import type { Invocation, Program } from './invocation.ts';
import { frameOf, mark } from './invocation.ts';
import type { OptionSpec } from './options.ts';
import { has, names, optionValue, readWords } from './options.ts';

/** A program whose words hold another command; it is the parent of what it runs. */
export interface Wrapper extends OptionSpec {
  /** operands of its own before the command: the duration of `timeout` */
  readonly operands?: number;
  /** `NAME=value` words before the command are its variables */
  readonly assignments?: boolean;
  /** options whose value is a shell text, run instead of, or besides, the words */
  readonly shell?: readonly string[];
  /** nothing but that text is run */
  readonly shellOnly?: boolean;
  /** the words are joined and given to a shell */
  readonly joined?: boolean;
  /** the option with which they are not: `watch -x` */
  readonly exact?: string;
  /** the command outlives the program that started it */
  readonly background?: boolean;
  /** the option that names a user, and the user without it */
  readonly user?: readonly string[];
  readonly defaultUser?: string;
  /** the command stands after this word, if it is there: `--` */
  readonly after?: string;
  /** the first word may be an architecture, and options stand behind it */
  readonly architecture?: boolean;
  /** a command runs only when one of these words comes first: `conda run`, `cabal exec` */
  readonly when?: readonly string[];
}

/** What is known of programs that run another: options that take a value, and where the command begins. */
const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: {
    short: 'ugCDhpRrtTU',
    long: names('user group chdir close-from host prompt chroot role type other-user command-timeout'),
    assignments: true,
    user: ['u', 'user'],
    defaultUser: 'root',
  },
  doas: { short: 'uC', user: ['u'], defaultUser: 'root' },
  pkexec: { long: names('user'), user: ['user'], defaultUser: 'root' },
  run0: {
    short: 'ugD',
    long: names('user group chdir unit property setenv'),
    user: ['u', 'user'],
    defaultUser: 'root',
  },
  pfexec: { short: 'P' },
  gosu: { operands: 1 },
  'su-exec': { operands: 1 },
  setuidgid: { operands: 1 },
  's6-setuidgid': { operands: 1 },
  chpst: { short: 'uUbenlmdofpcrtP01234/' },
  setpriv: { long: names('reuid regid groups inh-caps ambient-caps bounding-set securebits') },
  capsh: { shell: ['c'], short: 'c' },
  env: {
    short: 'uCS',
    long: names('unset chdir split-string'),
    assignments: true,
    shell: ['S', 'split-string'],
  },
  nohup: { background: true },
  setsid: { background: true },
  daemonize: { short: 'acueolpE', background: true },
  timeout: { short: 'ks', long: names('kill-after signal'), operands: 1 },
  gtimeout: { short: 'ks', operands: 1 },
  nice: { short: 'n', long: names('adjustment') },
  ionice: { short: 'cnpPu', long: names('class classdata pid') },
  chrt: { short: 'TPD', operands: 1 },
  taskset: { operands: 1 },
  numactl: { short: 'iNCmpl', long: names('interleave cpunodebind physcpubind membind preferred') },
  cpulimit: { short: 'lpPec', long: names('limit pid exe path') },
  softlimit: { short: 'acdflmoprst' },
  prlimit: { short: 'p' },
  choom: { short: 'np', long: names('adjust pid') },
  stdbuf: { short: 'ioe', long: names('input output error') },
  unbuffer: {},
  time: { short: 'fo', long: names('format output') },
  watch: { short: 'nq', long: names('interval'), joined: true, exact: 'x' },
  multitime: { short: 'nifros' },
  viddy: { short: 'n', joined: true },
  exec: { short: 'a' },
  catchsegv: {},
  fakeroot: { short: 'lsi' },
  eatmydata: {},
  rlwrap: { short: 'abcCDefFgHiIlmMNopPqrRsStTwWXzZ' },
  ltrace: { short: 'aAeDFlnopsSuxX' },
  strace: { short: 'abeEIoOpPsSuX', long: names('trace output attach string-limit user') },
  valgrind: {},
  perf: { when: ['record', 'stat', 'trace'], short: 'eoFcpCG' },
  heaptrack: {},
  gdbserver: { operands: 1 },
  logsave: { operands: 1 },
  faketime: { operands: 1, short: 'f' },
  'xvfb-run': { short: 'efnpsw', long: names('server-args server-num error-file auth-file') },
  'dbus-run-session': {},
  'dbus-launch': {},
  'ssh-agent': { short: 'aEtPO' },
  'aws-vault': { when: ['exec'], operands: 1 },
  'aws-okta': { when: ['exec'], operands: 1 },
  doppler: { when: ['run'] },
  op: { when: ['run'] },
  infisical: { when: ['run'] },
  dotenv: { when: ['run'], short: 'f' },
  direnv: { when: ['exec'], operands: 1 },
  chronic: {},
  ts: {},
  pexec: { short: 'enprtucmoRE' },
  sem: { short: 'j' },
  chroot: { long: names('userspec groups'), operands: 1 },
  unshare: { short: 'SGRw', long: names('setuid setgid root wd map-user map-group') },
  nsenter: { short: 'tSGW', long: names('target setuid setgid wdns') },
  bwrap: {
    long: names(
      'userns userns2 pidns uid gid hostname chdir unsetenv lock-file sync-fd remount-ro exec-label file-label proc dev tmpfs mqueue dir seccomp add-seccomp-fd block-fd info-fd json-status-fd cap-add cap-drop perms size args',
    ),
    pairs: names(
      'bind bind-try dev-bind dev-bind-try ro-bind ro-bind-try bind-data ro-bind-data file symlink setenv chmod',
    ),
  },
  firejail: {},
  cgexec: { short: 'g' },
  'systemd-nspawn': {
    short: 'DMiupE',
    long: names(
      'directory template image oci-bundle machine uuid user setenv property bind bind-ro tmpfs port',
    ),
  },
  daemon: { short: 'npuDF', long: names('name pidfile user chdir output errlog'), background: true },
  watchexec: { short: 'efiwrsd', long: names('exts filter ignore watch signal debounce') },
  catatonit: {},
  graftcp: { short: 'abpu' },
  chamber: { when: ['exec'], after: '--' },
  guix: { when: ['shell', 'environment', 'time-machine'], after: '--' },
  'nix-shell': {
    short: 'pAIj',
    long: names('packages run command'),
    shell: ['run', 'command'],
    shellOnly: true,
  },
  heroku: { when: ['run'], short: 'as', long: names('app size') },
  fly: { when: ['ssh'], operands: 1, shell: ['C', 'command'], shellOnly: true },
  clush: { short: 'wgxXlft', long: names('nodes group user') },
  proot: { short: 'rbqwvkiSR0' },
  fakechroot: {},
  schroot: { short: 'cudps', long: names('chroot user directory shell') },
  'systemd-run': {
    short: 'pEHMCu',
    long: names(
      'unit property description slice uid gid nice setenv working-directory on-active on-boot on-calendar host machine',
    ),
  },
  'systemd-inhibit': { long: names('what who why mode') },
  flock: {
    short: 'wEc',
    long: names('timeout conflict-exit-code wait command'),
    operands: 1,
    shell: ['c', 'command'],
  },
  setarch: { architecture: true },
  linux64: {},
  linux32: {},
  i386: {},
  x86_64: {},
  'ld-linux': { long: names('library-path preload audit inhibit-rpath argv0') },
  proxychains: { short: 'f' },
  torsocks: { short: 'aPuph' },
  sshpass: { short: 'pPfd' },
  mpirun: {
    short: 'nHx',
    long: names('np host hostfile map-by bind-to'),
    single: names('np host hostfile x n'),
  },
  mpiexec: { short: 'nHx', single: names('np host hostfile n') },
  srun: {
    short: 'ncNptwJGAq',
    long: names('nodes ntasks partition time job-name gres cpus-per-task mem account'),
  },
  accelerate: {
    when: ['launch'],
    long: names('config_file num_processes num_machines mixed_precision main_process_port'),
  },
  npx: { short: 'pc', long: names('package call'), shell: ['c', 'call'] },
  bunx: {},
  pnpx: {},
  uvx: { long: names('from with python index') },
  pipx: { when: ['run'], long: names('spec python') },
  npm: { when: ['exec', 'x'] },
  pnpm: { when: ['exec', 'dlx'] },
  yarn: { when: ['exec', 'dlx'] },
  bun: { when: ['x'] },
  uv: {
    when: ['run'],
    short: 'pw',
    long: names('python with project directory extra group env-file with-requirements package'),
  },
  poetry: { when: ['run'] },
  pdm: { when: ['run'] },
  hatch: { when: ['run'] },
  rye: { when: ['run'] },
  pipenv: { when: ['run'] },
  conda: { when: ['run'], short: 'np', long: names('name prefix cwd') },
  mamba: { when: ['run'], short: 'np', long: names('name prefix') },
  micromamba: { when: ['run'], short: 'np', long: names('name prefix') },
  pixi: { when: ['run'] },
  bundle: { when: ['exec'] },
  cabal: { when: ['exec'], after: '--' },
  stack: { when: ['exec'], after: '--' },
  nix: { when: ['run', 'shell', 'develop'], after: '--' },
  zellij: { when: ['run'], after: '--' },
  mise: { when: ['exec', 'x'], after: '--' },
  asdf: { when: ['exec'] },
  pyenv: { when: ['exec'] },
  rbenv: { when: ['exec'] },
  codex: { when: ['sandbox'], operands: 1 },
  xdotool: { when: ['exec'] },
  task: { when: ['execute'] },
  wsl: { short: 'du', long: names('distribution user cd'), after: '--' },
  tini: { short: 'pe' },
  'dumb-init': { short: 'r' },
  busybox: {},
  toybox: {},
  winpty: {},
  stap: { short: 'c', shell: ['c'] },
  hyperfine: {
    joined: true,
    short: 'wrmMpcSnNi',
    long: names('warmup runs min-runs max-runs prepare setup cleanup shell export-json export-markdown'),
  },
  entr: { short: '' },
  nodemon: { short: 'ewix', long: names('exec ext watch ignore'), shell: ['x', 'exec'] },
};

/** Programs by name, made from the table. */
export const wrappers: ReadonlyMap<string, Program> = new Map(
  Object.entries(WRAPPERS).map(([name, wrapper]) => [
    name,
    (invocation: Invocation) => unwrap(invocation, wrapper),
  ]),
);

/** Starts the command that the words hold. */
export function unwrap(invocation: Invocation, wrapper: Wrapper): Content | undefined {
  const { argv } = invocation;
  let from = 1;
  if (wrapper.when !== undefined) {
    const at = argv.findIndex((field, index) => index > 0 && !field.text.startsWith('-'));
    if (at < 0 || !wrapper.when.includes(argv[at]!.text)) return undefined;
    from = at + 1;
  }
  if (wrapper.architecture === true && /^(?!-)\w+$/.test(argv[from]?.text ?? '')) from += 1;
  const words = readWords(argv, { ...wrapper, leading: true }, from);
  const user =
    wrapper.user === undefined
      ? undefined
      : (optionValue(words, ...wrapper.user)?.text ?? wrapper.defaultUser);
  const frame: Frame = {
    ...frameOf(invocation),
    ...(user === undefined ? {} : { user }),
    ...(wrapper.background === true ? { background: true } : {}),
  };
  if (wrapper.background === true) mark(invocation, { background: true });
  let output: Content | undefined;
  const text = wrapper.shell === undefined ? undefined : optionValue(words, ...wrapper.shell);
  const context: Context = { ...invocation.context, frame: piped(invocation, frame) };
  if (text !== undefined) output = runShell(context, invocation, text);
  let at = words.first;
  let skip = wrapper.operands ?? 0;
  const environment: Record<string, string> = { ...invocation.environment };
  for (; at < argv.length; at += 1) {
    const match = wrapper.assignments === true ? /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(argv[at]!.text) : null;
    if (match !== null) environment[match[1]!] = match[2]!;
    else if (skip > 0) skip -= 1;
    else break;
  }
  if (wrapper.after !== undefined) {
    const marker = argv.findIndex((field, index) => index >= from && field.text === wrapper.after);
    if (marker >= 0) at = marker + 1;
  }
  while (argv[at]?.text === '--') at += 1;
  // options after an operand of its own: `flock /tmp/lock -c 'cmd'`
  if (skip === 0 && wrapper.shell !== undefined) {
    const option = argv.findIndex(
      (field, index) =>
        index >= at && wrapper.shell!.includes(field.text.replace(/^--?/, '')) && field.text.startsWith('-'),
    );
    if (option === at && argv[option + 1] !== undefined)
      return runShell(context, invocation, argv[option + 1]!) ?? output;
  }
  const rest = argv.slice(at);
  if (rest.length === 0 || text !== undefined || wrapper.shellOnly === true) return output;
  const exact = wrapper.exact !== undefined && has(words, wrapper.exact, 'exec');
  if (wrapper.joined === true && !exact) return runShell(context, invocation, joinFields(rest));
  return startPayload(context, rest, environment, invocation);
}

/** The wrapper's standard input is the command's. */
function piped(invocation: Invocation, frame: Frame): Frame {
  const draft = frame.sink.drafts[invocation.index];
  const from = draft?.body.kind === 'process' ? draft.body.pipedFrom : undefined;
  return from === undefined ? frame : { ...frame, pipedFrom: from };
}

/** The context of what a program starts: its own, with its standard input. */
export function childContext(invocation: Invocation, more: Partial<Frame> = {}): Context {
  const frame = { ...frameOf(invocation), ...more };
  return { ...invocation.context, frame: piped(invocation, frame) };
}

/** Starts the words as a command under the program. */
export function startPayload(
  context: Context,
  argv: readonly Field[],
  environment: Readonly<Record<string, string>> | undefined,
  invocation: Invocation,
): Content | undefined {
  const first = argv[0];
  if (first === undefined) return undefined;
  const start = first.start === invocation.start ? invocation.start : Math.max(invocation.start, first.start);
  const call = { argv, start, end: Math.max(start, invocation.end) };
  const given = environment !== undefined && Object.keys(environment).length > 0;
  return context.state.machine.invoke(context, given ? { ...call, environment } : call);
}

/** Goes through a shell text under the program. */
export function runShell(
  context: Context,
  invocation: Invocation,
  text: Field,
  via = `${invocation.name} -c`,
): Content | undefined {
  return evaluateNested(
    context,
    subshell(context.state),
    text.text,
    [via, ...(text.undone ?? [])],
    text.start,
    text.end,
  );
}

/** Several words as one text. */
export function joinFields(fields: readonly Field[]): Field {
  const first = fields[0]!;
  const last = fields[fields.length - 1]!;
  const only = fields.length === 1 ? first : undefined;
  const text = fields.map((field) => field.text).join(' ');
  return only ?? { text, start: first.start, end: last.end };
}
