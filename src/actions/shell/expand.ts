import type {
  ArithmeticCommandExpansion,
  CommandExpansionPart,
  ProcessSubstitutionPart,
  Script,
  SyntaxNode,
  Word,
  WordPart,
} from 'unbash';
import { forEachChild, parse } from 'unbash';
import type { Content } from '../content.ts';
import { exact, textContent } from '../content.ts';
import { inner, spend } from '../frame.ts';
import { MAX_STRING, MAX_WORDS } from '../limits.ts';
import { cut, exceeds, pass } from '../overrun.ts';
import { splices } from '../splice.ts';
import { expandBraces } from './braces.ts';
import { guessedPath } from './guessed-path.ts';
import type { Value } from './parameter.ts';
import { expandParameter, lookup } from './parameter.ts';
import type { Context, Field } from './state.ts';
import { evaluateScript, lookupIn, plain, sourceText, subshell } from './state.ts';

/** A piece of a word under expansion. */
interface Segment {
  readonly text: string;
  /** split at white space: the value of an unquoted expansion */
  readonly split: boolean;
  /** the expansion as written, for a value that is not to be joined to the word beside it */
  readonly raw?: string;
  /** ends a word: between the items of `"${a[@]}"` */
  readonly ends?: boolean;
  readonly content?: Content;
  readonly quoted?: boolean;
  readonly undone?: readonly string[];
}

const PLAIN_WORD = /^[^$`{<>\uE000-\uE003]*$/;

/** The words that one word of the source becomes. */
export function expandWord(context: Context, word: Word): Field[] {
  const { text, pos: start, end } = word;
  if (PLAIN_WORD.test(text)) {
    const guessed = text === word.value && text.includes('?') ? guessedPath(text) : undefined;
    return [{ text: guessed !== undefined && context.frame.sink.hides() ? guessed : word.value, start, end }];
  }
  if (text.includes('{') && text.includes(',') && !text.startsWith('${')) {
    const words = expandBraces(text, context.frame.sink.hides);
    if (words.length > 1 || words[0] !== text) return words.flatMap((each) => reparsed(context, each, word));
  }
  return fieldsOf(context, apart(context, segmentsOf(context, word)), start, end);
}

/** The text that a word becomes where no splitting is done: assignments, redirections, here-strings. */
export function expandText(context: Context, word: Word): Field {
  const { text, pos: start, end } = word;
  if (PLAIN_WORD.test(text)) return { text: word.value, start, end };
  return unsplit(apart(context, segmentsOf(context, word)), start, end);
}

/** The text of a here-document, whose delimiter was not quoted. */
export function expandBody(
  context: Context,
  parts: readonly WordPart[] | undefined,
  text: string,
  start: number,
  end: number,
): string {
  if (parts === undefined) return bodyEscapes(context, text);
  const segments: Segment[] = [];
  for (const part of parts) {
    if (part.type === 'Literal')
      segments.push({ text: bodyEscapes(context, plain(context, part.value)), split: false });
    else addPart(context, part, true, segments);
  }
  return unsplit(apart(context, segments), start, end).text;
}

/** Escaped dollars, backticks and backslashes, and ends of lines; these join words only where the text may hide some. */
function bodyEscapes(context: Context, text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:([$`\\])|\n)/g, (whole, character: string | undefined, at: number) =>
    character !== undefined
      ? character
      : splices(text.charAt(at - 1), text.charAt(at + 2)) && !context.frame.sink.hides()
        ? whole
        : '',
  );
}

/** Values that would join the word beside them become what is written, unless the text may hide words. */
function apart(context: Context, segments: readonly Segment[]): readonly Segment[] {
  if (!segments.some((segment) => segment.raw !== undefined)) return segments;
  const behind = textsBehind(segments);
  let output: Segment[] | undefined;
  let before = '';
  for (let at = 0; at < segments.length; at += 1) {
    const segment = output?.[at] ?? segments[at]!;
    const previous = (output ?? segments)[at - 1];
    if (previous?.ends === true) before = '';
    else if (previous !== undefined && previous.text !== '') before = previous.text;
    if (segment.raw === undefined) continue;
    const after = behind[at]!;
    const joins =
      segment.text === ''
        ? splices(before, after)
        : splices(before, segment.text) || splices(segment.text, after);
    if (!joins) continue;
    if (context.frame.sink.hides()) return segments;
    output ??= [...segments];
    output[at] = { text: segment.raw, split: false };
  }
  return output ?? segments;
}

