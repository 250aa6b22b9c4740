/** A fenced block of Markdown. */
export interface Fence {
  readonly language: string;
  readonly body: string;
  readonly start: number;
  readonly end: number;
}

/** The fenced blocks of a text; one that is not closed goes on to the end. */
export function fences(text: string): Fence[] {
  const found: Fence[] = [];
  let open: { at: number; language: string; from: number; mark: string } | undefined;
  for (let line = 0; line < text.length; ) {
    const newline = text.indexOf('\n', line);
    const end = newline < 0 ? text.length : newline;
    const mark = text.slice(skipSpaces(text, line), skipSpaces(text, line) + 3);
    if (mark === '```' || mark === '~~~') {
      const rest = text.slice(skipSpaces(text, line) + 3, end).trim();
      if (open === undefined)
        open = { at: line, language: rest.toLowerCase(), from: Math.min(end + 1, text.length), mark };
      else if (rest === '' && mark === open.mark) {
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
