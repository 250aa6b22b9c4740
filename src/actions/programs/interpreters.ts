import type { Content } from '../content.ts';
import { textContent } from '../content.ts';
import type { Language } from '../frame.ts';
import { inner } from '../frame.ts';
import { absolute } from '../paths.ts';
import type { Field } from '../shell/state.ts';
import { subshell } from '../shell/state.ts';
import { evaluateNested } from '../shell/text.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, networkAction } from './invocation.ts';
import type { OptionSpec } from './options.ts';
import { names } from './options.ts';
import { addRun } from './runs.ts';
import { childContext } from './wrappers.ts';

/** A program that runs code: given as an option's value, as a file, or on standard input. */
export interface Interpreter extends OptionSpec {
  readonly language: Language;
  /** letters and long names whose value is code */
  readonly code: readonly string[];
  /** the first operand is code, not a file: `awk` */
  readonly inline?: boolean;
  /** what comes in on standard input is code when there is neither code nor file */
  readonly input?: boolean;
}

const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  python: { language: 'python', code: ['c'], short: 'cmWXQ', input: true },
  perl: { language: 'perl', code: ['e', 'E'], short: 'eEIMm', input: true },
  ruby: { language: 'ruby', code: ['e'], short: 'eIrCEFKTxW', input: true },
  php: {
    language: 'php',
    code: ['r', 'R', 'B', 'E', 'run'],
    short: 'rRBEcdfFStz',
    long: names('run file define ini server'),
    input: true,
  },
  node: {
    language: 'javascript',
    code: ['e', 'p', 'eval', 'print', 'pe'],
    short: 'erp',
    long: names('eval print require import loader experimental-loader'),
    input: true,
  },
  deno: { language: 'javascript', code: [], input: false },
  bun: { language: 'javascript', code: ['e', 'eval', 'print'], short: 'erp', long: names('eval print') },
  tsx: { language: 'javascript', code: ['e', 'eval'], short: 'e' },
  'ts-node': { language: 'javascript', code: ['e', 'eval'], short: 'eP' },
  jjs: { language: 'javascript', code: [], input: true },
  jrunscript: { language: 'javascript', code: ['e'], short: 'elf' },
  lua: { language: 'lua', code: ['e'], short: 'el', input: true },
  texlua: { language: 'lua', code: [] },
  osascript: { language: 'generic', code: ['e'], short: 'els', input: true },
  tclsh: { language: 'generic', code: [], input: true },
  wish: { language: 'generic', code: [], input: true },
  expect: { language: 'generic', code: ['c'], short: 'cf', input: true },
  R: { language: 'generic', code: ['e'], short: 'ef', input: true },
  Rscript: { language: 'generic', code: ['e'], short: 'e' },
  julia: { language: 'generic', code: ['e', 'E', 'eval'], short: 'eE', long: names('eval'), input: true },
  octave: { language: 'generic', code: ['eval'], long: names('eval') },
  'octave-cli': { language: 'generic', code: ['eval'], long: names('eval') },
  guile: { language: 'generic', code: ['c'], short: 'cl', input: true },
  clisp: { language: 'generic', code: ['x'], short: 'x' },
  sbcl: { language: 'generic', code: ['eval'], long: names('eval load') },
  ghc: { language: 'generic', code: ['e'], short: 'e' },
  ghci: { language: 'generic', code: ['e'], short: 'e', input: true },
  slsh: { language: 'generic', code: ['e'], short: 'e' },
  elixir: { language: 'generic', code: ['e', 'eval'], short: 'e', long: names('eval') },
  erl: { language: 'generic', code: ['eval'], single: names('eval') },
  scala: { language: 'generic', code: ['e'], short: 'e' },
  groovy: { language: 'generic', code: ['e'], short: 'e' },
  jshell: { language: 'generic', code: [], input: true },
  irb: { language: 'ruby', code: [], input: true },
  rails: { language: 'ruby', code: [], input: false },
  emacs: { language: 'generic', code: ['eval'], long: names('eval'), single: names('eval') },
  awk: { language: 'generic', code: [], short: 'vfFieEl', inline: true },
  nawk: { language: 'generic', code: [], short: 'vfF', inline: true },
  sqlite3: {
    language: 'sql',
    code: [],
    long: names('init cmd separator'),
    single: names('cmd init separator'),
    input: true,
  },
  pdb: { language: 'python', code: [] },
};

