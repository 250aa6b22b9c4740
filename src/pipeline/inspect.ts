import { TrajsieveError } from '../errors.ts';
import { leavesBelow } from '../parquet/assemble.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { readFooter } from '../parquet/footer.ts';
import { openFile } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import type { Step } from '../trajectory/model.ts';
import { loadSpecs, recognise } from '../trajectory/recognise.ts';
import { everySurface, surfaceBit, surfaces } from '../trajectory/surface.ts';
import { readRow } from './examine.ts';

/** How a file is understood. */
export interface Inspection {
  readonly rows: number;
  readonly createdBy: string;
  readonly groups: readonly { rows: number; bytes: number }[];
  readonly spec: string;
  readonly reason: string;
  readonly columns: readonly { path: string; type: string; codec: string; bytes: number; use: string }[];
  readonly unread: readonly string[];
  /** the first steps of the row that was asked for */
  readonly steps: readonly Step[];
}

const windowBytes = 4 << 20;

export async function inspectFile(file: string, row: number, stepCount: number): Promise<Inspection> {
  await loadCodecs();
  const source = openFile(file);
  try {
    const footer = await readFooter(source);
    const shape = recognise(footer, file, loadSpecs());
    const read = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    const group = footer.rowGroups.find(
      ({ firstRow, rowCount }) => row >= firstRow && row < firstRow + rowCount,
    );
    if (group === undefined && (row > 0 || footer.rowCount > 0)) {
      throw new TrajsieveError('row-missing', `file has ${footer.rowCount} rows`, { where: { file, row } });
    }
    let steps: readonly Step[] = [];
    if (group !== undefined) {
      for await (const window of readWindows(source, group, read, windowBytes)) {
        const at = row - group.firstRow - window.firstRow;
        if (at >= window.rowCount) continue;
        steps = shape.read(readRow(window, shape, at)).steps.slice(0, stepCount);
        break;
      }
    }
    const sizes = footer.leaves.map((leaf) =>
      footer.rowGroups.reduce((sum, one) => sum + one.chunks[leaf.leaf]!.uncompressedSize, 0),
    );
    return {
      rows: footer.rowCount,
      createdBy: footer.createdBy,
      groups: footer.rowGroups.map((one) => ({
        rows: one.rowCount,
        bytes: one.chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0),
      })),
      spec: shape.spec,
      reason: shape.reason,
      columns: footer.leaves.map((leaf) => ({
        path: leaf.path.join('.'),
        type: leaf.logical === undefined ? leaf.type : `${leaf.type} (${leaf.logical})`,
        codec: footer.rowGroups[0]?.chunks[leaf.leaf]?.codec ?? '',
        bytes: sizes[leaf.leaf]!,
        use: useOf(
          shape.lists.some(({ roleLeaf }) => roleLeaf === leaf),
          shape.textOf(leaf),
          read.has(leaf),
        ),
      })),
      unread: shape.unread,
      steps,
    };
  } finally {
    source.close();
  }
}

function useOf(
  isRole: boolean,
  text: ReturnType<ReturnType<typeof recognise>['textOf']>,
  isRead: boolean,
): string {
  if (isRole) return 'role';
  if (text === undefined) return isRead ? 'read' : '';
  let all = 0;
  for (const word of ['system', 'user', 'assistant', 'tool', undefined])
    all |= Math.max(0, text.surfaces(word));
  const names = surfaces.filter((surface) => (surfaceBit[surface] & all) !== 0);
  return `searched: ${all === everySurface ? 'everything' : names.join(', ')}${text.json ? ' (JSON)' : ''}`;
}
