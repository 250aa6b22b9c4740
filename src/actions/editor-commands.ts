/**
 * SWE-agent gives its editor's commands through the shell tool: `create f.py`, `open f.py 10`,
 * `edit 3:7 … end_of_edit`. They are not programs.
 */
export type EditorCommand =
  | { readonly kind: 'create' | 'open'; readonly path: string }
  /** the file is the one opened last */
  | { readonly kind: 'edit'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: 'none' };

const EDIT = /^\s*edit\s+(?:"?\d+"?:"?\d+"?)[^\n]*\n([\s\S]*?)(?:\n?end_of_edit\b[\s\S]*|$)/;
/** The same without its first word: the range alone, or the lines with their numbers. */
const RANGE = /^\s*\d+:\d+\s*\n/;
const END = /\n?(?:\d+:\s*)?end_of_edit\s*$/;
const QUIET =
  /^\s*(?:goto\s+\d+|scroll_(?:up|down)|search_(?:file|dir)\s.*|find_file\s.*|submit|exit_cost|exit_context|skip)\s*$/;

/** The editor's command that a text is; `undefined` for a shell's. */
export function editorCommand(text: string): EditorCommand | undefined {
  const edit = EDIT.exec(text)?.[1] ?? unnamedEdit(text);
  if (edit !== undefined) {
    const start = text.indexOf('\n') + 1;
    // some repeat the numbers of the editor's window before each line
    const plain = /^\d+:/.test(edit) ? edit.replace(/^\d+:/gm, '') : edit;
    return { kind: 'edit', text: plain, start, end: start + edit.length };
  }
  if (text.length > 400) return undefined;
  const named =
    /^\s*(create|open)\s+"?([\w./~+@-]*[\w+@-]\.\w+|[\w~+@-]*\/[\w./~+@-]+)"?(?:\s+\d+)?\s*$/.exec(text);
  if (named !== null) return { kind: named[1] as 'create' | 'open', path: named[2]! };
  return QUIET.test(text) ? { kind: 'none' } : undefined;
}

function unnamedEdit(text: string): string | undefined {
  if (!text.includes('end_of_edit')) return undefined;
  const tail = text.slice(-100);
  const end = END.exec(tail);
  if (end === null) return undefined;
  return text.slice(0, text.length - tail.length + end.index).replace(RANGE, '');
}
