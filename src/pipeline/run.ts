import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import type { ActiveRule } from '../output/active-rules.ts';
import { writeDataCard } from '../output/card/write.ts';
import { groupsReport } from '../output/groups.ts';
import { writeReports } from '../output/report/write.ts';
import { loadPolicy } from '../policy/policy.ts';
import { wordsOf } from '../policy/words.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { version } from '../version.ts';
import { runUnits } from './coordinator.ts';
import { Crew } from './crew.ts';
import { EarlierRun } from './earlier-run.ts';
import { toJson, writeAtomically } from './files.ts';
import { findInputs, type InputProblem } from './inputs.ts';
import { entryPath, hash, Ledger, type LedgerEntry, type RunConfig } from './ledger.ts';
import type { LoadedRules } from './loaded-rules.ts';
import { describeFiles, makePlan, type Plan, type WorkUnit } from './plan.ts';
import { buildReport, type Report } from './report.ts';
import { unnamedGroups } from './require-groups.ts';
import type { RunMode } from './run-mode.ts';
import type { Settings } from './settings.ts';
import { openStore, requireLocal, type Store } from './store.ts';
import { alertFingerprints, compareWithAlerts, telemetryOf } from './telemetry.ts';
import type { UnitResult } from './unit-account.ts';
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
  /** folder of an earlier run: what it did of the same is taken over */
  readonly since?: string | undefined;
}

/** What a caller hears of while a run goes on. */
export interface RunEvents {
  onPlan?(plan: Plan, own: readonly WorkUnit[], done: readonly LedgerEntry[]): void;
  onProgress?(progress: Progress): void;
  onProblem?(problem: InputProblem): void;
  /** units that were taken over from an earlier run, or why none was */
  onTakenOver?(units: number, obstacle: string | undefined): void;
}

export interface RunOutcome {
  readonly plan: Plan;
  /** undefined while other jobs still have units to do, and after an interruption */
  readonly report: Report | undefined;
  /** inputs that could not be read, and units that could not be done */
  readonly problems: readonly InputProblem[];
  readonly interrupted: boolean;
  /** rows that the prefilter picked, of what was done this time */
  readonly candidates?: number;
}

/** Makes the plan of a run without doing it. */
export async function planRun(
  inputs: readonly string[],
  out: string | undefined,
  { limit, dataset }: Pick<Settings, 'limit' | 'dataset'>,
): Promise<Plan> {
  const { files, beside, leftOut } = await findInputs(inputs);
  const isInput = (file: string) => out === undefined || !isInside(file, out);
  const specs = specsFor(dataset);
  const [spec] = dataset === undefined ? [] : specs;
  const plan = await makePlan(files.filter(isInput), specs, { limit, dataset: spec, beside });
  return { ...plan, leftOut: [...plan.leftOut, ...leftOut.filter(({ file }) => isInput(file))] };
}

function isInside(file: string, folder: string): boolean {
  return resolve(file).startsWith(`${resolve(folder)}/`);
}

/**
 * Runs, or goes on with a run that was begun in the same folder. When it returns without a report, the folder is as
 * it should be to go on later.
 * @param mode with `shards` as false, rows are examined and none is written
 */
export async function run(request: RunRequest, mode: RunMode = {}): Promise<RunOutcome> {
  const { settings, since } = request;
  if (since !== undefined) requireLocal(since, 'what is taken over comes from a local folder');
  return await withRules(request, mode, async ({ fingerprint, rules }, plan, crew) => {
    const policy = loadPolicy(settings.policy, wordsOf(rules));
    const config = {
      version,
      settings: { ...settings },
      fingerprints: {
        detectors: fingerprint,
        policy: hash(policy),
        datasets: hash(specsFor(settings.dataset)),
        ...(await alertFingerprints(settings)),
      },
    };
    return await execute(request, { plan, config, rules, crew, mode });
  });
}

/** Makes the plan of a request while a first thread loads the rules. */
export async function withRules(
  request: RunRequest,
  mode: RunMode,
  go: (loaded: LoadedRules, plan: Plan, crew: Crew) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const { inputs, out, settings } = request;
  const crew = new Crew({ ...request, mode });
  try {
    const planned = async () => {
      const plan = await planRun(inputs, out, settings);
      crew.expect(plan.units.length);
      return plan;
    };
    const [plan, loaded] = await Promise.all([planned(), crew.rules()]);
    return await go(loaded, plan, crew);
  } finally {
    await crew.stop();
  }
}

/** What a run does, once that is known. */
export interface Job {
  readonly plan: Plan;
  readonly config: RunConfig;
  readonly rules: readonly ActiveRule[];
  /** the threads to use; without it, new ones, which match nothing that they are not told to */
  readonly crew?: Crew;
  readonly mode?: RunMode;
}

/** Does the units of a plan that are not done yet. */
export async function execute(request: Omit<RunRequest, 'inputs'>, job: Job): Promise<RunOutcome> {
  const { plan } = job;
  if (plan.units.length === 0) {
    throw new TrajsieveError('nothing-to-do', 'no input could be read', {
      remedy: plan.problems.map((problem) => problem.message).join('; '),
    });
  }
  const store = await openStore(request.out);
  try {
    return await executeIn(store, request, job);
  } finally {
    store.close();
  }
}

