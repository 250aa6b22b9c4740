import { callsOfJson } from './json-call.ts';
import { callsOfPython } from './python-call.ts';
import type { StyleReader, TextCall } from './styles.ts';

/** A stretch of text between two marks; where the second is missing, to the next first one or the end. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly body: string;
}

export function stretches(text: string, open: string, close: string): Stretch[] {
  const found: Stretch[] = [];
  let closed = true;
  for (let start = text.indexOf(open); start >= 0; ) {
    const from = start + open.length;
    const next = text.indexOf(open, from);
    const shut = closed ? text.indexOf(close, from) : -1;
    if (shut < 0) closed = false;
    const bodyEnd = shut >= 0 ? shut : next >= 0 ? next : text.length;
    const end = shut >= 0 ? shut + close.length : bodyEnd;
    found.push({ start, end, body: text.slice(from, bodyEnd) });
    start = next >= 0 && next < end ? text.indexOf(open, end) : next;
  }
  return found;
}

/** `<function=NAME><parameter=KEY>VALUE</parameter></function>`: OpenHands, SWE-smith, Qwen3-Coder. */
export const functionXml: StyleReader = (text) =>
  stretches(text, '<function=', '</function>').flatMap(({ start, end, body }) => {
    const split = body.indexOf('>');
    const name = split < 0 ? '' : body.slice(0, split).trim();
    if (name === '' || name.length > 200 || /[\n<]/.test(name)) return [];
    const values = stretches(body.slice(split + 1), '<parameter=', '</parameter>').map(({ body: own }) => {
      const shut = own.indexOf('>');
      return [own.slice(0, Math.max(0, shut)).trim(), withoutFrame(own.slice(shut + 1))] as const;
    });
    const rest = body.slice(split + 1).trim();
    // some models put the arguments there as JSON
    const given =
      values.length === 0 && rest.startsWith('{') ? rest : JSON.stringify(Object.fromEntries(values));
    return [{ name, arguments: given, start, end }];
  });

/** `<invoke name="NAME"><parameter name="KEY">VALUE</parameter></invoke>`: Anthropic's XML, MiniMax, DeepSeek, Step. */
export const invokeXml: StyleReader = (text) => [
  ...namedTags(text, 'invoke'),
  ...(text.includes('toolcall name="') ? namedTags(text, 'toolcall') : []),
];

const namedTags = (text: string, tag: string) =>
  stretches(text, `${tag} name="`, `${tag}>`).flatMap(({ start, end, body }) => {
    const name = body.slice(0, Math.max(0, body.indexOf('"')));
    if (name === '' || name.length > 200 || name.includes('\n')) return [];
    const values = stretches(body, 'parameter name="', 'parameter>').map(({ body: own }) => {
      const key = own.slice(0, Math.max(0, own.indexOf('"')));
      const value = own.slice(own.indexOf('>') + 1).replace(/<\/[\w:|｜]{0,40}$/, '');
      return [key, withoutFrame(value)] as const;
    });
    // the bracket before it, and the name space that may stand between
    const before = Math.max(0, start - 20);
    const open = text.slice(before, start).lastIndexOf('<');
    const from = open < 0 ? start : before + open;
    return [{ name, arguments: JSON.stringify(Object.fromEntries(values)), start: from, end }];
  });

/** A value may stand on lines of its own. */
function withoutFrame(value: string): string {
  return value.replace(/^\r?\n/, '').replace(/\r?\n$/, '');
}

/** `<tool_call>{"name": …, "arguments": …}</tool_call>`: Hermes, Qwen, Nemotron, Olmo, and GLM with its own inside. */
export const hermes: StyleReader = (text) => [
  ...[
    'tool_call',
    'tool_calls',
    'toolcall',
    'TOOLCALL',
    'function_call',
    'function_calls',
    'functioncall',
  ].flatMap((tag) => (text.includes(`<${tag}>`) ? tagged(text, `<${tag}>`, `</${tag}>`) : [])),
];

function tagged(text: string, open: string, close: string): TextCall[] {
  return stretches(text, open, close).flatMap(({ start, end, body }) => {
    if (body.includes('<function=')) return functionXml(body).map((call) => ({ ...call, start, end }));
    if (body.includes('<arg_key>')) return [{ ...argumentPairs(body), start, end }];
    // another spelling stands within
    if (/<(?:invoke|tool_call|function_call)\b/.test(body)) return [];
    const written = callsOfJson(body);
    return (written.length > 0 ? written : callsOfPython(body)).map((call) => ({ ...call, start, end }));
  });
}

/** GLM: `NAME <arg_key>KEY</arg_key> <arg_value>VALUE</arg_value>`. */
function argumentPairs(body: string): { name: string; arguments: string } {
  const keys = stretches(body, '<arg_key>', '</arg_key>');
  const values = stretches(body, '<arg_value>', '</arg_value>');
  const pairs = keys.map(({ body: key }, index) => [key.trim(), values[index]?.body ?? ''] as const);
  return {
    name: body.slice(0, body.indexOf('<')).trim(),
    arguments: JSON.stringify(Object.fromEntries(pairs)),
  };
}

const tags: readonly (readonly [tag: string, name: string])[] = [
  ['execute_bash', 'execute_bash'],
  ['execute_ipython', 'execute_ipython_cell'],
  ['execute_browse', 'browser'],
  ['execute', 'execute_ipython_cell'],
  ['run_bash', 'execute_bash'],
];

/** `<execute_bash>…</execute_bash>` and its kin: CodeAct, early OpenHands. */
export const executeTags: StyleReader = (text) =>
  tags.flatMap(([tag, name]) =>
    stretches(text, `<${tag}>`, `</${tag}>`).map(({ start, end, body }) => ({
      name,
      arguments: body.trim(),
      start,
      end,
    })),
  );
