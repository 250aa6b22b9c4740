import { loadCodecs } from '../../src/parquet/codec.ts';
import { type ColumnSpec, encodeColumn } from '../../src/parquet/columns.ts';
import { readFooter } from '../../src/parquet/footer.ts';
import { OutputFile } from '../../src/parquet/output-file.ts';
import { createFile } from '../../src/parquet/sink.ts';
import { openFile } from '../../src/parquet/source.ts';
import { spliceColumns } from '../../src/parquet/splice.ts';

const rowColumn: ColumnSpec = { name: 'trajsieve_row', type: 'int32' };
const tagsColumn: ColumnSpec = {
  name: 'trajsieve_tags',
  type: 'list',
  element: {
    name: 'element',
    type: 'struct',
    fields: [
      { name: 'name', type: 'string' },
      { name: 'step', type: 'int32' },
    ],
  },
};

/**
 * Splices one file into several, as the pipeline does, with two columns of our own: each row's number in the input,
 * and a nested list.
 * @param targetOf for each row of the file the index of its output, or `dropped`
 */
export async function spliceFile(
  input: string,
  outputs: readonly string[],
  targetOf: (row: number) => number,
): Promise<{ rows: number }> {
  await loadCodecs();
  const source = openFile(input);
  try {
    const footer = await readFooter(source);
    const files = outputs.map((path) => new OutputFile(createFile(path), footer, [rowColumn, tagsColumn]));
    for (const group of footer.rowGroups) {
      const { codec } = group.chunks[0] ?? { codec: 'ZSTD' };
      const ownCodec = codec === 'UNCOMPRESSED' ? 'SNAPPY' : codec;
      const target = Uint8Array.from({ length: group.rowCount }, (_, row) => targetOf(group.firstRow + row));
      const rows = files.map((_, index) => [...target.keys()].filter((row) => target[row] === index));
      await spliceColumns(
        source,
        group,
        target,
        files.map((file, i) => ({ file, rows: rows[i]!.length })),
      );
      for (const [i, file] of files.entries()) {
        const numbers = rows[i]!.map((row) => group.firstRow + row);
        if (numbers.length === 0) continue;
        for (const own of encodeColumn(rowColumn, numbers, ownCodec)) file.ownChunk(own);
        const tags = numbers.map((row) => (row % 3 === 0 ? [] : [{ name: `tag ${row}`, step: row % 5 }]));
        for (const own of encodeColumn(tagsColumn, tags, ownCodec)) file.ownChunk(own);
        file.finishRowGroup(numbers.length, group);
      }
    }
    for (const file of files) file.finish();
    return { rows: footer.rowCount };
  } finally {
    source.close();
  }
}
