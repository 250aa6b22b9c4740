import type { Decoder } from './decode.ts';
import { isText } from './decode.ts';
import { MAX_DECODED, MAX_DECODINGS } from './limits.ts';
import { cut, exceeds, pass } from './overrun.ts';
import { splices } from './splice.ts';

/**
 * What flows through a pipe, stands in a file or is the output of a command, as far as it can be known
 * before anything is run. A `file` is looked up when calls are linked: it may have been written earlier.
 */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'download'; readonly url: string }
  /** a part of which nothing is known: the output of `date` */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'decoded'; readonly how: string; readonly apply: Decoder; readonly of: Content }
  | { readonly kind: 'joined'; readonly parts: readonly Content[] };

/** A content that could be read: its text, and what had to be undone to read it. */
export interface Resolved {
  readonly text: string;
  readonly via: readonly string[];
}

/** Finds the content of a file that was written earlier. */
export type Lookup = (path: string) => Content | undefined;

export function textContent(text: string): Content {
  return { kind: 'text', text };
}

/**
 * One content after the other; what is text stays text.
 * @param join whether a word may go on from one into the other; if not, nothing is said of what lies between
 */
export function append(
  before: Content | undefined,
  after: Content,
  join: () => boolean = () => true,
): Content {
  if (before === undefined) return after;
  if (splices(tail(before), head(after)) && !join())
    return append(append(before, { kind: 'unknown' }), after);
  const parts = before.kind === 'joined' ? before.parts : [before];
  const last = parts[parts.length - 1]!;
  if (last.kind === 'text' && after.kind === 'text' && last.text.length + after.text.length <= MAX_DECODED) {
    const merged: Content = { kind: 'text', text: last.text + after.text };
    return parts.length === 1 ? merged : { kind: 'joined', parts: [...parts.slice(0, -1), merged] };
  }
  return { kind: 'joined', parts: [...parts, after] };
}

function head(content: Content): string {
  if (content.kind === 'joined') return head(content.parts[0]!);
  return content.kind === 'text' ? content.text : '';
}

function tail(content: Content): string {
  if (content.kind === 'joined') return tail(content.parts[content.parts.length - 1]!);
  return content.kind === 'text' ? content.text : '';
}

/** The content as text; parts that are not known are left out, `undefined` where none is known. */
export function resolve(content: Content | undefined, lookup: Lookup): Resolved | undefined {
  return readText(content, lookup, false);
}

/** The content as text, and what was undone to read it; `undefined` where any part of it is not known. */
export function exact(content: Content | undefined, lookup: Lookup): Resolved | undefined {
  if (content?.kind === 'text') return { text: content.text, via: [] };
  return readText(content, lookup, true);
}

/** The content as text, `undefined` where any part of it is not known. */
export function literal(content: Content | undefined, lookup: Lookup): string | undefined {
  if (content?.kind === 'text') return content.text;
  return readText(content, lookup, true)?.text;
}

function readText(content: Content | undefined, lookup: Lookup, strict: boolean): Resolved | undefined {
  if (content === undefined) return undefined;
  const via: string[] = [];
  const bytes = read(content, { lookup, via, strict, reading: [] }, 0);
  if (bytes === undefined) return undefined;
  const text = bytes.toString('utf8');
  return isText(text) ? { text, via } : undefined;
}

/** The address that the content was downloaded from, if any of it was. */
export function downloadOf(
  content: Content | undefined,
  lookup: Lookup,
  depth = 0,
  reading: readonly string[] = [],
): string | undefined {
  if (content === undefined || isTooDeep(depth)) return undefined;
  switch (content.kind) {
    case 'download':
      return content.url;
    case 'decoded':
      return downloadOf(content.of, lookup, depth + 1, reading);
    case 'joined':
      for (const part of content.parts) {
        const url = downloadOf(part, lookup, depth + 1, reading);
        if (url !== undefined) return url;
      }
      return undefined;
    case 'file':
      // a file that was copied over itself holds what nobody knows
      return reading.includes(content.path)
        ? undefined
        : downloadOf(lookup(content.path), lookup, depth + 1, [...reading, content.path]);
    default:
      return undefined;
  }
}

/** The files that the content is read from. */
export function filesOf(content: Content | undefined, into: string[] = []): string[] {
  if (content?.kind === 'file') into.push(content.path);
  else if (content?.kind === 'decoded') filesOf(content.of, into);
  else if (content?.kind === 'joined') for (const part of content.parts) filesOf(part, into);
  return into;
}

/** What is kept while a content is read. */
interface Reading {
  readonly lookup: Lookup;
  /** what was undone so far */
  readonly via: string[];
  readonly strict: boolean;
  /** the files whose content is being read, one in the other */
  readonly reading: readonly string[];
}

function isTooDeep(depth: number): boolean {
  return exceeds(depth, 2 * MAX_DECODINGS, 'decodings');
}

function read(content: Content, state: Reading, depth: number): Buffer | undefined {
  if (isTooDeep(depth)) return undefined;
  const { lookup, via, strict, reading } = state;
  switch (content.kind) {
    case 'text':
      return Buffer.from(cut(content.text, MAX_DECODED, 'decoded'));
    case 'download':
    case 'unknown':
      return undefined;
    case 'file': {
      const { path } = content;
      const found = reading.includes(path) ? undefined : lookup(path);
      return found === undefined
        ? undefined
        : read(found, { ...state, reading: [...reading, path] }, depth + 1);
    }
    case 'decoded': {
      const inner = read(content.of, state, depth + 1);
      if (inner === undefined) return undefined;
      if (via.length >= MAX_DECODINGS) {
        pass('decodings');
        return undefined;
      }
      const output = content.apply(inner);
      if (output !== undefined) via.push(content.how);
      return output;
    }
    case 'joined': {
      const parts: Buffer[] = [];
      let total = 0;
      for (const part of content.parts) {
        const bytes = read(part, state, depth + 1);
        if (bytes === undefined && strict) return undefined;
        if (bytes === undefined) {
          // what is not known keeps apart what stands around it
          if (parts.length > 0) parts.push(Buffer.from('\n'));
          continue;
        }
        parts.push(bytes);
        total += bytes.length;
        if (exceeds(total, MAX_DECODED, 'decoded')) break;
      }
      return parts.length > 0 ? Buffer.concat(parts) : undefined;
    }
  }
}
