import { isObject, type Values } from '../path.ts';
import { readLiteral } from './literal.ts';

interface Call {
  readonly name: string;
  readonly arguments: string;
  readonly id?: string;
}

/**
 * The calls in a JSON text: `{"name": …, "arguments": {…}}` in its many spellings, or a list of them. What is no JSON is
 * read as a Python dictionary, and failing that by its name alone, with the text itself as the arguments: a call that
 * cannot be parsed is still a call.
 */
export function callsOfJson(text: string): Call[] {
  const trimmed = text.trim();
  const value = parse(trimmed);
  if (Array.isArray(value)) return value.flatMap((one: unknown) => callOf(one) ?? []);
  const call = callOf(value);
  if (call !== undefined) return [call];
  const name = /["'](?:name|tool_name)["']\s*:\s*["']([^"'\n]{1,200})["']/.exec(trimmed);
  return name === null ? [] : [{ name: name[1]!, arguments: trimmed }];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return readLiteral(text);
  }
}

function callOf(value: unknown): Call | undefined {
  if (!isObject(value)) return undefined;
  const inner = innerCall(value);
  const name = first(inner, ['name', 'tool_name', 'function', 'tool', 'action', 'recipient_name']);
  if (typeof name !== 'string') return undefined;
  const given = first(inner, argumentKeys) ?? {};
  const id = value['id'] ?? value['tool_call_id'];
  return {
    name,
    arguments: typeof given === 'string' ? given : JSON.stringify(given),
    ...(typeof id === 'string' ? { id } : {}),
  };
}

const argumentKeys = [
  ...['arguments', 'parameters', 'args', 'input', 'kwargs', 'tool_input', 'action_input', 'params'],
] as const;

/** A call may lie in a field of its own, beside thoughts. */
function innerCall(value: Values): Values {
  for (const key of ['function', 'tool_call', 'function_call', 'action', 'command'] as const) {
    const inner = value[key];
    if (isObject(inner)) return inner;
  }
  return value;
}

function first(value: Values, keys: readonly string[]): unknown {
  return keys.map((key) => value[key]).find((found) => found !== undefined && found !== null);
}

/** Whether an object says what is called and with what, so that it is a call even without marks around it. */
export function isPlainCall(value: unknown): boolean {
  if (!isObject(value)) return false;
  const inner = innerCall(value);
  return callOf(value) !== undefined && argumentKeys.some((key) => key in inner);
}

/** The offset behind the JSON object or list that begins at `start`; the end of the text where it is not closed. */
export function jsonEnd(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth <= 0) return at + 1;
    }
  }
  return text.length;
}
