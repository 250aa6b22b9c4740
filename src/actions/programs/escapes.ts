import { literal } from '../content.ts';
import type { Language } from '../frame.ts';
import { inner } from '../frame.ts';
import { baseName } from '../paths.ts';
import type { Field } from '../shell/state.ts';
import { lookupIn } from '../shell/state.ts';
import type { Invocation } from './invocation.ts';
import { childContext, runShell, startPayload } from './wrappers.ts';

/**
 * Programs that can be made to run a command by an option, a configuration value, a macro or a variable. What
 * GTFOBins lists; each is what the program's manual says of that option.
 */
interface Escape {
  /** options whose value holds the command */
  readonly options?: readonly string[];
  /** any word may hold it */
  readonly words?: boolean;
  /** the word behind this one holds it */
  readonly after?: string;
  /** finds the command in the value: its first group that took part */
  readonly pattern?: RegExp;
  readonly language?: Language;
  /** lines of standard input that hold it */
  readonly lines?: RegExp;
  /** the command is words, not a text for a shell: `socat exec:` */
  readonly plain?: boolean;
}

const BANG = /^\s*:?!+\s*([\s\S]+)$/;
const VIM =
  /(?:^|[:|\n]\s*)(?:silent!?\s+)?(?:!|r!|term(?:inal)?\s+|set shell=)\s*([^|\n][^\n]*?)(?:\s*\|\s*shell)?$/;

/** `%(text)` and `%{lua:text}`. */
const RPM_MACROS: readonly Escape[] = [
  { options: ['--eval', '-E'], pattern: /%\(([\s\S]+)\)/ },
  { options: ['--eval', '-E'], pattern: /%\{lua:([\s\S]+)\}/, language: 'lua' },
];

