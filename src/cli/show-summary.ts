import type { Report } from '../pipeline/report.ts';
import { count } from './progress.ts';
import { formatTable } from './table.ts';

/**
 * Prints what became of the rows, and where everything is.
 * @param isScan no rows were written: the counts are what would become of them
 */
export function printSummary(
  report: Report,
  out: string,
  seconds: number,
  stream: NodeJS.WritableStream,
  isScan = false,
): void {
  const { rows, tally, errors } = report;
  const at = (folder: string) => (isScan ? '' : `${out}/${folder}`);
  const lines: string[][] = [
    ['rows in', count(rows.in)],
    ['kept', count(rows.kept), at('data')],
    ['quarantined', count(rows.quarantined), rows.quarantined > 0 ? at('quarantine') : ''],
  ];
  for (const [name, amount] of Object.entries(tally.edits)) lines.push([`  ${name}`, count(amount)]);
  if (rows.negative > 0) lines.push(['negative', count(rows.negative), at('negative')]);
  if (rows.dropped > 0) lines.push(['dropped', count(rows.dropped)]);
  if (rows.unreadable > 0) lines.push(['unreadable', count(rows.unreadable)]);
  if (errors > 0) lines.push(['not examined', count(errors), 'errors, see trajsieve_error']);
  lines.push(['findings', count(tally.findings), tally.findings > 0 ? `${out}/findings` : '']);
  const categories = Object.entries(tally.rowsByCategory).sort(
    (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1),
  );
  stream.write(`\n${formatTable(lines)}`);
  if (categories.length > 0) {
    const table = categories.map(([name, amount]) => [name, count(amount)]);
    stream.write(`\n  rows by category\n${formatTable(table, '    ')}`);
  }
  const time = `(${seconds.toFixed(1)} s)`;
  if (!isScan) stream.write(`\n  report: ${out}/report.html ${time}\n`);
  else
    stream.write(
      `\n  for compose: ${out} ${time}\n  ${out}/scan holds excerpts as they stand in the data, also of credentials: it is readable by you alone\n`,
    );
}
