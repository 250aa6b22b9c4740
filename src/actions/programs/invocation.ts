import type { Content } from '../content.ts';
import type { Frame } from '../frame.ts';
import { emit } from '../frame.ts';
import type { Endpoint } from '../net.ts';
import { absolute } from '../paths.ts';
import { writeFile } from '../shell/redirect.ts';
import type { Context, Field } from '../shell/state.ts';

/** A program that was started, for what knows it to say what else it does. */
export interface Invocation {
  /** the name without path and version, lower case: `python` for `/usr/bin/python3.11` */
  readonly name: string;
  readonly argv: readonly Field[];
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** the surroundings; its frame's parent is the program's own process */
  readonly context: Context;
  /** index of the process among the drafts */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Says what a program does besides being started; what it prints, as far as that is known. */
export type Program = (invocation: Invocation) => Content | undefined;

/** The program's own frame: what it does, it does. */
export function frameOf(invocation: Invocation): Frame {
  return invocation.context.frame;
}

/** The text of a word, or an empty text. */
export function word(invocation: Invocation, index: number): string {
  return invocation.argv[index]?.text ?? '';
}

/** A path as the program sees it. `{}` of `find -exec` is what is found. */
export function pathOf(invocation: Invocation, text: string): string {
  const { context } = invocation;
  if (text === '{}') return context.state.found ?? text;
  return absolute(text, context.state.directory);
}

/** Adds a file action done by the program. */
export function fileAction(
  invocation: Invocation,
  operation: 'read' | 'delete' | 'rename' | 'permission' | 'create' | 'append',
  field: Field,
  more: { target?: string; mode?: string } = {},
): void {
  const path = pathOf(invocation, field.text);
  if (path === '' || path === '-') return;
  emit(frameOf(invocation), { kind: 'file', operation, path, ...more }, field.start, field.end);
}

/** Adds a file written by the program, with what is known of its content. */
export function written(
  invocation: Invocation,
  field: Field,
  append: boolean,
  content: Content | undefined,
): void {
  const path = pathOf(invocation, field.text);
  if (path === '' || path === '-' || path.startsWith('/dev/null')) return;
  writeFile(invocation.context.state, frameOf(invocation), path, append, content, field.start, field.end);
}

/** Adds a connection made, or a port listened on, by the program. */
export function networkAction(
  invocation: Invocation,
  endpoint: Endpoint,
  field: { start: number; end: number },
  more: {
    initiated?: boolean;
    method?: string | undefined;
    payload?: string | undefined;
    forward?: 'remote' | 'local' | 'dynamic' | undefined;
  } = {},
): void {
  const { initiated = true, method, payload, forward } = more;
  emit(
    frameOf(invocation),
    {
      kind: 'network',
      initiated,
      ...endpoint,
      ...(method === undefined ? {} : { method }),
      ...(payload === undefined ? {} : { payload }),
      ...(forward === undefined ? {} : { forward }),
    },
    field.start,
    field.end,
  );
}

/** Sets fields of the process itself. */
export function mark(
  invocation: Invocation,
  more: { background?: boolean; remote?: string; user?: string; downloaded?: string; input?: string },
): void {
  const draft = frameOf(invocation).sink.drafts[invocation.index];
  if (draft?.body.kind === 'process') draft.body = { ...draft.body, ...more };
}
