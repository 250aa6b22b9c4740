import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, TrajsieveError } from '../errors.ts';
import { readRows } from '../output/read-rows.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { readFooter } from '../parquet/footer.ts';
import type { Leaf } from '../parquet/schema.ts';
import { openFile } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import { readJson } from './files.ts';
import type { LedgerEntry } from './ledger.ts';
import { type PairsSummary, pairsSummary } from './pairs.ts';
import { describeFiles, firstRowOf, type Plan } from './plan.ts';
import { type Account, accountOf, addAccounts, type Place, parseRowMap, splitRuns } from './row-map.ts';
import type { Counts } from './tally.ts';

export interface Verification {
  readonly rows: Account;
  /** output files that were read */
  readonly files: number;
  /** what is wrong, one sentence each; empty when the account is proved */
  readonly faults: readonly string[];
}

/** Folders whose files the ledger must account for, and the place that their rows have in a row map. */
const rowFolders: Readonly<Record<string, readonly Place[]>> = {
  data: ['k', 'e'],
  quarantine: ['q'],
  negative: ['n'],
};

/**
 * Proves the account of a run from what lies on the disk: every planned unit is committed, its rows add up, each output
 * file has the recorded hash, and holds exactly the input rows that the ledger says, by their numbers. Files that no
 * entry names are faults.
 */
export async function verifyRun(folder: string): Promise<Verification> {
  await loadCodecs();
  const plan = readJson(join(folder, 'plan.json')) as Plan | undefined;
  if (plan === undefined) {
    throw new TrajsieveError(
      'verify-no-run',
      `folder ${JSON.stringify(folder)} holds no run: plan.json is missing`,
    );
  }
  const faults: string[] = [];
  const named = new Set<string>();
  const accounts: Account[] = [];
  let files = 0;
  for (const unit of plan.units) {
    const name = `ledger/${String(unit.number).padStart(5, '0')}.json`;
    const entry = readJson(join(folder, name)) as LedgerEntry | undefined;
    if (entry === undefined) {
      faults.push(`${name} is missing: unit ${unit.number} (${describeFiles(unit)}) is not done`);
      continue;
    }
    const runs = parseRowMap(entry.map);
    const account = accountOf(runs);
    accounts.push(account);
    if (account.in !== (unit.rows ?? account.in))
      faults.push(`${name}: ${account.in} rows, the plan has ${unit.rows}`);
    if (account.in !== entry.sourceRows.reduce((sum, rows) => sum + rows, 0)) {
      faults.push(`${name}: its files have ${entry.sourceRows.join(' + ')} rows, its map has ${account.in}`);
      continue;
    }
    const perSource = splitRuns(runs, entry.sourceRows);
    const numbers = (wanted: readonly Place[]) =>
      unit.sources.flatMap((source, index) => rowsAt(perSource[index]!, wanted, firstRowOf(source)));
    if (JSON.stringify(account) !== JSON.stringify(entry.rows))
      faults.push(`${name}: rows differ from the row map`);
    for (const output of entry.outputs) {
      named.add(output.path);
      files += 1;
      const place = rowFolders[output.path.split('/')[0]!];
      const expected = place === undefined ? undefined : numbers(place);
      const path = join(folder, output.path);
      const found = await checkFile(path, output, expected);
      faults.push(...found);
      if (output.path.startsWith('data/') && found.length === 0)
        faults.push(...(await checkEdits(path, numbers(['e']), entry.tally.edits)));
    }
    for (const [rowFolder, place] of entry.shards === false ? [] : Object.entries(rowFolders)) {
      const written = entry.outputs.find(({ path }) => path.startsWith(`${rowFolder}/`));
      const wanted = numbers(place).length;
      if ((written?.rows ?? 0) !== wanted) {
        faults.push(
          `${name}: ${wanted} rows belong into ${rowFolder}/, its file has ${written?.rows ?? 'none'}`,
        );
      }
    }
  }
  for (const top of [...Object.keys(rowFolders), 'findings', 'scan']) {
    for (const file of await listFolder(join(folder, top))) {
      if (!named.has(`${top}/${file}`)) faults.push(`${top}/${file} is in no ledger entry`);
    }
  }
  const pairs = readJson(join(folder, pairsSummary)) as PairsSummary | undefined;
  if (pairs !== undefined) {
    files += 1;
    named.add(pairs.path);
    faults.push(...(await checkFile(join(folder, pairs.path), pairs, undefined)));
  }
  const rows = addAccounts(accounts);
  if (pairs !== undefined && pairs.pairs + pairs.alone + pairs.unfit !== rows.negative)
    faults.push(`${pairsSummary}: its numbers do not add up to the ${rows.negative} negative rows`);
  return { rows, files, faults };
}

