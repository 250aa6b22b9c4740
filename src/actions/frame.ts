import type { Action } from './action.ts';
import type { Content } from './content.ts';
import { mayHideWords } from './hide.ts';
import { MAX_ACTIONS, MAX_CODE_ACTIONS, MAX_DEPTH, MAX_WORK } from './limits.ts';
import { isShortAddress } from './net.ts';
import { pass } from './overrun.ts';

/** Languages that a text of a tool call, a script or a payload may be in. */
export type Language =
  | 'shell'
  | 'python'
  | 'javascript'
  | 'perl'
  | 'ruby'
  | 'php'
  | 'lua'
  | 'powershell'
  | 'sql'
  | 'dockerfile'
  | 'makefile'
  | 'crontab'
  | 'generic';

/** An action without the place it came from. */
export type Body = Action extends infer A ? (A extends Action ? Omit<A, 'origin' | 'parent'> : never) : never;

/**
 * A text that a process runs and that is only known once calls are linked: a script by its path, or what
 * comes out of a pipe that reads files.
 */
export interface Run {
  readonly content: Content;
  /** `undefined`: to be told from the path and the text */
  readonly language?: Language;
  /** what is added to `via`, e.g. `script /tmp/x.sh` */
  readonly via: string;
  readonly arguments?: readonly string[];
  readonly path?: string;
  /** what surrounds the process */
  readonly frame: Omit<Frame, 'sink'>;
  readonly directory?: string;
}

/** An action of a parsed call, before the call has its place in a trajectory. */
export interface Draft {
  body: Body;
  readonly argument: string;
  readonly span: readonly [number, number];
  readonly via: readonly string[];
  /** index in the same list */
  readonly parent?: number;
  /** texts that this process or call runs, if they can be found */
  runs?: Run[];
  /** what is written, for a file action whose content is not literal */
  written?: Content;
  /** the content is put into the file, not added at its end */
  partial?: boolean;
  /** the text that the content takes the place of */
  replaces?: string;
}

/** A shell function or notebook function that later calls may run. */
export interface Definition {
  readonly name: string;
  readonly body: string;
}

/** What a text is given along. */
export interface Given {
  readonly arguments?: readonly string[];
  readonly directory?: string;
  /** contents of files written earlier in the same call; added to */
  readonly files?: Map<string, Content>;
  readonly input?: Content;
}

/** Goes through a text in some language; what it prints, as far as it is known. */
export type Interpret = (
  frame: Frame,
  language: Language,
  text: string,
  given?: Given,
) => Content | undefined;

/** Where actions are collected; shared by all texts of a tool call. */
export interface Sink {
  /** handed down, so that the languages need not import one another */
  readonly interpret: Interpret;
  readonly drafts: Draft[];
  readonly definitions: Definition[];
  /** whether the text may hide words: only then are words put together from pieces */
  readonly hides: () => boolean;
  /** evaluation steps left */
  work: number;
  /** commands being started, each by the one before: `sudo env nice …` */
  starting: number;
  codeActions: number;
  /** the code actions that are there, once there are many */
  told?: Set<string>;
}

/** What surrounds the text that is being gone through. */
export interface Frame {
  readonly sink: Sink;
  readonly argument: string;
  readonly via: readonly string[];
  /** added to positions in the text */
  readonly offset: number;
  /** the span of the payload, where positions in the text mean nothing outside it */
  readonly fixed?: readonly [number, number];
  readonly parent?: number;
  readonly pipedFrom?: number;
  readonly user?: string;
  readonly remote?: string;
  readonly background?: boolean;
  readonly loop?: 'endless' | 'counted';
  readonly downloaded?: string;
  readonly connected?: string;
  readonly depth: number;
}

/** @param text gives the call's text, for what depends on its hiding words */
export function newSink(interpret: Interpret, text: () => string): Sink {
  let known: boolean | undefined;
  const hides = (): boolean => {
    known ??= mayHideWords(text());
    return known;
  };
  return { interpret, hides, drafts: [], definitions: [], work: MAX_WORK, starting: 0, codeActions: 0 };
}

export function rootFrame(sink: Sink, argument: string): Frame {
  return { sink, argument, via: [], offset: 0, depth: 0 };
}

/** False once the evaluation steps of the call are used up. */
export function spend(frame: Frame, steps = 1): boolean {
  frame.sink.work -= steps;
  if (frame.sink.work <= 0) pass('work');
  else if (frame.sink.drafts.length >= MAX_ACTIONS) pass('actions');
  else return true;
  return false;
}

/** Adds an action; its index, or `undefined` when the call holds too many. */
export function emit(frame: Frame, body: Body, start: number, end: number): number | undefined {
  const { sink } = frame;
  if (sink.drafts.length >= MAX_ACTIONS) {
    pass('actions');
    return undefined;
  }
  const span = spanOf(frame, start, end);
  const draft: Draft = { body: settled(sink, body), argument: frame.argument, span, via: frame.via };
  sink.drafts.push(frame.parent === undefined ? draft : { ...draft, parent: frame.parent });
  return sink.drafts.length - 1;
}

/** An address that was written as a number stays so where the text is not one to hide words. */
function settled(sink: Sink, body: Body): Body {
  if (body.kind !== 'network' || !('written' in body)) return body;
  const { written, ...rest } = body as typeof body & { written?: string };
  if (written === undefined || isShortAddress(written) || sink.hides()) return rest;
  const { ip: _, ...host } = rest;
  return { ...host, host: written };
}

/** Adds a code action, unless there are many and one like it is there already; its index. */
export function emitCode(
  frame: Frame,
  body: Omit<Extract<Body, { kind: 'code' }>, 'kind'>,
  start: number,
  end: number,
): number | undefined {
  const { sink } = frame;
  const action: Code = { kind: 'code', ...body };
  if (sink.codeActions >= MAX_CODE_ACTIONS) {
    sink.told ??= new Set(
      sink.drafts.flatMap((draft) => (draft.body.kind === 'code' ? [keyOf(draft.body, draft.span)] : [])),
    );
    const key = keyOf(action, spanOf(frame, start, end));
    if (sink.told.has(key)) return undefined;
    sink.told.add(key);
  }
  sink.codeActions += 1;
  return emit(frame, action, start, end);
}

type Code = Extract<Body, { kind: 'code' }>;

/** Tells code actions apart; one is told again where its place is gone through again. */
function keyOf({ name, value, construct }: Code, span: readonly [number, number]): string {
  return `${span.join()} ${construct} ${name} ${value}`;
}

/** The span in the argument of a place in the text. */
export function spanOf(frame: Frame, start: number, end: number): readonly [number, number] {
  return frame.fixed ?? [start + frame.offset, end + frame.offset];
}

/** The frame of a text found inside the present one; `undefined` when texts are nested too deep. */
export function inner(frame: Frame, via: readonly string[], start: number, end: number): Frame | undefined {
  if (frame.depth >= MAX_DEPTH) {
    pass('depth');
    return undefined;
  }
  return {
    ...frame,
    via: via.length === 0 ? frame.via : [...frame.via, ...via],
    fixed: spanOf(frame, start, end),
    depth: frame.depth + 1,
  };
}

/** The frame of what a process does. */
export function under(frame: Frame, parent: number | undefined): Frame {
  if (parent === undefined) return frame;
  const { pipedFrom: _, ...rest } = frame;
  return { ...rest, parent };
}
