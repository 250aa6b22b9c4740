import type { ParsedScript } from 'unbash';
import { parse } from 'unbash';
import type { Content } from '../content.ts';
import type { Frame } from '../frame.ts';
import { inner, spend } from '../frame.ts';
import { MAX_TEXT } from '../limits.ts';
import { cut, pass } from '../overrun.ts';
import { prepare } from './prepare.ts';
import type { Context, State } from './state.ts';
import { evaluateScript } from './state.ts';

/** Goes through a shell text; what it prints, as far as it is known. */
export function evaluateText(state: State, text: string, frame: Frame, input?: Content): Content | undefined {
  if (!spend(frame, 1 + (text.length >> 10))) return undefined;
  const { source, marked } = prepare(cut(text, MAX_TEXT, 'text'));
  const context: Context = { state, source, marked, frame };
  const parsed = parseTolerant(source);
  if (parsed === undefined) return byLine(state, source, frame);
  return evaluateScript(
    {
      ...context,
      ...(input === undefined ? {} : { input }),
      source: parsed.source,
      marked: marked || parsed.marked,
    },
    parsed.script,
  );
}

/** Goes through a text found inside the present one, as a shell of its own would. */
export function evaluateNested(
  context: Context,
  state: State,
  text: string,
  via: readonly string[],
  start: number,
  end: number,
): Content | undefined {
  const frame = inner(context.frame, via, start, end);
  return frame === undefined ? undefined : evaluateText(state, text, frame, context.input);
}

interface Tolerant {
  readonly script: ParsedScript;
  readonly source: string;
  readonly marked: boolean;
}

/** Stand-ins for a quote that opens nothing, of the same length; written back as the quotes they were. */
const STRAY: Readonly<Record<string, string>> = { "'": '\uE002', '"': '\uE003' };

/**
 * Parses what a shell would refuse as well: a quote that is never closed (an apostrophe in prose) is taken as a
 * letter, and after a token that fits nowhere the parser goes on behind it, so that the commands after are seen.
 */
function parseTolerant(text: string): Tolerant | undefined {
  let source = text;
  let script = tryParse(source);
  for (let attempt = 0; script?.errors !== undefined; attempt += 1) {
    const open = script.errors.find((error) => /^unterminated (?:single|double) quote/.test(error.message));
    const stand = open === undefined ? undefined : STRAY[source[open.pos] ?? ''];
    if (open === undefined || stand === undefined) break;
    if (attempt === MAX_ATTEMPTS) {
      pass('syntax');
      break;
    }
    source = source.slice(0, open.pos) + stand + source.slice(open.pos + 1);
    script = tryParse(source);
  }
  return script === undefined
    ? undefined
    : { script: resumed(script, source), source, marked: source !== text };
}

const MAX_ATTEMPTS = 16;

/** Errors at which the parser stops for good, or takes the rest of the text for one word. */
const STOPS = /^unexpected token|^expected command|^unterminated (?:parameter|arithmetic)/;

/** The script with what stands behind the places at which the parser stopped. */
function resumed(first: ParsedScript, source: string): ParsedScript {
  if (first.errors === undefined) return first;
  const commands = [...first.commands];
  let script: ParsedScript | undefined = first;
  let from = 0;
  for (let attempt = 0; script?.errors !== undefined; attempt += 1) {
    const stop = script.errors.find((error) => STOPS.test(error.message) && error.pos >= from);
    if (stop === undefined) break;
    const behind = /[\n;]|&&|\|\|/g;
    behind.lastIndex = stop.pos + 1;
    const next = behind.exec(source);
    if (next === null) break;
    from = next.index + next[0].length;
    // already parsed: the parser had gone on by itself
    if (commands.some((command) => command.pos >= from)) continue;
    if (isBlankFrom(source, from)) break;
    if (attempt >= MAX_ATTEMPTS) {
      pass('syntax');
      break;
    }
    script = tryParse(' '.repeat(from) + source.slice(from));
    if (script !== undefined) commands.push(...script.commands);
  }
  return { ...first, commands };
}

/** Whether nothing but blanks stands there. */
function isBlankFrom(source: string, from: number): boolean {
  const letter = /\S/g;
  letter.lastIndex = from;
  return !letter.test(source);
}

function tryParse(source: string): ParsedScript | undefined {
  try {
    return parse(source);
  } catch {
    // the parser's own stack has an end
    return undefined;
  }
}

/** Each line by itself, at its own place: the way out where the parser gives up on the whole. */
function byLine(state: State, text: string, frame: Frame): undefined {
  let from = 0;
  if (!text.includes('\n')) pass('nesting');
  for (const line of text.includes('\n') ? text.split('\n') : []) {
    if (line.trim() !== '') evaluateText(state, line, { ...frame, offset: frame.offset + from });
    from += line.length + 1;
  }
}
