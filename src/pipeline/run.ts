import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadEngine } from '../detectors/load.ts';
import { TrajsieveError } from '../errors.ts';
import { loadPolicy } from '../policy/policy.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { version } from '../version.ts';
import { runUnits } from './coordinator.ts';
import { toJson, writeAtomically } from './files.ts';
import { expandInputs, type InputProblem } from './inputs.ts';
import { hash, Ledger, type LedgerEntry } from './ledger.ts';
import { describeFiles, makePlan, type Plan, type WorkUnit } from './plan.ts';
import { buildReport, type Report } from './report.ts';
import type { Settings } from './settings.ts';
import type { Progress } from './unit-context.ts';

/** A run as its caller asks for it. */
export interface RunRequest {
  readonly inputs: readonly string[];
  readonly out: string;
  readonly settings: Settings;
  readonly workers: number;
  /** bytes that all workers together may aim to stay under */
  readonly memory: number;
  /** milliseconds that a worker may spend on one row */
  readonly rowTimeout: number;
  /** this job's part of the units, where several jobs share them: unit numbers that leave `index` when divided by `count` */
  readonly shard: { readonly index: number; readonly count: number };
  readonly signal: AbortSignal;
  readonly events: RunEvents;
}

/** What a caller hears of while a run goes on. */
export interface RunEvents {
  onPlan?(plan: Plan, own: readonly WorkUnit[], done: readonly LedgerEntry[]): void;
  onProgress?(progress: Progress): void;
  onProblem?(problem: InputProblem): void;
}

export interface RunOutcome {
  readonly plan: Plan;
  /** undefined while other jobs still have units to do, and after an interruption */
  readonly report: Report | undefined;
  /** inputs that could not be read, and units that could not be done */
  readonly problems: readonly InputProblem[];
  readonly interrupted: boolean;
}

/** Makes the plan of a run without doing it. */
export async function planRun(
  inputs: readonly string[],
  out: string | undefined,
  { limit, dataset }: Pick<Settings, 'limit' | 'dataset'>,
): Promise<Plan> {
  const files = (await expandInputs(inputs)).filter((file) => out === undefined || !isInside(file, out));
  const specs = specsFor(dataset);
  return await makePlan(files, specs, { limit, dataset: dataset === undefined ? undefined : specs[0] });
}

function isInside(file: string, folder: string): boolean {
  return resolve(file).startsWith(`${resolve(folder)}/`);
}

/**
 * Runs, or goes on with a run that was begun in the same folder. When it returns without a report, the folder is as
 * it should be to go on later.
 */
export async function run(request: RunRequest): Promise<RunOutcome> {
  const { settings, events, signal } = request;
  const plan = await planRun(request.inputs, request.out, settings);
  const engine = await loadEngine(settings.classifiers, settings.scope);
  const policy = loadPolicy(settings.policy);
  const config = {
    version,
    settings: { ...settings },
    fingerprints: {
      detectors: engine.fingerprint,
      policy: hash(policy),
      datasets: hash(specsFor(settings.dataset)),
    },
  };
  if (plan.units.length === 0) {
    throw new TrajsieveError('nothing-to-do', 'no input could be read', {
      remedy: plan.problems.map((problem) => problem.message).join('; '),
    });
  }
  const ledger = new Ledger(request.out, config, plan);
  const own = plan.units.filter((unit) => unit.number % request.shard.count === request.shard.index);
  const done = own.flatMap((unit) => ledger.entry(unit) ?? []);
  const finished = new Set(done.map((entry) => entry.unit));
  const todo = own.filter((unit) => !finished.has(unit.number));
  events.onPlan?.(plan, own, done);

  const problems: InputProblem[] = [...plan.problems];
  for (const problem of problems) events.onProblem?.(problem);
  ledger.clean(todo);
  const partial = join(ledger.partial);
  mkdirSync(partial, { recursive: true });
  await runUnits(todo, {
    settings,
    workers: request.workers,
    memory: request.memory,
    rowTimeout: request.rowTimeout,
    partial,
    signal,
    onProgress: (progress) => events.onProgress?.(progress),
    onDone: (unit, folder, result) => {
      const entry = ledger.commit(unit, folder, result);
      for (const { file, code, message } of entry.unreadable) {
        const problem = { file, code, message };
        problems.push(problem);
        events.onProblem?.(problem);
      }
    },
    onFailed: (unit, code, message) => {
      const problem = { file: describeFiles(unit), code, message };
      problems.push(problem);
      events.onProblem?.(problem);
    },
  });
  ledger.clean(todo);
  if (signal.aborted) return { plan, report: undefined, problems, interrupted: true };

  const entries = plan.units.flatMap((unit) => ledger.entry(unit) ?? []);
  if (entries.length < plan.units.length) return { plan, report: undefined, problems, interrupted: false };
  rmSync(partial, { recursive: true, force: true });
  const report = buildReport(plan, entries, config);
  writeAtomically(join(request.out, 'report.json'), toJson(report));
  return { plan, report, problems, interrupted: false };
}
