import { basename, join } from 'node:path';
import { TrajsieveError } from '../../errors.ts';
import { readFooter } from '../../parquet/footer.ts';
import type { SchemaNode } from '../../parquet/schema.ts';
import { openFile } from '../../parquet/source.ts';
import { readJson } from '../../pipeline/files.ts';
import type { LedgerEntry } from '../../pipeline/ledger.ts';
import type { Plan } from '../../pipeline/plan.ts';
import type { Report } from '../../pipeline/report.ts';
import type { OutputEntry } from '../../pipeline/unit-files.ts';
import type { ActiveRule } from '../active-rules.ts';
import { listFolder } from '../list-folder.ts';

/** What a data card says of a run, read from its folder. */
export interface RunFacts {
  readonly report: Report;
  /** rules that were active; undefined where the run did not record them */
  readonly rules: readonly ActiveRule[] | undefined;
  readonly inputs: readonly InputFact[];
  readonly tables: readonly Table[];
  /** top-level columns that nobody read, and thus nobody searched */
  readonly unread: readonly string[];
  /** the data sets' shapes, by the names of their specs */
  readonly specs: readonly string[];
  /** what an audit by people came to; undefined without one */
  readonly audit: unknown;
}

/** An input file, as the plan found it. Its folder is nobody's business. */
export interface InputFact {
  readonly name: string;
  readonly rows: number | null;
  readonly size: number;
  /** SHA-256 of its Parquet footer, where it has one */
  readonly footer?: string;
}

/** A folder of output files that are one table. */
export interface Table {
  /** name of the config that loads it */
  readonly config: string;
  readonly folder: string;
  readonly files: readonly OutputEntry[];
  /** by split of the file names */
  readonly splits: readonly string[];
  readonly columns: readonly SchemaNode[];
}

/** What `compose` reads; of no use to people. */
const ownFolder = 'scan';

/** How the folders of a run are called as configs. */
const configNames: Readonly<Record<string, string>> = { data: 'clean' };

/** Reads what a data card needs from a finished run's folder. */
export async function readRunFacts(folder: string): Promise<RunFacts> {
  const report = readJson(join(folder, 'report.json')) as Report | undefined;
  const plan = readJson(join(folder, 'plan.json')) as Plan | undefined;
  if (report === undefined || plan === undefined) {
    throw new TrajsieveError('report-no-run', `folder ${JSON.stringify(folder)} holds no finished run`);
  }
  const outputs = new Map<string, OutputEntry[]>();
  for (const name of listFolder(join(folder, 'ledger'))) {
    const entry = readJson(join(folder, 'ledger', name)) as LedgerEntry;
    for (const output of entry.outputs) {
      const top = output.path.split('/')[0]!;
      if (top === ownFolder) continue;
      const files = outputs.get(top);
      if (files === undefined) outputs.set(top, [output]);
      else files.push(output);
    }
  }
  const pairs = readJson(join(folder, 'pairs', 'pairs.json')) as OutputEntry | undefined;
  if (pairs !== undefined && pairs.rows > 0) outputs.set('pairs', [pairs]);
  const tables = await Promise.all([...outputs].map(([top, files]) => readTable(folder, top, files)));
  const detectors = readJson(join(folder, 'detectors.json')) as { rules: ActiveRule[] } | undefined;
  return {
    report,
    rules: detectors?.rules,
    inputs: inputsOf(plan),
    tables: tables.sort((a, b) => order(a.folder) - order(b.folder) || (a.folder < b.folder ? -1 : 1)),
    unread: [...new Set(plan.files.flatMap((file) => file.unread))].sort(),
    specs: [...new Set(plan.files.map((file) => file.spec))].sort(),
    audit: readJson(join(folder, 'audit.json')),
  };
}

function order(folder: string): number {
  const place = ['data', 'quarantine', 'findings'].indexOf(folder);
  return place < 0 ? 9 : place;
}

async function readTable(folder: string, top: string, files: readonly OutputEntry[]): Promise<Table> {
  const source = openFile(join(folder, files[0]!.path));
  try {
    const { root } = await readFooter(source);
    const splits = [...new Set(files.map(({ path }) => basename(path).split('-')[0]!))].sort();
    return { config: configNames[top] ?? top, folder: top, files, splits, columns: root.children };
  } finally {
    source.close();
  }
}

function inputsOf(plan: Plan): InputFact[] {
  const identities = new Map(
    plan.units.flatMap(({ sources }) => sources.map(({ file, identity }) => [file, identity] as const)),
  );
  return plan.files.map(({ file, rows }) => {
    const identity = identities.get(file);
    const footer = identity?.footer;
    return {
      name: basename(file),
      rows,
      size: identity?.size ?? 0,
      ...(footer === undefined || footer === '' ? {} : { footer }),
    };
  });
}
