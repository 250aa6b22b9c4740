import { isObject } from '../path.ts';
import { callsOfJson, jsonEnd } from './json-call.ts';
import { callsOfPython } from './python-call.ts';
import type { StyleReader, TextCall } from './styles.ts';
import { stretches } from './tags.ts';

/** Calls in the special tokens of chat templates, as they stand in decoded rollouts. */
export const templates: StyleReader = (text) => [
  ...(text.includes('[TOOL_CALLS]') ? mistral(text) : []),
  ...(text.includes('<|tool_call_begin|>') ? kimi(text) : []),
  ...(text.includes('<｜tool▁call▁begin｜>') ? deepseek(text) : []),
  ...(text.includes('<|message|>') ? harmony(text) : []),
  ...(text.includes('<|python_tag|>') ? llama(text) : []),
  ...(text.includes('<|action_start|>') ? internlm(text) : []),
  ...(text.includes('<start_function_call>') ? gemma(text) : []),
  ...callsBetween(text, '<|tool_call|>', '<|/tool_call|>'),
  ...callsBetween(text, '<|START_ACTION|>', '<|END_ACTION|>'),
  ...callsBetween(text, '<|tool_call_start|>', '<|tool_call_end|>'),
  ...callsBetween(text, '<|python_start|>', '<|python_end|>'),
  ...callsBetween(text, '<|tools_prefix|>', '<|tools_suffix|>'),
];