const SHELL: OptionSpec = { short: 'oO', long: names('rcfile init-file') };

/** Interpreters by name. */
export const interpreters: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...Object.entries(INTERPRETERS).map(
    ([name, interpreter]) => [name, (invocation: Invocation) => interpret(invocation, interpreter)] as const,
  ),
  ['sh', runShellProgram],
  ['csh', runShellProgram],
  ['fish', runShellProgram],
  ['elvish', runShellProgram],
  ['rc', runShellProgram],
]);

/** `bash -lc 'text' name args`, `bash script args`, `… | bash -s args`. */
function runShellProgram(invocation: Invocation): Content | undefined {
  const { argv, context } = invocation;
  let at = 1;
  let takesText = false;
  let takesInput = false;
  for (; at < argv.length; at += 1) {
    const { text } = argv[at]!;
    if (text === '--') {
      at += 1;
      break;
    }
    if (text.length < 2 || (text[0] !== '-' && text[0] !== '+')) break;
    if (text.startsWith('--')) {
      if (SHELL.long?.has(text.slice(2)) === true) at += 1;
      continue;
    }
    if (text[0] === '-' && text.includes('c')) takesText = true;
    if (text[0] === '-' && text.includes('s')) takesInput = true;
    // every `o` or `O` among the letters takes the next word
    for (const letter of text.slice(1)) if (SHELL.short!.includes(letter)) at += 1;
  }
  const operand = argv[at];
  const rest = argv.slice(at + 1).map((field) => field.text);
  if (takesText && operand !== undefined) {
    if (operand.content !== undefined) {
      addRun(invocation, { content: operand.content, language: 'shell', via: `${invocation.name} -c` });
      return undefined;
    }
    const state = subshell(context.state);
    state.positional = rest.slice(1);
    return evaluateNested(
      childContext(invocation),
      state,
      operand.text,
      [`${base(argv)} -c`, ...(operand.undone ?? [])],
      operand.start,
      operand.end,
    );
  }
  if (operand !== undefined && !takesInput && operand.text !== '-' && operand.text !== '/dev/stdin') {
    runFile(invocation, operand, 'shell', rest);
    return undefined;
  }
  if (context.input !== undefined) {
    if (context.input.kind === 'text') {
      const state = subshell(context.state);
      state.positional = takesInput ? argv.slice(at).map((field) => field.text) : [];
      const { input: _, ...without } = childContext(invocation);
      return evaluateNested(
        without,
        state,
        context.input.text,
        [`| ${base(argv)}`],
        invocation.start,
        invocation.end,
      );
    }
    addRun(invocation, { content: context.input, language: 'shell', via: `| ${base(argv)}` });
  }
  return undefined;
}

function base(argv: readonly Field[]): string {
  const text = argv[0]?.text ?? '';
  return text.slice(text.lastIndexOf('/') + 1);
}

