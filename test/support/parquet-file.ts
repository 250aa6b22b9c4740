import { leavesBelow } from '../../src/parquet/assemble.ts';
import { readFooter } from '../../src/parquet/footer.ts';
import { openFile } from '../../src/parquet/source.ts';
import { readWindows, type Window } from '../../src/parquet/window.ts';
import { firstRows } from '../../src/pipeline/sample.ts';
import { recognise } from '../../src/trajectory/recognise.ts';
import type { Shape } from '../../src/trajectory/shape.ts';
import type { DatasetSpec } from '../../src/trajectory/spec.ts';

/** Recognises a Parquet file as the pipeline does, and calls back with its windows, in order. */
export async function readShape(
  file: string,
  specs: readonly DatasetSpec[],
  begin: (shape: Shape) => (window: Window) => void,
): Promise<Shape> {
  const source = openFile(file);
  try {
    const footer = await readFooter(source);
    const shape = recognise(footer, file, specs, await firstRows(source, footer));
    const leaves = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    const visit = begin(shape);
    for (const group of footer.rowGroups) {
      for await (const window of readWindows(source, group, leaves, 1 << 20)) visit(window);
    }
    return shape;
  } finally {
    source.close();
  }
}
