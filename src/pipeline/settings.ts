import type { AlertSettings } from '../correlate/for-run.ts';

/** What shapes the results of a run. All of it is part of every work unit's identity. */
export interface Settings {
  /** name of a ready policy, or a file */
  readonly policy: string;
  /** folders or modules of detectors; the ones that come with trajsieve when there are none */
  readonly classifiers: readonly string[];
  /** YAML file of what the agents were free to act on */
  readonly scope: string | undefined;
  /** name of a data set spec, or a file of one, to read all inputs by */
  readonly dataset?: string | undefined;
  readonly prefilter: boolean;
  /** `drop-incomplete`: of a group of rollouts that loses members, none is kept */
  readonly groups?: 'drop-incomplete' | undefined;
  /** largest row group of the output, in uncompressed bytes; those of the input otherwise */
  readonly rowGroupBytes?: number | undefined;
  /** how masked steps are marked in the data; the annotation columns alone tell without it */
  readonly maskStyle?: string | undefined;
  /** alerts of firewalls and host sensors that count as findings */
  readonly alerts?: AlertSettings | undefined;
  readonly limit: number | undefined;
}
