import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { readJson } from '../pipeline/files.ts';
import type { RunConfig } from '../pipeline/ledger.ts';
import { comparePlaces, type PlaceRun, rowPlaces } from './row-places.ts';
import { type RowVerdict, type RowVerdicts, readVerdicts } from './row-verdicts.ts';

/** A row that two runs judged differently. */
export interface ChangedRow {
  readonly file: string;
  readonly row: number;
  readonly verdicts: readonly [before: string, after: string];
  /** kept, dropped, quarantined, unreadable */
  readonly places: readonly [before: string, after: string];
  /** rules that fire in the second run alone, and in the first alone */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** rules that fire in both: where there are no others, it is what they lead to that has changed */
  readonly both: readonly string[];
}

/** How two runs differ. */
export interface RunDiff {
  readonly config: readonly string[];
  readonly rows: { readonly both: number; readonly onlyBefore: number; readonly onlyAfter: number };
  readonly changed: number;
  /** rows by `safe → unsafe` */
  readonly verdicts: Readonly<Record<string, number>>;
  /** rows by `kept → quarantined` */
  readonly places: Readonly<Record<string, number>>;
  /** for each rule the changed rows in which it fires in one run alone, and those in which it fires in both */
  readonly rules: readonly ({ readonly rule: string } & RuleRows)[];
}

interface RuleRows {
  readonly gained: number;
  readonly lost: number;
  readonly both: number;
}

const placeNames: Readonly<Record<string, string>> = {
  k: 'kept',
  e: 'kept with changes',
  n: 'negative',
  q: 'quarantined',
  d: 'dropped',
  u: 'unreadable',
};

/**
 * Compares two runs over the same files, row by row. Files go by the names that the runs were given them by.
 * @param onRow is told each changed row, file by file and in order
 */
export async function diffRuns(
  before: string,
  after: string,
  onRow: (row: ChangedRow) => void = () => {},
): Promise<RunDiff> {
  const [places, otherPlaces] = [rowPlaces(before), rowPlaces(after)];
  const [verdicts, otherVerdicts] = [await readVerdicts(before), await readVerdicts(after)];
  const counter = new DiffCounter(onRow);
  const files = [...new Set([...places.keys(), ...otherPlaces.keys()])].sort();
  const shared = files.filter((file) => places.has(file) && otherPlaces.has(file));
  if (shared.length === 0) {
    throw new TrajsieveError('diff-no-file', 'the two runs have no input file in common', {
      remedy: 'files go by their names: run both over the same paths',
    });
  }
  for (const file of files)
    counter.addFile(file, places.get(file) ?? [], otherPlaces.get(file) ?? [], [verdicts, otherVerdicts]);
  return { config: configChanges(before, after), ...counter.result() };
}

class DiffCounter {
  readonly #onRow: (row: ChangedRow) => void;
  readonly #verdicts = new Map<string, number>();
  readonly #places = new Map<string, number>();
  readonly #rules = new Map<string, { -readonly [key in keyof RuleRows]: number }>();
  #rows = { both: 0, onlyBefore: 0, onlyAfter: 0 };
  #changed = 0;

  constructor(onRow: (row: ChangedRow) => void) {
    this.#onRow = onRow;
  }

  addFile(
    file: string,
    before: readonly PlaceRun[],
    after: readonly PlaceRun[],
    verdicts: readonly [RowVerdicts, RowVerdicts],
  ): void {
    const count = (runs: readonly PlaceRun[]) => runs.reduce((sum, { first, end }) => sum + end - first, 0);
    let [onlyBefore, onlyAfter] = [0, 0];
    const [left, right] = [verdicts[0].get(file), verdicts[1].get(file)];
    // rows of which something was found in either run, and rows that went elsewhere
    const rows = new Map<number, readonly [string, string] | undefined>();
    for (const row of left?.keys() ?? []) rows.set(row, undefined);
    for (const row of right?.keys() ?? []) rows.set(row, undefined);
    for (const { first, end, from, to } of comparePlaces(before, after)) {
      if (from === undefined) onlyAfter += end - first;
      else if (to === undefined) onlyBefore += end - first;
      for (let row = first; row < end; row++) {
        if (from === undefined || to === undefined) rows.delete(row);
        else rows.set(row, [from, to]);
      }
    }
    this.#rows.onlyBefore += onlyBefore;
    this.#rows.onlyAfter += onlyAfter;
    this.#rows.both += count(before) - onlyBefore;
    const finder = placeFinder(before);
    for (const row of [...rows.keys()].sort((a, b) => a - b)) {
      const places = rows.get(row) ?? [finder(row), finder(row)];
      this.#addRow(file, row, [left?.get(row), right?.get(row)], places);
    }
  }

