import { ParquetEditor } from '../edit/parquet.ts';
import { TrajsieveError } from '../errors.ts';
import { readFooter } from '../parquet/footer.ts';
import { masks } from '../policy/policy.ts';
import { openInput } from '../remote/open.ts';
import { shapeFor } from '../trajectory/recognise.ts';
import { codecBeside, ExaminedGroup } from './examined-group.ts';
import { GroupReader } from './group-reader.ts';
import { type InputPart, identityOf } from './input.ts';
import type { WorkUnit } from './plan.ts';
import { type GroupWork, groupBytes, processTrajectories } from './process-trajectories.ts';
import { openRecorded, type RecordedRows } from './recorded.ts';
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
  const source = await openInput(file, folder);
  let files: UnitFiles | undefined;
  let recorded: RecordedRows | undefined;
  try {
    const footer = await readFooter(source);
    checkIdentity(input!, identityOf(source, footer.bytes));
    const chunks = parts.flatMap(({ index }) => footer.rowGroups[index]!.chunks);
    source.expect?.(Math.min(...chunks.map(({ start }) => start)), Math.max(...chunks.map(({ end }) => end)));
    const shape = shapeFor(spec, footer, file, context.specs);
    if (shape.group !== undefined && context.brokenGroups !== undefined) {
      throw new TrajsieveError('groups-steps', 'groups cannot be kept whole where each row is one step', {
        where: { file },
        remedy: 'compose without --groups drop-incomplete',
      });
    }
    const editor = new ParquetEditor(shape, masks(context.policy) ? context.maskStyle : undefined);
    files = new UnitFiles(folder, unit.output, {
      template: footer,
      added: editor.added,
      shards: context.shards,
    });
    recorded = await openRecorded(unit, context);
    const reader = new GroupReader(source, shape, context, recorded);
    const account = new UnitAccount();
    const work = { file, source, footer, reader, files, account, context };
    await (shape.group === undefined ? processRows(parts, editor, work) : processTrajectories(parts, work));
    account.sourceRows.push(account.map.account().in);
    return account.result(files.finish());
  } catch (error) {
    files?.abort();
    throw error;
  } finally {
    await recorded?.close();
    source.close();
  }
}

/** Row groups whose rows are trajectories. */
async function processRows(
  parts: readonly InputPart[],
  editor: ParquetEditor,
  { file, source, footer, reader, files, account, context }: GroupWork,
): Promise<void> {
  for (const part of parts) {
    const group = footer.rowGroups[part.index]!;
    const rows = part.rows!;
    let findings = 0;
    try {
      const examined = new ExaminedGroup(codecBeside(group), group.rowCount);
      const edits = editor.begin();
      for await (const window of reader.examine(group, rows, examined.pages, edits)) {
        for (const row of window) examined.add(row, file, 0);
      }
      examined.edits = edits;
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
}
