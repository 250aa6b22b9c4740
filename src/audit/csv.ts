/**
 * Comma-separated values as RFC 4180 has them, for people with a spreadsheet. A cell that a spreadsheet would take for a
 * formula gets an apostrophe in front, as https://owasp.org/www-community/attacks/CSV_Injection advises, and loses it
 * again when it is read.
 */
export function writeCsv(head: readonly string[], rows: Iterable<readonly string[]>): string {
  const lines = [head, ...rows].map((cells) => cells.map(writeCell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

const formula = /^'*[=+\-@\t\r]/;

function writeCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The rows of a table by the names in its first line. Throws where a line has another number of cells. */
export function readCsv(text: string): Readonly<Record<string, string>>[] {
  const [head, ...lines] = cellsOf(text.replace(/^\ufeff/, ''));
  if (head === undefined) return [];
  return lines
    .filter((cells) => cells.length > 1 || cells[0] !== '')
    .map((cells, index) => {
      if (cells.length !== head.length)
        throw new Error(`row ${index + 1} has ${cells.length} cells, the first line has ${head.length}`);
      return Object.fromEntries(head.map((name, at) => [name, readCell(cells[at]!)]));
    });
}

function readCell(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
}

function cellsOf(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) throw new Error(`line ${lines.length + 1} has a quote where none can be`);
    cells.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === ',') {
      if (cell.lastIndex === text.length) cells.push('');
      else continue;
    }
    lines.push(cells);
    cells = [];
  }
  return lines;
}
