import type { Footer, RowGroup } from '../parquet/footer.ts';
import type { ByteSource } from '../parquet/source.ts';
import { codecBeside, ExaminedGroup } from './examined-group.ts';
import type { GroupReader } from './group-reader.ts';
import type { InputPart } from './input.ts';
import type { FinishedRow } from './trajectory-rows.ts';
import { describeDamage, type UnitAccount } from './unit-account.ts';
import type { UnitContext } from './unit-context.ts';
import type { UnitFiles } from './unit-files.ts';

/** What is needed to process the row groups of a file. */
export interface GroupWork {
  readonly file: string;
  readonly source: ByteSource;
  readonly footer: Footer;
  readonly reader: GroupReader;
  readonly files: UnitFiles;
  readonly account: UnitAccount;
  readonly context: UnitContext;
}

/** A row group that waits for the last of its trajectories to end. */
interface Waiting {
  readonly part: InputPart;
  readonly group: RowGroup;
  readonly examined: ExaminedGroup;
  /** rows whose trajectories have ended */
  done: number;
  /** why it could not be read */
  damage?: { readonly code: string; readonly message: string };
}

/**
 * Processes a file that has one step a row. Rows are examined when their trajectory has ended, which may be row groups
 * later; a row group is written when all of its rows have been. Memory goes with the longest trajectory.
 */
export async function processTrajectories(parts: readonly InputPart[], work: GroupWork): Promise<void> {
  const { file, footer, reader } = work;
  const trajectories = reader.gather(file);
  const waiting = new Map<number, Waiting>();
  const take = (rows: readonly FinishedRow[]) => {
    for (const row of rows) {
      const group = waiting.get(row.part)!;
      group.done += 1;
      if (group.damage === undefined) group.examined.add(row, file, 0);
    }
  };
  /** Writes the groups that are complete, in their order. */
  const write = async (isOver: boolean) => {
    for (const [number, group] of waiting) {
      if (!isOver && group.damage === undefined && group.done < group.part.rows!) return;
      await finishGroup(group, work);
      waiting.delete(number);
    }
  };
  for (const [number, part] of parts.entries()) {
    const group = footer.rowGroups[part.index]!;
    const own: Waiting = {
      part,
      group,
      examined: new ExaminedGroup(codecBeside(group), group.rowCount),
      done: 0,
    };
    waiting.set(number, own);
    try {
      for await (const rows of reader.steps(group, number, part.rows!, own.examined.pages))
        for (const row of rows) take(trajectories.add(row));
    } catch (error) {
      if ((error as { code?: string }).code === 'rows-apart') throw error;
      own.damage = describeDamage(error);
      take(trajectories.lose(number));
    }
    await write(false);
  }
  take(trajectories.finish());
  await write(true);
}

async function finishGroup(
  { part, group, examined, damage }: Waiting,
  { file, source, files, account, context }: GroupWork,
): Promise<void> {
  const rows = part.rows!;
  try {
    if (damage !== undefined) throw damage;
    await files.write(source, group, examined);
    account.add({ ...examined, target: examined.target.subarray(0, rows) });
  } catch (error) {
    if (damage === undefined) files.abandon();
    account.addUnreadable({
      file,
      rowGroup: part.index,
      row: part.firstRow,
      rows,
      ...(damage ?? describeDamage(error)),
    });
  }
  const { tally, candidates } = examined;
  context.onProgress({ rows, bytes: groupBytes(group), findings: tally.findings, candidates });
}

/** Uncompressed bytes of a row group. */
export function groupBytes(group: RowGroup): number {
  return group.chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0);
}
