import { TelemetryRows } from '../correlate/row-telemetry.ts';
import type { GroupEditor } from '../edit/parquet.ts';
import { UneditableRow } from '../edit/row-edit.ts';
import type { RowFacts } from '../output/slices.ts';
import { assembleColumn, leavesBelow } from '../parquet/assemble.ts';
import type { PageMap } from '../parquet/column.ts';
import type { RowGroup } from '../parquet/footer.ts';
import type { Leaf } from '../parquet/schema.ts';
import type { ByteSource } from '../parquet/source.ts';
import { readWindows, type Window } from '../parquet/window.ts';
import type { Trajectory } from '../trajectory/model.ts';
import type { Shape } from '../trajectory/shape.ts';
import { CandidateFinder } from './candidates.ts';
import { type Examined, Examiner, isOfBrokenGroup, readColumns, windowRow } from './examine.ts';
import type { RecordedRows } from './recorded.ts';
import { asksAgain, type Reexaminer, reexaminerOf } from './reexamine.ts';
import { FactsReader } from './row-facts.ts';
import { type RowCandidates, TextSearch } from './text-search.ts';
import { type StepRow, TrajectoryRows } from './trajectory-rows.ts';
import type { UnitContext } from './unit-context.ts';

/** A row with what was made of it. */
export interface ExaminedRow {
  /** number within its row group */
  readonly row: number;
  readonly examined: Examined;
  /** whether the prefilter picked it */
  readonly isCandidate: boolean;
  /** what is known of it without reading it, for the slices of the report */
  readonly facts?: RowFacts | undefined;
}

/** What the prefilter found in a row that it did not pick. */
const nothing: RowCandidates = new Map();
/** And in a window that is not searched. */
const none: ReadonlyMap<number, RowCandidates> = new Map();

/** Reads row groups window by window and examines the rows that the prefilter picks. */
export class GroupReader {
  readonly #source: ByteSource;
  readonly #context: UnitContext;
  readonly #shape: Shape;
  readonly #leaves: ReadonlySet<Leaf>;
  readonly #finder: CandidateFinder;
  readonly #examiner: Examiner;
  readonly #facts: FactsReader;
  readonly #recorded: RecordedRows | undefined;
  readonly #again: Reexaminer | undefined;
  readonly #telemetry: TelemetryRows | undefined;

  /** @param recorded what an earlier scan found: nothing is matched then, but for rules that changed since */
  constructor(source: ByteSource, shape: Shape, context: UnitContext, recorded?: RecordedRows) {
    const { engine, policy } = context;
    this.#source = source;
    this.#context = context;
    this.#shape = shape;
    this.#leaves = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    const search = new TextSearch(engine);
    this.#finder = new CandidateFinder(shape, this.#leaves, search);
    this.#examiner = new Examiner(engine, policy, search);
    this.#facts = new FactsReader(shape, this.#leaves);
    this.#recorded = recorded;
    this.#again = reexaminerOf(context, this.#examiner);
    this.#telemetry = TelemetryRows.of(source.name, context);
  }

