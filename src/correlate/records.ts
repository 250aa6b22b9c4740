import { messageOf, TrajsieveError } from '../errors.ts';
import { assembleColumn, leavesBelow } from '../parquet/assemble.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { readFooter } from '../parquet/footer.ts';
import { readWindows } from '../parquet/window.ts';
import { readBytes } from '../pipeline/byte-stream.ts';
import { isParquetFile } from '../pipeline/record-input.ts';
import { splitArray, splitLines } from '../pipeline/split-records.ts';
import { openInput } from '../remote/open.ts';
import { parseCsv } from './csv.ts';
import type { FeedRecord } from './feeds/feed.ts';
import { awsDefaultFields } from './feeds/flow-log.ts';

/** A record of a table with its line, from 1 (for Parquet: its row, from 1), or why the line is none. */
export type TableLine =
  | { readonly line: number; readonly record: FeedRecord }
  | { readonly line: number; readonly problem: string };

const blockSize = 1 << 20;
/** Longest line that is read; longer ones are unreadable. */
const longestLine = 16 << 20;

/**
 * The records of a file, streamed: JSON lines, a JSON array, Zeek's TSV, a space-separated flow log with or without its
 * header, CSV with a header, or Parquet; also compressed with gzip or zstd. What the file is, is told by its first bytes.
 */
export async function* readTable(file: string): AsyncGenerator<TableLine> {
  if (await isParquetFile(file)) {
    yield* parquetRows(file);
    return;
  }
  const layout = await layoutOf(file);
  if (layout === 'array') yield* jsonRecords(splitArray(readBytes(file), blockSize));
  else if (layout === 'json') yield* jsonRecords(splitLines(readBytes(file), blockSize));
  else if (layout === 'zeek') yield* zeekRecords(textLines(file));
  else if (layout === 'flow') yield* flowRecords(textLines(file));
  else yield* csvRecords(textLines(file));
}

type Layout = 'json' | 'array' | 'zeek' | 'flow' | 'csv';

/** Lines from which the layout is told: the first may be the rest of one that was cut when the log was rotated. */
const linesToTell = 20;

