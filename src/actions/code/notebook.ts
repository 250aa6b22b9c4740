import { append } from '../content.ts';
import { emit, inner } from '../frame.ts';
import { absolute } from '../paths.ts';
import { fillNames } from '../splice.ts';
import { evaluatorFrame } from './effects.ts';
import type { CodeCall, Evaluator } from './evaluate.ts';
import type { Value } from './values.ts';
import { list, unknown } from './values.ts';

/** The shell lines of a notebook cell, by their place in the text. */
export interface Cells {
  /** what stands before the code: a whole cell in another language */
  readonly before: (evaluator: Evaluator) => void;
  /** runs the shell line that a stand-in call was put for */
  readonly run: (call: CodeCall) => Value | undefined;
}

const NONE: Cells = { before: () => undefined, run: () => undefined };
const LINE =
  /^([ \t]*(?:[\w, ]+=[ \t]*)?)(!{1,2}|%(?:sx|system|bash|sh)\b|%run\b|%pip\b|%conda\b|%cd\b|%env\b|%%?\w+)(.*)$/gm;
const CELL =
  /^\s*%%(bash|sh|zsh|script|system|sx|!|perl|ruby|javascript|js|html|latex|writefile|file|capture|time|timeit|python3?|sql)\b([^\n]*)\n?/;

/**
 * Makes a notebook cell into Python of the same length: each `!command` becomes a short call at the same place, so
 * that it runs in the order of the code around it.
 */
export function notebookText(text: string): { source: string; cells: Cells } {
  if (!/[!%]/.test(text)) return { source: text, cells: NONE };
  const cell = CELL.exec(text);
  if (cell !== null && !/^(?:capture|time|timeit|python3?)$/.test(cell[1]!))
    return wholeCell(text, cell[1]!, cell[2]!, cell[0].length);
  const lines = new Map<number, { language: 'shell' | 'python'; text: string; end: number }>();
  const inString = stringSpans(text);
  const source = text.replace(
    LINE,
    (whole: string, before: string, mark: string, rest: string, at: number) => {
      const place = at + before.length;
      if (inString(place)) return whole;
      // `x % y`, at the beginning of a continued line
      if (mark.startsWith('%') && !/^%%?[a-z]/.test(mark)) return whole;
      const command = commandOf(mark, rest);
      if (command !== undefined)
        lines.set(place, { language: 'shell', text: command, end: at + whole.length });
      const stand = command === undefined || whole.length - before.length < 4 ? '' : '_()';
      return (
        before +
        stand
          .padEnd(whole.length - before.length, ' ')
          .slice(0, whole.length - before.length)
          .replace(/^ *$/, (blank) => (before.includes('=') ? `0${blank.slice(1)}` : blank))
      );
    },
  );
  if (lines.size === 0) return { source, cells: NONE };
  return {
    source,
    cells: {
      before: () => undefined,
      run: (call) => {
        const line = call.path === '_' ? lines.get(call.start) : undefined;
        if (line === undefined) return undefined;
        runLine(call.evaluator, line.text, call.start, line.end);
        return list([unknown('')]);
      },
    },
  };
}

/** The command of a line magic; `undefined` for one that runs none. */
function commandOf(mark: string, rest: string): string | undefined {
  if (mark.startsWith('!') || /^%(?:sx|system|bash|sh)$/.test(mark)) return rest;
  if (mark === '%run') return `python ${rest}`;
  if (mark === '%pip' || mark === '%conda' || mark === '%cd') return mark.slice(1) + rest;
  if (mark === '%env') return `export${rest}`;
  return undefined;
}

function runLine(evaluator: Evaluator, text: string, start: number, end: number): void {
  const frame = inner(evaluatorFrame(evaluator), ['!'], start, end);
  if (frame === undefined) return;
  // `{name}` and `$name` of the notebook's own variables
  const filled = fillNames(text, /\{(\w+)\}|\$(\w+)/g, frame.sink.hides, (braced, plain) => {
    const value = evaluator.globals.names.get(braced ?? plain ?? '');
    return typeof value === 'string' ? value : undefined;
  });
  frame.sink.interpret(frame, 'shell', filled, {
    files: evaluator.files,
    ...(evaluator.directory === undefined ? {} : { directory: evaluator.directory }),
  });
}

/** `%%bash` and its like: the whole cell is in another language. */
function wholeCell(
  text: string,
  name: string,
  words: string,
  from: number,
): { source: string; cells: Cells } {
  const body = text.slice(from);
  const language = /^(?:bash|sh|zsh|system|sx|!)$/.test(name)
    ? 'shell'
    : name === 'script'
      ? /perl/.test(words)
        ? 'perl'
        : /ruby/.test(words)
          ? 'ruby'
          : /python/.test(words)
            ? 'python'
            : 'shell'
      : name === 'js'
        ? 'javascript'
        : name;
  const before = (evaluator: Evaluator) => {
    const { frame } = evaluator;
    if (name === 'writefile' || name === 'file') {
      const appends = /(?:^|\s)-a\b/.test(words);
      const path = absolute(words.replace(/(?:^|\s)-a\b/, '').trim(), evaluator.directory);
      emit(
        frame,
        { kind: 'file', operation: appends ? 'append' : 'create', path, content: body },
        0,
        text.length,
      );
      evaluator.files.set(
        path,
        append(appends ? evaluator.files.get(path) : undefined, { kind: 'text', text: body }),
      );
      return;
    }
    if (!/^(?:shell|perl|ruby|javascript|python|sql)$/.test(language)) return;
    const inside = { ...frame, via: [...frame.via, `%%${name}`], offset: frame.offset + from };
    inside.sink.interpret(inside, language as 'shell', body, { files: evaluator.files });
  };
  return { source: '', cells: { before, run: () => undefined } };
}

/** Tells whether a place stands inside a triple-quoted string. */
function stringSpans(text: string): (at: number) => boolean {
  const spans: [number, number][] = [];
  for (const match of text.matchAll(/("""|''')[\s\S]*?(?:\1|$)/g))
    spans.push([match.index, match.index + match[0].length]);
  return (at) => spans.some(([start, end]) => at > start && at < end);
}
