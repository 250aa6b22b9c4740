import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { listFolder } from '../output/list-folder.ts';
import { readRows } from '../output/read-rows.ts';
import { readJson } from '../pipeline/files.ts';
import type { LedgerEntry } from '../pipeline/ledger.ts';

/** A kept row that somebody is to look at. */
export interface SampledRow {
  readonly stratum: string;
  readonly file: string;
  /** number of the row in that file */
  readonly row: number;
  /** file of the run that holds it */
  readonly output: string;
}

/** How many rows a stratum has, and how many of them were drawn. */
export interface Stratum {
  readonly name: string;
  readonly rows: number;
  readonly drawn: number;
}

export interface Sample {
  readonly seed: number;
  readonly strata: readonly Stratum[];
  readonly rows: readonly SampledRow[];
}

/** Rows drawn of a stratum at least, where it has as many: a share of one row in three says nothing. */
const fewest = 20;

/** The stratum of kept rows in which nothing was found. */
const nothingFound = 'nothing found';

/**
 * Draws kept rows at random, stratum by stratum. The strata are the worst severity that was found in a row, since rows in
 * which something was found and kept are likelier to be unsafe. Each stratum is drawn in proportion to its rows, but for
 * the fewest that a stratum gets. The same run, number and seed draw the same rows.
 * @param count rows to draw, about
 */
export async function drawSample(folder: string, count: number, seed: number): Promise<Sample> {
  // first how many rows there are, then the rows: what is held is the sample
  const sizes = new Map<string, number>();
  for await (const { stratum } of keptRows(folder)) sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1);
  const total = [...sizes.values()].reduce((sum, rows) => sum + rows, 0);
  if (total === 0) throw new TrajsieveError('audit-empty', `run ${JSON.stringify(folder)} kept no row`);
  const draws = new Map(
    [...sizes].sort().map(([name, rows]) => {
      return [name, new Draw(Math.min(rows, Math.max(fewest, Math.round((count * rows) / total))))];
    }),
  );
  for await (const row of keptRows(folder)) draws.get(row.stratum)!.add(row, seed);
  const drawn = [...draws].map(([name, draw]) => ({ name, rows: draw.rows() }));
  return {
    seed,
    strata: drawn.map(({ name, rows }) => ({ name, rows: sizes.get(name)!, drawn: rows.length })),
    rows: drawn.flatMap(({ rows }) => rows),
  };
}

/** The kept rows of a run, in the order of its ledger. */
async function* keptRows(folder: string): AsyncGenerator<SampledRow> {
  const names = listFolder(join(folder, 'ledger'));
  if (names.length === 0)
    throw new TrajsieveError('audit-no-run', `folder ${JSON.stringify(folder)} holds no run`);
  for (const name of names) {
    const entry = readJson(join(folder, 'ledger', name)) as LedgerEntry;
    const only = entry.sources[0]!.file;
    for (const { path } of entry.outputs.filter((one) => one.path.startsWith('data/'))) {
      for await (const values of readRows(join(folder, path), columns, optional)) {
        yield {
          stratum: (values['trajsieve_severity'] as string | null) ?? nothingFound,
          file: (values['trajsieve_file'] as string | null | undefined) ?? only,
          row: values['trajsieve_row'] as number,
          output: path,
        };
      }
    }
  }
}

const columns = ['trajsieve_row', 'trajsieve_severity', 'trajsieve_file'];
/** Only rows of JSON files name theirs: of other units, each is of one file. */
const optional: ReadonlySet<string> = new Set(['trajsieve_file']);

/** The rows with the smallest hashes: a random sample that depends on nothing but the rows and the seed. */
class Draw {
  readonly #size: number;
  #kept: { key: string; row: SampledRow }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(row: SampledRow, seed: number): void {
    const key = createHash('sha256').update(`${seed}\n${row.row}\n${row.file}`).digest('hex');
    this.#kept.push({ key, row });
    if (this.#kept.length >= 2 * this.#size + 100) this.#cut();
  }

  rows(): SampledRow[] {
    this.#cut();
    return this.#kept.map(({ row }) => row);
  }

  #cut(): void {
    this.#kept.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#kept.length = Math.min(this.#kept.length, this.#size);
  }
}
