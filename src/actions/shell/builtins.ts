import type { Content } from '../content.ts';
import { literal, textContent } from '../content.ts';
import type { Frame } from '../frame.ts';
import { exceeds } from '../overrun.ts';
import { absolute } from '../paths.ts';
import type { Invocation } from '../programs/invocation.ts';
import { frameOf, word } from '../programs/invocation.ts';
import { formatted, placeOf } from '../programs/printing.ts';
import { addRun } from '../programs/runs.ts';
import { noteSetting, variableOf } from './assign.ts';
import type { Context, Field } from './state.ts';
import { lookupIn, subshell } from './state.ts';
import { evaluateNested } from './text.ts';

/** A builtin: it acts on the shell itself. `frame` is the shell's own, not that of the builtin's process. */
type Builtin = (invocation: Invocation, frame: Frame) => Content | undefined;

const NOTHING: Content = textContent('');

/** Builtins that change what the shell knows; the others are processes like any other. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['cd', changeDirectory],
  ['pushd', changeDirectory],
  [
    'popd',
    (call) => {
      call.context.state.directory = undefined;
      return NOTHING;
    },
  ],
  ['export', declare(true)],
  ['declare', declare(false)],
  ['typeset', declare(false)],
  ['local', declare(false)],
  ['readonly', declare(false)],
  [
    'unset',
    (call) => {
      for (const field of call.argv.slice(1)) call.context.state.variables.delete(field.text);
      return NOTHING;
    },
  ],
  [
    'alias',
    (call) => {
      for (const field of call.argv.slice(1)) {
        const equals = field.text.indexOf('=');
        if (equals > 0)
          call.context.state.aliases.set(field.text.slice(0, equals), field.text.slice(equals + 1));
      }
      return NOTHING;
    },
  ],
  [
    'unalias',
    (call) => {
      for (const field of call.argv.slice(1)) call.context.state.aliases.delete(field.text);
      return NOTHING;
    },
  ],
  ['eval', evaluateWords],
  ['source', sourceFile],
  ['.', sourceFile],
  ['exec', execute],
  ['command', prefix],
  ['builtin', prefix],
  ['trap', trap],
  [
    'set',
    (call) => {
      const marker = call.argv.findIndex((field) => field.text === '--');
      if (marker > 0) call.context.state.positional = call.argv.slice(marker + 1).map((field) => field.text);
      return NOTHING;
    },
  ],
  [
    'shift',
    (call) => {
      const count = Number(word(call, 1) || 1);
      call.context.state.positional = call.context.state.positional?.slice(Number.isNaN(count) ? 1 : count);
      return NOTHING;
    },
  ],
  ['read', readLine],
  ['mapfile', readLines],
  ['readarray', readLines],
  ['printf', printIntoVariable],
  [
    'pwd',
    ({ context }) =>
      context.state.directory === undefined ? undefined : textContent(`${context.state.directory}\n`),
  ],
  [':', () => NOTHING],
  ['true', () => NOTHING],
  ['false', () => NOTHING],
  ['test', () => NOTHING],
  ['[', () => NOTHING],
]);

function changeDirectory({ argv, context }: Invocation): Content {
  const { state } = context;
  const target = argv.slice(1).find((field) => !/^-[LPe@]+$/.test(field.text))?.text;
  if (target === undefined) state.directory = '~';
  else if (target === '-') state.directory = undefined;
  else if (target !== '') state.directory = absolute(target, state.directory);
  return NOTHING;
}

function declare(exported: boolean): Builtin {
  return ({ argv, context, start, end }, frame) => {
    const exports = exported || argv.some((field) => /^-\w*x/.test(field.text));
    for (const field of argv.slice(1)) {
      if (field.text.startsWith('-')) continue;
      const match = /^([A-Za-z_]\w*)(\+?)=([\s\S]*)$/.exec(field.text);
      const { variables } = context.state;
      if (match === null) {
        const before = variables.get(field.text);
        if (before !== undefined && exports) variables.set(field.text, { ...before, exported: true });
        continue;
      }
      const [, name, plus, text] = match as unknown as [string, string, string, string];
      const items = /^\(([\s\S]*)\)$/.exec(text)?.[1];
      const value =
        items === undefined
          ? variableOf(
              { text, content: field.content },
              frame.sink.hides,
              plus === '+' ? variables.get(name) : undefined,
            )
          : { items: items.split(' ') };
      variables.set(name, exports ? { ...value, exported: true } : value);
      noteSetting({ ...context, frame }, name, text, start, end);
    }
    return NOTHING;
  };
}

/** `eval a b`: the words, joined, are the shell's own next text. */
function evaluateWords(call: Invocation, frame: Frame): Content | undefined {
  const { argv, context, start, end } = call;
  const words = argv.slice(1);
  const unknown = words.find((field) => field.content !== undefined);
  if (unknown?.content !== undefined && words.length === 1) {
    addRun(call, { content: unknown.content, language: 'shell', via: 'eval' });
    return undefined;
  }
  const text = words.map((field) => field.text).join(' ');
  if (text === '' || exceeds(context.state.calling.length, 32, 'depth')) return undefined;
  context.state.calling.push('eval');
  const inside: Context = {
    ...context,
    frame: {
      ...frameOf(call),
      ...(frame.pipedFrom === undefined ? {} : { pipedFrom: frame.pipedFrom }),
      parent: call.index,
    },
  };
  const output = evaluateNested(
    inside,
    context.state,
    text,
    ['eval', ...(words.find(({ undone }) => undone)?.undone ?? [])],
    start,
    end,
  );
  context.state.calling.pop();
  return output;
}