function interpret(invocation: Invocation, spec: Interpreter): Content | undefined {
  const { argv, context } = invocation;
  const codes: Field[] = [];
  let at = 1;
  let module: Field | undefined;
  for (; at < argv.length; at += 1) {
    const field = argv[at]!;
    const { text } = field;
    if (text === '--') {
      at += 1;
      break;
    }
    if (text.length < 2 || text[0] !== '-') break;
    const taken = option(argv, at, spec);
    if (taken.value !== undefined && spec.code.includes(taken.name)) codes.push(taken.value);
    if (taken.name === 'm' && spec.language === 'python') module = taken.value;
    if (taken.name === 'S' && invocation.name === 'php' && taken.value !== undefined)
      listens(invocation, taken.value);
    if ((taken.name === 'f' || taken.name === 'file') && taken.value !== undefined)
      runFile(invocation, taken.value, spec.language, []);
    at += taken.words;
    // everything behind `python -c code` and `python -m module` is for the code
    if (spec.language === 'python' && (codes.length > 0 || module !== undefined)) {
      at += 1;
      break;
    }
  }
  if (module !== undefined) return runModule(invocation, module, at);
  if (
    codes.length === 0 &&
    spec.inline === true &&
    argv[at] !== undefined &&
    !argv.some((field) => field.text === '-f')
  ) {
    codes.push(argv[at]!);
    for (const file of argv.slice(at + 1)) if (!file.text.includes('=')) fileAction(invocation, 'read', file);
  }
  if (invocation.name === 'sqlite3') return sqlite(invocation, argv.slice(at));
  if (codes.length > 0)
    return runCodes(
      invocation,
      spec,
      codes,
      argv.slice(at).map((field) => field.text),
    );
  let operand = argv[at];
  if (operand !== undefined && (invocation.name === 'deno' || invocation.name === 'bun')) {
    if (operand.text === 'eval' && argv[at + 1] !== undefined)
      return runCodes(invocation, spec, [argv[at + 1]!], []);
    if (operand.text === 'run') operand = argv.slice(at + 1).find((field) => !field.text.startsWith('-'));
  }
  if (operand !== undefined && operand.text !== '-') {
    runFile(
      invocation,
      operand,
      spec.language,
      argv.slice(at + 1).map((field) => field.text),
    );
    return undefined;
  }
  if (context.input !== undefined && spec.input === true) {
    addRun(invocation, { content: context.input, language: spec.language, via: `| ${invocation.name}` });
  }
  return undefined;
}

/** One option word: the letters may be clustered (`-ne`), the value attached or the next word. */
function option(
  argv: readonly Field[],
  at: number,
  spec: Interpreter,
): { name: string; value?: Field; words: number } {
  const field = argv[at]!;
  const { text } = field;
  const next = argv[at + 1];
  const single = text.slice(1);
  if (spec.single?.has(single) === true)
    return next === undefined ? { name: single, words: 1 } : { name: single, value: next, words: 1 };
  if (text.startsWith('--')) {
    const equals = text.indexOf('=');
    if (equals > 0)
      return { name: text.slice(2, equals), value: { ...field, text: text.slice(equals + 1) }, words: 0 };
    const name = text.slice(2);
    return spec.long?.has(name) === true && next !== undefined
      ? { name, value: next, words: 1 }
      : { name, words: 0 };
  }
  if (spec.code.includes(single) && single.length > 1 && next !== undefined)
    return { name: single, value: next, words: 1 };
  for (let letter = 1; letter < text.length; letter += 1) {
    const name = text[letter]!;
    if (spec.short?.includes(name) !== true) {
      // perl's `-i.bak` and `-0777`, ruby's `-F:`: the rest belongs to the letter
      if (spec.language === 'perl' && /[i0lFx]/.test(name) && !/^[neEpaw]+$/.test(text.slice(letter + 1)))
        break;
      continue;
    }
    if (letter + 1 < text.length)
      return { name, value: { ...field, text: text.slice(letter + 1) }, words: 0 };
    return next === undefined ? { name, words: 0 } : { name, value: next, words: 1 };
  }
  return { name: '', words: 0 };
}

function runCodes(
  invocation: Invocation,
  spec: Interpreter,
  codes: readonly Field[],
  args: readonly string[],
): Content | undefined {
  const unknown = codes.find((field) => field.content !== undefined);
  if (unknown?.content !== undefined) {
    addRun(invocation, {
      content: unknown.content,
      language: spec.language,
      via: viaOf(invocation.name, spec),
    });
    return undefined;
  }
  const first = codes[0]!;
  const last = codes[codes.length - 1]!;
  const frame = inner(
    childContext(invocation).frame,
    [viaOf(invocation.name, spec), ...(first.undone ?? [])],
    first.start,
    last.end,
  );
  if (frame === undefined) return undefined;
  const { context } = invocation;
  const language = invocation.name === 'awk' ? 'generic' : spec.language;
  return frame.sink.interpret(frame, language, codes.map((field) => field.text).join('\n'), {
    arguments: args,
    ...(context.state.directory === undefined ? {} : { directory: context.state.directory }),
    ...(context.input === undefined ? {} : { input: context.input }),
    files: context.state.files,
  });
}

