import type {
  AndOr,
  Assignment,
  Case,
  Command,
  CommandNode,
  CompoundCommand,
  CompoundList,
  For,
  Function as FunctionNode,
  Pipeline,
  PipelineNode,
  Redirected,
  Statement,
  SyntaxNode,
  While,
} from 'unbash';
import { forEachChild } from 'unbash';
import type { Content } from '../content.ts';
import { append, literal } from '../content.ts';
import type { Frame } from '../frame.ts';
import { spend } from '../frame.ts';
import { MAX_ITEMS, MAX_WORDS } from '../limits.ts';
import { exceeds, firstOf, pass } from '../overrun.ts';
import { assign } from './assign.ts';
import { expandText, expandWord } from './expand.ts';
import { invoke } from './invoke.ts';
import { applyRedirects, planRedirects } from './redirect.ts';
import type { Context, Field, Machine } from './state.ts';
import { lookupIn, sourceText, subshell } from './state.ts';

/** Goes through statements in order; what they print, as far as it is known. */
export function evaluate(context: Context, commands: readonly Statement[]): Content | undefined {
  const output = new Output(context.frame.sink.hides);
  for (const statement of commands) {
    if (!spend(context.frame)) break;
    const frame = statement.background === true ? { ...context.frame, background: true } : context.frame;
    output.add(node({ ...context, frame }, statement.command));
  }
  return output.content;
}

export const machine: Machine = { evaluate, invoke };

/** The outputs of commands one after the other; a gap where one is not known. */
class Output {
  content: Content | undefined;
  private gap = false;
  private readonly hides: () => boolean;

  constructor(hides: () => boolean) {
    this.hides = hides;
  }

  add(next: Content | undefined): void {
    if (next === undefined) {
      this.gap = true;
      if (this.content !== undefined) this.content = append(this.content, { kind: 'unknown' });
      return;
    }
    if (this.gap && this.content === undefined) this.content = { kind: 'unknown' };
    this.content = append(this.content, next, this.hides);
  }
}

function list(context: Context, body: CompoundList): Content | undefined {
  return evaluate(context, body.commands);
}

function node(context: Context, command: PipelineNode | AndOr): Content | undefined {
  if (!spend(context.frame)) return undefined;
  switch (command.type) {
    case 'Command':
      return simple(context, command);
    case 'Pipeline':
      return pipeline(context, command);
    case 'AndOr':
      return andOr(context, command);
    default:
      return compound(context, command);
  }
}

function pipeline(context: Context, command: Pipeline): Content | undefined {
  const { drafts } = context.frame.sink;
  const stages: [number, number][] = [];
  let stage = context;
  let output: Content | undefined;
  for (const each of command.commands) {
    const before = drafts.length;
    output = node(stage, each);
    let last = drafts.length - 1;
    while (last >= before && drafts[last]!.body.kind !== 'process') last -= 1;
    const { input: _, ...rest } = context;
    const pipedFrom = last >= before ? last : stage.frame.pipedFrom;
    const frame: Frame = pipedFrom === undefined ? context.frame : { ...context.frame, pipedFrom };
    stage = output === undefined ? { ...rest, frame } : { ...rest, frame, input: output };
    stages.push([before, drafts.length]);
  }
  connectNeighbours(context.frame, stages);
  return output;
}

const PIPES_OUT = /\/(?:nc|ncat|netcat|nc\.\w+|telnet|openssl|socat|websocat)$/;
const SHELLS = /\/(?:ba|da|z|k|a|c|tc|fi)?sh$/;

/** `sh | nc host port`, `nc host port | sh`: the shell's streams are the connection's. */
function connectNeighbours(frame: Frame, stages: readonly (readonly [number, number])[]): void {
  const { drafts } = frame.sink;
  stages.forEach(([from, to], at) => {
    const network = drafts.slice(from, to).find((draft) => draft.body.kind === 'network')?.body;
    const process = drafts[from]?.body;
    if (network?.kind !== 'network' || process?.kind !== 'process' || !PIPES_OUT.test(process.image)) return;
    for (const neighbour of [stages[at - 1], stages[at + 1]]) {
      for (let index = neighbour?.[0] ?? 0; index < (neighbour?.[1] ?? 0); index += 1) {
        const { body } = drafts[index]!;
        if (body.kind === 'process' && SHELLS.test(body.image))
          drafts[index]!.body = { ...body, connected: `${network.host}:${network.port ?? ''}` };
      }
    }
  });
}

