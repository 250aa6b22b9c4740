import { TelemetryRows } from '../correlate/row-telemetry.ts';
import { compareFindings } from '../detectors/finding.ts';
import { TrajsieveError } from '../errors.ts';
import { joinAbouts } from '../output/about.ts';
import type { RowFacts } from '../output/slices.ts';
import type { Trajectory } from '../trajectory/model.ts';
import type { GroupedTrajectory, RowGrouping } from '../trajectory/read.ts';
import type { Examined, Examiner } from './examine.ts';
import type { ExaminedRow } from './group-reader.ts';
import type { RecordedRow } from './recorded.ts';
import { asksAgain, type Reexaminer, reexaminerOf } from './reexamine.ts';
import { anything, type RowCandidates } from './text-search.ts';
import type { UnitContext } from './unit-context.ts';

/** How rows come together: what a `Shape` and a `RecordShape` have in common. */
export interface GroupShape {
  readonly group?: RowGrouping;
  readGroup(rows: readonly Readonly<Record<string, unknown>>[]): GroupedTrajectory;
}

/** A row that is one step of a trajectory, or a span of it. */
export interface StepRow {
  /** number of its row group among those of the unit, and its number in that */
  readonly part: number;
  readonly row: number;
  /** its number in the file, and in the work unit where that is another */
  readonly fileRow: number;
  readonly unitRow?: number;
  readonly id: string | undefined;
  readonly facts: RowFacts;
  /** what an earlier scan found in it */
  readonly recorded: RecordedRow | undefined;
  /** its columns by name; may throw */
  values(): Record<string, unknown>;
}

/** What came of a trajectory, and the rows of its steps. */
interface Read {
  readonly examined: Examined;
  readonly rowOf: ReadonlyMap<number, StepRow>;
}

/** A row of a trajectory that is complete, with the number of its row group. */
export interface FinishedRow extends ExaminedRow {
  readonly part: number;
}

/**
 * Gathers rows that are steps into trajectories: rows with one id, one behind the other. A trajectory is examined when
 * its last row has come. Its verdict is that of all its rows, and each finding is listed with the row of its step.
 */
export class TrajectoryRows {
  readonly #file: string;
  readonly #shape: GroupShape;
  readonly #examiner: Examiner;
  readonly #context: UnitContext;
  readonly #again: Reexaminer | undefined;
  readonly #telemetry: TelemetryRows | undefined;
  /** ids that are complete: one that comes again is an error. They are in memory, the rows are not. */
  readonly #done = new Set<string>();
  #open: StepRow[] = [];
  /** why the trajectory in progress is not all there */
  #damage: string | undefined;
  /** the trajectory before a row group that could not be read: it may go on behind it */
  #lost: string | undefined;

  constructor(file: string, shape: GroupShape, examiner: Examiner, context: UnitContext) {
    this.#file = file;
    this.#shape = shape;
    this.#examiner = examiner;
    this.#context = context;
    this.#again = reexaminerOf(context, examiner);
    this.#telemetry = TelemetryRows.of(file, context);
  }

