import { parse } from 'unbash';
import type { Content } from '../content.ts';
import { downloadOf, literal } from '../content.ts';
import type { Frame } from '../frame.ts';
import { emit, inner, spend, under } from '../frame.ts';
import { MAX_DEPTH, MAX_STARTING } from '../limits.ts';
import { pass } from '../overrun.ts';
import { absolute, stripSelfRoot } from '../paths.ts';
import { programs } from '../programs/index.ts';
import { canonicalName } from '../programs/names.ts';
import { builtins } from './builtins.ts';
import { quoted } from './quote.ts';
import type { Call, Context } from './state.ts';
import { lookupIn } from './state.ts';

/** Starts a command: an alias, a function, a builtin or a program. What it prints, as far as it is known. */
export function invoke(context: Context, call: Call): Content | undefined {
  const { sink } = context.frame;
  if (sink.starting >= MAX_STARTING) pass('starting');
  if (sink.starting >= MAX_STARTING || !spend(context.frame, 1 + (call.argv.length >> 4))) return undefined;
  sink.starting += 1;
  const output = dispatch(context, call);
  sink.starting -= 1;
  return output;
}

function dispatch(context: Context, call: Call): Content | undefined {
  const first = call.argv[0];
  if (first === undefined) return undefined;
  const { state } = context;
  if (call.bare === true) return start(context, call);
  const alias = state.aliases.get(first.text);
  if (alias !== undefined && !state.calling.includes(`alias ${first.text}`))
    return runAlias(context, call, alias);
  const defined = state.functions.get(first.text);
  if (defined !== undefined) return callFunction(context, call, first.text);
  return start(context, call);
}

function runAlias(context: Context, call: Call, alias: string): Content | undefined {
  const frame = inner(context.frame, [], call.start, call.end);
  if (frame === undefined) return undefined;
  const rest = call.argv
    .slice(1)
    .map((field) => quoted(field.text))
    .join(' ');
  const source = `${alias} ${rest}`;
  context.state.calling.push(`alias ${call.argv[0]!.text}`);
  const output = context.state.machine.evaluate(
    { ...context, source, marked: false, frame },
    parse(source).commands,
  );
  context.state.calling.pop();
  return output;
}

function callFunction(context: Context, call: Call, name: string): Content | undefined {
  const { state, frame } = context;
  if (state.calling.includes(name)) {
    // a function that starts itself in the background or through a pipe does not come to an end
    const bomb = `${name} &`;
    if ((frame.background === true || frame.pipedFrom !== undefined) && !state.calling.includes(bomb)) {
      forkBomb(frame, call);
      state.calling.push(bomb);
    }
    return undefined;
  }
  if (state.calling.length >= 4 * MAX_DEPTH) {
    pass('depth');
    return undefined;
  }
  const positional = state.positional;
  state.positional = call.argv.slice(1).map((field) => field.text);
  const depth = state.calling.length;
  state.calling.push(name);
  const output = state.functions.get(name)!.run(context);
  state.calling.length = depth;
  state.positional = positional;
  return output;
}

/** A fork bomb is the same whatever its function is called. */
function forkBomb(frame: Frame, call: Call): void {
  const text = ':(){ :|:& };:';
  const argv = frame.sink.hides() ? ['fork-bomb', text] : [text];
  emit(
    frame,
    { kind: 'process', image: ':', argv, commandLine: argv.join(' '), background: true, loop: 'endless' },
    call.start,
    call.end,
  );
}

function start(context: Context, call: Call): Content | undefined {
  const { argv, environment } = call;
  let frame = context.frame;
  let program = argv[0]!.text;
  // `!command`: an escape to the shell, from a notebook or a pager
  if (program.startsWith('!') && program.length > 1 && /^![\w./]/.test(program)) {
    program = program.slice(1);
    frame = { ...frame, via: [...frame.via, '!'] };
  }
  const beneath = stripSelfRoot(program);
  if (beneath !== undefined) {
    frame = { ...frame, via: [...frame.via, '/proc/self/root'] };
    program = beneath;
  }
  const index = emitProcess({ ...context, frame }, program, call);
  if (index === undefined) return undefined;
  const inside = { ...context, frame: under(frame, index) };
  const name = canonicalName(program);
  const invocation = { name, argv, environment, context: inside, index, start: call.start, end: call.end };
  const builtin = program === name ? builtins.get(name) : undefined;
  if (builtin !== undefined) return builtin({ ...invocation, context: { ...inside, frame } }, frame);
  return programs(invocation, program);
}

function emitProcess(context: Context, program: string, call: Call): number | undefined {
  const { frame, state } = context;
  const { argv, environment } = call;
  const words = argv.map((field) => field.text);
  if (words[0] !== program) words[0] = program;
  const exported = exportedVariables(context, environment);
  const line = commandLine(words);
  // the words of a command may all be long
  spend(frame, line.length >> 9);
  const text =
    frame.pipedFrom === undefined && context.input === undefined
      ? undefined
      : literal(context.input, lookupIn(state));
  const downloaded =
    (frame.downloaded ?? argv[0]!.content !== undefined)
      ? (downloadOf(argv[0]!.content, lookupIn(state)) ?? frame.downloaded)
      : frame.downloaded;
  return emit(
    frame,
    {
      kind: 'process',
      image: imageOf(program, state.directory),
      argv: words,
      commandLine: line,
      ...(state.directory === undefined ? {} : { directory: state.directory }),
      ...(frame.user === undefined ? {} : { user: frame.user }),
      ...(exported === undefined ? {} : { environment: exported }),
      ...(frame.background === true ? { background: true } : {}),
      ...(frame.remote === undefined ? {} : { remote: frame.remote }),
      ...(text === undefined || text === '' ? {} : { input: text }),
      ...(frame.pipedFrom === undefined ? {} : { pipedFrom: frame.pipedFrom }),
      ...(downloaded === undefined ? {} : { downloaded }),
      ...(frame.connected === undefined ? {} : { connected: frame.connected }),
      ...(frame.loop === undefined ? {} : { loop: frame.loop }),
    },
    call.start,
    call.end,
  );
}

/** `/usr/bin/nmap` for `nmap`; a path made absolute where the directory is known. */
export function imageOf(program: string, directory: string | undefined): string {
  if (program.includes('/')) {
    const path = absolute(program, directory);
    // `./x` stays one: what looks for `/x` at the end finds it
    return path.includes('/') ? path : `./${path}`;
  }
  if (program === '' || /^[$`\\~<]|^[A-Za-z]:\\/.test(program)) return program;
  return `/usr/bin/${program}`;
}

/** The words joined by spaces, quoted where they are empty or hold white space. */
export function commandLine(words: readonly string[]): string {
  let output = '';
  for (const word of words) {
    const text = word === '' || /\s/.test(word) ? `"${word}"` : word;
    output = output === '' ? text : `${output} ${text}`;
  }
  return output;
}

function exportedVariables(
  context: Context,
  environment: Readonly<Record<string, string>> | undefined,
): Record<string, string> | undefined {
  let output: Record<string, string> | undefined = environment === undefined ? undefined : { ...environment };
  for (const [name, variable] of context.state.variables) {
    if (variable.exported !== true || output?.[name] !== undefined) continue;
    output ??= {};
    output[name] = variable.text ?? '';
  }
  return output;
}
