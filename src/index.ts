/**
 * trajsieve from code and from notebooks.
 *
 * @example
 * import { createExaminer, filterTrajectories, readTrajectories } from 'trajsieve';
 *
 * const examiner = await createExaminer({ classifiers: ['my-rules'] });
 * for await (const { row, trajectory } of readTrajectories('train.parquet')) {
 *   if (trajectory === undefined) continue; // `error` says why
 *   const { decision, findings } = examiner.examine(trajectory);
 *   if (decision.verdict !== 'safe') console.log(row, decision.disposition, findings.map(({ rule }) => rule));
 * }
 *
 * const { report } = await filterTrajectories({ inputs: ['data/'], out: 'filtered' });
 * console.log(report?.rows);
 */
import { availableParallelism } from 'node:os';
import { loadDetectors } from './detectors/load.ts';
import { activeRules } from './output/active-rules.ts';
import type { Examined } from './pipeline/examine.ts';
import { type RunEvents, type RunOutcome, run } from './pipeline/run.ts';
import type { Settings } from './pipeline/settings.ts';
import { Trial } from './pipeline/trial.ts';
import { loadPolicy } from './policy/policy.ts';
import { wordsOf } from './policy/words.ts';
import type { Trajectory } from './trajectory/model.ts';

export { type Action, actionsOf } from './actions/index.ts';
export type { CorrelateOutcome } from './correlate/correlate.ts';
export { type CorrelateOptions, correlateAlerts } from './correlate/correlate-alerts.ts';
export type { Correlation } from './correlate/correlation.ts';
export type { Detector, DetectorContext, DetectorMeta, Hit, Literals } from './detectors/contract.ts';
export { type Example, trajectoryOf } from './detectors/example.ts';
export type { Finding } from './detectors/finding.ts';
export { TrajsieveError } from './errors.ts';
export { evaluate } from './evaluate/evaluate.ts';
export type { Evaluation } from './evaluate/tables.ts';
export { type Inspection, inspectFile } from './pipeline/inspect.ts';
export type { Plan } from './pipeline/plan.ts';
export { type ReadRow, readTrajectories } from './pipeline/read-trajectories.ts';
export type { Report } from './pipeline/report.ts';
export { type Verification, verifyRun } from './pipeline/verify.ts';
export type { Decision, Policy } from './policy/policy.ts';
export type { Observation, Step, ToolCall, Trajectory } from './trajectory/model.ts';
export { version } from './version.ts';

/** What findings lead to, and what finds them. */
export interface ExaminerOptions {
  /** name of a ready policy, or a YAML file; `default` otherwise */
  readonly policy?: string;
  /** folders or modules of detectors; those that come with trajsieve otherwise */
  readonly classifiers?: readonly string[];
  /** YAML file of what the agents were free to act on */
  readonly scope?: string;
}

/** Examines single trajectories, as a run does. */
export interface Examiner {
  /**
   * Findings, verdict and disposition. Nothing that a detector throws leaves here: it is `error` in the result, with the
   * verdict `error`.
   */
  examine(trajectory: Trajectory): Examined;
}

/** Loads detectors and policy. Throws a `TrajsieveError` where anything in them is wrong. */
export async function createExaminer(options: ExaminerOptions = {}): Promise<Examiner> {
  const detectors = await loadDetectors(options.classifiers ?? [], options.scope);
  const policy = loadPolicy(options.policy ?? 'default', wordsOf(activeRules(detectors)));
  const trial = new Trial(detectors.engine, policy);
  return { examine: (trajectory) => trial.examine(trajectory) };
}

/** The main job, with what it needs and no more; all else is as on the command line. */
export interface FilterOptions
  extends ExaminerOptions,
    Partial<Pick<Settings, 'limit' | 'dataset' | 'prefilter'>> {
  /** files, folders, patterns, and remote addresses */
  readonly inputs: readonly string[];
  /** folder for the results; a run that was interrupted there goes on */
  readonly out: string;
  /** worker threads; one per processor otherwise */
  readonly workers?: number;
  /** bytes that all workers together aim to stay under; 600 MB otherwise */
  readonly memory?: number;
  /** milliseconds for one row; 10,000 otherwise */
  readonly rowTimeout?: number;
  readonly signal?: AbortSignal;
  readonly events?: RunEvents;
}

/**
 * Filters data sets: `trajsieve run` as a function. The promise is rejected with a `TrajsieveError` where nothing can be
 * done; inputs that cannot be read are in `problems`, and the others are done.
 */
export async function filterTrajectories(options: FilterOptions): Promise<RunOutcome> {
  return await run({
    inputs: options.inputs,
    out: options.out,
    settings: {
      policy: options.policy ?? 'default',
      classifiers: options.classifiers ?? [],
      scope: options.scope,
      dataset: options.dataset,
      prefilter: options.prefilter ?? true,
      limit: options.limit,
    },
    workers: options.workers ?? availableParallelism(),
    memory: options.memory ?? 600e6,
    rowTimeout: options.rowTimeout ?? 10_000,
    shard: { index: 0, count: 1 },
    signal: options.signal ?? new AbortController().signal,
    events: options.events ?? {},
  });
}
