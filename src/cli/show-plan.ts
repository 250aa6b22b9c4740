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
  for (const line of leftOutLines(plan)) stream.write(`${line}\n`);
  stream.write(
    `${rowCount(plan.rows)}, ${(plan.bytes / 1e6).toFixed(1)} MB uncompressed, ${count(plan.units.length)} work units\n`,
  );
}

/** Most files that are named one by one. */
const mostNamed = 10;

/** What is said of files that lie in the inputs' folders and are not read. */
export function leftOutLines({ leftOut = [] }: Partial<Pick<Plan, 'leftOut'>>): string[] {
  if (leftOut.length === 0) return [];
  const named = leftOut.slice(0, mostNamed).map(({ message }) => `warning: left out: ${printable(message)}`);
  const more = leftOut.length - named.length;
  return [
    ...named,
    ...(more > 0 ? [`warning: left out: ${count(more)} more files`] : []),
    'warning: to have a file read, or to hear why it cannot be, name it among the inputs',
  ];
}