/** For each segment the text of the next one that has any, up to the end of the word. */
function textsBehind(segments: readonly Segment[]): string[] {
  const output: string[] = [];
  let text = '';
  for (let at = segments.length - 1; at >= 0; at -= 1) {
    output[at] = text;
    const segment = segments[at]!;
    if (segment.ends === true) text = '';
    else if (segment.text !== '') text = segment.text;
  }
  return output;
}

function unsplit(segments: readonly Segment[], start: number, end: number): Field {
  let text = '';
  for (const segment of segments) {
    if (exceeds(text.length, MAX_STRING, 'string')) break;
    text += segment.ends === true ? ' ' : segment.text;
  }
  const only = segments.length === 1 ? segments[0] : undefined;
  const undone = undoneIn(segments);
  return only?.content === undefined
    ? { text, start, end, ...undone }
    : { text, start, end, content: only.content };
}

function undoneOf(of: { readonly undone?: readonly string[] }): { undone?: readonly string[] } {
  return of.undone === undefined ? {} : { undone: of.undone };
}

function undoneIn(segments: readonly Segment[]): { undone?: readonly string[] } {
  return undoneOf(segments.find((segment) => segment.undone !== undefined) ?? {});
}

/** Brace expansion gives new source texts; their positions mean nothing, the word's own do. */
function reparsed(context: Context, text: string, word: Word): Field[] {
  const command = parse(text).commands[0]?.command;
  const found = command?.type === 'Command' ? command.name : undefined;
  if (found === undefined || found.end !== text.length)
    return [{ text: plain(context, text), start: word.pos, end: word.end }];
  if (PLAIN_WORD.test(text)) return [{ text: found.value, start: word.pos, end: word.end }];
  const frame = inner(context.frame, [], word.pos, word.end);
  if (frame === undefined) return [];
  return fieldsOf(
    context,
    apart(context, segmentsOf({ ...context, source: text, frame }, found)),
    word.pos,
    word.end,
  );
}

function segmentsOf(context: Context, word: Word): Segment[] {
  const segments: Segment[] = [];
  if (word.parts === undefined) segments.push({ text: plain(context, word.value), split: false });
  else for (const part of word.parts) addPart(context, part, false, segments);
  return segments;
}

