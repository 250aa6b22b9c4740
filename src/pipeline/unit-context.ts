import type { Engine } from '../detectors/engine.ts';
import type { MaskStyle } from '../edit/mask-style.ts';
import type { Policy } from '../policy/policy.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import type { Again } from './reexamine.ts';
import type { RunMode } from './run-mode.ts';

/** All that a unit's result depends on besides its file, and how to go about it. */
export interface UnitContext {
  readonly engine: Engine;
  readonly policy: Policy;
  readonly specs: readonly DatasetSpec[];
  readonly prefilter: boolean;
  /** how masked steps are marked in the data; undefined adds no field */
  readonly maskStyle?: MaskStyle | undefined;
  /** folder of an earlier scan: its findings are decided upon, and nothing is matched */
  readonly recorded?: string | undefined;
  /** where the rules are others than those of the scan: `engine` is of those that are asked again */
  readonly again?: Again | undefined;
  /** what the sensors saw of each row */
  readonly telemetry?: RunMode['telemetry'];
  /** groups of which no member is kept */
  readonly brokenGroups?: ReadonlySet<string> | undefined;
  /** largest row group of the output, in uncompressed bytes; those of the input otherwise */
  readonly rowGroupBytes?: number | undefined;
  /** false writes findings and no rows */
  readonly shards?: boolean;
  /** decoded bytes of the largest column that are in memory at once */
  readonly windowBytes: number;
  /** rows, by the number that `onRow` is told, that are not examined again, and why */
  readonly givenUp: ReadonlyMap<number, string>;
  /** called before a row is examined, with its number within the unit, and, with -1, behind it */
  onRow(row: number): void;
  onProgress(progress: Progress): void;
}

/** What has been done since the last message. */
export interface Progress {
  readonly rows: number;
  /** uncompressed bytes of the input */
  readonly bytes: number;
  readonly findings: number;
  /** rows that the prefilter picked: of the work, not of the result, which is the same without a prefilter */
  readonly candidates?: number;
}
