import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import type { Crew } from './crew.ts';
import { firstRowOf, type WorkUnit } from './plan.ts';
import { RowMap } from './row-map.ts';
import type { RunMode } from './run-mode.ts';
import { emptyTally } from './tally.ts';
import type { Thread } from './thread.ts';
import type { UnitResult } from './unit-account.ts';
import type { Progress } from './unit-context.ts';

/** How to run the units of a plan. */
export interface Assignments {
  readonly crew: Crew;
  readonly telemetry: RunMode['telemetry'];
  /** milliseconds that a worker may spend on one row */
  readonly rowTimeout: number;
  /** folder in which units are made before they are committed */
  readonly partial: string;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** A unit is done: its files lie in `folder`. What is thrown ends the run. */
  onDone(unit: WorkUnit, folder: string, result: UnitResult): Promise<void>;
  /** A unit could not be done, for a reason that may pass. */
  onFailed(unit: WorkUnit, code: string, message: string): void;
}

/** A row, or a unit outside of any row, that ends a worker this many times is given up. */
const attempts = 2;

/** A unit on its way, with what went wrong before. */
interface Job {
  readonly unit: WorkUnit;
  /** by row: how often a worker ended there */
  readonly crashes: Map<number, number>;
  readonly givenUp: Map<number, string>;
}

/**
 * Hands out units to worker threads and waits for all of them. A worker that crashes, runs out of memory or takes too
 * long over a row is replaced and its unit begun anew; a row that ends a worker twice is given up, and recorded as an
 * error. What crosses between threads is one unit down and counts up: nothing queues.
 */
export async function runUnits(units: readonly WorkUnit[], assignments: Assignments): Promise<void> {
  const queue = units.map((unit): Job => ({ unit, crashes: new Map(), givenUp: new Map() }));
  const count = Math.min(assignments.crew.size, queue.length);
  const failed = new AbortController();
  const signal = AbortSignal.any([assignments.signal, failed.signal]);
  const slot = async () => {
    try {
      await work(queue, { ...assignments, signal });
    } catch (error) {
      failed.abort(); // the other slots stop at once
      throw error;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: count }, slot));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** One slot: takes jobs until there are none, with one worker after another. */
async function work(queue: Job[], assignments: Assignments): Promise<void> {
  let worker: Thread | undefined;
  try {
    for (let job = queue.shift(); job !== undefined && !assignments.signal.aborted; ) {
      worker ??= assignments.crew.take();
      const end = await worker.process({ ...assignments, ...job });
      if (end.type === 'crashed') {
        worker = undefined;
        if (!(await retry(job, end, assignments))) job = queue.shift();
        continue;
      }
      if (end.type === 'aborted') return;
      if (end.type === 'broken') {
        throw new TrajsieveError('worker-start', `worker cannot start: ${end.cause}`);
      }
      // what cannot be written here cannot be written elsewhere either
      if (end.type === 'failed' && end.code.startsWith('output-'))
        throw new TrajsieveError(end.code, end.message);
      if (end.type === 'done') await assignments.onDone(job.unit, end.folder, end.result);
      else assignments.onFailed(job.unit, end.code, end.message);
      job = queue.shift();
    }
  } finally {
    await worker?.stop();
  }
}

/** Notes where a worker ended. False when the unit is finished with, as unreadable. */
async function retry(
  job: Job,
  end: { row: number; cause: string },
  assignments: Assignments,
): Promise<boolean> {
  const times = (job.crashes.get(end.row) ?? 0) + 1;
  job.crashes.set(end.row, times);
  if (times < attempts) return true;
  if (end.row >= 0) {
    job.givenUp.set(end.row, end.cause);
    return true;
  }
  // a file whose rows nobody counted yet is one row that cannot be read
  const unreadable = job.unit.sources.map((source) => ({
    file: source.file,
    row: firstRowOf(source),
    rows: source.parts.reduce((sum, part) => sum + (part.rows ?? 1), 0),
    code: 'worker-crashed',
    message: end.cause,
  }));
  const map = new RowMap();
  for (const { rows } of unreadable) map.unreadable(rows);
  const folder = join(assignments.partial, `${job.unit.number}-none`);
  mkdirSync(folder, { recursive: true });
  await assignments.onDone(job.unit, folder, {
    rows: map.account(),
    map: map.toString(),
    outputs: [],
    sourceRows: unreadable.map(({ rows }) => rows),
    unreadable,
    errors: [],
    tally: emptyTally(),
  });
  return false;
}
