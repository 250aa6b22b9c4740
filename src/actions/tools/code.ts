import type { Language } from '../frame.ts';
import { quoted } from '../shell/quote.ts';
import { sniffWith } from '../sniff.ts';
import type { CallText } from './call-text.ts';

/** A command as a text: a string, a list of words, or a list of commands as the argument's name (`commands`) may say. */
export function commandText(value: unknown, name = ''): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (value.every((item) => typeof item === 'string')) {
    const words: string[] = value;
    const shell = /(?:^|\/)(?:ba|z|da|k|a)?sh$/.test(words[0]!);
    const flag = words.findIndex((word, at) => at > 0 && /^-[a-z]*c$/.test(word));
    // a harness' own `["bash", "-lc", "…"]` is no process of the agent
    if (shell && flag > 0 && words[flag + 1] !== undefined) return words[flag + 1]!;
    if (/^(?:commands|cmds)$/.test(name) && words.some((word) => /\s/.test(word.trim())))
      return words.join('\n');
    const several =
      words.length === 1 || words.some((word) => /\s/.test(word.trim()))
        ? words.every((word) => /^\s*[\w./~$-]+(?:\s|$)/.test(word) && /\s/.test(word.trim()))
        : false;
    return words.length === 1
      ? words[0]!
      : several
        ? words.join('\n')
        : words.map((word) => quoted(word)).join(' ');
  }
  const keys = value.map((item: unknown) =>
    typeof item === 'object' && item !== null
      ? ((item as Record<string, unknown>)['keystrokes'] ??
        (item as Record<string, unknown>)['command'] ??
        (item as Record<string, unknown>)['cmd'])
      : undefined,
  );
  return keys.every((key) => typeof key === 'string') ? keys.join('\n') : undefined;
}

export function codeText(
  argument: string,
  text: string,
  hint: Language,
  named: ReadonlyMap<string, unknown> | undefined,
): CallText {
  const { body, offset } = unwrapped(text);
  const language = hint === 'shell' || hint === 'python' ? sniffWith(hint, body) : hint;
  const place =
    named?.get('working_directory') ??
    named?.get('workdir') ??
    named?.get('cwd') ??
    named?.get('directory') ??
    named?.get('working_dir');
  const directory = typeof place === 'string' && place !== '' && place !== '.' ? place : undefined;
  return {
    role: 'code',
    argument,
    text: body,
    language,
    offset,
    ...(directory === undefined ? {} : { directory }),
  };
}

/** `execute[ls]` and `<execute_bash>ls</execute_bash>` hold the command; a prompt before it is none of it. */
function unwrapped(text: string): { body: string; offset: number } {
  const match =
    /^\s*(?:(?:execute|run|bash|command|action|cmd|shell)\[([\s\S]*?)\]?\s*$|<(execute_bash|execute|bash|command|code)>([\s\S]*?)(?:<\/\2>\s*)?$|\$\s+(?=\S))/i.exec(
      text,
    );
  if (match === null) return { body: text, offset: 0 };
  const body = match[1] ?? match[3];
  if (body === undefined) return { body: text.slice(match[0].length), offset: match[0].length };
  return { body, offset: text.indexOf(body, match[0].length - match[0].trimStart().length + 1) };
}
