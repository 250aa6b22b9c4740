import { ParquetEditor } from '../edit/parquet.ts';
import { TrajsieveError } from '../errors.ts';
import type { PageMap } from '../parquet/column.ts';
import { type RowGroup, readFooter } from '../parquet/footer.ts';
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

/** Rows of one row group of the output: all of them, or as many as stay within the bytes. */
function rowsPerCut(group: RowGroup, largest: number | undefined): number {
  const cuts = largest === undefined ? 1 : Math.ceil(groupBytes(group) / largest);
  return Math.max(1, Math.ceil(group.rowCount / cuts));
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
    let candidates = 0;
    const unreadable = (error: unknown, from: number, to: number) => {
      const place = { file, rowGroup: part.index, row: part.firstRow + from, rows: to - from };
      const damage = describeDamage(error);
      files.abandon();
      account.addUnreadable({ ...place, ...damage });
    };
    const size = rowsPerCut(group, context.rowGroupBytes);
    const pages: PageMap = new Map();
    const cuts = Array.from({ length: Math.ceil(rows / size) }, () => {
      return new ExaminedGroup(codecBeside(group), group.rowCount, pages);
    });
    const edits = editor.begin();
    try {
      for await (const window of reader.examine(group, rows, pages, edits)) {
        for (const row of window) cuts[Math.floor(row.row / size)]!.add(row, file, 0);
      }
    } catch (error) {
      unreadable(error, 0, rows);
      cuts.length = 0;
    }
    for (const [number, cut] of cuts.entries()) {
      const from = number * size;
      const to = Math.min(rows, from + size);
      try {
        cut.edits = edits;
        await files.write(source, group, cut);
        account.add(cut, from, to);
        findings += cut.tally.findings;
        candidates += cut.candidates;
      } catch (error) {
        unreadable(error, from, to);
      }
    }
    context.onProgress({ rows, bytes: groupBytes(group), findings, candidates });
  }
}
