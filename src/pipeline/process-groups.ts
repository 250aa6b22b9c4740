import { type RowGroup, readFooter } from '../parquet/footer.ts';
import { openFile } from '../parquet/source.ts';
import { shapeFor } from '../trajectory/recognise.ts';
import { codecBeside, ExaminedGroup } from './examined-group.ts';
import { GroupReader } from './group-reader.ts';
import { identityOf } from './input.ts';
import type { WorkUnit } from './plan.ts';
import { checkIdentity, describeDamage, UnitAccount, type UnitResult } from './unit-account.ts';
import type { UnitContext } from './unit-context.ts';
import { UnitFiles } from './unit-files.ts';

/** Processes row groups of one Parquet file. Damage to a row group costs that row group. */
export async function processGroups(
  unit: WorkUnit,
  folder: string,
  context: UnitContext,
): Promise<UnitResult> {
  const [input] = unit.sources;
  const { file, spec, parts } = input!;
  const source = openFile(file);
  let files: UnitFiles | undefined;
  try {
    const footer = await readFooter(source);
    checkIdentity(input!, identityOf(file, footer.bytes));
    files = new UnitFiles(folder, unit.output, footer);
    const shape = shapeFor(spec, footer, file, context.specs);
    const reader = new GroupReader(source, shape, context);
    const account = new UnitAccount();
    for (const part of parts) {
      const group = footer.rowGroups[part.index]!;
      const rows = part.rows!;
      let findings = 0;
      try {
        const examined = new ExaminedGroup(codecBeside(group), group.rowCount);
        for await (const window of reader.examine(group, rows, examined.pages)) {
          for (const row of window) examined.add(row, file);
        }
        await files.write(source, group, examined);
        account.add({ ...examined, target: examined.target.subarray(0, rows) });
        findings = examined.tally.findings;
      } catch (error) {
        const damage = describeDamage(error);
        files.abandon();
        account.addUnreadable({ file, rowGroup: part.index, row: part.firstRow, rows, ...damage });
      }
      context.onProgress({ rows, bytes: groupBytes(group), findings });
    }
    account.sourceRows.push(account.map.account().in);
    return account.result(files.finish());
  } catch (error) {
    files?.abort();
    throw error;
  } finally {
    source.close();
  }
}

function groupBytes(group: RowGroup): number {
  return group.chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0);
}
