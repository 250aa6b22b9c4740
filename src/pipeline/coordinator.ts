import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { messageOf, TrajsieveError } from '../errors.ts';
import { Heartbeat } from './heartbeat.ts';
import { firstRowOf, type WorkUnit } from './plan.ts';
import { RowMap } from './row-map.ts';
import type { RunMode } from './run-mode.ts';
import type { Settings } from './settings.ts';
import { emptyTally } from './tally.ts';
import type { UnitResult } from './unit-account.ts';
import type { Progress } from './unit-context.ts';
import type { Assignment, WorkerMessage, WorkerStart } from './worker.ts';

/** How to run the units of a plan. */
export interface Assignments {
  readonly settings: Settings;
  readonly mode: RunMode;
  readonly workers: number;
  /** bytes that all workers together may aim to stay under */
  readonly memory: number;
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

/** Milliseconds between looks at the workers' heartbeats. */
const watchInterval = 100;

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
  const count = Math.min(assignments.workers, queue.length);
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
      worker ??= new Thread(assignments);
      const end = await worker.process(job);
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

type End =
  | { readonly type: 'done'; readonly folder: string; readonly result: UnitResult }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'crashed'; readonly row: number; readonly cause: string }
  /** it ended before it had loaded the detectors: no unit is to blame */
  | { readonly type: 'broken'; readonly cause: string }
  | { readonly type: 'aborted' };

let folders = 0;

/**
 * What V8 may hold of a worker's share of memory; the rest is for buffers, which are not on its heap. New objects
 * are bounded too: Node 24 allows them 192 MB, and where that many outlive a collection near the limit the process
 * dies, and not the worker.
 */
function heapLimits(share: number): ResourceLimits {
  const megabytes = share / 2 ** 20;
  return {
    maxOldGenerationSizeMb: Math.max(64, Math.round(megabytes * 0.4)),
    maxYoungGenerationSizeMb: Math.min(48, Math.max(12, Math.round(megabytes / 16))),
  };
}

/**
 * In V8 13 a loop that Maglev replaced while it ran may not look for interrupts, and then neither the limit of the heap
 * nor terminate() ends it.
 */
function keepLoopsInterruptible(): void {
  if (Number.parseInt(process.versions.v8, 10) >= 12) setFlagsFromString('--no-maglev-osr');
}

/** A worker thread with its heartbeat. */
class Thread {
  readonly #assignments: Assignments;
  readonly #heartbeat = new Heartbeat();
  readonly #worker: Worker;
  #isReady = false;

  constructor(assignments: Assignments) {
    const { settings, mode, memory, workers } = assignments;
    const share = memory / workers;
    const start: WorkerStart = {
      settings,
      mode,
      windowBytes: Math.max(1 << 20, Math.round(share / 32)),
      heartbeat: this.#heartbeat.buffer,
    };
    this.#assignments = assignments;
    keepLoopsInterruptible();
    this.#worker = new Worker(workerFile(), {
      workerData: start,
      resourceLimits: heapLimits(share),
    });
    // what goes wrong between two jobs shows when the next one is given
    this.#worker.on('error', () => {});
  }

  /** Does one job; settles when it is done, or when the worker is no more. */
  process(job: Job): Promise<End> {
    const { partial, rowTimeout, signal, onProgress } = this.#assignments;
    folders += 1;
    const folder = join(partial, `${job.unit.number}-${process.pid}-${folders}`);
    mkdirSync(folder, { recursive: true });
    const assignment: Assignment = { unit: job.unit, folder, givenUp: job.givenUp };
    let told = { rows: 0, bytes: 0, findings: 0, candidates: 0 };
    const tell = (progress: Progress) => {
      told = {
        rows: told.rows + progress.rows,
        bytes: told.bytes + progress.bytes,
        findings: told.findings + progress.findings,
        candidates: told.candidates + (progress.candidates ?? 0),
      };
      onProgress(progress);
    };
    return new Promise((resolve) => {
      const finish = async (end: End) => {
        clearInterval(watch);
        signal.removeEventListener('abort', abort);
        this.#worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (end.type !== 'done') {
          tell({
            rows: -told.rows,
            bytes: -told.bytes,
            findings: -told.findings,
            candidates: -told.candidates,
          });
          if (end.type !== 'failed') await this.stop();
          rmSync(folder, { recursive: true, force: true });
        }
        resolve(end);
      };
      const crash = (cause: string) => {
        finish(
          this.#isReady ? { type: 'crashed', row: this.#heartbeat.row, cause } : { type: 'broken', cause },
        );
      };
      const abort = () => finish({ type: 'aborted' });
      const onError = (error: unknown) => crash(describeCrash(error));
      const onExit = (code: number) => crash(`worker ended with code ${code}`);
      const onMessage = (message: WorkerMessage) => {
        if (message.type === 'ready') this.#isReady = true;
        else if (message.type === 'progress') tell(message.progress);
        else if (message.type === 'done') finish({ type: 'done', folder, result: message.result });
        else finish(message);
      };
      const watch = setInterval(() => {
        if (this.#heartbeat.elapsed > rowTimeout) crash(`row took more than ${rowTimeout / 1000} s`);
      }, watchInterval);
      signal.addEventListener('abort', abort);
      this.#worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      if (signal.aborted) abort();
      else this.#worker.postMessage(assignment);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

function describeCrash(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'detectors ran out of memory'
    : `worker crashed: ${messageOf(error)}`;
}

/** The compiled worker: threads of Node 20 load no TypeScript, so tests run the built one too. */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? '../../dist/src/pipeline/worker.js' : './worker.js', import.meta.url);
}
