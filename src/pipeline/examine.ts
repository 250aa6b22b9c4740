import { type Engine, stepFlag, trajectoryFlag } from '../detectors/engine.ts';
import { messageOf } from '../errors.ts';
import type { RowResult } from '../output/annotations.ts';
import { findingsPerRow } from '../output/annotations.ts';
import { assembleColumn, assembleElement } from '../parquet/assemble.ts';
import type { Window } from '../parquet/window.ts';
import { decide, type Policy } from '../policy/policy.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import type { Shape } from '../trajectory/shape.ts';
import { type RowCandidates, type TextSearch, unreadableFlag } from './text-search.ts';

/** A row that was examined, with what the findings table needs beside the result. */
export interface Examined extends RowResult {
  readonly id?: string;
}

/** A row that can be read, all of it or one step. Either may throw where the row does not fit its spec. */
export interface ReadableRow {
  trajectory(): Trajectory;
  /** undefined where steps cannot be had one by one */
  readonly step: ((index: number) => Step) | undefined;
}

/** A row of a window over a Parquet row group. */
export function windowRow(window: Window, shape: Shape, row: number): ReadableRow {
  const { stepList } = shape;
  return {
    trajectory: () => shape.read(readColumns(window, shape, row)),
    step:
      stepList === undefined
        ? undefined
        : (index) => shape.readStep(assembleElement(window, stepList, row, index), index),
  };
}

/** The columns of a row that make up the trajectory, by name. */
export function readColumns(window: Window, shape: Shape, row: number): Record<string, unknown> {
  return Object.fromEntries(
    shape.columns.map((column) => [column.name, assembleColumn(window, column, row)]),
  );
}

/** Examines one row after another. */
export class Examiner {
  readonly #engine: Engine;
  readonly #policy: Policy;
  readonly #search: TextSearch;

  constructor(engine: Engine, policy: Policy, search: TextSearch) {
    this.#engine = engine;
    this.#policy = policy;
    this.#search = search;
  }

  /**
   * The result for one row. Nothing that a data set or a detector does leaves here as an exception: it costs the row.
   * @param number of the row in its file
   * @param candidates what the prefilter found; undefined when there is no prefilter
   */
  examine(row: ReadableRow, number: number, candidates: RowCandidates | undefined): Examined {
    try {
      if (candidates !== undefined && !this.#isWorthReading(row, candidates)) return this.clean(number);
      const trajectory = row.trajectory();
      const only = candidates === undefined ? undefined : this.#chosenSteps(trajectory, candidates);
      const found = only !== undefined && only.size === 0 ? [] : this.#engine.detect(trajectory, only);
      const { id } = trajectory.metadata;
      return {
        row: number,
        findings: found.slice(0, findingsPerRow),
        unlisted: Math.max(0, found.length - findingsPerRow),
        decision: decide(this.#policy, found, false),
        ...(id === undefined ? {} : { id }),
      };
    } catch (error) {
      return this.failed(number, messageOf(error));
    }
  }

  clean(row: number): Examined {
    return { row, findings: [], unlisted: 0, decision: decide(this.#policy, [], false) };
  }

  failed(row: number, error: string): Examined {
    return { row, findings: [], unlisted: 0, decision: decide(this.#policy, [], true), error };
  }

  /** Whether a row must be assembled: not when its picked steps, taken alone, match no rule. */
  #isWorthReading(row: ReadableRow, candidates: RowCandidates): boolean {
    const { step: readStep } = row;
    if (readStep === undefined) return true;
    for (const [step, flags] of candidates) {
      if (step < 0 || (flags & (trajectoryFlag | unreadableFlag)) !== 0) return true;
      if ((flags & stepFlag) !== 0 && this.#engine.mayMatch(readStep(step))) return true;
    }
    return false;
  }

  #chosenSteps(trajectory: Trajectory, candidates: RowCandidates): ReadonlySet<number> {
    if (!candidates.has(-1)) return new Set(candidates.keys());
    return new Set(this.#search.findInTrajectory(trajectory).keys());
  }
}
