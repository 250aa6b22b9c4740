import type { Action } from '../actions/index.ts';
import type { Step, ToolCall, Trajectory } from '../trajectory/model.ts';
import type { Surface } from '../trajectory/surface.ts';
import type { Example } from './example.ts';
import type { Confidence, FindingClass, Severity } from './finding.ts';
import type { RequestPattern } from './request.ts';

/**
 * A detector in TypeScript, for what a rule cannot say. A module exports one as `default`, or several as an array.
 *
 * @example
 * const detector: Detector = {
 *   meta: { id: 'my-tokens', title: 'Token of ours in a command', category: 'credential-access', class: 'safety', severity: 'high' },
 *   literals: [{ surface: 'call', all: ['tok_live_'] }],
 *   *detect({ steps }) {
 *     for (const step of steps) for (const call of step.toolCalls) {
 *       const start = call.arguments.indexOf('tok_live_');
 *       if (start >= 0) yield { step: step.index, call: call.index, span: [start, start + 9], evidence: 'tok_live_…' };
 *     }
 *   },
 * };
 * export default detector;
 */
export interface Detector {
  readonly meta: DetectorMeta;
  /**
   * What must stand in one value for the detector to be asked about a trajectory: one of these, with all its texts.
   * Without literals it is asked about every trajectory, and every trajectory is assembled: slow.
   */
  readonly literals?: readonly Literals[];
  /**
   * A closer look at the text of a call in which such literals stand: false only where nothing can be found in what the
   * call does, nor in what another does on account of it. The text is in lower case; quotes are as they stand.
   */
  readonly mayConcern?: (text: string) => boolean;
  /**
   * `call` for a detector that finds in a trajectory what it would find in each step alone, scripts apart that one call
   * writes and another runs: then a row is not assembled where its steps alone give nothing. `trajectory` otherwise.
   */
  readonly looksAt?: 'call' | 'trajectory';
  /** what it must report something for, and what nothing: `trajsieve rules test` holds it to them */
  readonly examples?: { readonly match?: readonly Example[]; readonly ignore?: readonly Example[] };
  /** Looks at one trajectory. What it throws, or does not finish, costs the row and is recorded as an error. */
  detect(trajectory: Trajectory, context: DetectorContext): Iterable<Hit>;
}

export interface DetectorMeta {
  /** unique among all rules and detectors */
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly class: FindingClass;
  readonly severity: Severity;
  /** how far its hits are to be trusted; medium without it */
  readonly confidence?: Confidence;
  /** changes when its results could; part of the run's fingerprint */
  readonly version?: string;
  /** MITRE ATT&CK ids */
  readonly attack?: readonly string[];
  readonly description?: string;
  /** what a task may say for such an act to count as asked for */
  readonly requestedBy?: readonly RequestPattern[];
}

/**
 * Texts that must all stand in one value of a surface; for `call`, in the arguments of a call or in the name of its tool.
 * Letters in any case; ASCII alone is looked at.
 */
export interface Literals {
  readonly surface: Surface;
  readonly all: readonly string[];
}

export interface DetectorContext {
  /**
   * What the tool calls do: all actions of the trajectory, parsed when first asked for. For a detector that looks at
   * single calls, those of the calls that the prefilter picked, and of what matters to them.
   */
  readonly actions: readonly Action[];
  /** the actions of one call: far less work where few calls matter */
  actionsOf(step: Step, call: ToolCall): readonly Action[];
}

/** What a detector reports. The rest of the finding comes from its `meta`. */
export interface Hit {
  readonly step: number;
  readonly call?: number;
  readonly argument?: string;
  readonly span?: readonly [start: number, end: number];
  /** a short excerpt; longer ones are cut */
  readonly evidence: string;
  /** hosts, paths and names that the act is about: what a task must name to ask for it */
  readonly targets?: readonly string[];
  /** other than the detector's own */
  readonly severity?: Severity;
  readonly title?: string;
}