  #addRow(
    file: string,
    row: number,
    [before, after]: readonly [RowVerdict | undefined, RowVerdict | undefined],
    [from, to]: readonly [string, string],
  ): void {
    const verdicts = [verdictOf(before, from), verdictOf(after, to)] as const;
    if (verdicts[0] === verdicts[1] && from === to) return;
    const [rules, otherRules] = [before?.rules ?? [], after?.rules ?? []];
    const gained = otherRules.filter((rule) => !rules.includes(rule));
    const lost = rules.filter((rule) => !otherRules.includes(rule));
    this.#changed += 1;
    const places = [placeNames[from] ?? from, placeNames[to] ?? to] as const;
    if (verdicts[0] !== verdicts[1]) add(this.#verdicts, verdicts.join(' → '));
    if (from !== to) add(this.#places, places.join(' → '));
    for (const rule of gained) this.#rule(rule).gained += 1;
    for (const rule of lost) this.#rule(rule).lost += 1;
    const both = rules.filter((rule) => otherRules.includes(rule));
    for (const rule of both) this.#rule(rule).both += 1;
    this.#onRow({ file, row, verdicts, places, gained, lost, both });
  }

  #rule(name: string): { -readonly [key in keyof RuleRows]: number } {
    let counts = this.#rules.get(name);
    if (counts === undefined) {
      counts = { gained: 0, lost: 0, both: 0 };
      this.#rules.set(name, counts);
    }
    return counts;
  }

  result(): Omit<RunDiff, 'config'> {
    const rules = [...this.#rules].map(([rule, counts]) => ({ rule, ...counts }));
    return {
      rows: this.#rows,
      changed: this.#changed,
      verdicts: Object.fromEntries(this.#verdicts),
      places: Object.fromEntries(this.#places),
      rules: rules.sort(
        (a, b) => b.gained + b.lost - a.gained - a.lost || b.both - a.both || (a.rule < b.rule ? -1 : 1),
      ),
    };
  }
}

/** A row without findings is safe, unless nobody could read it. */
function verdictOf(found: RowVerdict | undefined, place: string): string {
  return found?.verdict ?? (place === 'u' ? 'error' : 'safe');
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The place of a row, for rows that are asked about in order. */
function placeFinder(runs: readonly PlaceRun[]): (row: number) => string {
  let at = 0;
  return (row) => {
    while (runs[at] !== undefined && runs[at]!.end <= row) at += 1;
    return runs[at]?.place ?? '';
  };
}

/** What differs in how the runs were made, as lines for people. */
function configChanges(before: string, after: string): string[] {
  const [left, right] = [before, after].map((folder) => readJson(join(folder, 'config.json')) as RunConfig);
  const parts = [
    ['version', left?.version, right?.version],
    ...changesOf('', left?.settings, right?.settings),
    ...changesOf('hash of ', left?.fingerprints, right?.fingerprints),
  ] as const;
  return parts
    .filter(([, a, b]) => JSON.stringify(a) !== JSON.stringify(b))
    .map(
      ([name, a, b]) => `${name} was ${JSON.stringify(a) ?? 'not set'}, is ${JSON.stringify(b) ?? 'not set'}`,
    );
}

function changesOf(
  prefix: string,
  before: Readonly<Record<string, unknown>> = {},
  after: Readonly<Record<string, unknown>> = {},
): (readonly [string, unknown, unknown])[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].map((name) => [`${prefix}${name}`, before[name], after[name]] as const);
}
