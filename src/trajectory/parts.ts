import { type Call, type Result, readCalls, readResults, resultText } from './calls.ts';
import type { PartCase } from './compile.ts';
import { compilePath, followFirst, isObject, type Values } from './path.ts';
import { passes } from './tests.ts';
import { jsonOf, textOf } from './text.ts';

/** What the parts of an item come to. */
export interface Draft {
  readonly texts: string[];
  readonly reasoning: string[];
  readonly calls: Call[];
  readonly results: Result[];
}

export const emptyDraft = (): Draft => ({ texts: [], reasoning: [], calls: [], results: [] });

/** Adds all of a list, however long. */
export function append<T>(to: T[], more: readonly T[]): void {
  for (const one of more) to.push(one);
}

type Kind = 'text' | 'reasoning' | 'call' | 'result' | 'opaque';

/** Parts by their `type`, as OpenAI, Anthropic, Google, Vercel, Pi, OpenTelemetry and Inspect write them. */
const kinds = new Map<string, Kind>();
const knownKinds: Readonly<Record<Kind, string>> = {
  text: 'text input_text output_text summary_text refusal markdown',
  reasoning: 'thinking reasoning thought reasoning_text redacted_thinking reasoning_content',
  call: `tool_use server_tool_use mcp_tool_use tool_call tool-call toolCall function_call function server_tool_call
    custom_tool_call local_shell_call shell_call computer_call apply_patch_call mcp_call tool-invocation dynamic-tool`,
  result: `tool_result mcp_tool_result tool_call_response tool-result toolResult function_call_output function_result
    server_tool_call_response custom_tool_call_output web_search_tool_result web_fetch_tool_result
    code_execution_tool_result bash_code_execution_tool_result text_editor_code_execution_tool_result
    tool_search_tool_result local_shell_call_output shell_call_output computer_call_output apply_patch_call_output`,
  opaque: `image image_url input_image output_image audio input_audio video video_url file input_file blob uri
    container_upload media`,
};
for (const [kind, names] of Object.entries(knownKinds)) {
  for (const name of names.split(/\s+/)) kinds.set(name, kind as Kind);
}

const paths = (...texts: string[]) => texts.map(compilePath);
const callPlace = {
  in: undefined,
  when: undefined,
  id: paths('id', 'call_id', 'tool_call_id', 'toolCallId', 'toolUseId'),
  // LLaMA-Factory v1 holds the whole call, as JSON text, in `value`
  name: paths(
    ...['name', 'tool_name', 'toolName', 'function.name', 'function', 'server_tool_call.name'],
    'value.name',
  ),
  arguments: paths(
    ...['input', 'arguments', 'args', 'function.arguments', 'parameters', 'server_tool_call'],
    ...['action', 'operation', 'value.arguments'],
  ),
} as const;
const resultPlace = {
  in: undefined,
  when: undefined,
  id: paths('tool_use_id', 'call_id', 'tool_call_id', 'toolCallId', 'toolUseId', 'origin.id', 'id'),
  name: paths('name', 'toolName', 'tool_name'),
  text: paths(
    ...['content', 'output', 'response', 'result', 'text', 'error', 'errorText'],
    'server_tool_call_response',
  ),
  failed: [
    [{ paths: paths('is_error', 'isError'), holds: (value: unknown) => value === true }],
    [{ paths: paths('status'), holds: (value: unknown) => value === 'error' }],
  ],
  exitCode: paths('exit_code', 'content.return_code'),
} as const;
const textPaths = paths('text', 'content', 'value', 'refusal');
const reasoningPaths = paths('thinking', 'reasoning', 'text', 'content', 'summary', 'thought');

/** Deepest nesting of parts within parts. */
const deepest = 16;

/** Sorts the content of an item, a text or a list of parts, into what is said, thought, called and what came back. */
export function readContent(content: unknown, cases: readonly PartCase[], draft: Draft, depth = 0): void {
  if (content === undefined || content === null) return;
  if (typeof content === 'string') draft.texts.push(content);
  else if (Array.isArray(content) && depth < deepest) {
    for (const part of content) readContent(part, cases, draft, depth + 1);
  } else if (isObject(content)) readPart(content, cases, draft, depth);
  else draft.texts.push(textOf(content));
}

