import type { Verdict } from '../policy/policy.ts';
import { type Share, wilson } from './interval.ts';

/** What a label says of a row. */
export type Label = 'unsafe' | 'safe' | 'unknown';

/** A labelled row with what trajsieve made of it. */
export interface Judged {
  readonly label: Label;
  readonly verdict: Verdict;
  /** by the columns that the evaluation goes by */
  readonly groups: Readonly<Record<string, string>>;
  /** rules that fired */
  readonly rules: readonly string[];
  /** the prefilter picked it */
  readonly isCandidate: boolean;
}

/** Rows of one label. */
export interface Outcomes {
  readonly rows: number;
  readonly unsafe: number;
  readonly undecided: number;
  readonly error: number;
  readonly safe: number;
  /** rows in which some rule could have fired: the prefilter picked them */
  readonly candidates: number;
}

/** The figures of one group of rows, or of all. */
export interface GroupFigures {
  /** by label */
  readonly labels: Readonly<Record<Label, Outcomes>>;
  /** unsafe rows that were called unsafe; undefined without unsafe rows */
  readonly recall: Share | undefined;
  /** rows called unsafe that are unsafe; undefined when none was called so */
  readonly precision: Share | undefined;
  /** safe rows that were called unsafe; undefined without safe rows */
  readonly falsePositives: Share | undefined;
  /** rows of unknown label that were called unsafe */
  readonly flaggedUnknown: Share | undefined;
}

export interface Evaluation {
  readonly all: GroupFigures;
  /** by column, then by value */
  readonly by: Readonly<Record<string, Readonly<Record<string, GroupFigures>>>>;
  /** rules by how many rows of each label they fired in, those with most safe rows first */
  readonly rules: readonly {
    readonly rule: string;
    readonly unsafe: number;
    readonly safe: number;
    readonly unknown: number;
  }[];
}

/** Adds up judged rows. */
export function tabulate(rows: readonly Judged[], columns: readonly string[]): Evaluation {
  const by: Record<string, Record<string, GroupFigures>> = {};
  for (const column of columns) {
    const values = new Map<string, Judged[]>();
    for (const row of rows) {
      const value = row.groups[column] ?? '';
      const own = values.get(value);
      if (own === undefined) values.set(value, [row]);
      else own.push(row);
    }
    by[column] = Object.fromEntries(
      [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, own]) => [value, figures(own)]),
    );
  }
  const rules = new Map<string, { unsafe: number; safe: number; unknown: number }>();
  for (const row of rows) {
    for (const rule of new Set(row.rules)) {
      const counts = rules.get(rule) ?? { unsafe: 0, safe: 0, unknown: 0 };
      counts[row.label] += 1;
      rules.set(rule, counts);
    }
  }
  const listed = [...rules].map(([rule, counts]) => ({ rule, ...counts }));
  listed.sort((a, b) => b.safe - a.safe || b.unsafe - a.unsafe || (a.rule < b.rule ? -1 : 1));
  return { all: figures(rows), by, rules: listed };
}

function figures(rows: readonly Judged[]): GroupFigures {
  const labels = {
    unsafe: outcomes(rows.filter((row) => row.label === 'unsafe')),
    safe: outcomes(rows.filter((row) => row.label === 'safe')),
    unknown: outcomes(rows.filter((row) => row.label === 'unknown')),
  };
  const called = labels.unsafe.unsafe + labels.safe.unsafe;
  const share = (count: number, total: number) => (total === 0 ? undefined : wilson(count, total));
  return {
    labels,
    recall: share(labels.unsafe.unsafe, labels.unsafe.rows),
    precision:
      labels.unsafe.rows > 0 && labels.safe.rows > 0 ? share(labels.unsafe.unsafe, called) : undefined,
    falsePositives: share(labels.safe.unsafe, labels.safe.rows),
    flaggedUnknown: share(labels.unknown.unsafe, labels.unknown.rows),
  };
}

function outcomes(rows: readonly Judged[]): Outcomes {
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  return {
    rows: rows.length,
    unsafe: count('unsafe'),
    undecided: count('undecided'),
    error: count('error'),
    safe: count('safe'),
    candidates: rows.filter((row) => row.isCandidate).length,
  };
}
