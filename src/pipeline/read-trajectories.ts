import { messageOf } from '../errors.ts';
import { leavesBelow } from '../parquet/assemble.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { readFooter } from '../parquet/footer.ts';
import { readWindows } from '../parquet/window.ts';
import { openInput, openStream } from '../remote/open.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { recordShapeFor, specsFor } from '../trajectory/recognise.ts';
import { readColumns } from './examine.ts';
import { shapeOfFile } from './inspect.ts';
import { rawRecords } from './raw-records.ts';
import { inspectRecords, isParquetFile } from './record-input.ts';

/** A row of a data set as a trajectory, or why it cannot be read as one. */
export type ReadRow =
  | { readonly row: number; readonly trajectory: Trajectory; readonly error?: undefined }
  | { readonly row: number; readonly trajectory?: undefined; readonly error: string };

/** Decoded bytes of the largest column that are in memory at once. */
const windowBytes = 8 << 20;

/**
 * The trajectories of a file in order, a few at a time in memory. A row that does not fit its shape is told as an error
 * and costs that row alone; a file that cannot be read throws.
 * @param dataset name or YAML file of a data set spec, where the shape is not to be recognised
 */
export async function* readTrajectories(
  file: string,
  { dataset }: { readonly dataset?: string | undefined } = {},
): AsyncGenerator<ReadRow> {
  await loadCodecs();
  yield* (await isParquetFile(file)) ? readTable(file, dataset) : readRecords(file, dataset);
}

async function* readTable(file: string, dataset: string | undefined): AsyncGenerator<ReadRow> {
  const source = await openInput(file);
  try {
    const footer = await readFooter(source);
    const [spec] = dataset === undefined ? [] : specsFor(dataset);
    const shape = await shapeOfFile(source, footer, file, spec);
    const leaves = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    for (const group of footer.rowGroups) {
      for await (const window of readWindows(source, group, leaves, windowBytes)) {
        for (let at = 0; at < window.rowCount; at++) {
          const row = group.firstRow + window.firstRow + at;
          yield readRow(row, () => shape.read(readColumns(window, shape, at)));
        }
      }
    }
  } finally {
    source.close();
  }
}

async function* readRecords(file: string, dataset: string | undefined): AsyncGenerator<ReadRow> {
  const specs = specsFor(dataset);
  const source = await openStream(file);
  try {
    const input = await inspectRecords(source, specs, dataset === undefined ? undefined : specs[0]);
    const shape = recordShapeFor(input.spec, file, specs);
    let row = 0;
    for await (const record of rawRecords(input, source, shape, windowBytes)) {
      yield readRow(row, () => record.trajectory());
      row += 1;
    }
  } finally {
    source.close();
  }
}

function readRow(row: number, read: () => Trajectory): ReadRow {
  try {
    return { row, trajectory: read() };
  } catch (error) {
    return { row, error: messageOf(error) };
  }
}
