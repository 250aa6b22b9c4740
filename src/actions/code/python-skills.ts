import { argument, evaluatorFrame, file } from './effects.ts';
import type { CodeCall } from './evaluate.ts';
import type { Handler } from './python-processes.ts';
import { names } from './python-processes.ts';
import { textOf } from './values.ts';

/**
 * The editor functions that OpenHands puts into the Python of its agents (its `file_ops` and `file_editor` skills);
 * they are used without an import.
 */
export const skillCalls: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...names('create_file', (call) => shown(file(call, 'create', argument(call, 0, 'filename', 'file_name')))),
  ...names('open_file', (call) => shown(file(call, 'read', argument(call, 0, 'path', 'file_name')))),
  ...names('append_file', (call) => edited(call, argument(call, 1, 'content'))),
  ...names('edit_file_by_replace', (call) =>
    edited(call, argument(call, 2, 'new_content'), textOf(argument(call, 1, 'to_replace'))),
  ),
  ...names('insert_content_at_line', (call) => edited(call, argument(call, 2, 'content'))),
  ...names('edit_file edit_file_by_line', (call) =>
    edited(call, argument(call, 3, 'new_content', 'content')),
  ),
]);

function edited(call: CodeCall, content: Parameters<typeof file>[2], replaces?: string): ReturnType<Handler> {
  const index = file(call, 'append', argument(call, 0, 'file_name', 'filename'), { content });
  const draft = index === undefined ? undefined : evaluatorFrame(call.evaluator).sink.drafts[index];
  if (draft !== undefined) {
    draft.partial = true;
    if (replaces !== undefined) draft.replaces = replaces;
  }
  return shown(index);
}

/** What these functions return is told by the file action alone. */
function shown(index: number | undefined): ReturnType<Handler> {
  return index === undefined ? undefined : null;
}
