/** A file that a patch creates, changes, deletes or moves. */
export interface PatchedFile {
  readonly path: string;
  readonly operation: 'create' | 'append' | 'delete';
  /** the lines that it adds */
  readonly text: string;
  readonly target?: string;
  /** offset of the first line that speaks of it */
  readonly start: number;
  readonly end: number;
}

const BEGIN = /^\*\*\* (Add|Update|Delete) File: (.+?)\s*$/;
const MOVE = /^\*\*\* Move to: (.+?)\s*$/;

/** Reads the `*** Begin Patch` format and unified diffs: per file, the lines that are added. */
export function readPatch(text: string): PatchedFile[] {
  const output: PatchedFile[] = [];
  let current:
    | {
        path: string;
        operation: 'create' | 'append' | 'delete';
        lines: string[];
        target?: string;
        start: number;
      }
    | undefined;
  let from = 0;
  let old = '';
  const close = (end: number) => {
    if (current === undefined || current.path === '') return;
    const { lines, ...rest } = current;
    output.push({ ...rest, text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, end });
    current = undefined;
  };
  for (const line of text.split('\n')) {
    const begin = BEGIN.exec(line);
    const unified = /^\+\+\+ (?:b\/)?(\S.*?)(?:\t.*)?$/.exec(line);
    if (begin !== null) {
      close(from);
      const operation = begin[1] === 'Add' ? 'create' : begin[1] === 'Delete' ? 'delete' : 'append';
      current = { path: begin[2]!, operation, lines: [], start: from };
    } else if (line.startsWith('--- ')) {
      close(from);
      old = line.slice(4).replace(/\t.*$/, '');
    } else if (unified !== null) {
      close(from);
      const gone = unified[1] === '/dev/null';
      const path = gone ? old.replace(/^a\//, '') : unified[1]!;
      current = {
        path,
        operation: gone ? 'delete' : old === '/dev/null' ? 'create' : 'append',
        lines: [],
        start: from,
      };
    } else if (current !== undefined) {
      const move = MOVE.exec(line);
      if (move !== null) current.target = move[1]!;
      else if (line.startsWith('+')) current.lines.push(line.slice(1));
    }
    from += line.length + 1;
  }
  close(text.length);
  return output;
}
