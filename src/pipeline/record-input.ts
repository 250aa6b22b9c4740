import { messageOf, TrajsieveError } from '../errors.ts';
import type { ByteSource } from '../parquet/source.ts';
import { openStream } from '../remote/open.ts';
import { recogniseRecords, recordShapeOf, rowsToSample } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { type ByteRange, compressionOf, readHead, readSource } from './byte-stream.ts';
import { evalSamples, listEvalSamples } from './eval-log.ts';
import { type FileIdentity, type Input, type InputKind, type InputPart, identityOf } from './input.ts';
import { type RecordBlock, splitArray, splitLines, wholeFile } from './split-records.ts';
import { isZip } from './zip.ts';

/** Bytes at both ends of a file by which versions are told apart. */
const endLength = 64 * 1024;

/** Bytes of lines, or of samples, that are one part. */
const partSize = 16 << 20;

/** Whether a file is Parquet: by its first bytes, or by its name where it has none of them. */
export async function isParquet(source: ByteSource): Promise<boolean> {
  const head = await readHead(source, 4);
  const magic = String.fromCharCode(...head);
  return magic === 'PAR1' || magic === 'PARE' || /\.parquet$/i.test(source.name);
}

/** The same of a file by its name. */
export async function isParquetFile(file: string): Promise<boolean> {
  const source = await openStream(file);
  try {
    return await isParquet(source);
  } finally {
    source.close();
  }
}

/** What a file of JSON is, by its first records. */
export async function inspectRecords(
  source: ByteSource,
  specs: readonly DatasetSpec[],
  dataset: DatasetSpec | undefined,
): Promise<Input> {
  const file = source.name;
  const identity = await recordIdentity(source);
  if (identity.size === 0) throw new TrajsieveError('input-empty', 'file is empty', { where: { file } });
  const layout = (await isZip(source)) ? 'samples' : await layoutOf(source);
  const records = await sampleRecords(source, layout);
  if (records.length === 0 && dataset === undefined) throw await noRecords(source, layout);
  const shape =
    dataset === undefined
      ? recogniseRecords(records, file, specs)
      : recordShapeOf(dataset, 'it was asked for by name', file);
  const kind: InputKind = shape.unit === 'file' ? 'session' : layout;
  const isOneRow =
    kind === 'session' || (kind === 'document' && shape.unit === 'row' && shape.batches.length === 0);
  const whole: InputPart = { index: 0, rows: isOneRow ? 1 : null, bytes: identity.size, firstRow: 0 };
  const canCut =
    kind === 'lines' &&
    shape.unit === 'row' &&
    shape.group === undefined &&
    shape.batches.length === 0 &&
    compressionOf(await readHead(source, 4)) === 'none';
  const parts = kind === 'samples' ? await cutSamples(source) : canCut ? await cutLines(source) : [whole];
  return {
    file,
    identity,
    kind,
    spec: shape.spec,
    reason: shape.reason,
    unread: shape.unread,
    parts,
    isGrouped: shape.group !== undefined,
  };
}

/** Identity of a file that has no footer. */
export async function recordIdentity(source: ByteSource): Promise<FileIdentity> {
  const { size } = source;
  const length = Math.min(endLength, size);
  const ends = Buffer.concat([await source.read(0, length), await source.read(size - length, length)]);
  return identityOf(source, ends);
}

/** Lines, an array, or one document: by the first bytes, decompressed. */
async function layoutOf(source: ByteSource): Promise<'lines' | 'array' | 'document'> {
  const file = source.name;
  const head = await firstBytes(source, 4 << 20);
  const text = new TextDecoder()
    .decode(head)
    .replace(/^\ufeff/, '')
    .trimStart();
  const named = /\.(?:jsonl|ndjson)(?:\.(?:gz|zst))?$/i.test(file);
  if (text.startsWith('[')) return named && isJson(firstLine(text)) ? 'lines' : 'array';
  if (!text.startsWith('{')) {
    throw new TrajsieveError('input-unknown', 'file is neither Parquet nor JSON', {
      where: { file },
      remedy: 'inputs are Parquet, JSONL and JSON files, the latter also as .gz or .zst',
    });
  }
  if (named) return 'lines';
  // many a .json holds lines
  const line = firstLine(text);
  return line.length < text.trimEnd().length && isJson(line) ? 'lines' : 'document';
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return (end < 0 ? text : text.slice(0, end)).trim();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function firstBytes(source: ByteSource, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const block of readSource(source)) {
      parts.push(block);
      size += block.length;
      if (size >= length) return Buffer.concat(parts).subarray(0, length);
    }
  } catch (error) {
    // damage behind the first bytes costs the rows there, later
    if (size === 0) throw error;
  }
  return Buffer.concat(parts);
}

