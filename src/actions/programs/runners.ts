import type { Content } from '../content.ts';
import { absolute } from '../paths.ts';
import { runFile } from './interpreters.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction } from './invocation.ts';
import { names, optionValue, readWords } from './options.ts';
import { powershellCommand } from './powershell.ts';
import { addRun } from './runs.ts';

/** Programs that run code that was written as a file of a known kind: tests, Makefiles, package scripts, SQL. */
export const runners: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['pytest', pytest],
  ['py.test', pytest],
  ['coverage', (call) => runsPython(call, 'run')],
  ['torchrun', (call) => runsScript(call)],
  ['deepspeed', (call) => runsScript(call)],
  ['streamlit', (call) => runsPython(call, 'run')],
  ['kernprof', (call) => runsScript(call)],
  ['make', make],
  ['gmake', make],
  ['npm', packageScript],
  ['yarn', packageScript],
  ['pnpm', packageScript],
  [
    'mysql',
    (call) =>
      statements(call, { short: 'hPuDeS', long: names('host port user database execute socket') }, [
        'e',
        'execute',
      ]),
  ],
  [
    'psql',
    (call) =>
      statements(
        call,
        { short: 'hpUdcfvPLoT', long: names('host port username dbname command file set variable') },
        ['c', 'command'],
      ),
  ],
  ['duckdb', (call) => statements(call, { short: 'cs' }, ['c', 's'])],
  [
    'clickhouse-client',
    (call) => statements(call, { short: 'qhu', long: names('query host user password') }, ['q', 'query']),
  ],
  ['powershell', powershellCommand],
  ['gtester', (call) => operandScript(call)],
  ['pdb', (call) => operandScript(call)],
]);

/** `pytest tests/test_x.py::name`: the test files named, and the configuration beside them. */
function pytest(call: Invocation): Content | undefined {
  const words = readWords(call.argv, {
    short: 'kmpncorW',
    long: names('rootdir maxfail tb durations junitxml cov cov-report timeout ignore deselect confcutdir'),
  });
  const { directory } = call.context.state;
  for (const operand of words.operands) {
    const path = operand.text.replace(/::.*$/, '');
    if (path.endsWith('.py')) runFile(call, { ...operand, text: path }, 'python', []);
  }
  addRun(call, {
    content: { kind: 'file', path: absolute('conftest.py', directory) },
    language: 'python',
    via: 'pytest',
    path: 'conftest.py',
  });
  return undefined;
}

function runsPython(call: Invocation, verb: string): Content | undefined {
  const words = readWords(call.argv, { short: 'm', long: names('source omit include rcfile') });
  const at = words.operands.findIndex((field) => field.text === verb);
  const script = words.operands[at + 1];
  if (at >= 0 && script?.text.endsWith('.py') === true) runFile(call, script, 'python', []);
  return undefined;
}

function runsScript(call: Invocation): Content | undefined {
  const script = call.argv.find((field, at) => at > 0 && field.text.endsWith('.py'));
  if (script !== undefined) runFile(call, script, 'python', []);
  return undefined;
}

function operandScript(call: Invocation): Content | undefined {
  const script = call.argv.slice(1).find((field) => !field.text.startsWith('-'));
  if (script !== undefined) runFile(call, script, undefined, []);
  return undefined;
}

/** `make -C dir -f file target`. */
function make(call: Invocation): Content | undefined {
  const words = readWords(call.argv, { short: 'CfIjlo', long: names('directory file makefile jobs eval') });
  const place = optionValue(words, 'C', 'directory')?.text;
  const base =
    place === undefined ? call.context.state.directory : absolute(place, call.context.state.directory);
  const path = optionValue(words, 'f', 'file', 'makefile')?.text ?? 'Makefile';
  const piped = path === '-' ? call.context.input : undefined;
  addRun(call, {
    content: piped ?? { kind: 'file', path: absolute(path, base) },
    language: 'makefile',
    via: 'make',
    path,
    arguments: words.operands.filter((field) => !field.text.includes('=')).map((field) => field.text),
  });
  return undefined;
}

/** `npm run name`, `npm test`: the script of a package.json that was written. */
function packageScript(call: Invocation): Content | undefined {
  const words = readWords(call.argv, { short: 'C', long: names('prefix cwd workspace') });
  const [verb, name] = words.operands;
  const scripts =
    verb?.text === 'run' || verb?.text === 'run-script'
      ? name?.text
      : /^(?:test|start|stop|restart|install|i|ci|t)$/.test(verb?.text ?? '')
        ? verb?.text
        : call.name === 'npm'
          ? undefined
          : verb?.text;
  if (scripts === undefined) return undefined;
  const place = optionValue(words, 'C', 'prefix', 'cwd')?.text;
  const base =
    place === undefined ? call.context.state.directory : absolute(place, call.context.state.directory);
  addRun(call, {
    content: { kind: 'file', path: absolute('package.json', base) },
    language: 'shell',
    via: `${call.name} ${scripts}`,
    path: 'package.json',
    arguments: [scripts],
  });
  return undefined;
}

/** SQL given by an option, in a file, or on standard input. */
function statements(
  call: Invocation,
  spec: { short: string; long?: ReadonlySet<string> },
  options: readonly string[],
): Content | undefined {
  const words = readWords(call.argv, spec);
  const text = optionValue(words, ...options);
  const file = optionValue(words, 'f', 'file');
  const { input } = call.context;
  if (text !== undefined)
    addRun(call, {
      content: text.content ?? { kind: 'text', text: text.text },
      language: 'sql',
      via: `${call.name} -${options[0]}`,
    });
  else if (file !== undefined && call.name === 'psql') {
    fileAction(call, 'read', file);
    addRun(call, {
      content: { kind: 'file', path: file.text },
      language: 'sql',
      via: 'psql -f',
      path: file.text,
    });
  } else if (input !== undefined) addRun(call, { content: input, language: 'sql', via: `| ${call.name}` });
  return undefined;
}

/** A program given by its path that no table knows: a script or a binary that may have been written or downloaded. */
export function runPath(call: Invocation, program: string): void {
  if (
    /^\/(?:usr\/(?:local\/)?|opt\/\w+\/)?s?bin\/[\w.+-]+$/.test(program) &&
    !call.context.state.files.has(program)
  )
    return;
  const field = { ...call.argv[0]!, text: program };
  runFile(
    call,
    field,
    undefined,
    call.argv.slice(1).map((each) => each.text),
  );
}
