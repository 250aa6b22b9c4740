import { dropped } from '../parquet/splice.ts';

/**
 * Where a row can go: kept as it was, kept with changes (`e`), set apart as a negative example, quarantined, dropped,
 * unreadable. One letter each in the ledger.
 */
export const places = ['k', 'e', 'n', 'q', 'd', 'u'] as const;
export type Place = (typeof places)[number];

/** Outputs that rows are spliced into, by number. */
export const keptOutput = 0;
export const quarantineOutput = 1;
export const negativeOutput = 2;

/** Stands, among the numbers of outputs, for a row that could not be read. */
export const unreadableRow = 254;

/** The account of a work unit. It must close: in = kept + negative + dropped + quarantined + unreadable. */
export interface Account {
  readonly in: number;
  readonly kept: number;
  /** those of the kept that were truncated, masked or redacted */
  readonly edited: number;
  readonly negative: number;
  readonly dropped: number;
  readonly quarantined: number;
  readonly unreadable: number;
}

/** Where each row of a work unit went, in order, as runs: `k120 q1 k33 d2 u100`. */
export class RowMap {
  readonly #runs: { place: Place; rows: number }[] = [];

  /**
   * @param target for each row the number of its output, `dropped` or `unreadableRow`
   * @param edited rows that were changed on their way
   */
  append(target: Uint8Array, edited: ReadonlySet<number> = new Set()): void {
    for (const [row, output] of target.entries())
      this.#add(output === keptOutput && edited.has(row) ? 'e' : placeOf(output), 1);
  }

  unreadable(rows: number): void {
    this.#add('u', rows);
  }

  toString(): string {
    return this.#runs.map(({ place, rows }) => `${place}${rows}`).join(' ');
  }

  account(): Account {
    return accountOf(this.#runs);
  }

  #add(place: Place, rows: number): void {
    const last = this.#runs.at(-1);
    if (last?.place === place) last.rows += rows;
    else if (rows > 0) this.#runs.push({ place, rows });
  }
}

function placeOf(output: number): Place {
  if (output === keptOutput) return 'k';
  if (output === quarantineOutput) return 'q';
  if (output === negativeOutput) return 'n';
  if (output === dropped) return 'd';
  if (output === unreadableRow) return 'u';
  throw new Error(`row goes to output ${output}, which is none`);
}

/** Reads a row map back. Throws where it is not one. */
export function parseRowMap(text: string): { place: Place; rows: number }[] {
  if (text === '') return [];
  return text.split(' ').map((run) => {
    const match = /^([kenqdu])([1-9]\d*)$/.exec(run);
    if (match === null) throw new Error(`row map holds ${JSON.stringify(run)}`);
    return { place: match[1] as Place, rows: Number(match[2]) };
  });
}

/** Cuts the runs of a row map where the given numbers of rows end. */
export function splitRuns(
  runs: readonly { place: Place; rows: number }[],
  counts: readonly number[],
): { place: Place; rows: number }[][] {
  let at = 0;
  let taken = 0;
  return counts.map((count) => {
    const own: { place: Place; rows: number }[] = [];
    for (let left = count; left > 0; ) {
      const run = runs[at];
      if (run === undefined) throw new Error(`row map ends ${left} rows too early`);
      const rows = Math.min(left, run.rows - taken);
      own.push({ place: run.place, rows });
      left -= rows;
      taken += rows;
      if (taken < run.rows) continue;
      at += 1;
      taken = 0;
    }
    return own;
  });
}

export function accountOf(runs: readonly { place: Place; rows: number }[]): Account {
  const sum = (place: Place) => runs.reduce((total, run) => total + (run.place === place ? run.rows : 0), 0);
  return {
    in: runs.reduce((total, run) => total + run.rows, 0),
    kept: sum('k') + sum('e'),
    edited: sum('e'),
    negative: sum('n'),
    dropped: sum('d'),
    quarantined: sum('q'),
    unreadable: sum('u'),
  };
}

/** The sum of several accounts. */
export function addAccounts(accounts: readonly Account[]): Account {
  const sum = (name: keyof Account) => accounts.reduce((total, account) => total + account[name], 0);
  return {
    in: sum('in'),
    kept: sum('kept'),
    edited: sum('edited'),
    negative: sum('negative'),
    dropped: sum('dropped'),
    quarantined: sum('quarantined'),
    unreadable: sum('unreadable'),
  };
}

/** Whether every row is in exactly one place. */
export function closes(rows: Account): boolean {
  const { kept, edited, negative, dropped: left, quarantined, unreadable } = rows;
  return edited <= kept && rows.in === kept + negative + left + quarantined + unreadable;
}
