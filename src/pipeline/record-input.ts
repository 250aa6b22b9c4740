import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { TrajsieveError } from '../errors.ts';
import { recogniseRecords, recordShapeOf, rowsToSample } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { compressionOf, readBytes, readHead } from './byte-stream.ts';
import { type Input, type InputKind, type InputPart, identityOf } from './input.ts';
import { type RecordBlock, splitArray, splitLines, wholeFile } from './split-records.ts';

/** Bytes at both ends of a file by which versions are told apart. */
const endLength = 64 * 1024;

/** Bytes of lines that are one part. */
const partSize = 16 << 20;

/** Whether a file is Parquet: by its first bytes, or by its name where it has none of them. */
export function isParquet(file: string): boolean {
  const head = readHead(file, 4);
  const magic = String.fromCharCode(...head);
  return magic === 'PAR1' || magic === 'PARE' || /\.parquet$/i.test(file);
}

/** What a file of JSON is, by its first records. */
export async function inspectRecords(
  file: string,
  specs: readonly DatasetSpec[],
  dataset: DatasetSpec | undefined,
): Promise<Input> {
  const identity = recordIdentity(file);
  if (identity.size === 0) throw new TrajsieveError('input-empty', 'file is empty', { where: { file } });
  const layout = await layoutOf(file);
  const records = await sampleRecords(file, layout);
  const shape =
    dataset === undefined
      ? recogniseRecords(records, file, specs)
      : recordShapeOf(dataset, 'it was asked for by name', file);
  const kind: InputKind = shape.unit === 'file' ? 'session' : shape.unit === 'columns' ? 'document' : layout;
  const isOneRow = kind === 'session' || (kind === 'document' && shape.unit === 'row');
  const whole: InputPart = { index: 0, rows: isOneRow ? 1 : null, bytes: identity.size, firstRow: 0 };
  const canCut = kind === 'lines' && compressionOf(readHead(file, 4)) === 'none';
  return {
    file,
    identity,
    kind,
    spec: shape.spec,
    reason: shape.reason,
    unread: shape.unread,
    parts: canCut ? await cutLines(file) : [whole],
    isGrouped: false,
  };
}

/** Identity of a file that has no footer. */
export function recordIdentity(file: string) {
  const { size } = statSync(file);
  const descriptor = openSync(file, 'r');
  try {
    const ends = new Uint8Array(2 * endLength);
    const head = readSync(descriptor, ends, 0, endLength, 0);
    const tail = readSync(descriptor, ends, head, endLength, Math.max(0, size - endLength));
    return identityOf(file, ends.subarray(0, head + tail));
  } finally {
    closeSync(descriptor);
  }
}

/** Lines, an array, or one document: by the first bytes, decompressed. */
async function layoutOf(file: string): Promise<'lines' | 'array' | 'document'> {
  const head = await firstBytes(file, 4 << 20);
  const text = new TextDecoder()
    .decode(head.bytes)
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

async function firstBytes(file: string, length: number): Promise<{ bytes: Uint8Array; isAll: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const block of readBytes(file)) {
    parts.push(block);
    size += block.length;
    if (size >= length) return { bytes: Buffer.concat(parts).subarray(0, length), isAll: false };
  }
  return { bytes: Buffer.concat(parts), isAll: true };
}

/** The records of a file, block by block. */
export function recordsOf(
  file: string,
  layout: InputKind,
  budget: number,
  range?: { start: number; end: number },
): AsyncGenerator<RecordBlock> {
  const bytes = readBytes(file, range);
  if (layout === 'array') return splitArray(bytes, budget);
  return layout === 'lines' || layout === 'session' ? splitLines(bytes, budget) : wholeFile(bytes);
}

async function sampleRecords(file: string, layout: 'lines' | 'array' | 'document'): Promise<unknown[]> {
  const records: unknown[] = [];
  const decoder = new TextDecoder();
  for await (const { bytes, starts, ends } of recordsOf(file, layout, 1 << 20)) {
    for (let i = 0; i < starts.length; i++) {
      if (records.length >= rowsToSample) return records;
      try {
        records.push(JSON.parse(decoder.decode(bytes.subarray(starts[i]!, ends[i]!))));
      } catch {
        // a bad line costs its row, later
      }
    }
  }
  return records;
}

/** Cuts a file of lines into parts, and counts the records in each. */
async function cutLines(file: string): Promise<InputPart[]> {
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
  for await (const block of readBytes(file)) {
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
