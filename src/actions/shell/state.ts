import type { Script, Statement } from 'unbash';
import type { Content, Lookup } from '../content.ts';
import type { Frame } from '../frame.ts';

/** A shell variable: its text, its items, or what its value is read from. */
export interface Variable {
  readonly text?: string;
  readonly items?: readonly string[];
  readonly content?: Content;
  /** stands for a text that is not known: not split into words */
  readonly opaque?: boolean;
  /** what was undone to know the text: `base64` */
  readonly undone?: readonly string[];
  readonly exported?: boolean;
}

/** A word after expansion. */
export interface Field {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** what the word stands for, when it is one substitution whose output is not known */
  readonly content?: Content;
  /** what was undone to know its text: `base64` */
  readonly undone?: readonly string[];
}

/** A function that was defined: its body is a statement list of some text. */
export interface ShellFunction {
  readonly run: (context: Context) => Content | undefined;
}

/** A connection held open: `tcp` or `udp`, and `host:port`. */
export interface Connection {
  readonly protocol: string;
  readonly place: string;
}

/** What a shell remembers while its text is gone through. */
export interface State {
  readonly variables: Map<string, Variable>;
  readonly functions: Map<string, ShellFunction>;
  readonly aliases: Map<string, string>;
  /** contents of files written earlier in the same tool call, by absolute path */
  readonly files: Map<string, Content>;
  /** connections held open by `exec 5<>/dev/tcp/host/port`, by descriptor */
  readonly connections: Map<string, Connection>;
  /** functions being called, innermost last */
  readonly calling: string[];
  directory: string | undefined;
  positional: readonly string[] | undefined;
  /** what `{}` stands for in the command of a `find -exec` */
  readonly found?: string;
  readonly machine: Machine;
}

/** The functions that evaluate each other; handed down so that their files need not import one another. */
export interface Machine {
  readonly evaluate: (context: Context, commands: readonly Statement[]) => Content | undefined;
  readonly invoke: (context: Context, call: Call) => Content | undefined;
}

/** A command about to be started. */
export interface Call {
  readonly argv: readonly Field[];
  /** a program even where a function or an alias has the same name */
  readonly bare?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly start: number;
  readonly end: number;
}

/** Where in which text the evaluation stands. */
export interface Context {
  readonly state: State;
  readonly source: string;
  /** the text holds `<placeholder>` marks that are to be put back */
  readonly marked: boolean;
  readonly frame: Frame;
  /** standard input, as far as it is known */
  readonly input?: Content;
}

export function newState(machine: Machine): State {
  return {
    variables: new Map(),
    functions: new Map(),
    aliases: new Map(),
    files: new Map(),
    connections: new Map(),
    calling: [],
    directory: undefined,
    positional: undefined,
    machine,
  };
}

/** The state of a subshell: what it sets does not come back, the files that it writes do. */
export function subshell(state: State): State {
  return { ...state, variables: new Map(state.variables), calling: state.calling };
}

/** Contents of the files written in the same tool call. */
export function lookupIn(state: State): Lookup {
  return (path) => state.files.get(path);
}

/** The text of a node of the source, with placeholders put back. */
export function sourceText(context: Context, start: number, end: number): string {
  return plain(context, context.source.slice(start, end));
}

/** `\uE000name\uE001` is `<name>` again, `\uE002` and `\uE003` are quotes that were never closed. */
export function plain(context: Context, text: string): string {
  return context.marked ? text.replace(/[\uE000-\uE003\u00A0]/g, (mark) => MARKS[mark]!) : text;
}

const MARKS: Readonly<Record<string, string>> = {
  '\uE000': '<',
  '\uE001': '>',
  '\uE002': "'",
  '\uE003': '"',
  '\u00A0': ' ',
};

/** A script's statements, evaluated where the script's own positions mean something. */
export function evaluateScript(context: Context, script: Script): Content | undefined {
  return context.state.machine.evaluate(context, script.commands);
}
