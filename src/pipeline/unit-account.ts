import { messageOf, TrajsieveError } from '../errors.ts';
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

  /** Rows that were examined and written. */
  add(part: {
    readonly target: Uint8Array;
    readonly tally: Tally;
    readonly errors: readonly RowError[];
  }): void {
    this.map.append(part.target);
    addTally(this.tally, part.tally);
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
    return { rows: map.account(), sourceRows, map: map.toString(), outputs, unreadable, errors, tally };
  }
}

/** Throws where a file is not what it was when the plan was made. */
export function checkIdentity({ file, identity }: UnitSource, now: FileIdentity): void {
  const { size, modified, footer } = identity;
  if (now.size === size && now.modified === modified && now.footer === footer) return;
  throw new TrajsieveError('input-changed', 'file was changed since the plan was made', {
    where: { file },
    remedy: 'let it rest, then run into a new folder',
  });
}

/** Code and message of what is wrong with some rows; faults of the disk written to are not about rows, and thrown on. */
export function describeDamage(error: unknown): { code: string; message: string } {
  if (!(error instanceof TrajsieveError)) return { code: 'internal', message: messageOf(error) };
  if (error.code.startsWith('output-')) throw error;
  return { code: error.code, message: error.describe() };
}