function readPart(part: Values, cases: readonly PartCase[], draft: Draft, depth: number): void {
  for (const { when, fields } of cases) {
    if (!passes(when, part)) continue;
    if (fields.text.length > 0) readContent(followFirst(part, fields.text), [], draft, depth + 1);
    const reasoning = followFirst(part, fields.reasoning);
    if (reasoning !== undefined) draft.reasoning.push(textOf(reasoning));
    for (const place of fields.calls) append(draft.calls, readCalls(part, place));
    for (const place of fields.results) append(draft.results, readResults(part, place));
    return;
  }
  const type = part['type'] ?? part['kind'];
  const kind = typeof type === 'string' ? kindOfType(type) : undefined;
  switch (kind ?? kindByFields(part)) {
    case 'call': {
      const own = innerOf(part, callFields);
      const calls = readCalls(own, callPlace).map((call) =>
        call.name === '' && typeof type === 'string' ? { ...call, name: nameOfType(type) } : call,
      );
      // a call that says nothing of itself is still shown
      append(draft.calls, calls.length > 0 ? calls : [{ name: '', arguments: jsonOf(part) }]);
      // some keep what came back in the call
      if ('output' in own || 'result' in own || 'errorText' in own)
        append(draft.results, readResults(own, resultPlace));
      break;
    }
    case 'result': {
      append(draft.results, readResults(innerOf(part, resultFields), resultPlace));
      break;
    }
    case 'reasoning':
      draft.reasoning.push(textOf(followFirst(part, reasoningPaths)));
      break;
    case 'opaque':
      break;
    case 'text': {
      const text = followFirst(part, textPaths);
      if (text !== undefined) readContent(text, cases, draft, depth + 1);
      break;
    }
    default:
      readUnknown(part, cases, draft, depth);
  }
}

/** The fields that a call or a result lies in, where the part is a wrapper: Google's, Bedrock's, Haystack's, Vercel's. */
const callFields = ['functionCall', 'toolUse', 'toolInvocation', 'tool_call'] as const;
const resultFields = ['functionResponse', 'toolResult', 'tool_call_result'] as const;

function innerOf(part: Values, fields: readonly string[]): Values {
  return (fields.map((field) => part[field]).find(isObject) as Values | undefined) ?? part;
}

/** Parts of Vercel's user interface are named by their tool: `tool-bash`. */
const ofTool = /^tool-(?!call$|result$|invocation$)/;

function kindOfType(type: string): Kind | undefined {
  return kinds.get(type) ?? (ofTool.test(type) ? 'call' : undefined);
}

/** `tool-bash` calls bash, a `local_shell_call` the local shell; other types are the names of none. */
function nameOfType(type: string): string {
  if (ofTool.test(type)) return type.replace(ofTool, '');
  return /^(?:local_shell|shell|computer|apply_patch)_call$/.test(type) ? type.slice(0, -5) : '';
}

/** Parts without a type are told by their one field. */
function kindByFields(part: Values): Kind | undefined {
  if (callFields.some((field) => isObject(part[field]))) return 'call';
  if (resultFields.some((field) => isObject(part[field]))) return 'result';
  if (isObject(part['inlineData']) || isObject(part['fileData'])) return 'opaque';
  if (part['thought'] === true) return 'reasoning';
  return undefined;
}

function readUnknown(part: Values, cases: readonly PartCase[], draft: Draft, depth: number): void {
  const { executableCode, codeExecutionResult, parts } = part;
  if (isObject(executableCode)) {
    const language = textOf(executableCode['language'] ?? 'python').toLowerCase();
    draft.calls.push({ name: language, arguments: jsonOf({ code: textOf(executableCode['code']) }) });
  } else if (isObject(codeExecutionResult)) {
    draft.results.push({ text: resultText(codeExecutionResult['output']) });
  } else if (Array.isArray(parts)) readContent(parts, cases, draft, depth + 1);
  else draft.texts.push(textOf([part]));
}
