import type { Content } from './content.ts';
import { append, filesOf, literal } from './content.ts';
import { FILE_MEMORY_BYTES } from './limits.ts';
import { baseName } from './paths.ts';

/** A file that was written in the episode. */
interface Entry {
  readonly path: string;
  content: Content;
  bytes: number;
  /** how often this very content was run */
  runs: number;
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

  /** The content of a file, if the episode wrote it. */
  get(path: string): Content | undefined {
    return this.find(path)?.content;
  }

  /** Counts a run of a file; how often its content was run before. */
  run(path: string): number {
    const entry = this.find(path);
    if (entry === undefined) return 0;
    entry.runs += 1;
    return entry.runs - 1;
  }

  write(path: string, content: Content, more: WriteOptions = {}): void {
    const before = this.find(path);
    // what is copied from another file is what that file holds now
    const now = this.settled(content);
    let next = now;
    if (more.append === true && before !== undefined) next = joined(before.content, now, more);
    this.put(before?.path ?? path, next);
  }

  move(from: string, to: string): void {
    const entry = this.find(from);
    if (entry === undefined) return;
    const { content } = entry;
    this.delete(entry.path);
    this.put(to, content);
  }

  delete(path: string): void {
    const entry = this.find(path);
    if (entry === undefined) return;
    this.entries.delete(entry.path);
    this.bytes -= entry.bytes;
  }

  /** The program of a name, where the episode put one on the path. */
  program(name: string): string | undefined {
    const paths = this.byName.get(name);
    return paths?.find((path) => /\/s?bin\/[^/]+$/.test(path) && this.entries.has(path));
  }

  private put(path: string, content: Content): void {
    const bytes = size(content);
    this.bytes += bytes - (this.entries.get(path)?.bytes ?? 0);
    this.entries.delete(path);
    this.entries.set(path, { path, content, bytes, runs: 0 });
    const name = baseName(path);
    const paths = this.byName.get(name);
    if (paths === undefined) this.byName.set(name, [path]);
    else if (!paths.includes(path)) paths.push(path);
    for (const [oldest, entry] of this.entries) {
      if (this.bytes <= FILE_MEMORY_BYTES) break;
      this.entries.delete(oldest);
      this.bytes -= entry.bytes;
    }
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