const ESCAPES: Readonly<Record<string, readonly Escape[]>> = {
  tar: [
    { options: ['--checkpoint-action'], pattern: /^exec=([\s\S]+)$/ },
    {
      options: [
        '--to-command',
        '-I',
        '--use-compress-program',
        '--rsh-command',
        '-F',
        '--info-script',
        '--new-volume-script',
      ],
    },
  ],
  rsync: [{ options: ['-e', '--rsh', '--rsync-path'] }],
  scp: [{ options: ['-S'] }, { options: ['-o'], pattern: /^ProxyCommand[= ]([\s\S]+)$/i }],
  sftp: [
    { lines: /^!(.+)$/ },
    { options: ['-S'] },
    { options: ['-o'], pattern: /^ProxyCommand[= ]([\s\S]+)$/i },
  ],
  ssh: [
    { options: ['-o'], pattern: /^(?:ProxyCommand|LocalCommand|KnownHostsCommand)[= ][;\s]*([\s\S]+)$/i },
  ],
  check_by_ssh: [{ options: ['-o'], pattern: /^ProxyCommand[= ]([\s\S]+)$/i }],
  borg: [{ options: ['--rsh'] }],
  restic: [{ options: ['--password-command'] }],
  git: [
    { lines: /^!(.+)$/ },
    { options: ['-c', '--config-env'], pattern: /^alias\.[\w-]+=!([\s\S]+)$/ },
    {
      options: ['-c'],
      pattern:
        /^(?:core\.(?:pager|editor|sshcommand|fsmonitor|gitproxy|askpass)|pager\.\w+|diff\.external|(?:diff|merge)tool\.\w+\.cmd|gpg\.program|sequence\.editor|uploadpack\.\w+|credential\.helper)=!?([\s\S]+)$/i,
    },
    { options: ['--upload-pack', '--receive-pack', '--extcmd', '--open-files-in-pager', '--exec'] },
  ],
  hg: [{ options: ['--config'], pattern: /^alias\.\w+=!([\s\S]+)$/ }],
  svn: [{ options: ['--editor-cmd', '--diff-cmd'] }],
  zip: [{ options: ['-TT', '--unzip-command'] }],
  split: [{ options: ['--filter'] }],
  sort: [{ options: ['--compress-program'] }],
  man: [{ lines: /^!(.+)$/ }, { options: ['-P', '--pager', '-H', '--html'] }],
  less: [{ lines: /^!(.+)$/ }],
  journalctl: [{ lines: /^!(.+)$/ }],
  systemctl: [{ lines: /^!(.+)$/ }],
  openvpn: [{ options: ['--up', '--down', '--route-up', '--tls-verify', '--auth-user-pass-verify'] }],
  rpm: [{ options: ['--pipe'] }, ...RPM_MACROS],
  rpmdb: RPM_MACROS,
  rpmquery: [{ options: ['--pipe'] }, ...RPM_MACROS],
  rpmverify: RPM_MACROS,
  rpmbuild: RPM_MACROS,
  rpmspec: RPM_MACROS,
  dmsetup: [{ options: ['--exec'] }],
  gimp: [{ options: ['-b', '--batch'], language: 'python' }],
  pip: [{ options: ['--editor'] }],
  gem: [{ options: ['-e'] }],
  perlbug: [{ options: ['-e'] }],
  lftp: [{ options: ['-c', '-e'], pattern: BANG }],
  ftp: [{ words: true, pattern: /^!([\s\S]+)$/ }, { lines: /^!(.+)$/ }],
  ed: [{ lines: /^(?:r ?)?!(.+)$/ }],

  gdb: [
    { lines: /^\s*(?:!|shell\s+)(.+)$/ },
    {
      options: ['-ex', '-eval-command', '-iex', '--ex', '--eval-command'],
      pattern: /^\s*(?:!|shell\s+|make\s+)([\s\S]+)$/,
    },
    { options: ['-ex', '--ex', '-iex'], pattern: /^\s*(?:python|py|pi)\s+([\s\S]+)$/, language: 'python' },
  ],
  lldb: [{ options: ['-o', '--one-line'], pattern: /^\s*(?:platform\s+)?shell\s+([\s\S]+)$/ }],
  vim: [
    { lines: /^:?(?:r ?)?!(.+)$/ },
    { options: ['-c', '--cmd'], pattern: VIM },
    { options: ['-c', '--cmd'], pattern: /^\s*:?(?:py3?|python3?|pyx)\s+([\s\S]+)$/, language: 'python' },
    { options: ['-c', '--cmd'], pattern: /^\s*:?lua\s+([\s\S]+)$/, language: 'lua' },
    { words: true, pattern: /^\+:?!([\s\S]+)$/ },
  ],
  mysql: [{ options: ['--pager'] }],
  psql: [{ options: ['-c'], pattern: /\bPROGRAM\s+'([^']+)'/i }],
  sqlite3: [{ options: ['-cmd'], pattern: /^\.(?:shell|system)\s+([\s\S]+)$/ }],
  mail: [{ options: ['--exec'], pattern: BANG }],
  dc: [{ options: ['-e'], pattern: BANG }],
  csvtool: [{ after: 'call' }],
  puppet: [{ options: ['-e', '--execute'], pattern: /exec\s*\{\s*['"]([^'"]+)['"]/ }],
  busctl: [{ options: ['--address'], pattern: /^unixexec:path=([^,]+)(?:,argv\d=-[a-z]*c,argv\d=(.+))?/ }],
  pdflatex: [{ words: true, pattern: /\\write18\s*\{([^}]+)\}/ }],
  pdftex: [{ words: true, pattern: /\\write18\s*\{([^}]+)\}/ }],
  tex: [{ words: true, pattern: /\\write18\s*\{([^}]+)\}/ }],
  latex: [{ words: true, pattern: /\\write18\s*\{([^}]+)\}/ }],
  'xdg-user-dir': [{ words: true, pattern: /^\};?\s*([\s\S]+)$/ }],
  wget: [{ options: ['--use-askpass'] }],
  apt: [{ options: ['-o'], pattern: /::(?:Pre|Post)-[\w-]+(?:::)?=([\s\S]+)$/ }],
  'apt-get': [{ options: ['-o'], pattern: /::(?:Pre|Post)-[\w-]+(?:::)?=([\s\S]+)$/ }],
  make: [{ options: ['--eval'], pattern: /\$\(shell\s+([\s\S]+)\)|\n\t[-@]*([\s\S]+)$/ }],
  vagrant: [{ options: ['-c', '--command'] }],
  gcloud: [{ options: ['--command'] }],
  az: [{ options: ['--scripts', '--cmd'], pattern: /^([^@][\s\S]*)$/ }],
  socket: [{ options: ['-p', '-svp', '-qvp', '-sp', '-qp'] }],
  socat: [
    { words: true, pattern: /^(?:exec|EXEC):\s*['"]?([^,'"]+)/, plain: true },
    {
      words: true,
      pattern:
        /^(?:system|SYSTEM|shell|SHELL):\s*['"]?([^'"]+?)(?:,(?:pty|stderr|setsid|sigint|sane|ctty|raw|fork|echo|fdin)\b.*)?['"]?$/,
    },
  ],
  nc: [{ options: ['-e', '-c', '--exec', '--sh-exec'] }],
  kustomize: [{ options: ['--helm-command'] }],
  crash: [{ words: true, pattern: BANG }],
  tcpdump: [{ options: ['-z'] }],
  fzf: [
    {
      options: ['--preview', '--bind'],
      pattern: /^(?:[\w,-]+:(?:execute(?:-silent)?|become|reload)\()?([\s\S]+?)\)?$/,
    },
  ],
  sbatch: [{ options: ['--wrap'] }],
  salt: [{ after: 'cmd.run' }],
  helm: [{ options: ['--post-renderer'] }],
  aws: [
    { options: ['--user-data'], pattern: /^(#!\s*\/[\s\S]+)$/ },
    { options: ['--parameters'], pattern: /commands=\[?["']?([^"'\]]+)/ },
  ],
};

/** Variables whose value a program gives to a shell. */
const VARIABLES =
  /^(?:GIT_SSH_COMMAND|GIT_SSH|GIT_PAGER|GIT_EDITOR|GIT_EXTERNAL_DIFF|GIT_SEQUENCE_EDITOR|GIT_PROXY_COMMAND|GIT_ASKPASS|SSH_ASKPASS|PAGER|MANPAGER|EDITOR|VISUAL|BROWSER|RESTIC_PASSWORD_COMMAND|BORG_RSH|RSYNC_RSH|PROMPT_COMMAND|LESSOPEN|SYSTEMD_PAGER|SYSTEMD_EDITOR|SUDO_EDITOR|SUDO_ASKPASS|TAR_OPTIONS|PERL5DB)$/;

/** Runs what the program's options, words and variables make it run. */
export function runEscapes(invocation: Invocation): void {
  const ways = ESCAPES[invocation.name];
  for (const way of ways ?? []) {
    if (way.lines !== undefined) runLines(invocation, way.lines);
    for (const field of valuesFor(invocation.argv, way)) run(invocation, way, field);
  }
  const { environment } = invocation;
  if (environment === undefined) return;
  for (const [name, text] of Object.entries(environment)) {
    if (!VARIABLES.test(name) || text === '') continue;
    const field = { text, start: invocation.start, end: invocation.end };
    runShell(childContext(invocation), invocation, field, name);
  }
}

/** Commands for the shell among the lines that the program is fed. */
function runLines(invocation: Invocation, pattern: RegExp): void {
  const { context, start, end } = invocation;
  const text = context.input === undefined ? undefined : literal(context.input, lookupIn(context.state));
  for (const line of text?.split('\n', 200) ?? []) {
    const command = pattern.exec(line)?.[1];
    if (command !== undefined)
      runShell(
        childContext(invocation),
        invocation,
        { text: command, start, end },
        `${invocation.name} escape`,
      );
  }
}

/** Programs that give the command's standard streams to their connection. */
const SHELLS_OUT = new Set(['nc', 'socat', 'socket', 'openvpn']);

/** `host:port` that the program has connected to, or listens on. */
function connectionOf(invocation: Invocation): string | undefined {
  const { drafts } = invocation.context.frame.sink;
  for (let at = drafts.length - 1; at > invocation.index; at -= 1) {
    const draft = drafts[at]!;
    if (draft.body.kind === 'network' && draft.parent === invocation.index)
      return `${draft.body.host}:${draft.body.port ?? ''}`;
  }
  return undefined;
}

function valuesFor(argv: readonly Field[], way: Escape): Field[] {
  const output: Field[] = [];
  for (let at = 1; at < argv.length; at += 1) {
    const field = argv[at]!;
    if (way.words === true || (way.after !== undefined && argv[at - 1]!.text === way.after)) {
      output.push(field);
      continue;
    }
    for (const option of way.options ?? []) {
      if (field.text === option && argv[at + 1] !== undefined) output.push(argv[at + 1]!);
      else if (option.startsWith('--') && field.text.startsWith(`${option}=`))
        output.push({ ...field, text: field.text.slice(option.length + 1) });
      else if (
        option.length === 2 &&
        field.text.startsWith(option) &&
        field.text.length > 2 &&
        field.text[1] !== '-' &&
        /^-[IPHSe]/.test(option)
      ) {
        output.push({ ...field, text: field.text.slice(2) });
      }
    }
  }
  return output;
}

function run(invocation: Invocation, way: Escape, field: Field): void {
  const match = way.pattern === undefined ? undefined : way.pattern.exec(field.text);
  if (match === null) return;
  const groups = match?.slice(1).filter((group) => group !== undefined && group !== '');
  const text = groups === undefined ? field.text : (groups[groups.length - 1] ?? '');
  if (text.trim() === '') return;
  // vim's own `\\ ` in a setting
  const value = { ...field, text: invocation.name === 'vim' ? text.replaceAll('\\ ', ' ') : text };
  const reached = SHELLS_OUT.has(invocation.name) ? connectionOf(invocation) : undefined;
  const via = `${baseName(invocation.argv[0]!.text)} escape`;
  const context = childContext(invocation, reached === undefined ? {} : { connected: reached });
  if (way.language !== undefined) {
    const frame = inner(context.frame, [via], field.start, field.end);
    if (frame !== undefined) frame.sink.interpret(frame, way.language, text);
  } else if (way.plain === true) {
    startPayload(
      context,
      text
        .trim()
        .split(/\s+/)
        .map((part) => ({ ...value, text: part })),
      undefined,
      invocation,
    );
  } else {
    runShell(context, invocation, value, via);
  }
}
