import { type Engine, stepFlag, trajectoryFlag } from '../detectors/engine.ts';
import { messageOf } from '../errors.ts';
import type { RowResult } from '../output/annotations.ts';
import { findingsPerRow } from '../output/annotations.ts';
import { assembleColumn, assembleElement } from '../parquet/assemble.ts';
import type { Window } from '../parquet/window.ts';
import { decide, type Policy } from '../policy/policy.ts';
import type { Trajectory } from '../trajectory/model.ts';
import type { Shape } from '../trajectory/shape.ts';
import { type CandidateFinder, type RowCandidates, unreadableFlag } from './candidates.ts';

/** A row that was examined, with what the findings table needs beside the result. */
export interface Examined extends RowResult {
  readonly id?: string;
}

/** Examines one row after another. */
export class Examiner {
  readonly #engine: Engine;
  readonly #policy: Policy;
  readonly #shape: Shape;
  readonly #finder: CandidateFinder;

  constructor(engine: Engine, policy: Policy, shape: Shape, finder: CandidateFinder) {
    this.#engine = engine;
    this.#policy = policy;
    this.#shape = shape;
    this.#finder = finder;
  }

  /**
   * The result for one row. Nothing that a data set or a detector does leaves here as an exception: it costs the row.
   * @param row number within the window
   * @param candidates what the prefilter found; undefined when there is no prefilter
   */
  examine(window: Window, row: number, fileRow: number, candidates: RowCandidates | undefined): Examined {
    try {
      if (candidates !== undefined && !this.#isWorthReading(window, row, candidates))
        return this.clean(fileRow);
      const trajectory = this.#shape.read(readRow(window, this.#shape, row));
      const only = candidates === undefined ? undefined : this.#chosenSteps(trajectory, candidates);
      const found = only !== undefined && only.size === 0 ? [] : this.#engine.detect(trajectory, only);
      const { id } = trajectory.metadata;
      return {
        row: fileRow,
        findings: found.slice(0, findingsPerRow),
        unlisted: Math.max(0, found.length - findingsPerRow),
        decision: decide(this.#policy, found, false),
        ...(id === undefined ? {} : { id }),
      };
    } catch (error) {
      return this.failed(fileRow, messageOf(error));
    }
  }

  clean(row: number): Examined {
    return { row, findings: [], unlisted: 0, decision: decide(this.#policy, [], false) };
  }

  failed(row: number, error: string): Examined {
    return { row, findings: [], unlisted: 0, decision: decide(this.#policy, [], true), error };
  }

  /** Whether a row must be assembled: not when its picked steps, taken alone, match no rule. */
  #isWorthReading(window: Window, row: number, candidates: RowCandidates): boolean {
    const { stepList } = this.#shape;
    if (stepList === undefined) return true;
    for (const [step, flags] of candidates) {
      if (step < 0 || (flags & (trajectoryFlag | unreadableFlag)) !== 0) return true;
      const element = assembleElement(window, stepList, row, step);
      if ((flags & stepFlag) !== 0 && this.#engine.mayMatch(this.#shape.readStep(element, step))) return true;
    }
    return false;
  }

  #chosenSteps(trajectory: Trajectory, candidates: RowCandidates): ReadonlySet<number> {
    if (!candidates.has(-1)) return new Set(candidates.keys());
    return new Set(this.#finder.findInTrajectory(trajectory).keys());
  }
}

/** The columns of a row that make up the trajectory, by name. */
export function readRow(window: Window, shape: Shape, row: number): Record<string, unknown> {
  return Object.fromEntries(
    shape.columns.map((column) => [column.name, assembleColumn(window, column, row)]),
  );
}
