import { isObject } from '../path.ts';
import { jsonEnd } from './json-call.ts';
import { readKeywords } from './literal.ts';
import type { StyleReader, TextCall } from './styles.ts';
import { stretches } from './tags.ts';

interface Fence {
  readonly language: string;
  readonly body: string;
  readonly start: number;
  readonly end: number;
}

/** The fenced blocks of a text; one that is not closed goes on to the end. */
function fences(text: string): Fence[] {
  const found: Fence[] = [];
  let open: { at: number; language: string; from: number } | undefined;
  for (let line = 0; line < text.length; ) {
    const newline = text.indexOf('\n', line);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith('```', skipSpaces(text, line))) {
      const rest = text.slice(skipSpaces(text, line) + 3, end).trim();
      if (open === undefined)
        open = { at: line, language: rest.toLowerCase(), from: Math.min(end + 1, text.length) };
      else if (rest === '') {
        found.push({
          language: open.language,
          body: text.slice(open.from, Math.max(open.from, line - 1)),
          start: open.at,
          end,
        });
        open = undefined;
      }
    }
    line = end + 1;
  }
  if (open !== undefined)
    found.push({ language: open.language, body: text.slice(open.from), start: open.at, end: text.length });
  return found;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (at < from + 8 && text[at] === ' ') at += 1;
  return at;
}

/** Tools by the language of a block that they run. */
const runners = new Map<string, string>([
  ...['bash', 'sh', 'shell', 'zsh', 'console', 'terminal', 'mswea_bash_command'].map(
    (name) => [name, 'bash'] as const,
  ),
  ...['python', 'py', 'python3', 'ipython'].map((name) => [name, 'python'] as const),
  ...['sql', 'mysql', 'sqlite', 'postgresql'].map((name) => [name, 'sql'] as const),
  ...['javascript', 'js', 'node'].map((name) => [name, 'javascript'] as const),
  ...['powershell', 'pwsh'].map((name) => [name, 'powershell'] as const),
]);

/** The arguments are the block as it stands: a key around it would be none of the data's words. */
function run({ language, body, start, end }: Fence, otherwise?: string): TextCall[] {
  const name = runners.get(language) ?? otherwise;
  return name === undefined || body.trim() === '' ? [] : [{ name, arguments: body, start, end }];
}

/** A fenced block in a language that is run: mini-swe-agent, AgentInstruct's OS tasks. */
export const fenced: StyleReader = (text) => fences(text).flatMap((fence) => run(fence));

/** The last fenced block, whatever its language, is a shell command: SWE-agent's own protocol. */
export const lastFence: StyleReader = (text) => {
  const last = fences(text).at(-1);
  if (last === undefined) return [];
  return run({ ...last, language: '' }, 'bash');
};

/** `Action: NAME` with `Action Input: …`, with a fenced block, or as `name(…)` or `name[…]`. */
export const react: StyleReader = (text) => {
  const found: TextCall[] = [];
  const line = /^[ \t]*(?:action|act|ACTION)\b[ \t]*\d{0,3}[ \t]*:[ \t]*(.*)$/gim;
  const blocks = fences(text);
  let block = 0;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    const start = match.index;
    let name = match[1]!.trim();
    let end = start + match[0].length;
    if (name === '') {
      const next = /\n[ \t]*([^\s`][^\n]*)/y;
      next.lastIndex = end;
      const following = next.exec(text);
      if (following !== null) {
        name = following[1]!.trim();
        end += following[0].length;
      }
    }
    const input = /\s*\n[ \t]*action[ _]input[ \t]*:[ \t]*/iy;
    input.lastIndex = end;
    const given = input.exec(text);
    if (given !== null) {
      const from = end + given[0].length;
      const stop = text.slice(from).search(/\n[ \t]*(?:observation|thought|action)[ \t]*:/i);
      end = stop < 0 ? text.length : from + stop;
      found.push({ name, arguments: text.slice(from, end).trim(), start, end });
      line.lastIndex = end;
      continue;
    }
    while (block < blocks.length && blocks[block]!.start < end) block += 1;
    const fence = blocks[block];
    if (fence !== undefined && isBlank(text, end, fence.start)) {
      found.push(...run(fence, name === '' ? 'bash' : name).map((call) => ({ ...call, start })));
      line.lastIndex = fence.end;
      continue;
    }
    const called = /^([\w.-]{1,200})\s*([[(])([\s\S]*)[\])]\s*$/.exec(name);
    if (called !== null) found.push({ name: called[1]!, arguments: called[3]!, start, end });
    else if (name !== '') {
      const [tool = '', ...rest] = name.split(/\s+/);
      found.push({ name: tool, arguments: rest.join(' '), start, end });
    }
  }
  return found;
};

function isBlank(text: string, from: number, to: number): boolean {
  const space = /\s*/y;
  space.lastIndex = from;
  space.exec(text);
  return space.lastIndex >= to;
}

/** Keys for a terminal, as JSON or XML: the Terminus agents of Terminal-Bench and Harbor. */
export const terminus: StyleReader = (text) => {
  const tags = text.includes('<keystrokes') ? keystrokeTags(text) : [];
  if (tags.length > 0) return tags;
  const mention = text.indexOf('"commands"');
  const start = mention < 0 ? -1 : text.indexOf('{');
  if (start < 0 || start > mention) return [];
  const end = jsonEnd(text, start);
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start, end));
  } catch {
    // a call that cannot be parsed is still a call
    return [{ name: 'send_keys', arguments: text.slice(start, end), start, end }];
  }
  const commands = isObject(value) ? value['commands'] : undefined;
  if (!Array.isArray(commands)) return [];
  return commands.flatMap((command: unknown) => {
    const keys = isObject(command) ? (command['keystrokes'] ?? command['command']) : command;
    return typeof keys === 'string'
      ? [{ name: 'send_keys', arguments: JSON.stringify({ keystrokes: keys }), start, end }]
      : [];
  });
};

function keystrokeTags(text: string): TextCall[] {
  return stretches(text, '<keystrokes', '</keystrokes>').map(({ start, end, body }) => ({
    name: 'send_keys',
    arguments: JSON.stringify({ keystrokes: body.slice(body.indexOf('>') + 1) }),
    start,
    end,
  }));
}

/** `[Name of a function(a=1, b="x"), …]`: ToolACE, and the Python lists of Llama. */
export const toolace: StyleReader = (text) => {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  if (text[start] !== '[' || text[end - 1] !== ']') return [];
  const found: TextCall[] = [];
  let at = start + 1;
  while (at < end - 1) {
    const open = text.indexOf('(', at);
    const name =
      open < 0
        ? ''
        : text
            .slice(at, open)
            .replace(/^[\s,]+/, '')
            .trim();
    const close = open < 0 ? -1 : parenthesisEnd(text, open, end - 1);
    if (close < 0 || name === '' || name.length > 200 || !/^\p{L}[^,"'={}\n]*$/u.test(name)) break;
    const given = text.slice(open + 1, close);
    const keywords = readKeywords(given);
    found.push({
      name,
      arguments: keywords === undefined ? given : JSON.stringify(keywords),
      start: at,
      end: close + 1,
    });
    at = close + 1;
  }
  return found;
};

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
