import { fences } from './fences.ts';
import { readKeywords } from './literal.ts';
import type { StyleReader, TextCall } from './styles.ts';

/**
 * Calls as Python writes them: `[Name of a function(a=1, b="x"), …]` (ToolACE, Llama), a text that is such calls and
 * nothing else, or a `tool_code` block of them (Gemini).
 */
export const toolace: StyleReader = (text) => {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  if (text[start] === '[' && text[end - 1] === ']') return pythonCalls(text, start + 1, end - 1).calls;
  const whole = text[end - 1] === ')' ? pythonCalls(text, start, end) : undefined;
  if (whole?.isAll && whole.calls.every(({ name }) => /^[\w.]+$/.test(name))) return whole.calls;
  return fences(text)
    .filter(({ language }) => language === 'tool_code')
    .flatMap(({ body, start: at, end: to }) =>
      callsOfPython(body).map((call) => ({ ...call, start: at, end: to })),
    );
};

/** The calls in a text, without their places. */
export function callsOfPython(text: string): Pick<TextCall, 'name' | 'arguments'>[] {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('[') && trimmed.endsWith(']') ? trimmed.slice(1, -1) : trimmed;
  return pythonCalls(inner, 0, inner.length).calls.flatMap(({ name, arguments: given }) => {
    // a value that is printed comes back
    const printed = name === 'print' ? callsOfPython(innerOfPrint(inner)) : [];
    return printed.length > 0 ? printed : [{ name: name.replace(/^default_api\./, ''), arguments: given }];
  });
}

function innerOfPrint(text: string): string {
  const open = text.indexOf('(');
  const close = parenthesisEnd(text, open, text.length);
  return close < 0 ? '' : text.slice(open + 1, close);
}

/** Calls that follow each other between two offsets, and whether they are all that is there. */
function pythonCalls(text: string, from: number, to: number): { calls: TextCall[]; isAll: boolean } {
  const calls: TextCall[] = [];
  let at = from;
  while (at < to) {
    const open = text.indexOf('(', at);
    const name =
      open < 0
        ? ''
        : text
            .slice(at, open)
            .replace(/^[\s,]+/, '')
            .trim();
    const close = open < 0 ? -1 : parenthesisEnd(text, open, to);
    if (close < 0 || name === '' || name.length > 200 || !/^[\p{L}_][^,"'={}\n]*$/u.test(name)) break;
    const given = text.slice(open + 1, close);
    const keywords = readKeywords(given);
    calls.push({
      name,
      arguments: keywords === undefined ? given : JSON.stringify(keywords),
      start: at,
      end: close + 1,
    });
    at = close + 1;
  }
  return { calls, isAll: calls.length > 0 && text.slice(at, to).trim() === '' };
}

function parenthesisEnd(text: string, open: number, limit: number): number {
  let depth = 0;
  let quote = '';
  for (let at = open; at < limit; at++) {
    const letter = text[at]!;
    if (quote !== '') {
      if (letter === '\\') at += 1;
      else if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter)) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}