function addPart(context: Context, part: WordPart, quoted: boolean, into: Segment[]): void {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      into.push({ text: plain(context, part.value), split: false, quoted: part.type !== 'Literal' });
      return;
    case 'Glob':
      into.push({ text: plain(context, part.text), split: false });
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      if (part.parts.length === 0) into.push({ text: '', split: false, quoted: true });
      for (const child of part.parts) addPart(context, child, true, into);
      return;
    case 'SimpleExpansion':
      addValue(context, lookup(context, part.text.slice(1)), part, quoted, into);
      return;
    case 'ParameterExpansion': {
      const value = expandParameter(context, part, (word) => expandText(context, word).text);
      addValue(context, value, part, quoted, into);
      return;
    }
    case 'CommandExpansion':
      into.push(substitute(context, part, quoted));
      return;
    case 'ProcessSubstitution': {
      const content = evaluateInside(context, part);
      const text = cut(sourceText(context, part.pos, part.end), MAX_STRING, 'string');
      into.push(content === undefined ? { text, split: false } : { text, split: false, content });
      return;
    }
    case 'ArithmeticExpansion':
      if (part.expression !== undefined && /\$\(|`/.test(part.text))
        runArithmetic(context, part.expression, 0);
      into.push({ text: sourceText(context, part.pos, part.end), split: false, quoted });
      return;
    case 'ExtendedGlob':
    case 'BraceExpansion':
      into.push({ text: sourceText(context, part.pos, part.end), split: false, quoted });
      return;
  }
}

/** Runs the substitutions of a sum; what it comes to is not reckoned. */
function runArithmetic(context: Context, node: SyntaxNode, depth: number): void {
  if (node.type === 'ArithmeticCommandExpansion') evaluateInside(context, node);
  else if (node.type === 'ArithmeticWord')
    for (const part of node.parts ?? []) addPart(context, part, true, []);
  else if (depth < 100) forEachChild(node, (child) => runArithmetic(context, child, depth + 1));
  else pass('nesting');
}

interface Place {
  readonly pos: number;
  readonly end: number;
  readonly text: string;
}

function addValue(context: Context, value: Value, part: Place, quoted: boolean, into: Segment[]): void {
  if ('text' in value) {
    const raw = sourceText(context, part.pos, part.end);
    into.push({ text: value.text, split: !quoted && value.opaque !== true, quoted, raw, ...undoneOf(value) });
    return;
  }
  if ('items' in value) {
    const star = part.text.includes('*');
    const raw = sourceText(context, part.pos, part.end);
    if (value.items.length === 0) into.push({ text: '', split: true, raw });
    value.items.forEach((text, at) => {
      if (at > 0)
        into.push(star && quoted ? { text: ' ', split: false } : { text: '', split: false, ends: true });
      into.push({ text, split: !quoted, quoted, raw });
    });
    return;
  }
  const text = sourceText(context, part.pos, part.end);
  // `who$@ami`: nothing was passed, so nothing stands there
  if ((part.text === '$@' || part.text === '$*') && into.length > 0 && context.frame.sink.hides()) return;
  const content = value.unknown?.content;
  into.push(content === undefined ? { text, split: false, quoted } : { text, split: false, quoted, content });
}

function substitute(context: Context, part: CommandExpansionPart, quoted: boolean): Segment {
  const content = evaluateInside(context, part);
  const known = exact(content, lookupIn(context.state));
  if (known !== undefined) {
    const raw = sourceText(context, part.pos, part.end);
    const text = cut(known.text.replace(/\n+$/, ''), MAX_STRING, 'string');
    return { text, split: !quoted, quoted, raw, ...(known.via.length > 0 ? { undone: known.via } : {}) };
  }
  const written = cut(sourceText(context, part.pos, part.end), MAX_STRING, 'string');
  return content === undefined ? { text: written, split: false } : { text: written, split: false, content };
}

/** Runs the commands of a substitution; what they print. */
function evaluateInside(
  context: Context,
  part: CommandExpansionPart | ProcessSubstitutionPart | ArithmeticCommandExpansion,
): Content | undefined {
  const script: Script | undefined = part.script;
  if (script === undefined || !spend(context.frame)) return undefined;
  const state = subshell(context.state);
  // the source of an escaped backtick text is its own
  if (script.source === undefined) return evaluateScript({ ...context, state }, script) ?? empty(script);
  const frame = inner(context.frame, [], part.pos, part.end);
  if (frame === undefined) return undefined;
  return evaluateScript({ ...context, state, frame, source: script.source }, script) ?? empty(script);
}

function empty(script: Script): Content | undefined {
  return script.commands.length === 0 ? textContent('') : undefined;
}

const BLANKS = /[ \t\n]+/;

/** What the shell splits words at: `IFS`, where it is set. */
function separatorsOf(context: Context): RegExp {
  const set = context.state.variables.get('IFS')?.text;
  if (set === undefined || set === '') return BLANKS;
  return new RegExp(`[${cut(set, 16, 'string').replace(/[\\\]^-]/g, '\\$&')}]`);
}

function fieldsOf(context: Context, segments: readonly Segment[], start: number, end: number): Field[] {
  const only = segments.length === 1 ? segments[0]! : undefined;
  if (only !== undefined && !only.split) {
    return [
      only.content === undefined
        ? { text: only.text, start, end, ...undoneOf(only) }
        : { text: only.text, start, end, content: only.content },
    ];
  }
  const fields: Field[] = [];
  const separators = separatorsOf(context);
  const undone = undoneIn(segments);
  let text = '';
  let open = false;
  const close = () => {
    if (open) fields.push({ text: cut(text, MAX_STRING, 'string'), start, end, ...undone });
    text = '';
    open = false;
  };
  for (const segment of segments) {
    if (segment.ends === true) {
      close();
    } else if (!segment.split) {
      text += segment.text;
      if (segment.text !== '' || segment.quoted === true) open = true;
    } else {
      const pieces = segment.text.split(separators);
      pieces.forEach((piece, at) => {
        if (at > 0) close();
        if (piece !== '') {
          text += piece;
          open = true;
        }
      });
    }
    if (exceeds(fields.length, MAX_WORDS, 'words') || !spend(context.frame, 0)) break;
  }
  close();
  return fields;
}