/** The records of a file, block by block. */
export function recordsOf(
  source: ByteSource,
  layout: InputKind,
  budget: number,
  range?: ByteRange,
): AsyncGenerator<RecordBlock> {
  if (layout === 'samples') return evalSamples(source, budget, range);
  const bytes = readSource(source, range);
  if (layout === 'array') return splitArray(bytes, budget);
  return layout === 'lines' || layout === 'session' ? splitLines(bytes, budget) : wholeFile(bytes);
}

/** The first records of a file, parsed; what is no JSON is left out: it costs its row, later. */
export async function sampleRecords(source: ByteSource, layout: InputKind): Promise<unknown[]> {
  const records: unknown[] = [];
  const decoder = new TextDecoder();
  try {
    for await (const { bytes, starts, ends } of recordsOf(source, layout, 1 << 20)) {
      for (let i = 0; i < starts.length; i++) {
        if (records.length >= rowsToSample) return records;
        try {
          records.push(JSON.parse(decoder.decode(bytes.subarray(starts[i]!, ends[i]!))));
        } catch {
          // a bad line costs its row, later
        }
      }
    }
  } catch (error) {
    if (records.length === 0) throw error;
  }
  return records;
}

/** Why a file gave no record that could be read. */
async function noRecords(source: ByteSource, layout: InputKind): Promise<TrajsieveError> {
  const file = source.name;
  for await (const { bytes, starts, ends, lines } of recordsOf(source, layout, 1 << 20)) {
    try {
      JSON.parse(new TextDecoder().decode(bytes.subarray(starts[0]!, ends[0]!)));
    } catch (error) {
      return new TrajsieveError('input-unknown', `no record of the file is JSON: ${messageOf(error)}`, {
        where: { file, line: lines[0]! },
        remedy: 'write one record a line, or one JSON array of all',
      });
    }
  }
  return new TrajsieveError('input-empty', 'file holds no records', { where: { file } });
}

/** Cuts a log into ranges of its samples. */
async function cutSamples(source: ByteSource): Promise<InputPart[]> {
  const parts: InputPart[] = [];
  let start = 0;
  let bytes = 0;
  const samples = await listEvalSamples(source);
  for (const [number, { size }] of samples.entries()) {
    bytes += size;
    const end = number + 1;
    if (bytes < partSize && end < samples.length) continue;
    const lines = { start, end, line: start + 1 };
    parts.push({ index: parts.length, rows: end - start, bytes, firstRow: start, lines });
    start = end;
    bytes = 0;
  }
  return parts;
}

/** Cuts a file of lines into parts, and counts the records in each. */
async function cutLines(source: ByteSource): Promise<InputPart[]> {
  const parts: InputPart[] = [];
  let firstRow = 0;
  let rows = 0;
  let start = 0;
  let startLine = 1;
  let line = 1;
  let position = 0;
  let isBlank = true;
  const close = (end: number) => {
    if (end === start) return;
    parts.push({
      index: parts.length,
      rows,
      bytes: end - start,
      firstRow,
      lines: { start, end, line: startLine },
    });
    firstRow += rows;
    rows = 0;
    start = end;
    startLine = line;
  };
  for await (const block of readSource(source)) {
    for (let at = 0; at < block.length; ) {
      const found = block.indexOf(0x0a, at);
      const end = found < 0 ? block.length : found;
      if (isBlank) isBlank = isBlankText(block, at, end);
      if (found < 0) break;
      if (!isBlank) rows += 1;
      isBlank = true;
      line += 1;
      at = found + 1;
      if (position + at - start >= partSize) close(position + at);
    }
    position += block.length;
  }
  if (!isBlank) rows += 1;
  close(position);
  return parts;
}

function isBlankText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}
