import type { Report } from '../pipeline/report.ts';
import { count } from './progress.ts';
import { formatTable } from './table.ts';

/** Prints what became of the rows, and where everything is. */
export function printSummary(
  report: Report,
  out: string,
  seconds: number,
  stream: NodeJS.WritableStream,
): void {
  const { rows, tally, errors } = report;
  const lines: string[][] = [
    ['rows in', count(rows.in)],
    ['kept', count(rows.kept), `${out}/data`],
    ['quarantined', count(rows.quarantined), rows.quarantined > 0 ? `${out}/quarantine` : ''],
  ];
  for (const [name, amount] of Object.entries(tally.edits)) lines.push([`  ${name}`, count(amount)]);
  if (rows.negative > 0) lines.push(['negative', count(rows.negative), `${out}/negative`]);
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
  stream.write(`\n  report: ${out}/report.html (${seconds.toFixed(1)} s)\n`);
}