/** `a && b || c`: all of them may run. The output of `c` counts only where that of `a && b` is not known. */
function andOr(context: Context, command: AndOr): Content | undefined {
  const output = new Output(context.frame.sink.hides);
  command.commands.forEach((each, at) => {
    const before = output.content;
    const next = node(context, each);
    if (command.operators[at - 1] === '||' && literal(before, lookupIn(context.state)) !== undefined) return;
    output.add(next);
  });
  return output.content;
}

function compound(context: Context, command: CommandNode): Content | undefined {
  switch (command.type) {
    case 'Command':
      return simple(context, command);
    case 'Redirected':
      return redirected(context, command);
    case 'Function':
      define(context, command);
      return undefined;
    case 'Coproc': {
      const frame = { ...context.frame, background: true };
      if (command.body.type === 'CompoundList') return list({ ...context, frame }, command.body);
      return compound({ ...context, frame }, command.body);
    }
    default:
      return structure(context, command);
  }
}

function structure(context: Context, command: CompoundCommand): Content | undefined {
  switch (command.type) {
    case 'Subshell':
      return list({ ...context, state: subshell(context.state) }, command.body);
    case 'BraceGroup':
      return list(context, command.body);
    case 'If': {
      const output = new Output(context.frame.sink.hides);
      list(context, command.clause);
      output.add(list(context, command.then));
      for (const branch of command.elif) {
        list(context, branch.clause);
        list(context, branch.then);
      }
      if (command.else !== undefined) list(context, command.else);
      return output.content;
    }
    case 'For':
    case 'Select':
      return forLoop(context, command as For);
    case 'While':
      return whileLoop(context, command);
    case 'ArithmeticFor': {
      const loop = command.test === undefined ? 'endless' : 'counted';
      return list({ ...context, frame: { ...context.frame, loop } }, command.body);
    }
    case 'Case':
      return caseOf(context, command);
    case 'TestCommand':
    case 'ArithmeticCommand':
      substitutions(context, command);
      return undefined;
  }
}

