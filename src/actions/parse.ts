import { unescapeArguments } from './arguments.ts';
import { callTexts } from './call.ts';
import { describeJavaScript } from './code/javascript.ts';
import { describePython } from './code/python.ts';
import { interpretScheduled, isScheduled } from './documents/schedules.ts';
import { editorCommand } from './editor-commands.ts';
import type { Definition, Draft, Frame, Language, Sink } from './frame.ts';
import { emit, newSink, rootFrame } from './frame.ts';
import { interpret } from './interpret.ts';
import { MAX_WORK } from './limits.ts';
import { parseUrl } from './net.ts';
import { type Limit, pass, watched } from './overrun.ts';
import { readPatch } from './patch.ts';
import { extension } from './paths.ts';
import type { CallText } from './tools/call-text.ts';

/** A tool call, parsed: what it does, before what other calls wrote is known. */
export interface ParsedCall {
  readonly drafts: readonly Draft[];
  /** evaluation steps that it took */
  readonly work: number;
  /** shell functions that it defines */
  readonly definitions: readonly Definition[];
  /** files that the calls' editor opens: what is edited next is the last of them */
  readonly opens?: string;
  /** the first bound of the parser that it went past: it may do more than is told here */
  readonly passed?: Limit;
  /** what it appends to a file may go on with a word that stands at its end */
  readonly joins?: boolean;
}

const NOTHING: ParsedCall = { drafts: [], definitions: [], work: 0 };

/** The path of a file that is edited without being named: the one that was opened last. */
export const CURRENT_FILE = '';

/** What a tool call does, by its name and arguments alone. Never throws. */
export function parseCall(name: string, text: string): ParsedCall {
  return bounded(() => parseWhole(name, text));
}

function bounded(parse: () => ParsedCall): ParsedCall {
  const [parsed, passed] = watched(parse);
  return passed === undefined ? parsed : { ...parsed, passed };
}

function parseWhole(name: string, text: string): ParsedCall {
  const texts = callTexts(name, text);
  if (texts.length === 0) return NOTHING;
  const sink = newSink(interpret, () => unescapeArguments(text));
  let opens: string | undefined;
  try {
    for (const each of texts) opens = tell(rootFrame(sink, each.argument), each) ?? opens;
    describe(rootFrame(sink, ''), sink.drafts);
  } catch (error) {
    // the stack has an end: what was found until then stands
    if (!(error instanceof RangeError)) throw error;
    pass('nesting');
  }
  return {
    drafts: sink.drafts,
    definitions: sink.definitions,
    work: MAX_WORK - sink.work,
    ...(opens === undefined ? {} : { opens }),
    ...(joinsFiles(sink) ? { joins: true } : {}),
  };
}

/** A script or another text that a call runs. */
export function parseText(
  language: Language,
  text: string,
  given: { arguments?: readonly string[]; directory?: string },
): ParsedCall {
  return bounded(() => {
    const sink = newSink(interpret, () => text);
    const frame: Frame = { ...rootFrame(sink, ''), depth: 1 };
    interpret(frame, language, text, given);
    describe(frame, sink.drafts);
    const parsed = { drafts: sink.drafts, definitions: sink.definitions, work: MAX_WORK - sink.work };
    return joinsFiles(sink) ? { ...parsed, joins: true } : parsed;
  });
}

function joinsFiles({ drafts, hides }: Sink): boolean {
  return drafts.some(({ body }) => body.kind === 'file' && body.operation === 'append') && hides();
}

/** Tells what the tool does with one text; the path of the file that its editor opens. */
function tell(frame: Frame, text: CallText): string | undefined {
  switch (text.role) {
    case 'code': {
      const inside = text.offset === 0 ? frame : { ...frame, offset: text.offset };
      const own = text.language === 'shell' ? editorCommand(text.text) : undefined;
      if (own === undefined) {
        interpret(
          inside,
          text.language,
          text.text,
          text.directory === undefined ? {} : { directory: text.directory },
        );
        return undefined;
      }
      if (own.kind === 'edit') {
        emit(
          inside,
          { kind: 'file', operation: 'append', path: CURRENT_FILE, content: own.text },
          own.start,
          own.end,
        );
        return undefined;
      }
      if (own.kind === 'none') return undefined;
      emit(
        inside,
        { kind: 'file', operation: own.kind === 'create' ? 'create' : 'read', path: own.path },
        0,
        text.text.length,
      );
      return own.path;
    }
    case 'write': {
      const { path, operation, replaces } = text;
      const index = emit(frame, { kind: 'file', operation, path, content: text.text }, 0, text.text.length);
      const draft = index === undefined ? undefined : frame.sink.drafts[index];
      if (draft !== undefined) {
        draft.partial = operation === 'append';
        if (replaces !== undefined) draft.replaces = replaces;
      }
      return path === '' ? undefined : path;
    }
    case 'read':
      emit(frame, { kind: 'file', operation: 'read', path: text.path }, 0, text.path.length);
      return text.path;
    case 'delete':
      emit(frame, { kind: 'file', operation: 'delete', path: text.path }, 0, text.path.length);
      return undefined;
    case 'move':
      emit(
        frame,
        { kind: 'file', operation: 'rename', path: text.path, target: text.target },
        0,
        text.path.length,
      );
      return undefined;
    case 'patch':
      applyPatch(frame, text.text);
      return undefined;
    case 'fetch': {
      const endpoint = parseUrl(text.url);
      if (endpoint === undefined) return undefined;
      const { method = 'GET', payload, target } = text;
      emit(
        frame,
        {
          kind: 'network',
          initiated: true,
          ...endpoint,
          method,
          ...(payload === undefined ? {} : { payload }),
        },
        0,
        text.url.length,
      );
      if (target !== undefined) {
        const index = emit(frame, { kind: 'file', operation: 'create', path: target }, 0, text.url.length);
        if (index !== undefined) frame.sink.drafts[index]!.written = { kind: 'download', url: text.url };
      }
      return undefined;
    }
  }
}

/** The files of a patch. */
export function applyPatch(frame: Frame, text: string): void {
  for (const file of readPatch(text)) {
    const content = file.operation === 'delete' ? {} : { content: file.text };
    const index = emit(
      frame,
      { kind: 'file', operation: file.operation, path: file.path, ...content },
      file.start,
      file.end,
    );
    if (index !== undefined && file.operation === 'append') frame.sink.drafts[index]!.partial = true;
    if (file.target !== undefined)
      emit(
        frame,
        { kind: 'file', operation: 'rename', path: file.path, target: file.target },
        file.start,
        file.end,
      );
  }
}

/** Code that was written to a file is told as code of that file, whether it is run or not. */
function describe(frame: Frame, drafts: readonly Draft[]): void {
  for (let at = 0, count = drafts.length; at < count; at += 1) {
    const { body, argument, span, via, parent } = drafts[at]!;
    if (
      body.kind !== 'file' ||
      body.content === undefined ||
      (body.operation !== 'create' && body.operation !== 'append')
    )
      continue;
    if (isScheduled(body.path)) {
      const { fixed: _, ...own } = frame;
      const parts = { argument, via, fixed: span, parent: at };
      interpretScheduled({ ...own, ...parts }, body.path, body.content);
      continue;
    }
    const kind = extension(body.path);
    const inside: Frame = {
      ...frame,
      argument,
      via,
      fixed: span,
      ...(parent === undefined ? {} : { parent }),
    };
    if (/^pyw?$/.test(kind)) describePython(inside, body.content, body.path);
    else if (/^[mc]?[jt]sx?$/.test(kind)) describeJavaScript(inside, body.content, body.path);
  }
}
