import { messageOf, TrajsieveError } from '../errors.ts';
import { SliceCounter, type Slices } from '../output/slices.ts';
import type { RowError } from './examined-group.ts';
import type { FileIdentity } from './input.ts';
import type { UnitSource } from './plan.ts';
import { type Account, RowMap } from './row-map.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';
import type { OutputEntry } from './unit-files.ts';

/** Rows that could not be read: a row group, or a record. */
export interface Unreadable {
  readonly file: string;
  readonly rowGroup?: number;
  /** line of the file in which the record begins, from 1 */
  readonly line?: number;
  /** number, in the file, of the first of them */
  readonly row: number;
  readonly rows: number;
  readonly code: string;
  readonly message: string;
}

export interface UnitResult {
  readonly rows: Account;
  /** rows of each of the unit's sources, in their order */
  readonly sourceRows: readonly number[];
  /** where each row went, in order: `k120 q1 k33 d2 u100` */
  readonly map: string;
  readonly outputs: readonly OutputEntry[];
  /** the first of them; the account counts all */
  readonly unreadable: readonly Unreadable[];
  readonly errors: readonly RowError[];
  readonly tally: Tally;
  /** false for a scan, which writes no rows */
  readonly shards?: false;
  /** rows and text by source, model and so on; absent where no row was read */
  readonly slices?: Slices;
}

/** Most row errors, and most unreadable records, that are listed in the ledger. */
export const errorsListed = 1000;

/** What adds up while a unit is processed. */
export class UnitAccount {
  readonly map = new RowMap();
  readonly sourceRows: number[] = [];
  readonly errors: RowError[] = [];
  readonly unreadable: Unreadable[] = [];
  readonly tally = emptyTally();
  readonly slices = new SliceCounter();

  /**
   * Rows that were examined and written.
   * @param from where only rows `[from, to)` of a row group were
   */
  add(
    part: {
      readonly target: Uint8Array;
      readonly tally: Tally;
      readonly slices: SliceCounter;
      readonly errors: readonly RowError[];
      readonly edited: ReadonlySet<number>;
    },
    from = 0,
    to = part.target.length,
  ): void {
    const edited = from === 0 ? part.edited : new Set([...part.edited].map((row) => row - from));
    this.map.append(part.target.subarray(from, to), edited);
    addTally(this.tally, part.tally);
    this.slices.merge(part.slices.slices());
    this.errors.push(...part.errors.slice(0, errorsListed - this.errors.length));
  }

  /** Rows that could not be read. */
  addUnreadable(rows: Unreadable): void {
    this.map.unreadable(rows.rows);
    this.listUnreadable(rows);
  }

  /** The same for rows whose place in the map is told with the others of their row group. */
  listUnreadable(rows: Unreadable): void {
    if (this.unreadable.length < errorsListed) this.unreadable.push(rows);
  }

  result(outputs: readonly OutputEntry[]): UnitResult {
    const { map, sourceRows, unreadable, errors, tally } = this;
    const slices = this.slices.slices();
    return {
      rows: map.account(),
      sourceRows,
      map: map.toString(),
      outputs,
      unreadable,
      errors,
      tally,
      slices,
    };
  }
}

/** Throws where a file is not what it was when the plan was made. */
export function checkIdentity({ file, identity }: UnitSource, now: FileIdentity): void {
  const { size, modified, footer, version } = identity;
  const isSame = now.size === size && now.modified === modified && now.footer === footer;
  if (isSame && now.version === version) return;
  throw new TrajsieveError('input-changed', 'file was changed since the plan was made', {
    where: { file },
    remedy: 'let it rest, then run into a new folder',
  });
}

/** Faults that are not about rows: of the disk written to, of the network, and of a file that others are writing. */
const notOfRows = /^(?:output-|remote-|input-changed$)/;

/** Code and message of what is wrong with some rows; what is not about rows is thrown on. */
export function describeDamage(error: unknown): { code: string; message: string } {
  if (!(error instanceof TrajsieveError)) return { code: 'internal', message: messageOf(error) };
  if (notOfRows.test(error.code)) throw error;
  return { code: error.code, message: error.describe() };
}
