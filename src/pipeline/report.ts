import { TrajsieveError } from '../errors.ts';
import type { InputProblem } from './inputs.ts';
import type { LedgerEntry, RunConfig } from './ledger.ts';
import type { Plan } from './plan.ts';
import { type Account, accountOf, addAccounts, closes, parseRowMap, splitRuns } from './row-map.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';
import type { Unreadable } from './unit-account.ts';

/** The sum of a run, as `report.json` holds it. It is made from the ledger alone. */
export interface Report {
  readonly version: string;
  readonly config: RunConfig;
  readonly rows: Account;
  readonly tally: Tally;
  /** rows that could not be examined */
  readonly errors: number;
  readonly files: readonly FileReport[];
  /** inputs of which nothing could be read */
  readonly problems: readonly InputProblem[];
  /** files of the inputs' folders that were not read, since they hold nothing that is known to be data */
  readonly leftOut?: readonly InputProblem[];
}

export interface FileReport {
  readonly file: string;
  readonly rows: Account;
  readonly unreadable: readonly Unreadable[];
}

/** Adds up a run's ledger. Throws when the account does not close. */
export function buildReport(plan: Plan, entries: readonly LedgerEntry[], config: RunConfig): Report {
  const tally = emptyTally();
  for (const entry of entries) addTally(tally, entry.tally);
  const files = fileReports(plan, entries);
  const rows = addAccounts(files.map((file) => file.rows));
  if (rows.in !== (plan.rows ?? rows.in) || !closes(rows)) {
    throw new TrajsieveError(
      'account-open',
      `account does not close: ${plan.rows} rows planned, ${JSON.stringify(rows)}`,
      {
        remedy: 'this is a fault of trajsieve: please report it',
      },
    );
  }
  return {
    version: config.version,
    config,
    rows,
    tally,
    errors: tally.verdicts['error'] ?? 0,
    files,
    problems: plan.problems,
    ...((plan.leftOut?.length ?? 0) > 0 ? { leftOut: plan.leftOut } : {}),
  };
}

function fileReports(plan: Plan, entries: readonly LedgerEntry[]): FileReport[] {
  const reports = new Map<string, { rows: Account[]; unreadable: Unreadable[] }>();
  for (const entry of entries) {
    for (const [index, rows] of sourceAccounts(entry).entries()) {
      const { file } = entry.sources[index]!;
      const report = reports.get(file);
      if (report === undefined) reports.set(file, { rows: [rows], unreadable: [] });
      else report.rows.push(rows);
    }
    for (const rows of entry.unreadable) reports.get(rows.file)!.unreadable.push(rows);
  }
  return plan.files.flatMap(({ file }): FileReport[] => {
    const report = reports.get(file);
    return report === undefined
      ? []
      : [{ file, rows: addAccounts(report.rows), unreadable: report.unreadable }];
  });
}

/** The account of each source of a unit. */
function sourceAccounts({ map, sourceRows }: LedgerEntry): Account[] {
  return splitRuns(parseRowMap(map), sourceRows).map(accountOf);
}
