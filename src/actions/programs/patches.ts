import type { Content } from '../content.ts';
import { literal, textContent } from '../content.ts';
import { emit } from '../frame.ts';
import { readPatch } from '../patch.ts';
import { writeFile } from '../shell/redirect.ts';
import { lookupIn } from '../shell/state.ts';
import type { Invocation, Program } from './invocation.ts';
import { fileAction, frameOf, pathOf } from './invocation.ts';
import { names, optionValue, readWords } from './options.ts';

/** Programs that change files as a patch says. */
export const patches: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['apply_patch', (call) => applied(call, given(call, call.argv[1]?.text))],
  ['applypatch', (call) => applied(call, given(call, call.argv[1]?.text))],
  ['patch', patch],
]);

function patch(call: Invocation): undefined {
  const words = readWords(call.argv, {
    short: 'dipoDFBrVYz',
    long: names('directory input strip output ifdef fuzz prefix reject-file suffix'),
  });
  // `patch file < diff`, `patch file diff`
  const path = optionValue(words, 'i', 'input') ?? words.operands[1];
  if (path !== undefined) fileAction(call, 'read', path);
  const text = path === undefined ? given(call) : given(call, undefined, path.text);
  if (text === undefined && words.operands[0] !== undefined) fileAction(call, 'append', words.operands[0]);
  applied(call, text);
}

/** `git apply`, `git am`: patches by their names, or from standard input. */
export function gitApply(call: Invocation, paths: readonly string[]): void {
  if (paths.length === 0) applied(call, given(call));
  for (const path of paths) applied(call, given(call, undefined, path));
}

function given(call: Invocation, text?: string, path?: string): string | undefined {
  if (text?.startsWith('*** Begin Patch') === true) return text;
  const { state } = call.context;
  const content: Content | undefined =
    path === undefined ? call.context.input : { kind: 'file', path: pathOf(call, path) };
  return literal(content, lookupIn(state));
}

function applied(call: Invocation, text: string | undefined): undefined {
  const frame = frameOf(call);
  const { start, end } = call;
  for (const file of text === undefined ? [] : readPatch(text)) {
    const path = pathOf(call, file.path);
    if (file.operation === 'delete') emit(frame, { kind: 'file', operation: 'delete', path }, start, end);
    else {
      const { drafts } = frame.sink;
      const before = drafts.length;
      writeFile(
        call.context.state,
        frame,
        path,
        file.operation === 'append',
        textContent(file.text),
        start,
        end,
      );
      if (file.operation === 'append' && drafts[before] !== undefined) drafts[before].partial = true;
    }
    if (file.target !== undefined) {
      const target = pathOf(call, file.target);
      emit(frame, { kind: 'file', operation: 'rename', path, target }, start, end);
    }
  }
}
