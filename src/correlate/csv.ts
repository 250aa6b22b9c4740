/** The cells of one line of CSV (RFC 4180); undefined where a quote does not end on the line. */
export function parseCsv(text: string, separator = ','): string[] | undefined {
  if (!text.includes('"')) return text.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === ' ') at += 1;
    if (text[at] === '"') {
      let cell = '';
      for (at += 1; ; at++) {
        const end = text.indexOf('"', at);
        if (end < 0) return undefined;
        cell += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
      cells.push(cell);
      const next = text.indexOf(separator, at);
      if (next < 0) return cells;
      at = next + 1;
      continue;
    }
    const next = text.indexOf(separator, at);
    cells.push(text.slice(at, next < 0 ? undefined : next).trim());
    if (next < 0) return cells;
    at = next + 1;
  }
}
