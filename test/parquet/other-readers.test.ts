import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { readColumnIndex, readOffsetIndex } from 'hyparquet/src/indexes.js';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { dropped } from '../../src/parquet/splice.ts';
import { spliceFile } from '../support/splice-file.ts';
import { temporaryFolder } from '../support/temporary.ts';

const parquetjs = createRequire(import.meta.url)('parquetjs');

interface Row {
  readonly [column: string]: unknown;
}

async function readWithHyparquet(path: string): Promise<Row[]> {
  return (await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors })) as Row[];
}

/** Its schema knows no groups within groups: of our own columns it reads the flat one. */
async function readWithParquetjs(path: string): Promise<Row[]> {
  const reader = await parquetjs.ParquetReader.openFile(path);
  const columns = Object.keys(reader.schema.fields).filter((name) => name !== 'trajsieve_tags');
  const cursor = reader.getCursor(columns);
  const rows: Row[] = [];
  for (let row = await cursor.next(); row !== null; row = await cursor.next()) rows.push(row);
  await reader.close();
  return rows;
}

const withoutOurs = (rows: readonly Row[]) =>
  rows.map(({ trajsieve_row: _, trajsieve_tags: __, ...rest }) => rest);

describe('files of parquetjs', () => {
  it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP'])(
    'in %s come back with rows cut out, to parquetjs itself',
    async (compression) => {
      const folder = temporaryFolder();
      const input = join(folder, 'in.parquet');
      const schema = new parquetjs.ParquetSchema({
        name: { type: 'UTF8', compression },
        note: { type: 'UTF8', compression, optional: true },
        size: { type: 'INT64', compression },
        price: { type: 'DOUBLE', compression },
        good: { type: 'BOOLEAN', compression },
        tags: { type: 'UTF8', compression, repeated: true },
        stock: {
          repeated: true,
          fields: { place: { type: 'UTF8', compression }, count: { type: 'INT32', compression } },
        },
      });
      const writer = await parquetjs.ParquetWriter.openFile(schema, input);
      writer.setRowGroupSize(40);
      for (let i = 0; i < 100; i++) {
        const note = i % 3 === 0 ? {} : { note: `note ${i} ✓` };
        const stock = Array.from({ length: i % 4 }, (_, n) => ({ place: `p${n}`, count: i * n }));
        const tags = i % 5 === 0 ? [] : ['a', `b${i}`];
        await writer.appendRow({
          name: `n${i}`,
          ...note,
          size: i * 1000,
          price: i / 7,
          good: i % 2 === 0,
          tags,
          stock,
        });
      }
      await writer.close();
      const before = await readWithParquetjs(input);

      const output = join(folder, 'out.parquet');
      await spliceFile(input, [output], (row) => (row % 3 === 1 ? dropped : 0));
      const after = await readWithParquetjs(output);
      expect(withoutOurs(after)).toEqual(before.filter((_, row) => row % 3 !== 1));
      expect(after.map((row) => row['trajsieve_row'])).toEqual(
        before.flatMap((_, row) => (row % 3 === 1 ? [] : [row])),
      );
    },
  );
});

describe('files of hyparquet-writer', () => {
  it('come back with rows cut out, and page indexes that tell the truth', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'in.parquet');
    const count = 3000;
    const text = Array.from({ length: count }, (_, i) =>
      i % 11 === 0 ? null : `text ${String(i).padStart(6, '0')} ${'x'.repeat(i % 90)}`,
    );
    const id = Int32Array.from({ length: count }, (_, i) => i * 3);
    const price = Float64Array.from({ length: count }, (_, i) => Math.sin(i));
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [...id], type: 'INT32', columnIndex: true },
        { name: 'text', data: text, type: 'STRING', columnIndex: true },
        { name: 'price', data: [...price], type: 'DOUBLE', columnIndex: true },
      ],
      pageSize: 4000,
      rowGroupSize: 1000,
    });
    writeFileSync(input, Buffer.from(bytes));
    const output = join(folder, 'out.parquet');
    const gone = (row: number) => row % 97 === 5 || (row > 1200 && row < 1450);
    await spliceFile(input, [output], (row) => (gone(row) ? dropped : 0));
    const before = await readWithHyparquet(input);
    const after = await readWithHyparquet(output);
    expect(withoutOurs(after)).toEqual(before.filter((_, row) => !gone(row)));
    expect(await checkIndexes(output, after)).toBeGreaterThan(50);
  });
});

/** Holds every page of every indexed column against the rows that it should have. Returns how many pages it checked. */
async function checkIndexes(path: string, rows: readonly Row[]): Promise<number> {
  const file = await asyncBufferFromFile(path);
  const { row_groups: groups, schema } = await parquetMetadataAsync(file);
  const bytes = readFileSync(path);
  const section = (offset: bigint | undefined, length: number | undefined) => {
    if (offset === undefined || length === undefined) return undefined;
    const part = bytes.subarray(Number(offset), Number(offset) + length);
    return { view: new DataView(part.buffer, part.byteOffset, part.byteLength), offset: 0 };
  };
  let checked = 0;
  let firstRow = 0;
  for (const group of groups) {
    const rowCount = Number(group.num_rows);
    for (const chunk of group.columns) {
      const { path_in_schema: names } = chunk.meta_data!;
      const name = names[0]!;
      const offsets = section(chunk.offset_index_offset, chunk.offset_index_length);
      const columns = section(chunk.column_index_offset, chunk.column_index_length);
      if (names.length > 1 || offsets === undefined || columns === undefined) continue;
      const { page_locations: pages } = readOffsetIndex(offsets);
      const element = schema.find((one) => one.name === name)!;
      const index = readColumnIndex(columns, element);
      for (const [i, page] of pages.entries()) {
        const from = Number(page.first_row_index);
        const to = i + 1 < pages.length ? Number(pages[i + 1]!.first_row_index) : rowCount;
        const values = rows.slice(firstRow + from, firstRow + to).map((row) => row[name]);
        const present = values.filter((value) => value !== null) as (string | number)[];
        expect(index.null_pages[i]).toBe(present.length === 0);
        if (index.null_counts !== undefined)
          expect(Number(index.null_counts[i])).toBe(values.length - present.length);
        for (const value of present) {
          expect(value >= (index.min_values[i] as unknown as string | number)).toBe(true);
          expect(value <= (index.max_values[i] as unknown as string | number)).toBe(true);
        }
        checked += 1;
      }
    }
    firstRow += rowCount;
  }
  return checked;
}
