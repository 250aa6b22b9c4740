import { assembleColumn, leavesBelow } from '../parquet/assemble.ts';
import { readFooter } from '../parquet/footer.ts';
import { openFile } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { recordShapeFor, shapeFor } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { readColumns } from './examine.ts';
import type { WorkUnit } from './plan.ts';

/** A row of an output file, with what its annotations say of it. */
export interface OutputRow {
  /** the input file and its row */
  readonly file: string;
  readonly row: number;
  readonly verdict: string;
  readonly disposition: string;
  /** throws where the row does not fit its spec */
  trajectory(): Trajectory;
}

/** Decoded bytes of the largest column that are in memory at once. */
const windowBytes = 8 << 20;

/** The rows of a file that a unit wrote, in their order. Rows that are steps of a trajectory are not trajectories. */
export async function* readOutput(
  path: string,
  unit: WorkUnit,
  specs: readonly DatasetSpec[],
): AsyncGenerator<OutputRow> {
  const source = openFile(path);
  try {
    const footer = await readFooter(source);
    const [first] = unit.sources;
    const isParquet = first!.kind === 'parquet';
    const shape = isParquet ? shapeFor(first!.spec, footer, first!.file, specs) : undefined;
    if (shape?.group !== undefined) return;
    const own = footer.root.children.filter(({ name }) =>
      /^(trajsieve_(row|verdict|disposition|file)|record)$/.test(name),
    );
    const wanted = [...own, ...(shape?.columns ?? [])];
    const leaves = new Set(wanted.flatMap((column) => [...leavesBelow(column)]));
    const specOf = new Map(unit.sources.map(({ file, spec }) => [file, spec]));
    for (const group of footer.rowGroups) {
      for await (const window of readWindows(source, group, leaves, windowBytes)) {
        for (let at = 0; at < window.rowCount; at++) {
          const values = Object.fromEntries(
            own.map((column) => [column.name, assembleColumn(window, column, at)]),
          );
          const file = String(values['trajsieve_file'] ?? first!.file);
          yield {
            file,
            row: Number(values['trajsieve_row']),
            verdict: String(values['trajsieve_verdict']),
            disposition: String(values['trajsieve_disposition']),
            trajectory: () => {
              if (shape !== undefined) return shape.read(readColumns(window, shape, at));
              const records = recordShapeFor(specOf.get(file)!, file, specs);
              if (records.unit !== 'row' || records.group !== undefined)
                throw new Error('a record is no trajectory');
              return records.read(JSON.parse(String(values['record'])));
            },
          };
        }
      }
    }
  } finally {
    source.close();
  }
}
