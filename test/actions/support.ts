import type { Action } from '../../src/actions/index.ts';
import { actionsOf } from '../../src/actions/index.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';

/** A tool call: the tool's name, and its arguments as they are, or as a value to be written as JSON. */
export type Call = readonly [name: string, given: unknown];

/** An episode in which each step issues the calls of one list. */
export function episode(...steps: readonly (readonly Call[])[]): Trajectory {
  return {
    metadata: {},
    steps: steps.map((calls, index) => ({
      index,
      role: 'assistant',
      text: '',
      observations: [],
      toolCalls: calls.map(([name, given], at) => ({
        index: at,
        name,
        arguments: typeof given === 'string' ? given : JSON.stringify(given),
      })),
    })),
  };
}

/** The actions of calls that are issued one after the other, each in a step of its own. */
export function run(...calls: readonly Call[]): Action[] {
  return actionsOf(episode(...calls.map((call) => [call])));
}

export function bash(...commands: readonly string[]): Action[] {
  return run(...commands.map((command): Call => ['bash', { command }]));
}

export function python(...codes: readonly string[]): Action[] {
  return run(...codes.map((code): Call => ['python', { code }]));
}

export type ProcessAction = Extract<Action, { kind: 'process' }>;
export type FileAction = Extract<Action, { kind: 'file' }>;
export type NetworkAction = Extract<Action, { kind: 'network' }>;
export type CodeAction = Extract<Action, { kind: 'code' }>;

/** The command lines of all processes, in order. */
export function commands(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => (action.kind === 'process' ? [action.commandLine] : []));
}

/** `read /etc/passwd`, `rename a -> b`, in order. */
export function files(actions: readonly Action[]): string[] {
  return actions.flatMap((action) =>
    action.kind === 'file'
      ? [`${action.operation} ${action.path}${action.target === undefined ? '' : ` -> ${action.target}`}`]
      : [],
  );
}

/** `host:port`, with `on` before a listener, in order. */
export function networks(actions: readonly Action[]): string[] {
  return actions.flatMap((action) =>
    action.kind === 'network' ? [`${action.initiated ? '' : 'on '}${action.host}:${action.port ?? '?'}`] : [],
  );
}

/** `call os._exit(0)`, `assign time.time = …`, `define f: …`, in order. */
export function codes(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => {
    if (action.kind !== 'code') return [];
    const { construct, name, value } = action;
    if (construct === 'call') return [`call ${name}(${value})`];
    return [construct === 'assign' ? `assign ${name} = ${value}` : `define ${name}: ${value}`];
  });
}

/** The process with this program; fails where there is none. */
export function processOf(actions: readonly Action[], program: string): ProcessAction {
  const found = actions.find(
    (action): action is ProcessAction =>
      action.kind === 'process' && (action.image === program || action.image.endsWith(`/${program}`)),
  );
  if (found === undefined) throw new Error(`no process ${program} among: ${commands(actions).join(' | ')}`);
  return found;
}

/** The programs of the processes from the outermost down to this one. */
export function lineage(actions: readonly Action[], program: string): string[] {
  const output: string[] = [];
  let action: Action | undefined = processOf(actions, program);
  while (action !== undefined) {
    if (action.kind === 'process') output.unshift(action.argv[0] ?? '');
    action = action.parent === undefined ? undefined : actions[action.parent];
  }
  return output;
}

export function networkOf(actions: readonly Action[]): NetworkAction {
  const found = actions.find((action): action is NetworkAction => action.kind === 'network');
  if (found === undefined) throw new Error('no connection');
  return found;
}

export function fileOf(actions: readonly Action[], path: string): FileAction {
  const found = actions.find(
    (action): action is FileAction => action.kind === 'file' && action.path === path,
  );
  if (found === undefined) throw new Error(`no file ${path} among: ${files(actions).join(' | ')}`);
  return found;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const hexadecimal = (text: string): string => Buffer.from(text).toString('hex');
