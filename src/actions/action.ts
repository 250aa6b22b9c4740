/**
 * Actions: what a tool call does, normalised. One tool call can hold many (a pipeline, a script, a
 * decoded payload). What is only mentioned (an argument of `echo`, a comment, a file that is written
 * and never run) is not an action that runs it.
 */

/** Where in the trajectory an action came from. */
export interface Origin {
  /** index of the step */
  readonly step: number;
  /** index of the tool call in its step */
  readonly call: number;
  /** name of the argument the text stood in, e.g. `command`; empty when the arguments are plain text */
  readonly argument: string;
  /**
   * UTF-16 offsets in that argument's (JSON-decoded) text. For what was found inside a decoded payload or
   * a script written earlier: the span of the payload, or of the command that runs the script.
   */
  readonly span: readonly [start: number, end: number];
  /** what had to be undone to see it, outermost first, e.g. `['bash -c', 'base64']`; empty when plain */
  readonly via: readonly string[];
}

interface ActionBase {
  readonly origin: Origin;
  /** index, in the same list of actions, of the process that did it; absent for the tool call itself */
  readonly parent?: number;
}

/** A process started. */
export interface ProcessAction extends ActionBase {
  readonly kind: 'process';
  /** full path; a bare name `nmap` becomes `/usr/bin/nmap` */
  readonly image: string;
  /** unquoted words, the program first */
  readonly argv: readonly string[];
  /** the words joined by single spaces, quoted only where a word is empty or holds white space */
  readonly commandLine: string;
  readonly directory?: string;
  readonly user?: string;
  /** variables set for this process alone, or exported before it in the same call */
  readonly environment?: Readonly<Record<string, string>>;
  /** left running: `&`, `nohup`, `setsid`, `disown`, `screen -dm`, `tmux new -d`, … */
  readonly background?: boolean;
  /** runs on another host or in another container: `ssh host`, `docker exec`, `kubectl exec` */
  readonly remote?: string;
  /** literal text fed to standard input, where it is known */
  readonly input?: string;
  /** index of the process whose output is piped into this one */
  readonly pipedFrom?: number;
  /** where the program, script or code that it runs was downloaded from, in this call or an earlier one */
  readonly downloaded?: string;
  /** `host:port` where its standard input or output is a network connection: a shell behind a socket */
  readonly connected?: string;
  /** runs in a loop: without end (`while true`, `for (;;)`), or over items or numbers (`for i in {1..254}`) */
  readonly loop?: 'endless' | 'counted';
}

/** A file read, written, changed or removed. */
export interface FileAction extends ActionBase {
  readonly kind: 'file';
  readonly operation: 'create' | 'append' | 'read' | 'delete' | 'rename' | 'permission';
  /** as written, `~` and known variables expanded, made absolute where the directory is known */
  readonly path: string;
  /** for `rename`: where to; for links: what it points to */
  readonly target?: string;
  /** what is written, where it is known */
  readonly content?: string;
  /** for `permission`: the mode or capability as given */
  readonly mode?: string;
}

/** A connection opened or a port listened on. */
export interface NetworkAction extends ActionBase {
  readonly kind: 'network';
  /** false for a listener */
  readonly initiated: boolean;
  /** host name or address as given, without brackets, user or port; decimal, octal and hex IPv4 normalised */
  readonly host: string;
  readonly ip?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly url?: string;
  /** the request method, where there is one */
  readonly method?: string;
  /** what is sent: literal text, or `@path` for a file */
  readonly payload?: string;
  /** a tunnel through the connection: `ssh -R`, `-L`, `-D` and their like */
  readonly forward?: 'remote' | 'local' | 'dynamic';
}

/** A name looked up. */
export interface DnsAction extends ActionBase {
  readonly kind: 'dns';
  readonly query: string;
}

/**
 * A call, an assignment or a definition in code that is executed, or written to a file, and that is none of
 * the above. For SQL: a statement. For shell: a variable that steers shells and tools (`HISTFILE`,
 * `LD_PRELOAD`, …).
 */
export interface CodeAction extends ActionBase {
  readonly kind: 'code';
  readonly language: 'python' | 'javascript' | 'perl' | 'ruby' | 'php' | 'lua' | 'sql' | 'shell';
  readonly construct: 'call' | 'assign' | 'define';
  /** dotted name with import aliases resolved, e.g. `torch.cuda.synchronize`; for SQL: `DROP TABLE` */
  readonly name: string;
  /** the arguments, what is assigned, or the body, as written */
  readonly value: string;
  /** the file it was written to, when it was written and not run */
  readonly file?: string;
  /** where the code that the call runs (`exec(urlopen(…).read())`) was downloaded from */
  readonly downloaded?: string;
}

export type Action = ProcessAction | FileAction | NetworkAction | DnsAction | CodeAction;
