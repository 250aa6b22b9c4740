/** Whole numbers with groups: 1,234,567. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A share in per cent, with a digit where it is small: `0.3 %`, `12 %`. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (part / whole) * 100;
  return `${share !== 0 && share < 10 ? share.toFixed(1) : share.toFixed(0)} %`;
}

/** Bytes in the unit that suits them. */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** Characters that could steer a terminal, an editor or the reader's eye, as escapes. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => {
      if (character === '\n') return '\\n';
      if (character === '\t') return '\\t';
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
}

/**
 * Text from data as a Markdown code span that nothing in it can leave: on one line, fenced with more backticks than it
 * holds, and with the pipe that would end a table's cell escaped.
 */
export function codeSpan(text: string, longest = 160): string {
  const shown = visible(text.length <= longest ? text : `${text.slice(0, longest - 1)}…`);
  if (shown.trim() === '') return '';
  const runs = shown.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  // a table's cell ends at a pipe even within a code span
  return `${fence}${pad}${shown.replaceAll('|', '\\|')}${pad}${fence}`;
}
