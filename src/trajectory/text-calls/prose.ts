import { isObject } from '../path.ts';
import { type Fence, fences } from './fences.ts';
import { callsOfJson, jsonEnd } from './json-call.ts';
import type { StyleReader, TextCall } from './styles.ts';
import { stretches } from './tags.ts';

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

/** `Action: NAME` with `Action Input: …`, with a fenced block, or as `name(…)` or `name[…]`; the words may be bold. */
export const react: StyleReader = (text) => {
  const found: TextCall[] = [];
  const line =
    /^[ \t]*(?:\*{1,2}|#{1,4}[ ])?(?:action|act|tool)\b[ \t]*\d{0,3}[ \t]*(?:\*\*[ \t]*:|:(?:[ \t]*\*\*)?)[ \t]*(.*)$/gim;
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
    const input =
      /\s*\n[ \t]*\*{0,2}(?:(?:action|tool)[ _])?(?:input|args|arguments)[ \t]*(?:\*\*[ \t]*:|:(?:[ \t]*\*\*)?)[ \t]*/iy;
    input.lastIndex = end;
    const given = input.exec(text);
    if (given !== null) {
      const from = end + given[0].length;
      const stop = text.slice(from).search(/\n[ \t]*\*{0,2}(?:observation|thought|action)[ \t]*\*{0,2}:/i);
      end = stop < 0 ? text.length : from + stop;
      found.push({ name, arguments: text.slice(from, end).trim(), start, end });
      line.lastIndex = end;
      continue;
    }
    while (block < blocks.length && blocks[block]!.start < end) block += 1;
    const fence = blocks[block];
    if (fence !== undefined && isBlank(text, end, fence.start)) {
      const written = name === '' ? callsOfJson(fence.body) : [];
      if (written.length > 0) found.push(...written.map((call) => ({ ...call, start, end: fence.end })));
      else found.push(...run(fence, name === '' ? 'bash' : name).map((call) => ({ ...call, start })));
      line.lastIndex = fence.end;
      continue;
    }
    const called = /^([\w.-]{1,200})\s*([[(])([\s\S]*)[\])]\s*$/.exec(name);
    if (called !== null) found.push({ name: called[1]!, arguments: called[3]!, start, end });
    else if (name !== '') {
      const [tool = '', ...rest] = name.split(/\s+/);
      // `Action: ls -la` is typed as it stands, `Action: go to shelf 1` names a tool
      if (rest.length > 0 && typed.test(name)) found.push({ name: 'bash', arguments: name, start, end });
      else found.push({ name: tool, arguments: rest.join(' '), start, end });
    }
  }
  return found;
};

/** Marks of a command line: options, paths from a root, operators. */
const typed = /\s-{1,2}\w|(?:^|[\s=@])[.~]{0,2}\/\w|[|&;<>$`]/;

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
