import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { messageOf, TrajsieveError } from '../errors.ts';
import { readFooter } from '../parquet/footer.ts';
import { openFile } from '../parquet/source.ts';
import { applySpec, recognise } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import type { InputProblem } from './inputs.ts';
import { inspectRecords, isParquet } from './record-input.ts';
import { firstRows } from './sample.ts';

/**
 * How the rows of a file lie in it: row groups of Parquet; lines of JSONL; elements of one JSON array; one JSON document
 * that is a row or holds many; or entries that are one trajectory together.
 */
export type InputKind = 'parquet' | 'lines' | 'array' | 'document' | 'session';

/** Tells one version of a file from another without reading all of it. */
export interface FileIdentity {
  readonly size: number;
  /** milliseconds since 1970 */
  readonly modified: number;
  /** SHA-256 of a Parquet file's footer; of the first and last bytes of another file */
  readonly footer: string;
}

/** A part of an input that a work unit takes whole: a row group, or a range of lines. */
export interface InputPart {
  /** number of the row group, or of the part */
  readonly index: number;
  /** null where only reading all of it tells: compressed files, arrays, documents */
  readonly rows: number | null;
  /** uncompressed bytes, as far as they are known */
  readonly bytes: number;
  /** row number, in the file, of its first row */
  readonly firstRow: number;
  /** for lines: bytes `[start, end)` of the file, and the number of the first line, from 1 */
  readonly lines?: { readonly start: number; readonly end: number; readonly line: number };
}

/** An input that could be opened. */
export interface Input {
  readonly file: string;
  readonly identity: FileIdentity;
  readonly kind: InputKind;
  readonly spec: string;
  /** why the spec was chosen */
  readonly reason: string;
  /** columns or fields that nobody reads */
  readonly unread: readonly string[];
  readonly parts: readonly InputPart[];
  /** for files with one step a row: the rows of one trajectory may lie in several row groups */
  readonly isGrouped: boolean;
}

/** Opens an input and finds out what it is; an input that cannot be read is told, not thrown. */
export async function inspectInput(
  file: string,
  specs: readonly DatasetSpec[],
  dataset: DatasetSpec | undefined,
): Promise<Input | InputProblem> {
  try {
    return isParquet(file)
      ? await inspectParquet(file, specs, dataset)
      : await inspectRecords(file, specs, dataset);
  } catch (error) {
    if (error instanceof TrajsieveError) return { file, code: error.code, message: error.describe() };
    return { file, code: 'input-unreadable', message: `${messageOf(error)} (${file})` };
  }
}

async function inspectParquet(
  file: string,
  specs: readonly DatasetSpec[],
  dataset: DatasetSpec | undefined,
): Promise<Input> {
  const source = openFile(file);
  try {
    const footer = await readFooter(source);
    const shape =
      dataset === undefined
        ? recognise(footer, file, specs, await firstRows(source, footer))
        : applySpec(dataset, footer, file);
    return {
      file,
      identity: identityOf(file, footer.bytes),
      kind: 'parquet',
      spec: shape.spec,
      reason: shape.reason,
      unread: shape.unread,
      parts: footer.rowGroups.map(({ index, rowCount, firstRow, chunks }) => ({
        index,
        rows: rowCount,
        bytes: chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0),
        firstRow,
      })),
      isGrouped: shape.group !== undefined,
    };
  } finally {
    source.close();
  }
}

/** @param telling bytes that differ between versions of the file */
export function identityOf(file: string, telling: Uint8Array): FileIdentity {
  const { size, mtimeMs } = statSync(file);
  return { size, modified: Math.round(mtimeMs), footer: createHash('sha256').update(telling).digest('hex') };
}