  /** Takes the next row of the file; the rows of the trajectory that ended before it. */
  add(row: StepRow): FinishedRow[] {
    const [first] = this.#open;
    const goesOn = first !== undefined && first.id !== undefined && first.id === row.id;
    const finished = goesOn ? [] : this.finish();
    if (!goesOn && row.id !== undefined && this.#done.has(row.id) && row.id !== this.#lost)
      throw this.#apart(row);
    if (!goesOn) this.#lost = undefined;
    this.#open.push(row);
    return finished;
  }

  /** Ends the trajectory in progress: there are no more rows. */
  finish(): FinishedRow[] {
    const rows = this.#open;
    const [first] = rows;
    if (first === undefined) return [];
    this.#open = [];
    if (first.id !== undefined) this.#done.add(first.id);
    const damage = this.#damage;
    this.#damage = undefined;
    return this.#examine(rows, first.id === undefined ? 'row has no trajectory id' : damage);
  }

  /**
   * A row group could not be read: the trajectory before it may have lost its last steps, the one behind it its first.
   * The rows of the group itself are given up; those of the trajectory before it are returned.
   */
  lose(part: number): FinishedRow[] {
    const missing = 'steps are missing: rows beside could not be read';
    this.#open = this.#open.filter((row) => row.part !== part);
    this.#damage = missing;
    this.#lost = this.#open[0]?.id;
    const finished = this.finish();
    this.#damage = missing;
    return finished;
  }

  #examine(rows: readonly StepRow[], damage: string | undefined): FinishedRow[] {
    const { onRow, givenUp } = this.#context;
    const number = rows[0]!.unitRow ?? rows[0]!.fileRow;
    const cause = damage ?? givenUp.get(number);
    onRow(number);
    const { examined, rowOf } = cause === undefined ? this.#read(rows) : this.#failed(rows, cause);
    onRow(-1);
    const first = rowOf.get(0) ?? rows[0]!;
    const isCandidate = examined.found.length > 0 || examined.error !== undefined;
    return rows.map((row) => {
      const isHere = ({ step }: { readonly step: number }) => (rowOf.get(step) ?? first) === row;
      return {
        part: row.part,
        row: row.row,
        facts: row.facts,
        isCandidate,
        examined: {
          ...examined,
          row: row.fileRow,
          found: examined.found.filter(isHere),
          findings: examined.findings.filter(isHere),
          unlisted: row === first ? examined.unlisted : 0,
        },
      };
    });
  }

  #read(rows: readonly StepRow[]): Read {
    try {
      const values = rows.map((row) => row.values());
      let grouped: GroupedTrajectory | undefined;
      const read = () => {
        grouped ??= this.#shape.readGroup(values);
        return grouped;
      };
      const examined = this.#decide(rows, () => read().trajectory);
      // a scan that is decided upon again may need no trajectory, but its findings need their rows
      const rowOf = examined.findings.length + examined.found.length > 0 ? read().rowOf : grouped?.rowOf;
      return { examined, rowOf: new Map([...(rowOf ?? [])].map(([step, at]) => [step, rows[at]!])) };
    } catch (error) {
      return this.#failed(rows, error instanceof Error ? error.message : String(error));
    }
  }

  #failed(rows: readonly StepRow[], cause: string): Read {
    return { examined: this.#examiner.failed(rows[0]!.fileRow, cause), rowOf: new Map() };
  }

  #decide(rows: readonly StepRow[], trajectory: () => Trajectory): Examined {
    const number = rows[0]!.fileRow;
    const readable = { trajectory, step: undefined };
    const seen = this.#telemetry?.at(number);
    const examined =
      this.#again !== undefined
        ? this.#again.examine(readable, number, this.#candidates(), merge(rows), seen)
        : this.#context.recorded === undefined
          ? this.#examiner.examine(readable, number, this.#candidates(), seen)
          : this.#examiner.replay(trajectory, number, merge(rows));
    if (examined.edit === undefined) return examined;
    return this.#examiner.uneditable(examined, 'its steps are rows of their own');
  }

  #candidates(): RowCandidates | undefined {
    if (this.#again !== undefined && !asksAgain(this.#context)) return new Map();
    return this.#context.prefilter ? anything : undefined;
  }

  #apart({ id, fileRow }: StepRow): TrajsieveError {
    const by = this.#shape.group?.by;
    return new TrajsieveError('rows-apart', `rows of trajectory ${JSON.stringify(id)} do not lie together`, {
      where: { file: this.#file, row: fileRow },
      remedy: `sort the file by ${by} and run again: a trajectory can only be judged as a whole`,
    });
  }
}

/** What a scan found in the rows of one trajectory, together. */
function merge(rows: readonly StepRow[]): RecordedRow {
  const recorded = rows.flatMap((row) => row.recorded ?? []);
  const [id] = recorded.flatMap((row) => row.id ?? []);
  // with each row stands what is known of the steps of its own findings
  const about = recorded.map((row) => row.about).reduce(joinAbouts, undefined);
  const [error] = recorded.flatMap((row) => row.error ?? []);
  return {
    ...(id === undefined ? {} : { id }),
    ...(about === undefined ? {} : { about }),
    ...(error === undefined ? {} : { error }),
    found: recorded.flatMap((row) => row.found).sort(compareFindings),
  };
}
