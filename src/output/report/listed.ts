import { severities } from '../../detectors/finding.ts';
import type { FlatValue } from '../read-rows.ts';
import { type ListedFindings, numberColumns, textColumns } from './model.ts';

/** A row of the findings table, as it is read back. */
export type FindingRow = Readonly<Record<string, FlatValue>>;

export interface ListLimits {
  readonly findings: number;
  /** UTF-16 units of all texts together, each counted once */
  readonly text: number;
  /** the same for the steps beside findings; of findings beyond it these are left out */
  readonly near: number;
}

/** Enough for every finding of most runs, and few enough for a browser to open the page in two seconds. */
export const listLimits: ListLimits = { findings: 100_000, text: 24 << 20, near: 8 << 20 };

/**
 * Collects findings for the list of the report: all of them up to its limits, and beyond those the most severe, in the
 * order in which they came. What is held is bounded by the limits.
 */
export class FindingList {
  readonly #limits: ListLimits;
  /** by severity, from least to most */
  readonly #levels: FindingRow[][] = severities.map(() => []);
  #count = 0;
  #text = 0;
  #total = 0;

  constructor(limits: ListLimits = listLimits) {
    this.#limits = limits;
  }

  add(finding: FindingRow): void {
    this.#total += 1;
    const level = Math.max(0, severities.indexOf(String(finding['severity']) as never));
    const size = sizeOf(finding);
    if (this.#isFull(size) && !this.#makeRoom(level, size)) return;
    this.#levels[level]!.push(finding);
    this.#count += 1;
    this.#text += size;
  }

  /** Most severe first, and as they came among those of one severity. */
  listed(): ListedFindings {
    const rows = this.#levels.toReversed().flat();
    const words: string[] = [];
    const numbers = new Map<string, number>();
    const wordOf = (value: unknown) => {
      if (typeof value !== 'string' || value === '') return null;
      let number = numbers.get(value);
      if (number === undefined) {
        number = words.length;
        numbers.set(value, number);
        words.push(value);
      }
      return number;
    };
    const withNear = this.#withNear(rows);
    const isShown = (name: string, row: FindingRow) =>
      (name !== 'before' && name !== 'after') || withNear.has(row);
    const columns = Object.fromEntries([
      ...textColumns.map((name) => [
        name,
        rows.map((row) => (isShown(name, row) ? wordOf(row[name]) : null)),
      ]),
      ...numberColumns.map((name) => [name, rows.map((row) => numberOf(row[name]))]),
    ]);
    return { leftOut: this.#total - rows.length, words, columns };
  }

  /** The findings whose neighbours are shown: as many of the first as their limit allows. */
  #withNear(rows: readonly FindingRow[]): ReadonlySet<FindingRow> {
    const seen = new Set<unknown>();
    const chosen = new Set<FindingRow>();
    let left = this.#limits.near;
    for (const row of rows) {
      const texts = [row['before'], row['after']].filter((text) => typeof text === 'string');
      const size = texts.reduce((sum, text) => sum + (seen.has(text) ? 0 : text.length), 0);
      if (size > left) break;
      left -= size;
      for (const text of texts) seen.add(text);
      chosen.add(row);
    }
    return chosen;
  }

  #isFull(size: number): boolean {
    return this.#count >= this.#limits.findings || this.#text + size > this.#limits.text;
  }

  /** Takes out less severe findings, the last ones first. False where there are none to take out. */
  #makeRoom(level: number, size: number): boolean {
    for (let lower = 0; lower < level; lower++) {
      const rows = this.#levels[lower]!;
      while (rows.length > 0 && this.#isFull(size)) {
        this.#text -= sizeOf(rows.pop()!);
        this.#count -= 1;
      }
    }
    return !this.#isFull(size);
  }
}

/** What a finding alone has; names of files and rules are shared by many. */
function sizeOf(finding: FindingRow): number {
  return ['evidence', 'id', 'task', 'via'].reduce(
    (sum, name) => sum + (typeof finding[name] === 'string' ? (finding[name] as string).length : 0),
    0,
  );
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
