import { loadCodecs } from '../parquet/codec.ts';
import type { WorkUnit } from './plan.ts';
import { processGroups } from './process-groups.ts';
import { processRecords } from './process-records.ts';
import type { UnitResult } from './unit-account.ts';
import type { UnitContext } from './unit-context.ts';

/**
 * Reads, examines and splices one work unit into `folder`, under the final names. The caller commits.
 * Damage to a row group or a record costs its rows; what is thrown is about a file or the disk as a whole.
 */
export async function processUnit(unit: WorkUnit, folder: string, context: UnitContext): Promise<UnitResult> {
  await loadCodecs();
  const isParquet = unit.sources.every(({ kind }) => kind === 'parquet');
  const result = await (isParquet
    ? processGroups(unit, folder, context)
    : processRecords(unit, folder, context));
  return context.shards === false ? { ...result, shards: false } : result;
}
