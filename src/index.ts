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
import { correlateAnywhere } from './correlate/anywhere.ts';
import type { Correlation } from './correlate/correlation.ts';
import { loadDetectors } from './detectors/load.ts';
import { TrajsieveError } from './errors.ts';
import { activeRules } from './output/active-rules.ts';
import type { Examined } from './pipeline/examine.ts';
import { expandInputs, type InputProblem } from './pipeline/inputs.ts';
import { makePlan } from './pipeline/plan.ts';
import { type RunEvents, type RunOutcome, run } from './pipeline/run.ts';
import type { Settings } from './pipeline/settings.ts';
import { Trial } from './pipeline/trial.ts';
import { loadPolicy } from './policy/policy.ts';
import { wordsOf } from './policy/words.ts';
import type { Trajectory } from './trajectory/model.ts';
import { specsFor } from './trajectory/recognise.ts';

export { type Action, actionsOf } from './actions/index.ts';
export type { Correlation } from './correlate/correlation.ts';
export type { Detector, DetectorContext, DetectorMeta, Hit, Literals } from './detectors/contract.ts';
export { type Example, trajectoryOf } from './detectors/example.ts';
export type { Finding } from './detectors/finding.ts';
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
export { TrajsieveError };

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

/** What alerts are matched to, and how; all else is as on the command line. */
export interface CorrelateOptions extends ExaminerOptions {
  /** trajectories: files, folders, patterns, and remote addresses */
  readonly inputs: readonly string[];
  /** files of alerts, in any feed that is known or mapped */
  readonly alerts: readonly string[];
  /** folder for the tables and `correlation.json` */
  readonly out: string;
  /** YAML files that say what the fields of other feeds are */
  readonly alertMaps?: readonly string[];
  /** table of which sandbox was where, and when */
  readonly leases?: string;
  /** ROCK's `command.log` of the sandboxes */
  readonly commandLogs?: readonly string[];
  /** zone of times that name none: `UTC`, `+08:00`, `Asia/Shanghai`; such times are an error without it */
  readonly naiveTz?: string;
  /** milliseconds after an episode in which its doings may still be seen; 600,000 otherwise */
  readonly lag?: number;
  /** milliseconds by feed that its times may be off, where that is not its own */
  readonly tolerances?: ReadonlyMap<string, number>;
  /** how often alerts are moved in time to see what chance would do, and the seed of it; 199 and 1 otherwise */
  readonly shifts?: number;
  readonly seed?: number;
  /** folder of an earlier run whose findings are compared, instead of examining the trajectories */
  readonly findings?: string;
  /** false matches the alerts alone */
  readonly examine?: boolean;
  /** name of a data set spec, or a file of one, to read all inputs by */
  readonly dataset?: string;
  readonly signal?: AbortSignal;
}

/** What came of matching alerts to episodes. */
export interface CorrelateOutcome {
  readonly correlation: Correlation;
  /** inputs that could not be read; the others were */
  readonly problems: readonly InputProblem[];
}

/**
 * Matches alerts to the episodes that caused them: `trajsieve correlate` as a function. Every alert is matched, ambiguous,
 * unexplained or unreadable. The promise is rejected with a `TrajsieveError` where no trajectory can be read, no feed
 * fits a file, or a time names no zone and none was given.
 *
 * @example
 * const { correlation } = await correlateAlerts({ inputs: ['data/'], alerts: ['eve.json'], out: 'matched' });
 * console.log(correlation.alerts, correlation.chance.all?.pValue);
 */
export async function correlateAlerts(options: CorrelateOptions): Promise<CorrelateOutcome> {
  const { alertMaps = [], lag = 600_000, shifts = 199, seed = 1, policy = 'default', dataset } = options;
  const specs = specsFor(dataset);
  const inputs = await expandInputs(options.inputs);
  const alerts = await expandInputs(options.alerts);
  const plan = await makePlan(inputs, specs, { dataset: dataset === undefined ? undefined : specs[0] });
  if (plan.units.length === 0) {
    throw new TrajsieveError('nothing-to-do', 'no trajectories could be read', {
      remedy: plan.problems.map((problem) => problem.message).join('; '),
    });
  }
  const { leases, naiveTz, findings, scope, classifiers = [] } = options;
  const commandLogs = options.commandLogs && (await expandInputs(options.commandLogs));
  const isExamined = findings === undefined && options.examine !== false;
  const told = { leases: leases ?? null, naiveTz: naiveTz ?? null, findings: findings ?? null };
  const config = { inputs, alerts, alertMap: alertMaps, ...told, lag, shifts, seed, examine: isExamined };
  return await correlateAnywhere(
    {
      plan,
      dataset,
      alerts,
      alertMaps,
      leases,
      commandLogs,
      out: options.out,
      naiveTz,
      lag,
      tolerances: options.tolerances ?? new Map(),
      shifts,
      seed,
      policy,
      findings,
      examine: isExamined ? { classifiers, scope } : undefined,
      runKey: undefined,
      config: {
        ...config,
        commandLogs: commandLogs ?? [],
        classifiers,
        policy,
        dataset: dataset ?? null,
      },
    },
    options.signal ?? new AbortController().signal,
  );
}
