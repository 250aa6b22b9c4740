import { join } from 'node:path';
import { listFolder } from '../output/list-folder.ts';
import { readRows } from '../output/read-rows.ts';
import { readJson } from '../pipeline/files.ts';
import type { LedgerEntry } from '../pipeline/ledger.ts';

/** What a run made of a row in which it found something, or which it could not examine. */
export interface RowVerdict {
  readonly verdict: string;
  readonly rules: readonly string[];
}

/** Rows by file and number. What is held goes with the rows in which something was found, not with all rows. */
export type RowVerdicts = ReadonlyMap<string, ReadonlyMap<number, RowVerdict>>;

/** The verdicts of all rows that are not plainly safe, from a run's findings tables and its ledger. */
export async function readVerdicts(folder: string): Promise<RowVerdicts> {
  const files = new Map<string, Map<number, RowVerdict>>();
  // the same few sets of rules come again and again: one array each
  const sets = new Map<string, readonly string[]>();
  const shared = (rules: readonly string[]) => {
    const key = rules.join('\n');
    const known = sets.get(key);
    if (known !== undefined) return known;
    sets.set(key, rules);
    return rules;
  };
  const rowsOf = (file: string) => {
    let rows = files.get(file);
    if (rows === undefined) {
      rows = new Map();
      files.set(file, rows);
    }
    return rows;
  };
  for (const name of listFolder(join(folder, 'findings'))) {
    for await (const finding of readRows(join(folder, 'findings', name), [
      'file',
      'row',
      'verdict',
      'rule',
    ])) {
      const rows = rowsOf(String(finding['file']));
      const row = finding['row'] as number;
      const rule = String(finding['rule']);
      const before = rows.get(row)?.rules ?? [];
      if (before.includes(rule)) continue;
      rows.set(row, { verdict: String(finding['verdict']), rules: shared([...before, rule].sort()) });
    }
  }
  for (const name of listFolder(join(folder, 'ledger'))) {
    const entry = readJson(join(folder, 'ledger', name)) as LedgerEntry;
    for (const { file, row } of entry.errors) rowsOf(file).set(row, { verdict: 'error', rules: [] });
  }
  return files;
}
