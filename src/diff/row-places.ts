import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { listFolder } from '../output/list-folder.ts';
import { readJson } from '../pipeline/files.ts';
import type { LedgerEntry } from '../pipeline/ledger.ts';
import { firstRowOf } from '../pipeline/plan.ts';
import { parseRowMap, splitRuns } from '../pipeline/row-map.ts';

/** Rows `[first, end)` of a file that went to one place. */
export interface PlaceRun {
  readonly first: number;
  readonly end: number;
  readonly place: string;
}

/** Where the rows of each file of a run went, in order. As small as the ledger's row maps. */
export function rowPlaces(folder: string): Map<string, PlaceRun[]> {
  const files = new Map<string, PlaceRun[]>();
  const names = listFolder(join(folder, 'ledger'));
  if (names.length === 0)
    throw new TrajsieveError('diff-no-run', `folder ${JSON.stringify(folder)} holds no run`);
  for (const name of names) {
    const entry = readJson(join(folder, 'ledger', name)) as LedgerEntry;
    for (const [index, runs] of splitRuns(parseRowMap(entry.map), entry.sourceRows).entries()) {
      const source = entry.sources[index]!;
      let row = firstRowOf(source);
      const own = files.get(source.file) ?? [];
      for (const { place, rows } of runs) {
        own.push({ first: row, end: row + rows, place });
        row += rows;
      }
      files.set(source.file, own);
    }
  }
  for (const runs of files.values()) runs.sort((a, b) => a.first - b.first);
  return files;
}

/** A stretch of rows that went elsewhere in the second run; undefined for rows that a run does not have. */
export interface PlaceChange {
  readonly first: number;
  readonly end: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Walks two lists of runs side by side; stretches of rows that went to different places. */
export function* comparePlaces(
  before: readonly PlaceRun[],
  after: readonly PlaceRun[],
): Generator<PlaceChange> {
  const edges = new Set([...before, ...after].flatMap(({ first, end }) => [first, end]));
  const sorted = [...edges].sort((a, b) => a - b);
  let [left, right] = [0, 0];
  for (const [index, first] of sorted.slice(0, -1).entries()) {
    while (before[left] !== undefined && before[left]!.end <= first) left += 1;
    while (after[right] !== undefined && after[right]!.end <= first) right += 1;
    const placeIn = (run: PlaceRun | undefined) =>
      run !== undefined && run.first <= first ? run.place : undefined;
    const [from, to] = [placeIn(before[left]), placeIn(after[right])];
    if (from !== to) yield { first, end: sorted[index + 1]!, from, to };
  }
}
