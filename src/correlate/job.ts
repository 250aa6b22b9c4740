import { loadEngine } from '../detectors/load.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadPolicy } from '../policy/policy.ts';
import { specsFor } from '../trajectory/recognise.ts';
import { type CorrelateOutcome, type CorrelateRequest, correlate } from './correlate.ts';
import { loadMapping } from './feeds/mapping.ts';
import { readZone } from './zone.ts';

/** A correlation as plain data, so that it can be given to a worker thread. */
export interface CorrelateJob {
  readonly plan: Plan;
  /** name of a data set spec, or a file of one, to read all inputs by */
  readonly dataset: string | undefined;
  readonly alerts: readonly string[];
  /** mapping files */
  readonly alertMaps: readonly string[];
  readonly leases: string | undefined;
  readonly commandLogs: readonly string[] | undefined;
  readonly out: string;
  readonly naiveTz: string | undefined;
  /** milliseconds */
  readonly lag: number;
  readonly tolerances: ReadonlyMap<string, number>;
  readonly shifts: number;
  readonly seed: number;
  readonly policy: string;
  /** folder of an earlier run */
  readonly findings: string | undefined;
  /** the detectors to examine with; undefined where nothing is examined */
  readonly examine:
    | { readonly classifiers: readonly string[]; readonly scope?: string | undefined }
    | undefined;
  /** for a run: what tells this correlation from others; see `CorrelateRequest` */
  readonly runKey: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Does a job in this thread. */
export async function runJob(
  job: CorrelateJob,
  signal: AbortSignal,
  onProgress?: CorrelateRequest['onProgress'],
): Promise<CorrelateOutcome> {
  const { dataset, alertMaps, naiveTz, policy, examine, ...same } = job;
  return await correlate({
    ...same,
    specs: specsFor(dataset),
    mappings: alertMaps.map(loadMapping),
    zone: naiveTz === undefined ? undefined : readZone(naiveTz),
    policy: loadPolicy(policy),
    engine: examine === undefined ? undefined : await loadEngine(examine.classifiers, examine.scope),
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}
