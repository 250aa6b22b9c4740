import type { ToolCall } from './model.ts';
import { json } from './text-calls/json.ts';
import { fenced, lastFence, react, terminus } from './text-calls/prose.ts';
import { toolace } from './text-calls/python-call.ts';
import { runTags, toolTags } from './text-calls/run-tags.ts';
import type { StyleReader, TextCall, TextCallStyle } from './text-calls/styles.ts';
import { executeTags, functionXml, hermes, invokeXml, stretches } from './text-calls/tags.ts';
import { templates } from './text-calls/templates.ts';

/** Each spelling with what a text must hold to be worth reading. */
const readers: Readonly<Record<TextCallStyle, { readonly hint: RegExp; readonly read: StyleReader }>> = {
  'function-xml': { hint: /<function=/, read: functionXml },
  'invoke-xml': { hint: /(?:invoke|toolcall) name="/, read: invokeXml },
  hermes: { hint: /<(?:tool_?call|function_?call)s?>/i, read: hermes },
  'execute-tags': { hint: /<(?:execute|run_bash)/, read: executeTags },
  templates: { hint: /\[TOOL_CALLS\]|<[|｜]|<start_function_call>/, read: templates },
  fenced: { hint: /```|~~~/, read: fenced },
  'last-fence': { hint: /```|~~~/, read: lastFence },
  react: { hint: /\b(?:act(?:ion)?|tool)\b/i, read: react },
  terminus: { hint: /keystrokes|"commands"/, read: terminus },
  toolace: { hint: /^\s*\[|\)\s*$|```tool_code/, read: toolace },
  json: { hint: /(?:^|\n)[ \t]*[[{]/, read: json },
  'tool-tags': { hint: /<\/\w/, read: toolTags },
  'run-tags': { hint: /<\/\w/, read: runTags },
};

/**
 * The tool calls that are written into a text of the assistant, in order, with their spans. Calls within a closed
 * `<think>` are thoughts, not acts.
 * @param styles the spellings that count; of two that overlap the one that begins first does
 */
export function findTextCalls(text: string, styles: readonly TextCallStyle[]): ToolCall[] {
  const found: TextCall[] = [];
  for (const style of styles) {
    const { hint, read } = readers[style];
    if (hint.test(text)) for (const call of read(text)) found.push(call);
  }
  if (found.length === 0) return [];
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const isThought = thoughtTest(text);
  const calls: ToolCall[] = [];
  let last: TextCall | undefined;
  for (const call of found) {
    const isSibling = last !== undefined && call.start === last.start && call.end === last.end;
    if ((last !== undefined && call.start < last.end && !isSibling) || isThought(call.start)) continue;
    last = call;
    calls.push({
      index: calls.length,
      ...(call.id === undefined ? {} : { id: call.id }),
      name: call.name,
      arguments: call.arguments,
      span: [call.start, call.end],
    });
  }
  return calls;
}

/** Whether an offset lies within a closed `<think>`; to be asked in rising order. */
function thoughtTest(text: string): (offset: number) => boolean {
  if (!text.includes('</think>')) return () => false;
  const thoughts = stretches(text, '<think>', '</think>').filter(({ end }) =>
    text.startsWith('</think>', end - 8),
  );
  let next = 0;
  return (offset) => {
    while (next < thoughts.length && thoughts[next]!.end <= offset) next += 1;
    return next < thoughts.length && thoughts[next]!.start <= offset;
  };
}
