import type { Content } from './content.ts';
import { append, filesOf, literal } from './content.ts';
import { FILE_MEMORY_BYTES } from './limits.ts';
import { pass } from './overrun.ts';
import { baseName } from './paths.ts';

/** A file that was written in the episode. */
interface Entry {
  readonly path: string;
  /** not there where too much was written since */
  readonly content: Content | undefined;
  readonly bytes: number;
}

interface WriteOptions {
  readonly append?: boolean;
  /** what is written is a part of the file, somewhere in it: on lines of its own */
  readonly partial?: boolean;
  /** whether a word at the end of the file may go on in what is appended */
  readonly joins?: boolean;
  /** the part of the file that is replaced */
  readonly replaces?: string | undefined;
}

/** The files that an episode has written, by path: what they hold when a later call runs or reads them. */
export class FileMemory {
  private readonly entries = new Map<string, Entry>();
  private readonly byName = new Map<string, string[]>();
  private bytes = 0;
  /** how often a file has become another one */
  changes = 0;

  /** The content of a file, if the episode wrote it. */
  get(path: string): Content | undefined {
    const entry = this.find(path);
    return entry && contentOf(entry);
  }

  write(path: string, content: Content, more: WriteOptions = {}): void {
    const before = this.find(path);
    // what is copied from another file is what that file holds now
    const now = this.settled(content);
    let next = now;
    const held = more.append === true && before !== undefined ? contentOf(before) : undefined;
    if (held !== undefined) next = joined(held, now, more);
    this.put(before?.path ?? path, next);
  }

  move(from: string, to: string): void {
    const entry = this.find(from);
    if (entry === undefined) return;
    this.delete(entry.path);
    if (entry.content !== undefined) this.put(to, entry.content);
    else this.enter({ ...entry, path: to });
  }

  delete(path: string): void {
    const entry = this.find(path);
    if (entry === undefined) return;
    this.entries.delete(entry.path);
    this.bytes -= entry.bytes;
    this.changes += 1;
  }

  /** The program of a name, where the episode put one on the path. */
  program(name: string): string | undefined {
    const paths = this.byName.get(name);
    return paths?.find((path) => /\/s?bin\/[^/]+$/.test(path) && this.entries.has(path));
  }

  private put(path: string, content: Content): void {
    const before = this.entries.get(path);
    const bytes = size(content);
    if (!isSame(before?.content, content)) this.changes += 1;
    this.bytes += bytes - (before?.bytes ?? 0);
    this.enter({ path, content, bytes });
    for (const [oldest, entry] of this.entries) {
      if (this.bytes <= FILE_MEMORY_BYTES) break;
      // its name stays: a run of it must not pass for a run of nothing
      if (entry.content !== undefined) this.entries.set(oldest, { ...entry, content: undefined, bytes: 0 });
      this.bytes -= entry.bytes;
    }
  }

  private enter(entry: Entry): void {
    const { path } = entry;
    this.entries.delete(path);
    this.entries.set(path, entry);
    const name = baseName(path);
    const paths = this.byName.get(name);
    if (paths === undefined) this.byName.set(name, [path]);
    else if (!paths.includes(path)) paths.push(path);
  }

  /** The file at a path; where one side is relative, the file whose path ends the same. */
  private find(path: string): Entry | undefined {
    const exact = this.entries.get(path);
    if (exact !== undefined) return exact;
    const paths = this.byName.get(baseName(path));
    if (paths === undefined) return undefined;
    const relative = !path.startsWith('/') && !path.startsWith('~');
    for (let at = paths.length - 1; at >= 0; at -= 1) {
      const other = paths[at]!;
      const entry = this.entries.get(other);
      if (entry === undefined) continue;
      const otherRelative = !other.startsWith('/') && !other.startsWith('~');
      if ((relative && endsAt(other, path)) || (otherRelative && endsAt(path, other))) return entry;
    }
    return undefined;
  }

  private settled(content: Content): Content {
    if (filesOf(content).length === 0) return content;
    if (content.kind === 'file') return this.get(content.path) ?? content;
    const text = literal(content, (path) => this.get(path));
    return text === undefined ? content : { kind: 'text', text };
  }
}

/** What a file holds; a limit is passed where that was forgotten. */
function contentOf({ content }: Entry): Content | undefined {
  if (content === undefined) pass('files');
  return content;
}

function isSame(before: Content | undefined, after: Content): boolean {
  return before === after || (before?.kind === 'text' && after.kind === 'text' && before.text === after.text);
}

function endsAt(path: string, end: string): boolean {
  const tail = end.replace(/^(?:\.\.?\/)+/, '');
  return path === tail || path.endsWith(`/${tail}`);
}

function joined(
  before: Content,
  after: Content,
  { partial = false, joins = false, replaces }: WriteOptions,
): Content {
  if (!partial) return append(before, after, () => joins);
  if (before.kind !== 'text' || after.kind !== 'text')
    return append(before, append({ kind: 'text', text: '\n' }, after));
  const { text } = before;
  if (replaces !== undefined && replaces !== '' && text.includes(replaces))
    return { kind: 'text', text: text.replace(replaces, () => after.text) };
  return { kind: 'text', text: `${text}\n${after.text}` };
}

function size(content: Content): number {
  switch (content.kind) {
    case 'text':
      return 2 * content.text.length;
    case 'joined':
      return content.parts.reduce((sum, part) => sum + size(part), 64);
    case 'decoded':
      return 64 + size(content.of);
    default:
      return 128;
  }
}