/** How the code was given: `python -c`, `octave --eval`, `awk`. */
function viaOf(name: string, spec: Interpreter): string {
  const option = spec.code[0];
  if (option === undefined) return name;
  return `${name} ${option.length > 1 ? '--' : '-'}${option}`;
}

/** A script by its path: its text is found once calls are linked. */
export function runFile(
  invocation: Invocation,
  operand: Field,
  language: Language | undefined,
  args: readonly string[],
): void {
  const { context } = invocation;
  const path = absolute(operand.text, context.state.directory);
  const content: Content = operand.content ?? { kind: 'file', path };
  addRun(invocation, {
    content,
    ...(language === undefined ? {} : { language }),
    via: operand.content === undefined ? `script ${operand.text}` : `${invocation.name} <(…)`,
    path: operand.text,
    arguments: args,
  });
}

function listens(invocation: Invocation, address: Field): void {
  const match = /^(.*):(\d+)$/.exec(address.text);
  if (match === null) return;
  networkAction(invocation, { host: match[1]!, port: Number(match[2]), protocol: 'http' }, address, {
    initiated: false,
  });
}

/** `python -m module`: a server, a test run, another tool, or a module that was written. */
function runModule(invocation: Invocation, module: Field, at: number): Content | undefined {
  const { argv, context } = invocation;
  const rest = argv.slice(at);
  const name = module.text;
  const port = Number(rest.find((field) => /^\d{2,5}$/.test(field.text))?.text ?? 8000);
  if (name === 'http.server' || name === 'SimpleHTTPServer' || name === 'pyftpdlib') {
    const bind =
      rest[rest.findIndex((field) => /^(?:-b|--bind|-i)$/.test(field.text)) + 1]?.text ?? '0.0.0.0';
    networkAction(
      invocation,
      {
        host: /^[\w.:-]+$/.test(bind) && !/^\d+$/.test(bind) ? bind : '0.0.0.0',
        port,
        protocol: name === 'pyftpdlib' ? 'ftp' : 'http',
      },
      module,
      { initiated: false },
    );
    return undefined;
  }
  if (name === 'base64' && rest.some((field) => field.text === '-d') && context.input !== undefined) {
    return context.state.machine.invoke(childContext(invocation), {
      argv: [{ ...module, text: 'base64' }, ...rest],
      start: invocation.start,
      end: invocation.end,
    });
  }
  if (TOOLS.has(name)) {
    // a tool started as a module is that tool
    return context.state.machine.invoke(childContext(invocation), {
      argv: [module, ...rest],
      start: module.start,
      end: invocation.end,
    });
  }
  const path = absolute(`${name.replaceAll('.', '/')}.py`, context.state.directory);
  addRun(invocation, {
    content: { kind: 'file', path },
    language: 'python',
    via: `python -m ${name}`,
    path,
    arguments: rest.map((field) => field.text),
  });
  return undefined;
}

const TOOLS = names(
  'pip pytest unittest nose2 coverage twine build tox nox uvicorn gunicorn flask celery jupyter torch.distributed.run accelerate pexpect paramiko trufflehog3 pwn sshuttle',
);

function sqlite(invocation: Invocation, operands: readonly Field[]): Content | undefined {
  const database = operands[0];
  if (database !== undefined)
    fileAction(invocation, 'read', { ...database, text: database.text.replace(/^file:|\?.*$/g, '') });
  const statements = operands.slice(1);
  const { input } = invocation.context;
  const content =
    statements.length > 0 ? textContent(statements.map((field) => field.text).join('\n')) : input;
  if (content !== undefined) addRun(invocation, { content, language: 'sql', via: 'sqlite3' });
  return undefined;
}
