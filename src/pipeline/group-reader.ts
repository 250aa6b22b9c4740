import { leavesBelow } from '../parquet/assemble.ts';
import type { PageMap } from '../parquet/column.ts';
import type { RowGroup } from '../parquet/footer.ts';
import type { Leaf } from '../parquet/schema.ts';
import type { ByteSource } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import { buildPrefilter } from '../prefilter/prefilter.ts';
import type { Shape } from '../trajectory/shape.ts';
import { CandidateFinder } from './candidates.ts';
import { type Examined, Examiner, windowRow } from './examine.ts';
import { TextSearch } from './text-search.ts';
import type { UnitContext } from './unit-context.ts';

/** A row with what was made of it. */
export interface ExaminedRow {
  /** number within its row group */
  readonly row: number;
  readonly examined: Examined;
  /** whether the prefilter picked it */
  readonly isCandidate: boolean;
}

/** Reads row groups window by window and examines the rows that the prefilter picks. */
export class GroupReader {
  readonly #source: ByteSource;
  readonly #context: UnitContext;
  readonly #shape: Shape;
  readonly #leaves: ReadonlySet<Leaf>;
  readonly #finder: CandidateFinder;
  readonly #examiner: Examiner;

  constructor(source: ByteSource, shape: Shape, context: UnitContext) {
    const { engine, policy } = context;
    this.#source = source;
    this.#context = context;
    this.#shape = shape;
    this.#leaves = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    const search = new TextSearch(buildPrefilter(engine.requirements), engine.hidesWords);
    this.#finder = new CandidateFinder(shape, this.#leaves, search);
    this.#examiner = new Examiner(engine, policy, search);
  }

  /**
   * The rows of a group in order, a window at a time.
   * @param limit rows to take at most
   * @param pages is told the rows of the pages that were read, when all were
   */
  async *examine(group: RowGroup, limit: number, pages?: PageMap): AsyncGenerator<readonly ExaminedRow[]> {
    const { prefilter, windowBytes, givenUp, onRow } = this.#context;
    for await (const window of readWindows(this.#source, group, this.#leaves, windowBytes, pages)) {
      const candidates = prefilter ? this.#finder.find(window) : undefined;
      const rows: ExaminedRow[] = [];
      const count = Math.min(window.rowCount, limit - window.firstRow);
      for (let at = 0; at < count; at++) {
        const row = window.firstRow + at;
        const fileRow = group.firstRow + row;
        const picked = candidates?.get(at);
        const isCandidate = candidates === undefined || picked !== undefined;
        if (!isCandidate) {
          rows.push({ row, examined: this.#examiner.clean(fileRow), isCandidate });
          continue;
        }
        const cause = givenUp.get(fileRow);
        onRow(fileRow);
        const examined =
          cause === undefined
            ? this.#examiner.examine(windowRow(window, this.#shape, at), fileRow, picked)
            : this.#examiner.failed(fileRow, cause);
        onRow(-1);
        rows.push({ row, examined, isCandidate });
      }
      yield rows;
      if (window.firstRow + window.rowCount >= limit) return;
    }
  }
}