/** `[TOOL_CALLS][{…}]`, and since 2025 `[TOOL_CALLS]NAME[ARGS]{…}`. */
function mistral(text: string): TextCall[] {
  return stretches(text, '[TOOL_CALLS]', '</s>').flatMap(({ start, body }) => {
    const from = start + '[TOOL_CALLS]'.length;
    const named = /^\s*([\w.-]{1,200})(?:\[CALL_ID\]([\w-]{1,80}))?(?:\[ARGS\])?(?=\{)/.exec(body);
    const json = body.search(/[[{]/);
    if (named === null) {
      if (json < 0) return [];
      const end = jsonEnd(text, from + json);
      return callsOfJson(text.slice(from + json, end)).map((call) => ({ ...call, start, end }));
    }
    const open = from + named[0].length;
    const end = jsonEnd(text, open);
    const id = named[2] === undefined ? {} : { id: named[2] };
    return [{ name: named[1]!, arguments: text.slice(open, end), ...id, start, end }];
  });
}

/** Kimi K2: `<|tool_call_begin|>functions.NAME:0<|tool_call_argument_begin|>{…}<|tool_call_end|>`. */
function kimi(text: string): TextCall[] {
  return stretches(text, '<|tool_call_begin|>', '<|tool_call_end|>').map(({ start, end, body }) => {
    const [id = '', given = ''] = body.split('<|tool_call_argument_begin|>');
    const name = id
      .trim()
      .replace(/^functions\./, '')
      .replace(/:\d+$/, '');
    return { name, id: id.trim(), arguments: given.trim(), start, end };
  });
}

/** DeepSeek: the name behind the separator with fenced JSON (V3, R1), or before it with bare JSON (V3.1). */
function deepseek(text: string): TextCall[] {
  return stretches(text, '<｜tool▁call▁begin｜>', '<｜tool▁call▁end｜>').map(({ start, end, body }) => {
    const [head = '', tail = ''] = body.split('<｜tool▁sep｜>');
    if (head.trim() !== 'function') return { name: head.trim(), arguments: tail.trim(), start, end };
    const line = tail.indexOf('\n');
    const name = (line < 0 ? tail : tail.slice(0, line)).trim();
    const given = (line < 0 ? '' : tail.slice(line + 1)).trim();
    return { name, arguments: given.replace(/^```(?:json)?\s*/, '').replace(/\s*```$/, ''), start, end };
  });
}

/** Harmony (gpt-oss): `<|channel|>commentary to=functions.NAME <|constrain|>json<|message|>{…}<|call|>`. */
function harmony(text: string): TextCall[] {
  return messages(text).flatMap(({ start, end, body }) => {
    const header = text.slice(Math.max(0, start - 400), start);
    const mark = Math.max(header.lastIndexOf('<|start|>'), header.lastIndexOf('<|channel|>'), 0);
    const from = header.lastIndexOf('<|start|>') >= 0 ? header.lastIndexOf('<|start|>') : mark;
    const to = / to=([\w.-]{1,200})/.exec(header.slice(from));
    // what comes from a tool names the assistant as its receiver
    if (to === null || to[1] === 'assistant' || /<\|start\|>functions\./.test(header.slice(from))) return [];
    const own = body.split(/<\|(?:end|start|return)\|>/, 1)[0]!;
    const open = start - (header.length - from);
    return [{ name: to[1]!.replace(/^functions\./, ''), arguments: own.trim(), start: open, end }];
  });
}

/** Each message up to its own end: those that call end in another mark than those that do not. */
function messages(text: string): { start: number; end: number; body: string }[] {
  const open = '<|message|>';
  return stretches(text, open, '<|call|>').flatMap(({ start, end, body }) => {
    const inner = body.lastIndexOf(open);
    if (inner < 0) return [{ start, end, body }];
    // what is thought aloud before a call is a message of its own
    return [{ start: start + open.length + inner, end, body: body.slice(inner + open.length) }];
  });
}

/** Llama 3: JSON behind `<|python_tag|>`, or code. */
function llama(text: string): TextCall[] {
  return stretches(text, '<|python_tag|>', '<|eom_id|>').flatMap(({ start, end, body }) => {
    const own = body.split('<|eot_id|>', 1)[0]!.trim();
    const calls = own.startsWith('{') || own.startsWith('[') ? callsOfJson(own) : [];
    if (calls.length > 0) return calls.map((call) => ({ ...call, start, end }));
    // tools that come with the model: `brave_search.call(query="…")`
    const built = /^[\w.]{1,200}\.call\(/.test(own) ? callsOfPython(own) : [];
    if (built.length > 0)
      return built.map((call) => ({ ...call, name: call.name.replace(/\.call$/, ''), start, end }));
    return [{ name: 'python', arguments: own, start, end }];
  });
}

/** InternLM: JSON behind `<|plugin|>`, code behind `<|interpreter|>`. */
function internlm(text: string): TextCall[] {
  return stretches(text, '<|action_start|>', '<|action_end|>').flatMap(({ start, end, body }) => {
    const own = body.trim();
    if (own.startsWith('<|interpreter|>'))
      return [{ name: 'python', arguments: own.slice('<|interpreter|>'.length).trim(), start, end }];
    return callsOfJson(own.replace(/^<\|plugin\|>/, '')).map((call) => ({ ...call, start, end }));
  });
}

/** Gemma: `<start_function_call>call:NAME{key:<escape>value<escape>}<end_function_call>`. */
function gemma(text: string): TextCall[] {
  return stretches(text, '<start_function_call>', '<end_function_call>').flatMap(({ start, end, body }) => {
    const named = /^\s*call:([\w.-]{1,200})\{/.exec(body);
    if (named === null) return [];
    const given = body.slice(named[0].length).replace(/\}\s*$/, '');
    const pairs = [...given.matchAll(/([\w-]{1,200}):<escape>([\s\S]*?)<escape>/g)];
    const values = Object.fromEntries(pairs.map(([, key, value]) => [key, value]));
    return [{ name: named[1]!, arguments: pairs.length > 0 ? JSON.stringify(values) : given, start, end }];
  });
}

/** Phi, Granite, Cohere, LFM, Llama 4, Apertus: JSON or Python between marks. */
function callsBetween(text: string, open: string, close: string): TextCall[] {
  if (!text.includes(open)) return [];
  return stretches(text, open, close).flatMap(({ start, end, body }) => {
    const written = callsOfJson(body);
    const calls = written.length > 0 ? written : callsOfKeys(body);
    return (calls.length > 0 ? calls : callsOfPython(body)).map((call) => ({ ...call, start, end }));
  });
}

/** `[{"NAME": {…}}]`. */
function callsOfKeys(text: string): Pick<TextCall, 'name' | 'arguments'>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
    isObject(one)
      ? Object.entries(one).map(([name, given]) => ({ name, arguments: JSON.stringify(given) }))
      : [],
  );
}
