import type { Plan } from '../pipeline/plan.ts';
import { count, rowCount } from './progress.ts';
import { formatTable, printable } from './table.ts';

/** Prints what a run would do. */
export function printPlan(plan: Plan, stream: NodeJS.WritableStream): void {
  const rows = plan.files.map((file) => [
    printable(file.file),
    file.rows === null ? '' : count(file.rows),
    `${(file.bytes / 1e6).toFixed(1)} MB`,
    count(plan.units.filter(({ sources }) => sources.some((source) => source.file === file.file)).length),
    file.spec,
  ]);
  stream.write(formatTable([['file', 'rows', 'size', 'units', 'shape'], ...rows], ''));
  for (const problem of plan.problems) stream.write(`error: ${printable(problem.message)}\n`);
  stream.write(
    `${rowCount(plan.rows)}, ${(plan.bytes / 1e6).toFixed(1)} MB uncompressed, ${count(plan.units.length)} work units\n`,
  );
}
