import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { severities } from '../detectors/finding.ts';
import { readJson, toJson, writeAtomically } from '../pipeline/files.ts';
import { bearsOut } from './bear-out.ts';
import { type Behaviour, readFindings } from './behaviour.ts';
import { partialFolder } from './correlate.ts';
import type { Correlation } from './correlation.ts';
import { RecordSorter } from './record-sorter.ts';
import { TelemetryRows } from './row-telemetry.ts';
import { TableFile } from './table-file.ts';
import { corroboratedColumns, unseenColumns } from './tables.ts';

/** Whether a finding is one that a sensor should have seen. */
export function isUnsafe({ isUnsafe: ofUnsafeRow, severity }: Behaviour): boolean {
  return ofUnsafeRow && severities.indexOf(severity) >= severities.indexOf('high');
}

/**
 * Once a run with alerts is done: compares its findings with what the sensors saw, and writes which alerts bear out
 * and which no sensor saw into the folder of its correlation.
 * @param out folder of the run
 * @param telemetry what the sensors saw of each row, as its workers were told
 */
export async function compareRun(
  out: string,
  { folder: telemetry, inputs }: { readonly folder: string; readonly inputs: readonly string[] },
): Promise<void> {
  const folder = join(out, 'correlation');
  const correlation = readJson(join(folder, 'correlation.json')) as Correlation;
  const partial = partialFolder(folder);
  mkdirSync(partial, { recursive: true });
  try {
    const behaviours = new RecordSorter<Behaviour>(partial, 'behaviours');
    await readFindings(out, inputs, behaviours);
    const unseen = new TableFile(join(partial, 'unseen.parquet'), unseenColumns);
    const corroborated = new TableFile(join(partial, 'corroborated.parquet'), corroboratedColumns);
    let rows: TelemetryRows | undefined;
    let file = -1;
    for (const { record } of behaviours.sorted()) {
      if (record.file !== file) {
        file = record.file;
        rows = new TelemetryRows(telemetry, inputs[file]!, inputs);
      }
      const seen = rows?.at(record.row)?.bearing ?? [];
      const bearing = seen.filter((one) => bearsOut(one, record));
      if (bearing.length > 0) corroborated.add(corroboratedCells(record, inputs, bearing.length));
      else if (isUnsafe(record)) unseen.add(unseenCells(record, inputs));
    }
    for (const [table, name] of [
      [unseen, 'unseen.parquet'],
      [corroborated, 'corroborated.parquet'],
    ] as const) {
      table.finish();
      table.publish(join(folder, name));
    }
    const sum = { ...correlation, corroborated: corroborated.rows, unseen: unseen.rows };
    writeAtomically(join(folder, 'correlation.json'), toJson(sum));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function baseCells({ file, row, id, rule, step, category, severity }: Behaviour, inputs: readonly string[]) {
  return { file: inputs[file], row: BigInt(row), id: id ?? null, rule, step, category, severity };
}

/** In a run the severity is raised already. */
function corroboratedCells(behaviour: Behaviour, inputs: readonly string[], alerts: number) {
  return { ...baseCells(behaviour, inputs), raised_to: behaviour.severity, alerts };
}

export function unseenCells(behaviour: Behaviour, inputs: readonly string[]) {
  return { ...baseCells(behaviour, inputs), evidence: behaviour.evidence };
}
