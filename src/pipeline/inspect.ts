import { TrajsieveError } from '../errors.ts';
import { leavesBelow } from '../parquet/assemble.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { type Footer, readFooter } from '../parquet/footer.ts';
import type { ByteSource } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import { nameOf } from '../remote/addresses.ts';
import { openInput } from '../remote/open.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';
import { applySpec, loadSpecs, recognise } from '../trajectory/recognise.ts';
import type { Shape, TextLeaf } from '../trajectory/shape.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { everySurface, surfaceBit, surfaces } from '../trajectory/surface.ts';
import { readColumns } from './examine.ts';
import { inspectRecordFile, readRecordTrajectory } from './inspect-records.ts';
import { isParquetFile } from './record-input.ts';
import { firstRows } from './sample.ts';

/** How a file is understood. */
export interface Inspection {
  /** null where only reading all of it tells */
  readonly rows: number | null;
  /** what wrote it; how the records lie in it where it is JSON */
  readonly createdBy: string;
  readonly groups: readonly { rows: number | null; bytes: number }[];
  readonly spec: string;
  readonly reason: string;
  readonly columns: readonly { path: string; type: string; codec: string; bytes: number; use: string }[];
  readonly unread: readonly string[];
  /** the first steps of the row that was asked for */
  readonly steps: readonly Step[];
}

const windowBytes = 4 << 20;

/** @param dataset the spec to read it by, where it is not to be recognised */
export async function inspectFile(
  file: string,
  { row, steps: stepCount, dataset }: { row: number; steps: number; dataset?: DatasetSpec | undefined },
): Promise<Inspection> {
  await loadCodecs();
  file = nameOf(file);
  if (!(await isParquetFile(file))) return await inspectRecordFile(file, row, stepCount, dataset);
  const source = await openInput(file);
  try {
    const footer = await readFooter(source);
    const shape = await shapeOfFile(source, footer, file, dataset);
    const read = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    const trajectory =
      row === 0 && footer.rowCount === 0 ? undefined : await trajectoryAt(source, footer, shape, file, row);
    const steps = trajectory?.steps.slice(0, stepCount) ?? [];
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

/** The trajectory of one row of a file. */
export async function readOneTrajectory(
  file: string,
  row: number,
  dataset?: DatasetSpec,
): Promise<Trajectory> {
  await loadCodecs();
  file = nameOf(file);
  if (!(await isParquetFile(file))) return await readRecordTrajectory(file, row, dataset);
  const source = await openInput(file);
  try {
    const footer = await readFooter(source);
    const shape = await shapeOfFile(source, footer, file, dataset);
    return await trajectoryAt(source, footer, shape, file, row);
  } finally {
    source.close();
  }
}

/** The shape of a Parquet file: by the given spec, or recognised. */
export async function shapeOfFile(
  source: ByteSource,
  footer: Footer,
  file: string,
  dataset: DatasetSpec | undefined,
): Promise<Shape> {
  return dataset === undefined
    ? recognise(footer, file, loadSpecs(), await firstRows(source, footer))
    : applySpec(dataset, footer, file);
}

async function trajectoryAt(
  source: ByteSource,
  footer: Footer,
  shape: Shape,
  file: string,
  row: number,
): Promise<Trajectory> {
  const read = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
  const group = footer.rowGroups.find(
    ({ firstRow, rowCount }) => row >= firstRow && row < firstRow + rowCount,
  );
  if (group !== undefined) {
    for await (const window of readWindows(source, group, read, windowBytes)) {
      const at = row - group.firstRow - window.firstRow;
      if (at < window.rowCount) return shape.read(readColumns(window, shape, at));
    }
  }
  throw new TrajsieveError('row-missing', `file has ${footer.rowCount} rows`, { where: { file, row } });
}

function useOf(isRole: boolean, text: TextLeaf | undefined, isRead: boolean): string {
  if (isRole) return 'role';
  if (text === undefined) return isRead ? 'read' : '';
  const names = surfaces.filter((surface) => (surfaceBit[surface] & text.all) !== 0);
  const form = text.outline !== undefined ? ' (steps as JSON)' : text.json ? ' (JSON)' : '';
  return `searched: ${text.all === everySurface ? 'everything' : names.join(', ')}${form}`;
}