function sourceFile(call: Invocation): Content | undefined {
  const field = call.argv[1];
  if (field === undefined) return undefined;
  const content = contentOf(call, field);
  addRun(
    { ...call, context: { ...call.context, frame: { ...frameOf(call), parent: call.index } } },
    {
      content,
      language: 'shell',
      via: 'source',
      path: field.text,
      arguments: call.argv.slice(2).map((each) => each.text),
    },
  );
  return undefined;
}

function contentOf({ context }: Invocation, field: Field): Content {
  if (field.text === '/dev/stdin' && context.input !== undefined) return context.input;
  return field.content ?? { kind: 'file', path: absolute(field.text, context.state.directory) };
}

/** `exec -a name command`: the shell becomes the command. */
function execute(call: Invocation, frame: Frame): Content | undefined {
  let at = 1;
  while (at < call.argv.length && /^-[acl]+$/.test(word(call, at)))
    at += word(call, at).includes('a') ? 2 : 1;
  return payload(call, frame, at);
}

/** `command -v name` says where a program is; `command name` runs it. */
function prefix(call: Invocation, frame: Frame): Content | undefined {
  if (/^-[vV]/.test(word(call, 1))) return placeOf(call, word(call, 2));
  return payload(call, frame, word(call, 1) === '-p' ? 2 : 1);
}

function payload(call: Invocation, frame: Frame, at: number): Content | undefined {
  const argv = call.argv.slice(at);
  if (argv.length === 0) return NOTHING;
  const inside: Context = { ...call.context, frame: { ...frame, parent: call.index } };
  const { environment, start, end } = call;
  return call.context.state.machine.invoke(
    inside,
    environment === undefined
      ? { argv, bare: true, start, end }
      : { argv, bare: true, environment, start, end },
  );
}

/** What a trap will run once the signal comes. */
function trap(call: Invocation): Content | undefined {
  const handler = call.argv[1];
  if (
    handler === undefined ||
    call.argv.length < 3 ||
    handler.text === '' ||
    /^(?:-|--|-[lp])$/.test(handler.text)
  )
    return NOTHING;
  const { context } = call;
  const inside: Context = { ...context, frame: { ...frameOf(call), parent: call.index } };
  evaluateNested(inside, subshell(context.state), handler.text, ['trap'], handler.start, handler.end);
  return NOTHING;
}

function readLine({ argv, context }: Invocation): Content {
  const wanted = argv
    .slice(1)
    .map((field) => field.text)
    .filter((text) => /^[A-Za-z_]\w*$/.test(text));
  const text = literal(context.input, lookupIn(context.state));
  const line = text?.split('\n')[0];
  wanted.forEach((name, at) => {
    const words = line?.trim().split(/\s+/) ?? [];
    const rest = at === wanted.length - 1 ? words.slice(at).join(' ') : words[at];
    context.state.variables.set(name, line === undefined ? {} : { text: rest ?? '' });
  });
  return NOTHING;
}

function readLines({ argv, context }: Invocation): Content {
  const name = argv[argv.length - 1]?.text ?? '';
  const text = literal(context.input, lookupIn(context.state));
  if (/^[A-Za-z_]\w*$/.test(name)) {
    context.state.variables.set(name, text === undefined ? {} : { items: text.split('\n').filter(Boolean) });
  }
  return NOTHING;
}

function printIntoVariable(call: Invocation): Content | undefined {
  if (word(call, 1) !== '-v')
    return formatted(
      call.argv.slice(1).map((field) => field.text),
      frameOf(call).sink.hides,
    );
  const output = formatted(
    call.argv.slice(3).map((field) => field.text),
    frameOf(call).sink.hides,
  );
  const text = literal(output, () => undefined);
  call.context.state.variables.set(word(call, 2), text === undefined ? {} : { text });
  return NOTHING;
}