function forLoop(context: Context, command: For): Content | undefined {
  const name = command.name.value;
  const fields: Field[] =
    command.wordlist === undefined
      ? (context.state.positional ?? []).map((text) => ({ text, start: command.pos, end: command.end }))
      : command.wordlist.flatMap((word) => expandWord(context, word));
  const inside = {
    ...context,
    frame: { ...context.frame, loop: context.frame.loop ?? ('counted' as const) },
  };
  if (fields.length === 0) {
    context.state.variables.set(name, {});
    return list(inside, command.body);
  }
  const output = new Output(context.frame.sink.hides);
  for (const field of firstOf(fields, MAX_ITEMS, 'items')) {
    if (!spend(context.frame)) break;
    context.state.variables.set(name, {
      text: field.text,
      opaque: field.content !== undefined || /^\$|[*?{`]/.test(field.text),
    });
    output.add(list(inside, command.body));
  }
  return output.content;
}

function whileLoop(context: Context, command: While): Content | undefined {
  const clause = command.clause.commands;
  const text = sourceText(context, command.clause.pos, command.clause.end)
    .replace(/[;\n]\s*$/, '')
    .trim();
  const always =
    command.kind === 'while'
      ? /^(?:true|:|\[ 1 \]|\(\(\s*1\s*\)\)|sleep \S+|1)$/
      : /^(?:false|\[ 0 \]|\(\(\s*0\s*\)\))$/;
  const loop = always.test(text) ? 'endless' : 'counted';
  const inside: Context = { ...context, frame: { ...context.frame, loop } };
  const names = readNames(clause);
  const lines =
    names === undefined ? undefined : literal(context.input, lookupIn(context.state))?.split('\n');
  if (names === undefined || lines === undefined) {
    list(inside, command.clause);
    const { input: _, ...rest } = inside;
    return list(names === undefined ? inside : rest, command.body);
  }
  if (lines[lines.length - 1] === '') lines.pop();
  const output = new Output(context.frame.sink.hides);
  for (const line of firstOf(lines, MAX_ITEMS, 'items')) {
    if (!spend(context.frame)) break;
    const words = names.length > 1 ? line.trim().split(/\s+/) : [line];
    names.forEach((name, at) => {
      const rest = at === names.length - 1 ? words.slice(at).join(' ') : words[at];
      context.state.variables.set(name, { text: rest ?? '' });
    });
    output.add(list(inside, command.body));
  }
  return output.content;
}

/** The variables of `read -r a b`, when the clause of a loop is nothing else. */
function readNames(clause: readonly Statement[]): string[] | undefined {
  const command = clause.length === 1 ? clause[0]!.command : undefined;
  if (command?.type !== 'Command' || command.name?.value !== 'read') return undefined;
  const names = command.args.map((word) => word.text).filter((text) => /^[A-Za-z_]\w*$/.test(text));
  return names.length > 0 ? names : ['REPLY'];
}

function caseOf(context: Context, command: Case): Content | undefined {
  const subject = expandText(context, command.word).text;
  const exact = command.items.filter((item) => item.pattern.some((word) => word.value === subject));
  const output = new Output(context.frame.sink.hides);
  for (const item of exact.length > 0 ? exact : command.items) output.add(list(context, item.body));
  return output.content;
}

function redirected(context: Context, command: Redirected): Content | undefined {
  const redirects = planRedirects(context, command.redirects);
  const inside = redirects.input === undefined ? context : { ...context, input: redirects.input };
  const output = structure(inside, command.command);
  applyRedirects(context.state, redirects, output, context.frame);
  return redirects.captured ? undefined : output;
}

function define(context: Context, command: FunctionNode): void {
  const name = command.name.value;
  const body = command.body;
  context.frame.sink.definitions.push({ name, body: sourceText(context, body.pos, body.end) });
  const { source, marked } = context;
  context.state.functions.set(name, {
    run: (caller) => {
      const here: Context = { ...caller, source, marked };
      return body.type === 'CompoundList' ? list(here, body) : compound(here, body);
    },
  });
}

function simple(context: Context, command: Command): Content | undefined {
  const environment = assignments(context, command);
  const redirects = planRedirects(context, command.redirects);
  const inside = redirects.input === undefined ? context : { ...context, input: redirects.input };
  if (command.name === undefined) {
    applyRedirects(context.state, redirects, { kind: 'text', text: '' }, context.frame);
    // `$(< file)`
    return redirects.captured ? undefined : redirects.input;
  }
  const argv = expandWord(context, command.name);
  for (const argument of command.args) {
    if (exceeds(argv.length, MAX_WORDS, 'words')) break;
    if (argument.type === 'Word') argv.push(...expandWord(context, argument));
    else argv.push(declared(context, argument));
  }
  if (argv.length === 0) {
    applyRedirects(context.state, redirects, undefined, context.frame);
    return undefined;
  }
  const { sink } = context.frame;
  const before = sink.drafts.length;
  const call = { argv, start: command.pos, end: endOf(command) };
  const output = invoke(inside, environment === undefined ? call : { ...call, environment });
  applyRedirects(context.state, redirects, output, processFrame(context.frame, before));
  return redirects.captured ? undefined : output;
}

/** The redirections of a command are done by its process, where it has one. */
function processFrame(frame: Frame, before: number): Frame {
  const draft = frame.sink.drafts[before];
  return draft?.body.kind === 'process' && draft.parent === frame.parent
    ? { ...frame, parent: before }
    : frame;
}

function endOf(command: Command): number {
  return command.end;
}

/** `A=1 B=2 command`: the variables of the command; without a command they are set in the shell. */
function assignments(context: Context, command: Command): Record<string, string> | undefined {
  let environment: Record<string, string> | undefined;
  for (const prefix of command.prefix) {
    if (prefix.type !== 'Assignment') continue;
    const text = assign(context, prefix, command.name !== undefined);
    if (command.name === undefined) continue;
    environment ??= {};
    environment[prefix.name] = text;
  }
  return environment;
}

/** An assignment among the arguments: `export A=1`, `local b=2`, `make X=y`. */
function declared(context: Context, argument: Assignment): Field {
  const { value } = argument;
  const written = argument.append === true ? '+=' : '=';
  if (value.type === 'ArrayValue') {
    const items = value.elements.flatMap((word) => expandWord(context, word).map((field) => field.text));
    return { text: `${argument.name}${written}(${items.join(' ')})`, start: argument.pos, end: argument.end };
  }
  const field = expandText(context, value);
  const text = `${argument.name}${written}${field.text}`;
  const { start, end } = { start: argument.pos, end: argument.end };
  return field.content === undefined ? { text, start, end } : { text, start, end, content: field.content };
}

/** Runs the substitutions inside tests and arithmetic. */
function substitutions(context: Context, root: SyntaxNode): void {
  const text = context.source.slice(root.pos, root.end);
  if (!text.includes('$(') && !text.includes('`') && !text.includes('<(')) return;
  let left = 2_000;
  const visit = (child: SyntaxNode): void => {
    left -= 1;
    if (left < 0) {
      pass('work');
      return;
    }
    if (child.type === 'Word') expandText(context, child);
    else if (child.type === 'Script') evaluate(context, child.commands);
    else forEachChild(child, visit);
  };
  forEachChild(root, visit);
}