async function layoutOf(file: string): Promise<Layout> {
  const lines: string[] = [];
  for await (const { text } of textLines(file)) {
    lines.push(text.replace(/^\ufeff/, ''));
    if (lines.length >= linesToTell) break;
  }
  const [first] = lines;
  if (first === undefined) {
    throw new TrajsieveError('alerts-empty', 'file is empty', {
      where: { file },
      remedy: 'leave it away, if it is meant to be',
    });
  }
  if (first.startsWith('[')) return 'array';
  if (lines.some((line) => /^#(?:separator|fields)\b/.test(line))) return 'zeek';
  if (lines.some((line) => line.startsWith('{') && isJson(line))) return 'json';
  if (lines.some(isFlowLine)) return 'flow';
  return first.startsWith('{') ? 'json' : 'csv';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isFlowLine(line: string): boolean {
  const words = line.split(/\s+/);
  if (words.includes('srcaddr') && words.includes('dstaddr')) return !line.includes(',');
  return words.length === awsDefaultFields.length && /^(?:ACCEPT|REJECT|-)$/.test(words[12]!);
}

interface TextLine {
  readonly line: number;
  readonly text: string;
  readonly isTooLong: boolean;
}

/** The lines of a file, also compressed. Blank ones are left out. */
export async function* textLines(file: string): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  for await (const { bytes, starts, ends, lines } of splitLines(readBytes(file), blockSize)) {
    for (let at = 0; at < starts.length; at++) {
      const isTooLong = ends[at]! - starts[at]! > longestLine || ends[at] === 0;
      const text = isTooLong ? '' : decoder.decode(bytes.subarray(starts[at]!, ends[at]!));
      yield { line: lines[at]!, text, isTooLong };
    }
  }
}

async function* jsonRecords(blocks: ReturnType<typeof splitLines>): AsyncGenerator<TableLine> {
  const decoder = new TextDecoder();
  for await (const { bytes, starts, ends, lines } of blocks) {
    for (let at = 0; at < starts.length; at++) {
      const line = lines[at]!;
      if (ends[at]! - starts[at]! > longestLine || ends[at] === 0) {
        yield { line, problem: 'line is too long' };
        continue;
      }
      let value: unknown;
      try {
        value = JSON.parse(decoder.decode(bytes.subarray(starts[at]!, ends[at]!)));
      } catch (error) {
        yield { line, problem: `line is no JSON: ${messageOf(error).slice(0, 120)}` };
        continue;
      }
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        yield { line, record: value as FeedRecord };
      else yield { line, problem: 'line is no JSON object' };
    }
  }
}

async function* zeekRecords(lines: AsyncIterable<TextLine>): AsyncGenerator<TableLine> {
  let separator = '\t';
  let unset = '-';
  let empty = '(empty)';
  let fields: string[] = [];
  for await (const { line, text, isTooLong } of lines) {
    if (isTooLong) {
      yield { line, problem: 'line is too long' };
      continue;
    }
    if (text.startsWith('#')) {
      // `#separator \x09` is followed by a space, all other headers by the separator itself
      const own = /^#separator\s+\\x([0-9a-f]{2})/i.exec(text);
      if (own !== null) separator = String.fromCharCode(Number.parseInt(own[1]!, 16));
      const [name, ...values] = text.split(separator);
      if (name === '#fields') fields = values;
      if (name === '#unset_field') unset = values[0] ?? unset;
      if (name === '#empty_field') empty = values[0] ?? empty;
      continue;
    }
    const cells = text.split(separator);
    if (fields.length === 0) yield { line, problem: 'line stands before the header that names its fields' };
    else if (cells.length !== fields.length)
      yield { line, problem: `line has ${cells.length} fields, not ${fields.length}` };
    else yield { line, record: recordOf(fields, cells, (cell) => cell === unset || cell === empty) };
  }
}

async function* flowRecords(lines: AsyncIterable<TextLine>): AsyncGenerator<TableLine> {
  let fields: readonly string[] = awsDefaultFields;
  for await (const { line, text, isTooLong } of lines) {
    const cells = text.split(/\s+/);
    if (isTooLong) yield { line, problem: 'line is too long' };
    // files that were put together repeat their header
    else if (cells.includes('srcaddr')) fields = cells.map((name) => name.replaceAll('-', '_'));
    else if (cells.length !== fields.length)
      yield { line, problem: `line has ${cells.length} fields, not ${fields.length}` };
    else yield { line, record: recordOf(fields, cells, (cell) => cell === '-') };
  }
}

async function* csvRecords(lines: AsyncIterable<TextLine>): AsyncGenerator<TableLine> {
  let fields: readonly string[] | undefined;
  let separator = ',';
  for await (const { line, text, isTooLong } of lines) {
    if (fields === undefined) {
      separator = [',', ';', '\t'].find((one) => text.includes(one)) ?? ',';
      fields = parseCsv(text.replace(/^\ufeff/, ''), separator) ?? [];
      continue;
    }
    const cells = isTooLong ? undefined : parseCsv(text, separator);
    if (cells === undefined)
      yield { line, problem: isTooLong ? 'line is too long' : 'line has a quote that does not end' };
    else if (cells.length !== fields.length)
      yield { line, problem: `line has ${cells.length} fields, not ${fields.length}` };
    else yield { line, record: recordOf(fields, cells, (cell) => cell === '') };
  }
}

function recordOf(
  fields: readonly string[],
  cells: readonly string[],
  isMissing: (cell: string) => boolean,
): FeedRecord {
  const record: Record<string, unknown> = {};
  for (const [at, name] of fields.entries()) {
    const cell = cells[at]!;
    record[name] = isMissing(cell) ? undefined : cell;
  }
  return record;
}

/** Decoded bytes of the largest column that are in memory at once. */
const windowBytes = 4 << 20;

async function* parquetRows(file: string): AsyncGenerator<TableLine> {
  await loadCodecs();
  const source = await openInput(file);
  try {
    const footer = await readFooter(source);
    const columns = footer.root.children;
    const leaves = new Set(columns.flatMap((column) => [...leavesBelow(column)]));
    const names = columns.map((column) => column.name.replaceAll('-', '_'));
    for (const group of footer.rowGroups) {
      for await (const window of readWindows(source, group, leaves, windowBytes)) {
        for (let row = 0; row < window.rowCount; row++) {
          const record: Record<string, unknown> = {};
          for (const [at, column] of columns.entries())
            record[names[at]!] = assembleColumn(window, column, row) ?? undefined;
          yield { line: group.firstRow + window.firstRow + row + 1, record };
        }
      }
    }
  } finally {
    source.close();
  }
}
