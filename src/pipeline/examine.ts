import { type RowTelemetry, withTelemetry } from '../correlate/row-telemetry.ts';
import { type Engine, type SubjectsOf, stepFlag, trajectoryFlag } from '../detectors/engine.ts';
import type { Finding } from '../detectors/finding.ts';
import { PassedLimit } from '../detectors/passed-limit.ts';
import { planEdit, UneditableRow } from '../edit/row-edit.ts';
import { messageOf } from '../errors.ts';
import { aboutOf, type RowAbout } from '../output/about.ts';
import type { RowResult } from '../output/annotations.ts';
import { findingsPerRow } from '../output/annotations.ts';
import { groupName } from '../output/groups.ts';
import { assembleColumn, assembleElement } from '../parquet/assemble.ts';
import type { Window } from '../parquet/window.ts';
import { type Disposition, decide, decideUneditable, type Policy } from '../policy/policy.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import type { Shape } from '../trajectory/shape.ts';
import type { RecordedRow } from './recorded.ts';
import { anything, longestText, type RowCandidates, type TextSearch } from './text-search.ts';

/** A row that was examined, with what the findings table needs beside the result. */
export interface Examined extends RowResult {
  readonly id?: string;
  /** set where something was found */
  readonly about?: RowAbout;
  /** all findings, those beyond the limit too */
  readonly found: readonly Finding[];
}

/** What was found, and why there may be more. */
interface Detected {
  readonly found: readonly Finding[];
  readonly error?: string;
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

/** Throws for a step that a worker could not look at: no error of memory that ends the run, but one that costs the row. */
function checkLengths({ steps }: Trajectory): void {
  for (const step of steps) {
    const length = longestOf(step);
    if (length <= longestText) continue;
    const size = `${length >> 20} M characters`;
    throw new Error(
      `step ${step.index} holds a text of ${size}, too long to be examined; look at the row yourself, or leave it out`,
    );
  }
}

function longestOf({ text, reasoning = '', toolCalls, observations }: Step): number {
  let longest = Math.max(text.length, reasoning.length);
  for (const call of toolCalls) longest = Math.max(longest, call.arguments.length);
  for (const observation of observations) longest = Math.max(longest, observation.text.length);
  return longest;
}

/** Examines one row after another. */
export class Examiner {
  readonly #engine: Engine;
  readonly #policy: Policy;
  readonly #search: TextSearch;

  readonly #subjectsOf: SubjectsOf;

  constructor(engine: Engine, policy: Policy, search: TextSearch) {
    this.#subjectsOf = (steps, count) => search.subjectsOf(steps, count);
    this.#engine = engine;
    this.#policy = policy;
    this.#search = search;
  }

  /**
   * The result for one row. Nothing that a data set or a detector does leaves here as an exception: it costs the row.
   * @param number of the row in its file
   * @param candidates what the prefilter found; undefined when there is no prefilter
   * @param telemetry what the sensors saw of the row, if anything
   */
  examine(
    row: ReadableRow,
    number: number,
    candidates: RowCandidates | undefined,
    telemetry?: RowTelemetry,
  ): Examined {
    try {
      const isSeen = telemetry !== undefined && telemetry.findings.length > 0;
      const worthy = candidates && this.#worthyOf(row, candidates);
      if (!isSeen && worthy !== undefined && worthy.size === 0) return this.clean(number);
      const trajectory = row.trajectory();
      checkLengths(trajectory);
      const only = worthy && this.#chosenSteps(trajectory, worthy);
      const detected = this.#detect(trajectory, only);
      const found = telemetry === undefined ? detected.found : withTelemetry(detected.found, telemetry);
      const { id } = trajectory.metadata;
      const about = found.length === 0 ? undefined : aboutOf(trajectory, found);
      return this.#decided(number, { ...detected, found, id, about }, () => trajectory);
    } catch (error) {
      return this.failed(number, messageOf(error));
    }
  }

  /** The same from what an earlier scan found in the row; the row is read only where it is to be changed. */
  replay(row: () => Trajectory, number: number, recorded: RecordedRow): Examined {
    try {
      return this.#decided(number, recorded, row);
    } catch (error) {
      return this.failed(number, messageOf(error));
    }
  }

