import type { Frame } from '../frame.ts';
import { emit, inner } from '../frame.ts';
import { MAX_CODE } from '../limits.ts';
import { hostOf } from '../net.ts';
import { cut } from '../overrun.ts';
import { scriptEscapes } from './strings.ts';

/**
 * Languages that only turn up as one-liners with a call into the shell: awk, Tcl, R, Julia, Octave, Lisp, Haskell,
 * AppleScript, Groovy, Java. A string handed to a function known to run commands is run.
 */
const CALLS =
  /(?:\b(?:system|system2|shell|os\.execute|os\.cmd|popen|popen2|shell_exec|run-shell-command|callCommand|readProcess|call-process-shell-command|shell-command|start-process-shell-command|process|run-program|cmd|sh|bat|spawn)\s*\(?|\bdo\s+shell\s+script\s+|\.exec\s*\(|\bsystem\*?\s+|\bcallCommand\s+|\brun-shell-command\s+|\bshell-command\s+|\brun\s*(?=\(?\s*`)\(?|\bsh\s+(?:script:\s*)?)\s*("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)/g;

/** Tcl and expect: `exec cmd`, `spawn cmd`, and Tcl's `|cmd` channels. */
const TCL = /^[ \t]*(?:set\s+\w+\s+\[)?(?:exec|spawn)\s+(?!-)([^\n\];]+)/gm;
/** awk: `"cmd" | getline`, `print | "cmd"`. */
const AWK_PIPE = /"((?:\\.|[^"\\])*)"\s*\|&?\s*getline|\bprintf?\b[^\n|;}]*\|&?\s*"((?:\\.|[^"\\])*)"/g;
const AWK_FILE = /\bprintf?\b(?:"(?:\\.|[^"\\])*"|[^\n|;}">]){0,400}(>>?)\s*"((?:\\.|[^"\\])*)"/g;
/** Emacs Lisp: a program given by its name. */
const LISP =
  /\((?:term|ansi-term|call-process|start-process\s+"[^"]*"\s+\S+|shell-command-to-string|async-shell-command)\s+"((?:\\.|[^"\\])*)"/g;
const INET = /"\/inet\d?\/(tcp|udp)\/(\d+)\/([^/"]+)\/(\w+)"/g;

/** Goes through a text for calls that run commands. */
export function interpretGeneric(frame: Frame, text: string): void {
  const source = cut(text, MAX_CODE, 'code');
  for (const match of source.matchAll(INET)) connection(frame, match);
  const done = new Set<number>();
  const run = (command: string, start: number, end: number, via: string) => {
    if (done.has(end) || command.trim() === '' || done.size > 200) return;
    done.add(end);
    const inside = inner(frame, [via], start, end);
    if (inside !== undefined) inside.sink.interpret(inside, 'shell', command);
  };
  for (const match of source.matchAll(CALLS)) {
    if (isCommented(source, match.index)) continue;
    const literal = match[1]!;
    const triple = /^("""|''')/.test(literal);
    const body = literal.slice(triple ? 3 : 1, triple ? -3 : -1);
    run(
      literal.startsWith("'") ? body : scriptEscapes(body),
      match.index,
      match.index + match[0].length,
      'system',
    );
  }
  for (const match of source.matchAll(LISP))
    run(scriptEscapes(match[1]!), match.index, match.index + match[0].length, 'system');
  for (const match of source.matchAll(TCL))
    run(match[1]!.replace(/^\{\*\}/, ''), match.index, match.index + match[0].length, 'exec');
  for (const match of source.matchAll(AWK_PIPE)) {
    const command = match[1] ?? match[2]!;
    if (!command.startsWith('/inet'))
      run(scriptEscapes(command), match.index, match.index + match[0].length, 'awk pipe');
  }
  for (const match of source.matchAll(AWK_FILE)) {
    const path = scriptEscapes(match[2]!);
    if (path === '' || /^\/(?:dev\/std|inet)/.test(path)) continue;
    emit(
      frame,
      { kind: 'file', operation: match[1] === '>>' ? 'append' : 'create', path },
      match.index,
      match.index + match[0].length,
    );
  }
}

function connection(frame: Frame, match: RegExpMatchArray): void {
  const [, protocol, local, host, remote] = match as unknown as [string, string, string, string, string];
  const initiated = remote !== '0';
  const port = Number(initiated ? remote : local);
  emit(
    frame,
    {
      kind: 'network',
      initiated,
      ...hostOf(host),
      ...(Number.isInteger(port) && port > 0 ? { port } : {}),
      protocol,
    },
    match.index ?? 0,
    (match.index ?? 0) + match[0].length,
  );
}

function isCommented(source: string, at: number): boolean {
  const line = source.slice(source.lastIndexOf('\n', at) + 1, at);
  return /^\s*(?:#|\/\/|--|;|%|\*)/.test(line);
}
