import type { LedgerEntry } from '../pipeline/ledger.ts';
import { type Plan, sumRows, type WorkUnit } from '../pipeline/plan.ts';
import type { RunEvents } from '../pipeline/run.ts';
import type { RunLog } from './json-log.ts';
import { count, rowCount } from './progress.ts';
import { leftOutLines } from './show-plan.ts';

/** Shows what a run does while it goes on. */
export function displayEvents(display: RunLog, quiet: boolean): RunEvents {
  return {
    onPlan(plan, own, done) {
      const bytes = (list: readonly WorkUnit[]) => list.reduce((sum, unit) => sum + unit.bytes, 0);
      const finished = own.filter((unit) => done.some((entry) => entry.unit === unit.number));
      const sum = (of: (entry: LedgerEntry) => number) => done.reduce((total, entry) => total + of(entry), 0);
      display.start(sumRows(own), bytes(own), {
        rows: sum((entry) => entry.rows.in),
        bytes: bytes(finished),
        findings: sum((entry) => entry.tally.findings),
      });
      if (!quiet) display.note(opening(plan, own.length, finished.length));
      for (const line of leftOutLines(plan)) display.note(line);
    },
    onProgress: (progress) => display.add(progress),
    onTakenOver(units, obstacle) {
      if (obstacle !== undefined) display.note(`nothing is taken over from the earlier run: ${obstacle}`);
      else if (!quiet) display.note(`${count(units)} work units are taken over from the earlier run`);
    },
    onProblem: (problem) => display.problem(problem),
  };
}

function opening(plan: Plan, units: number, finished: number): string {
  const shapes = [...new Set(plan.files.map((file) => file.spec))].join(', ');
  const resumed = finished > 0 ? `, ${finished} done before` : '';
  return `${rowCount(plan.rows)} in ${count(plan.files.length)} file${plan.files.length === 1 ? '' : 's'} (${shapes}), ${units} work unit${units === 1 ? '' : 's'}${resumed}`;
}
