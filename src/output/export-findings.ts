import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import {
  Bool,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { ColumnSpec } from '../parquet/columns.ts';
import { emptyFooter, OutputFile } from '../parquet/output-file.ts';
import { OwnColumns } from '../parquet/own-columns.ts';
import { createFile } from '../parquet/sink.ts';
import { version } from '../version.ts';
import { findingColumns } from './findings.ts';
import { listFolder } from './list-folder.ts';
import { type FlatValue, readRows } from './read-rows.ts';

export const findingFormats = ['jsonl', 'parquet', 'arrow'] as const;
export type FindingFormat = (typeof findingFormats)[number];

/** Findings that are put together before they are written. */
const batchSize = 4096;

type Row = Readonly<Record<string, FlatValue>>;

/**
 * Writes all findings of a scan or run as one stream: JSON lines, an Arrow IPC stream, or one Parquet file. They come in
 * the order of the units; memory holds one batch.
 * @param folder of the scan or run
 * @param target a stream, or the path of a file
 */
export async function exportFindings(
  folder: string,
  format: FindingFormat,
  target: NodeJS.WritableStream | string,
): Promise<void> {
  if (format === 'parquet') return await exportParquet(folder, target);
  const stream = typeof target === 'string' ? createWriteStream(target) : target;
  const put = async (bytes: Uint8Array | string) => {
    if (!stream.write(bytes)) await once(stream, 'drain');
  };
  if (format === 'jsonl') {
    for await (const batch of batches(folder))
      await put(batch.map((row) => `${JSON.stringify(row)}\n`).join(''));
  } else for await (const bytes of arrowStream(folder)) await put(bytes);
  if (typeof target !== 'string') return;
  stream.end();
  await finished(stream);
}

async function* batches(folder: string): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = [];
  const names = findingColumns.map(({ name }) => name);
  for (const file of listFolder(join(folder, 'findings'))) {
    for await (const row of readRows(join(folder, 'findings', file), names)) {
      batch.push(row);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** An Arrow IPC stream, a batch at a time: the writer of apache-arrow would hold all of it until its end. */
async function* arrowStream(folder: string): AsyncGenerator<Uint8Array> {
  const schema = new Schema(findingColumns.map((spec) => new Field(spec.name, arrowType(spec), true)));
  const encode = (rows?: readonly Row[]) => {
    const writer = new RecordBatchStreamWriter({ autoDestroy: false });
    writer.reset(undefined, schema);
    if (rows !== undefined) writer.write(recordBatch(schema, rows));
    writer.finish();
    return writer.toUint8Array(true);
  };
  const empty = encode();
  const schemaLength = empty.length - endOfStream;
  yield empty.subarray(0, schemaLength);
  for await (const batch of batches(folder)) {
    const bytes = encode(batch);
    yield bytes.subarray(schemaLength, bytes.length - endOfStream);
  }
  yield empty.subarray(schemaLength);
}

/** Bytes of the marker at the end of an Arrow IPC stream. */
const endOfStream = 8;

function recordBatch(schema: Schema, rows: readonly Row[]): RecordBatch {
  const children = schema.fields.map(({ name, type }) => {
    const isLong = type instanceof Int64;
    const values = rows.map((row) => {
      const value = row[name] ?? null;
      return isLong && value !== null ? BigInt(value as number) : value;
    });
    return vectorFromArray(values, type).data[0]!;
  });
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, makeData({ type, length: rows.length, nullCount: 0, children }));
}

function arrowType({ type }: ColumnSpec): DataType {
  switch (type) {
    case 'int32':
      return new Int32();
    case 'int64':
      return new Int64();
    case 'double':
      return new Float64();
    case 'boolean':
      return new Bool();
    default:
      return new Utf8();
  }
}

async function exportParquet(folder: string, target: NodeJS.WritableStream | string): Promise<void> {
  if (typeof target !== 'string') {
    // Parquet ends with where everything lies: it is put together before it is printed
    const file = join(folder, 'findings.parquet');
    await exportParquet(folder, file);
    const { createReadStream } = await import('node:fs');
    for await (const block of createReadStream(file)) if (!target.write(block)) await once(target, 'drain');
    return;
  }
  const file = new OutputFile(
    createFile(target),
    emptyFooter(`trajsieve version ${version}`),
    findingColumns,
  );
  const columns = new OwnColumns(findingColumns, 'ZSTD');
  const flush = () => {
    const { rowCount } = columns;
    if (rowCount === 0) return;
    for (const chunk of columns.take()) file.ownChunk(chunk);
    file.finishRowGroup(rowCount);
  };
  for await (const batch of batches(folder)) {
    for (const row of batch) columns.add({ ...row, row: BigInt(row['row'] as number) });
    if (columns.rowCount >= 100_000) flush();
  }
  flush();
  file.finish();
}
