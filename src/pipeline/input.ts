import { createHash } from 'node:crypto';
import { messageOf, TrajsieveError } from '../errors.ts';
import { readFooter } from '../parquet/footer.ts';
import type { ByteSource } from '../parquet/source.ts';
import { openStream, randomAccess } from '../remote/open.ts';
import { applySpec, recognise } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import type { InputProblem } from './inputs.ts';
import { inspectRecords, isParquet } from './record-input.ts';
import { firstRows } from './sample.ts';
import { isZip } from './zip.ts';

/**
 * How the rows of a file lie in it: row groups of Parquet; lines of JSONL; elements of one JSON array; one JSON document
 * that is a row or holds many; entries that are one trajectory together; or the samples of an Inspect `.eval` log.
 */
export type InputKind = 'parquet' | 'lines' | 'array' | 'document' | 'session' | 'samples';

/** Tells one version of a file from another without reading all of it. */
export interface FileIdentity {
  readonly size: number;
  /** milliseconds since 1970 */
  readonly modified: number;
  /** SHA-256 of a Parquet file's footer; of the first and last bytes of another file */
  readonly footer: string;
  /** the entity tag of a remote file, where its server gives one */
  readonly version?: string;
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
  /**
   * for lines: bytes `[start, end)` of the file, and the number of the first line, from 1;
   * for samples: their numbers `[start, end)` in the log, from 0, and that of the first, from 1
   */
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
    const source = await openStream(file);
    try {
      return (await isParquet(source))
        ? await inspectParquet(source, specs, dataset)
        : await inspectRecords((await isZip(source)) ? randomAccess(source) : source, specs, dataset);
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof TrajsieveError) return { file, code: error.code, message: error.describe() };
    return { file, code: 'input-unreadable', message: `${messageOf(error)} (${file})` };
  }
}

async function inspectParquet(
  stream: ByteSource,
  specs: readonly DatasetSpec[],
  dataset: DatasetSpec | undefined,
): Promise<Input> {
  const file = stream.name;
  const source = randomAccess(stream);
  try {
    const footer = await readFooter(source);
    const shape =
      dataset === undefined
        ? recognise(footer, file, specs, await firstRows(source, footer))
        : applySpec(dataset, footer, file);
    return {
      file,
      identity: identityOf(source, footer.bytes),
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
export function identityOf({ size, modified, version }: ByteSource, telling: Uint8Array): FileIdentity {
  const footer = createHash('sha256').update(telling).digest('hex');
  return { size, modified, footer, ...(version === undefined ? {} : { version }) };
}
