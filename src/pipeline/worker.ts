import { parentPort, workerData } from 'node:worker_threads';
import { idleEngine } from '../detectors/engine.ts';
import { loadDetectors, loadEngine, type SharedTables } from '../detectors/load.ts';
import { maskStyle } from '../edit/mask-style.ts';
import { locate, messageOf, TrajsieveError, type Where } from '../errors.ts';
import { namesOfIncomplete } from '../output/groups.ts';
import { loadPolicy } from '../policy/policy.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { Heartbeat } from './heartbeat.ts';
import { type LoadedRules, loadRules } from './loaded-rules.ts';
import type { WorkUnit } from './plan.ts';
import { processUnit } from './process-unit.ts';
import { rerunEngines } from './rerun.ts';
import type { RunMode } from './run-mode.ts';
import type { Settings } from './settings.ts';
import type { UnitResult } from './unit-account.ts';
import type { Progress, UnitContext } from './unit-context.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly settings: Settings;
  readonly mode: RunMode;
  /**
   * What another thread made of the rules; `later` where it comes as the first message. Without it, this one loads them
   * for all and tells what they are.
   */
  readonly shared: SharedTables | 'later' | undefined;
  readonly windowBytes: number;
  readonly heartbeat: SharedArrayBuffer;
}

/** One unit to do. */
export interface Assignment {
  readonly unit: WorkUnit;
  /** folder for its files, new and empty */
  readonly folder: string;
  readonly givenUp: ReadonlyMap<number, string>;
  readonly telemetry: RunMode['telemetry'];
}

export type WorkerMessage =
  | { readonly type: 'rules'; readonly rules: LoadedRules }
  /** the rules are wrong */
  | {
      readonly type: 'unloadable';
      readonly code: string;
      readonly message: string;
      readonly where: Where;
      readonly remedy: string | undefined;
    }
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: UnitResult }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread');
const { settings, mode, shared, windowBytes, heartbeat: cells } = workerData as WorkerStart;
const heartbeat = new Heartbeat(cells);
const send = (message: WorkerMessage) => port.postMessage(message);

const given =
  shared === 'later' ? new Promise<SharedTables>((resolve) => port.once('message', resolve)) : shared;
const { engine, again } = await engines().catch((error: unknown) => {
  const { code, message, where, remedy } = locate(error, {});
  send({ type: 'unloadable', code, message, where, remedy });
  throw error;
});
const policy = loadPolicy(settings.policy);
const specs = specsFor(settings.dataset);
const brokenGroups =
  settings.groups === undefined || mode.recorded === undefined
    ? undefined
    : await namesOfIncomplete(mode.recorded);

/** Where a scan is decided upon nothing is matched, but for rules that changed since. */
async function engines(): Promise<Pick<UnitContext, 'engine' | 'again'>> {
  const { classifiers, scope } = settings;
  if (mode.again !== undefined)
    return rerunEngines(await loadDetectors(classifiers, scope, 'all'), mode.again);
  if (mode.recorded !== undefined) return { engine: idleEngine };
  if (given !== undefined) return { engine: await loadEngine(classifiers, scope, 'all', given) };
  const { loaded, engine: own } = await loadRules(settings);
  send({ type: 'rules', rules: loaded });
  return { engine: own };
}

send({ type: 'ready' });

port.on('message', async ({ unit, folder, givenUp, telemetry }: Assignment) => {
  try {
    const result = await processUnit(unit, folder, {
      engine,
      policy,
      specs,
      prefilter: settings.prefilter,
      rowGroupBytes: settings.rowGroupBytes,
      maskStyle: settings.maskStyle === undefined ? undefined : maskStyle(settings.maskStyle),
      brokenGroups,
      ...mode,
      telemetry,
      again,
      windowBytes,
      givenUp,
      onRow: (row) => heartbeat.set(row),
      onProgress: (progress) => send({ type: 'progress', progress }),
    });
    send({ type: 'done', result });
  } catch (error) {
    const known = error instanceof TrajsieveError;
    send({
      type: 'failed',
      code: known ? error.code : 'internal',
      message: known ? error.describe() : messageOf(error),
    });
  }
});