/** Numbers, in the input file, of the rows that went to one place. */
function rowsAt(
  runs: readonly { place: Place; rows: number }[],
  places: readonly Place[],
  firstRow: number,
): number[] {
  const numbers: number[] = [];
  let row = firstRow;
  for (const run of runs) {
    if (places.includes(run.place)) for (let i = 0; i < run.rows; i++) numbers.push(row + i);
    row += run.rows;
  }
  return numbers;
}

/** For each row whether steps of it are masked. */
async function* maskedRows(path: string): AsyncGenerator<boolean> {
  const source = openFile(path);
  try {
    const footer = await readFooter(source);
    const leaf = footer.leaves.find((one) => one.path[0] === 'trajsieve_masked_steps');
    if (leaf === undefined) return;
    for (const group of footer.rowGroups) {
      for await (const window of readWindows(source, group, new Set([leaf]), 1 << 20)) {
        const rows = window.leaves.get(leaf)!;
        for (let row = 0; row < window.rowCount; row++)
          yield rows.definition(rows.rowSlots[row]!) === leaf.definitionLevel;
      }
    }
  } finally {
    source.close();
  }
}

/** The rows that were changed must be those that the ledger says, and as many of each kind. */
async function checkEdits(path: string, expected: readonly number[], counts: Counts = {}): Promise<string[]> {
  const found: number[] = [];
  const kinds: Counts = {};
  const columns = ['trajsieve_row', 'trajsieve_truncated_at', 'trajsieve_redacted'];
  const masked = maskedRows(path);
  for await (const row of readRows(path, columns)) {
    const number = row['trajsieve_row'] as number;
    const done = [
      ...(row['trajsieve_truncated_at'] === null ? [] : ['truncated']),
      ...((await masked.next()).value === true ? ['masked'] : []),
      ...(row['trajsieve_redacted'] === null ? [] : ['redacted']),
    ];
    if (done.length > 0) found.push(number);
    for (const kind of done) kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  if (found.join() !== [...expected].join())
    return [`${path}: ${found.length} rows are changed, or others than the ledger says (${expected.length})`];
  const differs = ['truncated', 'masked', 'redacted'].filter(
    (kind) => (kinds[kind] ?? 0) !== (counts[kind] ?? 0),
  );
  return differs.map(
    (kind) => `${path}: ${kinds[kind] ?? 0} rows are ${kind}, the ledger says ${counts[kind] ?? 0}`,
  );
}

async function checkFile(
  path: string,
  recorded: { rows: number; size: number; sha256: string },
  expected: readonly number[] | undefined,
): Promise<string[]> {
  try {
    const hash = createHash('sha256');
    let size = 0;
    for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(block);
      size += (block as Buffer).length;
    }
    if (size !== recorded.size) return [`${path}: ${size} bytes, recorded were ${recorded.size}`];
    const found = hash.digest('hex');
    if (found !== recorded.sha256) return [`${path}: SHA-256 is ${found}, recorded was ${recorded.sha256}`];
    return expected === undefined ? [] : await checkRows(path, expected);
  } catch (error) {
    return [`${path}: ${messageOf(error)}`];
  }
}

/** The column of row numbers must hold exactly the expected ones, in order. */
async function checkRows(path: string, expected: readonly number[]): Promise<string[]> {
  const source = openFile(path);
  try {
    const footer = await readFooter(source);
    const leaf = footer.leaves.find((one) => one.path.join('.') === 'trajsieve_row') as Leaf | undefined;
    if (leaf === undefined) return [`${path}: column trajsieve_row is missing`];
    let at = 0;
    for (const group of footer.rowGroups) {
      for await (const window of readWindows(source, group, new Set([leaf]), 1 << 20)) {
        const rows = window.leaves.get(leaf)!;
        for (let row = 0; row < window.rowCount; row++, at++) {
          const bytes = rows.bytes(row)!;
          const number = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true));
          if (number !== expected[at])
            return [`${path}: row ${at} is input row ${number}, should be ${expected[at]}`];
        }
      }
    }
    return at === expected.length ? [] : [`${path}: ${at} rows, should be ${expected.length}`];
  } finally {
    source.close();
  }
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