  /**
   * The rows of a group in order, a window at a time.
   * @param limit rows to take at most
   * @param pages is told the rows of the pages that were read, when all were
   * @param edits is told how rows are to be changed
   */
  async *examine(
    group: RowGroup,
    limit: number,
    pages?: PageMap,
    edits?: GroupEditor,
  ): AsyncGenerator<readonly ExaminedRow[]> {
    const { prefilter, windowBytes, givenUp, onRow } = this.#context;
    const leaves = new Set([...this.#leaves, ...this.#facts.extraLeaves(group)]);
    for await (const window of readWindows(this.#source, group, leaves, windowBytes, pages)) {
      const facts = this.#facts.read(window);
      const matches = this.#recorded === undefined;
      const asks = matches || asksAgain(this.#context);
      // what was recorded holds already what sensors saw, but for what is found anew
      const decides = matches || this.#again !== undefined;
      const candidates = !asks ? none : prefilter ? this.#finder.find(window) : undefined;
      const rows: ExaminedRow[] = [];
      const count = Math.min(window.rowCount, limit - window.firstRow);
      for (let at = 0; at < count; at++) {
        const row = window.firstRow + at;
        const fileRow = group.firstRow + row;
        const picked = candidates?.get(at);
        const recorded = await this.#recorded?.take(0, fileRow);
        const telemetry = decides ? this.#telemetry?.at(fileRow) : undefined;
        const isCandidate =
          candidates === undefined ||
          picked !== undefined ||
          telemetry !== undefined ||
          recorded !== undefined;
        if (!isCandidate) {
          const clean = this.#examiner.clean(fileRow);
          const examined = this.#grouped(clean, windowRow(window, this.#shape, at).trajectory);
          rows.push({ row, examined, isCandidate, facts: facts[at]! });
          continue;
        }
        const cause = givenUp.get(fileRow);
        onRow(fileRow);
        const readable = windowRow(window, this.#shape, at);
        const examined =
          cause !== undefined
            ? this.#examiner.failed(fileRow, cause)
            : this.#again !== undefined
              ? this.#again.examine(readable, fileRow, candidates && (picked ?? nothing), recorded, telemetry)
              : recorded !== undefined
                ? this.#examiner.replay(readable.trajectory, fileRow, recorded)
                : this.#examiner.examine(readable, fileRow, candidates && (picked ?? nothing), telemetry);
        const edited = this.#edit(window, at, row, this.#grouped(examined, readable.trajectory), edits);
        onRow(-1);
        rows.push({ row, examined: edited, isCandidate, facts: facts[at]! });
      }
      yield rows;
      window.release();
      if (isEnough(window, limit, group)) return;
    }
  }

  /** Gathers rows that are steps into trajectories. */
  gather(file: string): TrajectoryRows {
    return new TrajectoryRows(file, this.#shape, this.#examiner, this.#context);
  }

  /**
   * The rows of a group as steps, in order, a window at a time.
   * @param part number of the group among those of the unit
   * @param limit rows to take at most
   * @param pages is told the rows of the pages that were read, when all were
   */
  async *steps(
    group: RowGroup,
    part: number,
    limit: number,
    pages: PageMap,
  ): AsyncGenerator<readonly StepRow[]> {
    const leaves = new Set([...this.#leaves, ...this.#facts.extraLeaves(group)]);
    for await (const window of readWindows(this.#source, group, leaves, this.#context.windowBytes, pages)) {
      const facts = this.#facts.read(window);
      const rows: StepRow[] = [];
      const count = Math.min(window.rowCount, limit - window.firstRow);
      for (let at = 0; at < count; at++) {
        const row = window.firstRow + at;
        const fileRow = group.firstRow + row;
        const id = this.#keyOf(window, at);
        rows.push({
          part,
          row,
          fileRow,
          id,
          facts: facts[at]!,
          recorded: await this.#recorded?.take(0, fileRow),
          values: () => readColumns(window, this.#shape, at),
        });
      }
      yield rows;
      if (isEnough(window, limit, group)) return;
    }
  }

  /** What a row shares with the others of its trajectory. */
  #keyOf(window: Window, at: number): string | undefined {
    const values: Record<string, unknown> = {};
    for (const column of this.#shape.group?.columns ?? [])
      values[column.name] = assembleColumn(window, column, at);
    return this.#shape.group?.keyOf(values);
  }

  /** A row that would be kept goes where others of its group went. */
  #grouped(examined: Examined, trajectory: () => Trajectory): Examined {
    const { brokenGroups } = this.#context;
    return isOfBrokenGroup(examined, trajectory, brokenGroups)
      ? this.#examiner.ofBrokenGroup(examined)
      : examined;
  }

  /** Notes the changes of a row; where they cannot be made, it is decided anew. */
  #edit(
    window: Window,
    at: number,
    row: number,
    examined: Examined,
    edits: GroupEditor | undefined,
  ): Examined {
    if (examined.edit === undefined || edits === undefined) return examined;
    try {
      edits.add(window, at, row, examined.edit);
      return examined;
    } catch (error) {
      if (!(error instanceof UneditableRow)) throw error;
      return this.#examiner.uneditable(examined, error.message);
    }
  }
}

/** Who takes the whole group reads on to its end, where the rows of its pages are told. */
function isEnough(window: Window, limit: number, group: RowGroup): boolean {
  return limit < group.rowCount && window.firstRow + window.rowCount >= limit;
}
