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
  readonly limit: number | undefined;
}
