import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Content } from '../content.ts';
import { textContent } from '../content.ts';
import type { Decoder } from '../decode.ts';
import { MAX_DEPTH } from '../limits.ts';
import { exceeds } from '../overrun.ts';
import type { Field } from '../shell/state.ts';
import { followed } from './filters.ts';
import type { Invocation } from './invocation.ts';
import { fileAction, written } from './invocation.ts';
import type { OptionSpec } from './options.ts';
import { has, names, optionValues, readWords } from './options.ts';

/** UTF-16 units of a script that is gone through. */
const MAX_SCRIPT = 4_096;

const SED: OptionSpec = { short: 'efEl', long: names('expression file line-length') };

/** `sed`: files changed in place; `s/a/b/` followed on what comes in as text; the `e` command runs a command. */
export function sed(invocation: Invocation): Content | undefined {
  const words = readWords(invocation.argv, { ...SED, short: 'efl' });
  const given = optionValues(words, 'e', 'expression');
  const scripts = given.length > 0 || has(words, 'f', 'file') ? given : words.operands.slice(0, 1);
  const files = words.operands.slice(given.length > 0 || has(words, 'f', 'file') ? 0 : 1);
  const inPlace = words.options.some((option) => option.name === 'i' || option.name === 'in-place');
  for (const file of files) {
    if (inPlace) written(invocation, file, true, editedContent(scripts));
    else fileAction(invocation, 'read', file);
  }
  sedEscapes(invocation, scripts);
  const { input } = invocation.context;
  if (files.length > 0 || input === undefined || has(words, 'n', 'quiet', 'silent')) return undefined;
  const apply: Decoder = (bytes) => {
    const program = scripts.map((script) => script.text).join(';');
    const text = substituted(bytes.toString('utf8'), program, has(words, 'E', 'r', 'regexp-extended'));
    return text === undefined ? undefined : Buffer.from(text);
  };
  return followed(invocation, { kind: 'decoded', how: 'sed', apply, of: input });
}

/** The text that an in-place edit puts into the file: what `s/a/b/`, `a`, `i` and `c` bring along. */
function editedContent(scripts: readonly Field[]): Content | undefined {
  const lines: string[] = [];
  for (const { text } of scripts) {
    if (exceeds(text.length, MAX_SCRIPT, 'string')) continue;
    const replaced = /(?:^|[;\s\d,$}/])s([/|#,@!:])(?:\\.|(?!\1)[\s\S])*\1((?:\\.|(?!\1)[\s\S])*)\1/.exec(
      text,
    );
    const added = /(?:^|[\d$/}\s])[aic](?:\\\s*|\s+)([\s\S]+)$/.exec(text);
    if (replaced?.[2] !== undefined && replaced[2] !== '') lines.push(replaced[2]);
    else if (added?.[1] !== undefined) lines.push(added[1]);
  }
  return lines.length > 0 ? textContent(`${lines.join('\n')}\n`) : undefined;
}

/** GNU sed's `e command` and the `e` flag of `s`. */
function sedEscapes(invocation: Invocation, scripts: readonly Field[]): void {
  const { sink } = invocation.context.frame;
  for (const { text, start, end } of scripts) {
    if (exceeds(text.length, MAX_SCRIPT, 'string')) continue;
    const command =
      /^(?:\d+|\$)?\s*e\s+([\s\S]+)$/.exec(text)?.[1] ?? /^s(.).*?\1([\s\S]*?)\1e$/.exec(text)?.[2];
    if (command === undefined || command === '') continue;
    const frame = {
      ...invocation.context.frame,
      via: [...invocation.context.frame.via, 'sed e'],
      fixed: [start, end] as const,
    };
    const depth = frame.depth + 1;
    if (!exceeds(depth, MAX_DEPTH, 'depth')) sink.interpret({ ...frame, depth }, 'shell', command);
  }
}

const SUBSTITUTION = /^\s*s([/|#,@!:_])((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([gI]*)$/;

/** `s/a/b/g` one after the other; `undefined` for any other program. */
function substituted(text: string, program: string, extended: boolean): string | undefined {
  let lines = text.split('\n');
  for (const command of program.split(/;|\n/)) {
    if (command.trim() === '') continue;
    const match = SUBSTITUTION.exec(command);
    if (match === null) return undefined;
    const [, mark, source, replacement, flags] = match as unknown as [string, string, string, string, string];
    const pattern = compiled(source.replaceAll(`\\${mark}`, mark), extended, flags.includes('I'));
    if (pattern === undefined) return undefined;
    const value = replacementOf(replacement.replaceAll(`\\${mark}`, mark));
    lines = lines.map((line) => {
      const matcher = pattern.matcher(line);
      return flags.includes('g') ? matcher.replaceAll(value) : matcher.replaceFirst(value);
    });
  }
  return lines.join('\n');
}

/** The pattern as RE2 has it, which takes linear time. In a basic one `(`, `{`, `+`, `?` and `|` mean themselves. */
function compiled(source: string, extended: boolean, ignoreCase: boolean): RE2JS | undefined {
  if (source === '' || exceeds(source.length, 256, 'pattern')) return undefined;
  const pattern = extended
    ? source
    : source.replace(/\\([(){}+?|])|\[[^\]]*\]|\\[\s\S]|[(){}+?|]/g, (found, escaped: string | undefined) => {
        if (escaped !== undefined) return escaped;
        return found.length === 1 ? `\\${found}` : found;
      });
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return undefined;
    throw error;
  }
}

/** `\1` and `&` as RE2 writes them. */
function replacementOf(text: string): string {
  return text.replace(/\\(\d)|\\n|\\([\s\S])|&|\$/g, (found, group?: string, escaped?: string) => {
    if (group !== undefined) return `$${group}`;
    if (found === '\\n') return '\n';
    if (escaped !== undefined) return /[$\\]/.test(escaped) ? `\\${escaped}` : escaped;
    return found === '&' ? '$0' : '\\$';
  });
}
