import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { SharedTables } from '../detectors/load.ts';
import { messageOf, TrajsieveError } from '../errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { LoadedRules } from './loaded-rules.ts';
import type { WorkUnit } from './plan.ts';
import type { RunMode } from './run-mode.ts';
import type { Settings } from './settings.ts';
import type { UnitResult } from './unit-account.ts';
import type { Progress } from './unit-context.ts';
import type { Assignment, WorkerMessage, WorkerStart } from './worker.ts';

/** Milliseconds between looks at a worker's heartbeat. */
const watchInterval = 100;

/** What a worker thread is made with. */
export interface ThreadOptions {
  readonly settings: Settings;
  readonly mode: RunMode;
  /** bytes that it may aim to stay under */
  readonly share: number;
  /**
   * What another thread made of the rules, or `later` where `share` gives it; without it, this one loads them for all and
   * tells what they are.
   */
  readonly shared: WorkerStart['shared'];
}

/** A unit for a thread to do. */
export interface UnitJob {
  readonly unit: WorkUnit;
  /** rows that are not to be looked at again, with the reason */
  readonly givenUp: ReadonlyMap<number, string>;
  /** folder in which it is made before it is committed */
  readonly partial: string;
  readonly telemetry: RunMode['telemetry'];
  /** milliseconds that a row may take */
  readonly rowTimeout: number;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** How a unit ended. */
export type End =
  | { readonly type: 'done'; readonly folder: string; readonly result: UnitResult }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'crashed'; readonly row: number; readonly cause: string }
  /** it ended before it had loaded the detectors: no unit is to blame */
  | { readonly type: 'broken'; readonly cause: string }
  | { readonly type: 'aborted' };

/**
 * What V8 may hold of a worker's share of memory; the rest is for buffers, which are not on its heap. New objects
 * are bounded too: Node 24 allows them 192 MB, and where that many outlive a collection near the limit the process
 * dies, and not the worker. V8 begins to mark the heap as soon as the room that is left is less than what they may take.
 */
function heapLimits(share: number): ResourceLimits {
  const megabytes = share / 2 ** 20;
  return {
    maxOldGenerationSizeMb: Math.max(64, Math.round(megabytes * 0.5)),
    maxYoungGenerationSizeMb: 16,
  };
}

/**
 * V8 lets a heap that is small beside its limit grow by a third until it marks all of it again: with 50 MB that a worker
 * never gives up, a third of a run's time went to marking them. The limit holds all the same.
 */
function markLessOften(): void {
  setFlagsFromString('--heap-growing-percent=100');
}

/**
 * In V8 13 a loop that Maglev replaced while it ran may not look for interrupts, and then neither the limit of the heap
 * nor terminate() ends it.
 */
function keepLoopsInterruptible(): void {
  if (Number.parseInt(process.versions.v8, 10) >= 12) setFlagsFromString('--no-maglev-osr');
}

let folders = 0;

/** A worker thread with its heartbeat. */
export class Thread {
  readonly #heartbeat = new Heartbeat();
  readonly #worker: Worker;
  #isReady = false;

  constructor({ settings, mode, share, shared }: ThreadOptions) {
    const start: WorkerStart = {
      settings,
      mode,
      shared,
      windowBytes: Math.max(1 << 20, Math.round(share / 32)),
      heartbeat: this.#heartbeat.buffer,
    };
    keepLoopsInterruptible();
    markLessOften();
    this.#worker = new Worker(workerFile(), { workerData: start, resourceLimits: heapLimits(share) });
    this.#worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'ready') this.#isReady = true;
    });
    // what goes wrong between two jobs shows when the next one is given
    this.#worker.on('error', () => {});
  }

  /** Gives it what another thread has made of the rules, where it was begun before that was known. */
  share(tables: SharedTables): void {
    this.#worker.postMessage(tables);
  }

  /** The rules that it loads when it starts. Rejects with what is wrong with them. Ask right after it was made. */
  rules(): Promise<LoadedRules> {
    return new Promise((resolve, reject) => {
      const broken = (cause: string) =>
        reject(new TrajsieveError('worker-start', `worker cannot start: ${cause}`));
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'rules') resolve(message.rules);
        if (message.type !== 'unloadable') return;
        const { code, where, remedy } = message;
        const options = remedy === undefined ? { where } : { where, remedy };
        reject(new TrajsieveError(code, message.message, options));
      });
      this.#worker.on('error', (error) => broken(describeCrash(error)));
      this.#worker.on('exit', (code) => broken(`worker ended with code ${code}`));
    });
  }

  /** Does one job; settles when it is done, or when the thread is no more. */
  process({ unit, givenUp, partial, telemetry, rowTimeout, signal, onProgress }: UnitJob): Promise<End> {
    folders += 1;
    const folder = join(partial, `${unit.number}-${process.pid}-${folders}`);
    mkdirSync(folder, { recursive: true });
    const assignment: Assignment = { unit, folder, givenUp, telemetry };
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
        if (message.type === 'progress') tell(message.progress);
        else if (message.type === 'done') finish({ type: 'done', folder, result: message.result });
        else if (message.type === 'failed') finish(message);
        else if (message.type === 'unloadable') crash(message.message);
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
