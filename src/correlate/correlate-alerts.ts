import { TrajsieveError } from '../errors.ts';
import { expandInputs, findInputs, type InputProblem } from '../pipeline/inputs.ts';
import { makePlan } from '../pipeline/plan.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { correlateAnywhere } from './anywhere.ts';
import type { CorrelateOutcome, CorrelateRequest } from './correlate.ts';
import type { CorrelateJob } from './job.ts';
import { readZone } from './zone.ts';

/** What alerts are matched to, and how; all else is as on the command line. */
export interface CorrelateOptions {
  /** trajectories: files, folders, patterns, and remote addresses */
  readonly inputs: readonly string[];
  /** files of alerts, in any feed that is known or mapped */
  readonly alerts: readonly string[];
  /** folder for the tables and `correlation.json` */
  readonly out: string;
  /** YAML files that say what the fields of other feeds are */
  readonly alertMaps?: readonly string[];
  /** table of which sandbox was where, and when */
  readonly leases?: string | undefined;
  /** ROCK's `command.log` of the sandboxes */
  readonly commandLogs?: readonly string[];
  /** zone of times that name none: `UTC`, `+08:00`, `Asia/Shanghai`; such times are an error without it */
  readonly naiveTz?: string | undefined;
  /** milliseconds after an episode in which its doings may still be seen; 600,000 otherwise */
  readonly lag?: number;
  /** milliseconds by feed that its times may be off, where that is not its own */
  readonly tolerances?: ReadonlyMap<string, number>;
  /** how often alerts are moved in time to see what chance would do, and the seed of it; 199 and 1 otherwise */
  readonly shifts?: number;
  readonly seed?: number;
  /** folder of an earlier run whose findings are compared, instead of examining the trajectories */
  readonly findings?: string | undefined;
  /** false matches the alerts alone */
  readonly examine?: boolean;
  /** name of a data set spec, or a file of one, to read all inputs by */
  readonly dataset?: string | undefined;
  /** what looks at the trajectories, and what its findings lead to: as for a run */
  readonly classifiers?: readonly string[];
  readonly policy?: string;
  readonly scope?: string;
  readonly signal?: AbortSignal;
  /** is told of inputs that cannot be read, before the work begins */
  readonly onProblem?: (problem: InputProblem) => void;
  /** is told each file of an input's folder that is not read, since it holds nothing that is known to be data */
  readonly onLeftOut?: (file: InputProblem) => void;
  readonly onProgress?: CorrelateRequest['onProgress'];
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
  const { alertMaps = [], lag = 600_000, shifts = 199, seed = 1 } = options;
  const { out, leases, naiveTz, findings, scope, classifiers = [], policy = 'default', dataset } = options;
  const specs = specsFor(dataset);
  const { files: inputs, beside, leftOut } = await findInputs(options.inputs);
  const alerts = await expandInputs(options.alerts);
  const logs = options.commandLogs ?? [];
  const commandLogs = logs.length === 0 ? undefined : await expandInputs(logs);
  const plan = await makePlan(inputs, specs, {
    dataset: dataset === undefined ? undefined : specs[0],
    beside,
  });
  for (const problem of plan.problems) options.onProblem?.(problem);
  for (const file of [...plan.leftOut, ...leftOut]) options.onLeftOut?.(file);
  if (plan.units.length === 0) {
    // who was told of each need not be told again
    const causes = options.onProblem === undefined ? plan.problems.map(({ message }) => message) : [];
    throw new TrajsieveError(
      'nothing-to-do',
      'no trajectories could be read',
      causes.length === 0 ? {} : { remedy: causes.join('; ') },
    );
  }
  const zone = naiveTz === undefined ? undefined : readZone(naiveTz);
  const isExamined = findings === undefined && options.examine !== false;
  const job: CorrelateJob = {
    plan,
    dataset,
    alerts,
    alertMaps,
    leases,
    commandLogs,
    out,
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
      inputs,
      alerts,
      alertMap: alertMaps,
      leases: leases ?? null,
      commandLogs: commandLogs ?? [],
      naiveTz: zone?.name ?? null,
      lag,
      shifts,
      seed,
      findings: findings ?? null,
      examine: isExamined,
      classifiers,
      policy,
      dataset: dataset ?? null,
    },
  };
  return await correlateAnywhere(job, options.signal ?? new AbortController().signal, options.onProgress);
}
