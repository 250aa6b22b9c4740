import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../detectors/finding.ts';
import { TrajsieveError } from '../errors.ts';
import type { RowAbout } from '../output/about.ts';
import type { Near } from '../output/near.ts';
import { readRows } from '../output/read-rows.ts';
import type { ColumnSpec } from '../parquet/columns.ts';
import type { Examined } from './examine.ts';
import type { WorkUnit } from './plan.ts';
import type { UnitContext } from './unit-context.ts';

/**
 * What was found in a row, before any policy: what `compose` decides from. A unit has a table of them in `scan/`, with
 * the rows in which something was found or that could not be read, in their order; all others were clean.
 */
export interface RecordedRow {
  readonly id?: string;
  readonly about?: RowAbout;
  /** all findings, also those that are too many for the findings table */
  readonly found: readonly Finding[];
  /** why the row could not be examined */
  readonly error?: string;
  /** why it could not even be read */
  readonly unreadable?: { readonly code: string; readonly message: string };
}

/** The table: flat, so that it is read fast. `found` is a {@link RecordedRow} as JSON. */
export const recordedColumns: readonly ColumnSpec[] = [
  { name: 'source', type: 'int32' },
  { name: 'row', type: 'int64' },
  { name: 'found', type: 'string' },
];

/** What each of these files says of itself, as metadata of Parquet. */
export const recordedNotice: ReadonlyMap<string, string> = new Map([
  [
    'trajsieve.notice',
    'For trajsieve compose. Holds excerpts as they stand in the data, also of what a policy redacts, such as credentials: not to be published.',
  ],
]);

/**
 * @param source number of the file among those of its unit
 * @param row number of the row in that file
 */
export function recordedValues(
  source: number,
  row: number,
  recorded: RecordedRow,
): Readonly<Record<string, unknown>> {
  const { about, found } = recorded;
  // only the steps and tools that findings are about are ever asked for
  const named = new Set(found.map(({ step, call }) => `${step} ${call}`));
  const tools = about && [...about.tools].filter(([key]) => named.has(key));
  const steps = new Set(found.map(({ step }) => step));
  const near = about && [...about.near].filter(([step]) => steps.has(step)).sort(([a], [b]) => a - b);
  const written = about === undefined ? recorded : { ...recorded, about: { ...about, tools, near } };
  return { source, row: BigInt(row), found: JSON.stringify(written) };
}

/** What is recorded of a row that was examined. */
export function recordOf({ id, about, found, error }: Examined): RecordedRow {
  return {
    ...(id === undefined ? {} : { id }),
    ...(about === undefined ? {} : { about }),
    found,
    ...(error === undefined ? {} : { error }),
  };
}

/** The recorded rows of a unit, taken in the order of its rows. */
export class RecordedRows {
  readonly #file: string;
  readonly #rows: AsyncGenerator<Readonly<Record<string, unknown>>>;
  #next: Stored | undefined;
  #isBegun = false;

  /** @param file of the `scan/` folder */
  constructor(file: string) {
    this.#file = file;
    this.#rows = readRows(file, ['source', 'row', 'found']);
  }

  /** What is recorded of a row; undefined for one that was clean. Rows must be asked for in order. */
  async take(source: number, row: number): Promise<RecordedRow | undefined> {
    if (!this.#isBegun) await this.#advance();
    this.#isBegun = true;
    // a file that could not be read to its end is not asked for what comes there
    while (this.#next !== undefined && isBefore(this.#next, source, row) && isUnreadable(this.#next))
      await this.#advance();
    const next = this.#next;
    if (next === undefined || next.source > source || (next.source === source && next.row > row))
      return undefined;
    if (next.source !== source || next.row !== row) {
      throw new TrajsieveError(
        'scan-differs',
        `scan tells of row ${next.row}, which the input does not have there`,
        { where: { file: this.#file }, remedy: 'scan the inputs again' },
      );
    }
    const recorded = JSON.parse(next.found) as RecordedRow & {
      about?: { tools: [string, string][]; near: [number, Near][] };
    };
    await this.#advance();
    const { about } = recorded;
    if (about === undefined) return recorded;
    const [tools, near] = [new Map(about.tools), new Map(about.near)];
    return { ...recorded, about: { ...about, tools, near } };
  }

  async close(): Promise<void> {
    await this.#rows.return(undefined);
  }

  async #advance(): Promise<void> {
    const { value } = await this.#rows.next();
    this.#next = value as Stored | undefined;
  }
}

/** The recorded rows of a unit where an earlier scan is decided upon; undefined where there is none. */
export async function openRecorded(
  unit: WorkUnit,
  { recorded }: UnitContext,
): Promise<RecordedRows | undefined> {
  if (recorded === undefined) return undefined;
  const file = join(recorded, 'scan', unit.output);
  if (existsSync(file)) return new RecordedRows(file);
  throw new TrajsieveError('scan-incomplete', 'scan has no record of a work unit', {
    where: { file },
    remedy: 'run the scan again: it goes on where it stopped',
  });
}

type Stored = { readonly source: number; readonly row: number; readonly found: string };

function isBefore(stored: Stored, source: number, row: number): boolean {
  return stored.source < source || (stored.source === source && stored.row < row);
}

function isUnreadable({ found }: Stored): boolean {
  return (JSON.parse(found) as RecordedRow).unreadable !== undefined;
}
