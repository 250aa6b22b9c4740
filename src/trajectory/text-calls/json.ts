import { isObject } from '../path.ts';
import { callsOfJson, isPlainCall, jsonEnd } from './json-call.ts';
import type { StyleReader, TextCall } from './styles.ts';

/** How often a text may be looked through: each object that is not closed costs the way to its end. */
const mostPasses = 50;

/** Fields that hold what is run, where an object names no tool. */
const runners: readonly (readonly [key: string, tool: string])[] = [
  ['command', 'bash'],
  ['cmd', 'bash'],
  ['bash', 'bash'],
  ['shell', 'bash'],
  ['python', 'python'],
  ['code', 'python'],
];

/** `{"tool": …, "args": …}` on lines of its own, in a fenced block or without one. */
export const json: StyleReader = (text) => {
  const found: TextCall[] = [];
  const begin = /(?:^|\n)[ \t]*(?=\[\s*\{|\{)/g;
  let left = mostPasses * text.length;
  for (let match = begin.exec(text); match !== null && left > 0; match = begin.exec(text)) {
    const start = match.index + match[0].length;
    const end = jsonEnd(text, start);
    left -= end - start;
    const calls = callsAt(text.slice(start, end));
    if (calls.length > 0) {
      found.push(...calls.map((call) => ({ ...call, start, end })));
      begin.lastIndex = end;
    } else begin.lastIndex = start + 1;
  }
  return found;
};

function callsAt(text: string): Pick<TextCall, 'name' | 'arguments' | 'id'>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  if (Array.isArray(value) ? value.every(isPlainCall) : isPlainCall(value)) return callsOfJson(text);
  if (!isObject(value)) return [];
  for (const [key, tool] of runners)
    if (typeof value[key] === 'string') return [{ name: tool, arguments: text }];
  return [];
}
