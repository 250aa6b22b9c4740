import type { Content } from '../content.ts';
import { downloadOf, filesOf, resolve } from '../content.ts';
import type { Language } from '../frame.ts';
import { inner, spanOf } from '../frame.ts';
import { lookupIn } from '../shell/state.ts';
import type { Invocation } from './invocation.ts';
import { frameOf, mark } from './invocation.ts';

/** A text that a program is given to run. */
export interface Given {
  readonly content: Content;
  readonly language?: Language;
  readonly via: string;
  readonly arguments?: readonly string[];
  /** the script's path, as given */
  readonly path?: string;
}

/**
 * Has a program run a text. What is literal is gone through at once, unless it stands in a file: files are
 * looked up when calls are linked.
 */
export function addRun(invocation: Invocation, given: Given): void {
  const { context, index, start, end } = invocation;
  const frame = frameOf(invocation);
  const draft = frame.sink.drafts[index];
  if (draft === undefined) return;
  const url = downloadOf(given.content, lookupIn(context.state));
  if (url !== undefined) mark(invocation, { downloaded: url });
  if (filesOf(given.content).length === 0) {
    const known = resolve(given.content, () => undefined);
    if (known !== undefined) runNow(invocation, given, known.text, known.via);
    return;
  }
  const { directory } = context.state;
  const { sink: _, ...rest } = frame;
  draft.runs ??= [];
  draft.runs.push({
    content: given.content,
    ...(given.language === undefined ? {} : { language: given.language }),
    via: given.via,
    ...(given.arguments === undefined ? {} : { arguments: given.arguments }),
    ...(given.path === undefined ? {} : { path: given.path }),
    ...(directory === undefined ? {} : { directory }),
    frame: { ...rest, fixed: spanOf(frame, start, end) },
  });
}

function runNow(invocation: Invocation, given: Given, text: string, undone: readonly string[]): void {
  const { context, start, end } = invocation;
  const frame = inner(frameOf(invocation), [given.via, ...undone], start, end);
  if (frame === undefined) return;
  frame.sink.interpret(frame, given.language ?? 'shell', text, {
    ...(given.arguments === undefined ? {} : { arguments: given.arguments }),
    ...(context.state.directory === undefined ? {} : { directory: context.state.directory }),
    files: context.state.files,
  });
}
