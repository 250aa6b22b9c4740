import { assembleColumn, leavesBelow } from '../parquet/assemble.ts';
import { loadCodecs } from '../parquet/codec.ts';
import type { Footer } from '../parquet/footer.ts';
import type { SchemaNode } from '../parquet/schema.ts';
import type { ByteSource } from '../parquet/source.ts';
import { readWindows } from '../parquet/window.ts';
import { rowsToSample } from '../trajectory/recognise.ts';

/** Decoded bytes of the largest column that are read to recognise a file: in practice its first page. */
const sampleBytes = 1 << 20;

/** Columns with more of it, on average, in a row are left out: pictures, embeddings, whole repositories. */
const largestCell = 32 << 20;

/**
 * The first rows of a file, each with the values of its columns by name. A column that cannot be read is left out: its
 * damage is reported where it costs rows.
 */
export async function firstRows(source: ByteSource, footer: Footer): Promise<Record<string, unknown>[]> {
  await loadCodecs();
  const group = footer.rowGroups.find(({ rowCount }) => rowCount > 0);
  if (group === undefined) return [];
  const count = Math.min(rowsToSample, group.rowCount);
  const rows = Array.from({ length: count }, (): Record<string, unknown> => ({}));
  for (const column of footer.root.children) {
    if (cellBytes(column) > largestCell) continue;
    try {
      for await (const window of readWindows(source, group, leavesBelow(column), sampleBytes)) {
        for (let row = 0; row < window.rowCount && window.firstRow + row < count; row++) {
          rows[window.firstRow + row]![column.name] = assembleColumn(window, column, row);
        }
        if (window.firstRow + window.rowCount >= count) break;
      }
    } catch {
      // seen again, and accounted for, when the row group is read
    }
  }
  return rows;

  function cellBytes(column: SchemaNode): number {
    let bytes = 0;
    for (const leaf of leavesBelow(column)) bytes += group!.chunks[leaf.leaf]!.uncompressedSize;
    return bytes / group!.rowCount;
  }
}