async function executeIn(
  store: Store,
  request: Omit<RunRequest, 'inputs'>,
  { plan, config, rules, crew, mode = {} }: Job,
): Promise<RunOutcome> {
  const { settings, events, signal } = request;
  const { folder: out } = store;
  const ledger = new Ledger(out, config, plan);
  await store.begin();
  let candidates = 0;
  const own = plan.units.filter((unit) => unit.number % request.shard.count === request.shard.index);
  const done = own.flatMap((unit) => ledger.entry(unit) ?? []);
  const finished = new Set(done.map((entry) => entry.unit));
  const todo = own.filter((unit) => !finished.has(unit.number));
  events.onPlan?.(plan, own, done);

  const problems: InputProblem[] = [...plan.problems];
  for (const problem of problems) events.onProblem?.(problem);
  ledger.clean(todo);
  await store.clean(new Set(todo.map(({ output }) => output)));
  const partial = join(ledger.partial);
  mkdirSync(partial, { recursive: true });
  const commit = async (unit: WorkUnit, folder: string, result: UnitResult): Promise<LedgerEntry> => {
    const entry = ledger.commit(unit, folder, result);
    await store.keep(
      entry.outputs.map(({ path }) => path),
      entryPath(unit),
    );
    return entry;
  };
  const taken = await takeOver(request, { config, partial, todo, commit });
  const telemetry = await telemetryOf(out, request, { plan, config });
  if (signal.aborted) return { plan, report: undefined, problems, interrupted: true };
  await runUnits(
    todo.filter((unit) => !taken.has(unit.number)),
    {
      crew: crew ?? new Crew({ ...request, mode }),
      telemetry,
      rowTimeout: request.rowTimeout,
      partial,
      signal,
      onProgress: (progress) => {
        candidates += progress.candidates ?? 0;
        events.onProgress?.(progress);
      },
      onDone: async (unit, folder, result) => {
        const entry = await commit(unit, folder, result);
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
    },
  );
  ledger.clean(todo);
  if (signal.aborted) return { plan, report: undefined, problems, interrupted: true };

  await store.refresh();
  const entries = plan.units.flatMap((unit) => ledger.entry(unit) ?? []);
  if (entries.length < plan.units.length) return { plan, report: undefined, problems, interrupted: false };
  rmSync(partial, { recursive: true, force: true });
  const report = buildReport(plan, entries, config);
  if (telemetry !== undefined) {
    await store.fetch(entries.flatMap(({ outputs }) => outputs.map(({ path }) => path)).filter(isFindings));
    await compareWithAlerts(out, telemetry);
  }
  writeAtomically(join(out, 'detectors.json'), toJson({ rules }));
  writeAtomically(join(out, 'report.json'), toJson(report));
  if (mode.shards !== false) {
    const pairs = report.rows.negative > 0 ? await pairUp(store, plan, entries, settings) : [];
    await store.fetch([...neededForReports(entries), ...pairs]);
    const others = settings.groups === undefined ? 'kept' : 'dropped';
    const groups = await groupsReport(out, others, report.errors);
    const unnamed = settings.groups === undefined ? undefined : unnamedGroups(groups);
    if (unnamed !== undefined) {
      problems.push(unnamed);
      events.onProblem?.(unnamed);
    }
    if (groups.incomplete > 0 || unnamed !== undefined)
      writeAtomically(join(out, 'groups.json'), toJson(groups));
    await writeReports(out);
    await writeDataCard(out);
  }
  await store.finish();
  return { plan, report, problems, interrupted: false, candidates };
}

/** Makes preference pairs of the negative rows, and brings them to where the results are; the file that holds them. */
async function pairUp(
  store: Store,
  plan: Plan,
  entries: readonly LedgerEntry[],
  { dataset }: Settings,
): Promise<readonly string[]> {
  const paths = entries.flatMap(({ outputs }) => outputs.map(({ path }) => path));
  await store.fetch(paths.filter((path) => path.startsWith('data/') || path.startsWith('negative/')));
  const { makePairs, pairsSummary } = await import('./pairs.ts');
  const pairs = await makePairs(store.folder, plan, specsFor(dataset));
  if (pairs === undefined) return [];
  await store.keep([pairs.path], pairsSummary);
  return [pairs.path];
}

/** Files that reports and data card are made from: all findings, and the first file of each table for its columns. */
function neededForReports(entries: readonly LedgerEntry[]): string[] {
  const paths = entries.flatMap(({ outputs }) => outputs.map(({ path }) => path));
  const tables = new Set<string>();
  return paths.filter((path) => {
    const table = path.split('/')[0]!;
    const isFirst = !tables.has(table);
    tables.add(table);
    return isFirst || table === 'findings';
  });
}

function isFindings(path: string): boolean {
  return path.startsWith('findings/');
}

interface TakeOver {
  readonly config: RunConfig;
  readonly partial: string;
  readonly todo: readonly WorkUnit[];
  commit(unit: WorkUnit, folder: string, result: UnitResult): Promise<LedgerEntry>;
}

/** Commits the units that an earlier run did already; their numbers. */
async function takeOver(
  { since, events }: Pick<RunRequest, 'since' | 'events'>,
  { config, partial, todo, commit }: TakeOver,
): Promise<ReadonlySet<number>> {
  const taken = new Set<number>();
  if (since === undefined) return taken;
  const earlier = new EarlierRun(since, config);
  for (const unit of todo) {
    const folder = join(partial, `${unit.number}-taken`);
    const result = earlier.take(unit, folder);
    if (result === undefined) continue;
    const entry = await commit(unit, folder, result);
    taken.add(unit.number);
    events.onProgress?.({ rows: entry.rows.in, bytes: unit.bytes, findings: entry.tally.findings });
  }
  events.onTakenOver?.(taken.size, earlier.obstacle);
  return taken;
}