  clean(row: number): Examined {
    return { row, found: [], findings: [], unlisted: 0, decision: decide(this.#policy, [], false) };
  }

  failed(row: number, error: string): Examined {
    return { row, found: [], findings: [], unlisted: 0, decision: decide(this.#policy, [], true), error };
  }

  /** A row that would be kept, as a member of a group that is not whole any more. */
  ofBrokenGroup({ edit: _, ...examined }: Examined): Examined {
    const { verdict } = examined.decision;
    return {
      ...examined,
      decision: { verdict, disposition: 'drop' },
      uneditable: 'other members of its group are not kept',
    };
  }

  /** The result for a row that cannot be changed as its findings ask. */
  uneditable({ edit: _, ...examined }: Examined, reason: string): Examined {
    return {
      ...examined,
      decision: decideUneditable(this.#policy, examined.decision),
      uneditable: `cannot be changed as asked: ${reason}`,
    };
  }

  #decided(
    row: number,
    { found, id, about, error }: Detected & { id?: string | undefined; about?: RowAbout | undefined },
    trajectory: () => Trajectory,
  ): Examined {
    const decision = decide(this.#policy, found, error !== undefined);
    const examined: Examined = {
      row,
      found,
      findings: found.slice(0, findingsPerRow),
      unlisted: Math.max(0, found.length - findingsPerRow),
      decision,
      ...(id === undefined ? {} : { id }),
      ...(about === undefined ? {} : { about }),
      ...(error === undefined ? {} : { error }),
    };
    if (decision.edits === undefined) return examined;
    try {
      return { ...examined, edit: planEdit(trajectory(), decision.edits) };
    } catch (error) {
      if (!(error instanceof UneditableRow)) throw error;
      return this.uneditable(examined, error.message);
    }
  }

  /**
   * What is found. A call that does more than the parser goes through is an error where a rule may match it, and nothing
   * is lost elsewhere: so what a search for that says decides, whether rows are prefiltered or not.
   */
  #detect(trajectory: Trajectory, only: RowCandidates | undefined): Detected {
    if (only?.size === 0) return { found: [] };
    const first = this.#detectIn(trajectory, only);
    if (first.error === undefined) return first;
    const exact = this.#chosenSteps(trajectory, anything);
    return exact.size === 0 ? { found: [] } : this.#detectIn(trajectory, exact);
  }

  #detectIn(trajectory: Trajectory, only: RowCandidates | undefined): Detected {
    try {
      return { found: this.#engine.detect(trajectory, only, only && this.#subjectsOf) };
    } catch (error) {
      if (!(error instanceof PassedLimit)) throw error;
      return { found: error.findings, error: error.message };
    }
  }

  /** The steps that are to be looked at: not those that match no rule when they are taken alone. */
  #worthyOf(row: ReadableRow, candidates: RowCandidates): RowCandidates {
    const { step: readStep } = row;
    if (readStep === undefined || candidates.has(-1)) return candidates;
    return this.#matching(candidates, (index) => {
      const step = readStep(index);
      if (longestOf(step) > longestText) checkLengths(row.trajectory());
      return step;
    });
  }

  #chosenSteps(trajectory: Trajectory, candidates: RowCandidates): RowCandidates {
    if (!candidates.has(-1)) return candidates;
    // steps have the numbers that the data set gives them, which may leave some out
    const steps = new Map(trajectory.steps.map((step) => [step.index, step]));
    return this.#matching(this.#search.findInTrajectory(trajectory), (index) => steps.get(index)!);
  }

  #matching(candidates: RowCandidates, readStep: (index: number) => Step): RowCandidates {
    const matching = new Map<number, number>();
    // a rule that looks at several steps may need any of them
    const keepsAll = [...candidates.values()].some((flags) => (flags & trajectoryFlag) !== 0);
    for (const [step, flags] of candidates) {
      const others = flags & ~stepFlag;
      const isWorth =
        keepsAll || ((flags & stepFlag) !== 0 && this.#engine.mayMatch(readStep(step), this.#subjectsOf));
      const own = isWorth ? flags : others;
      if (own !== 0) matching.set(step, own);
    }
    return matching;
  }
}

const staying: ReadonlySet<Disposition> = new Set(['keep', 'annotate', 'redact', 'mask', 'truncate']);

/** Whether a row would be kept that is of a group which is not whole any more. */
export function isOfBrokenGroup(
  { decision }: Examined,
  trajectory: () => Trajectory,
  broken: ReadonlySet<string> | undefined,
): boolean {
  if (broken === undefined || broken.size === 0 || !staying.has(decision.disposition)) return false;
  try {
    const { group } = trajectory().metadata;
    return group !== undefined && broken.has(groupName(group));
  } catch {
    return false; // what cannot be read names no group
  }
}
