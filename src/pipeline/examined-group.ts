import { annotate, annotationColumns } from '../output/annotations.ts';
import { findingColumns, findingRows } from '../output/findings.ts';
import type { PageMap } from '../parquet/column.ts';
import type { CodecName, RowGroup } from '../parquet/footer.ts';
import { OwnColumns } from '../parquet/own-columns.ts';
import { dropped } from '../parquet/splice.ts';
import type { Disposition } from '../policy/policy.ts';
import type { ExaminedRow } from './group-reader.ts';
import { keptOutput, quarantineOutput, unreadableRow } from './row-map.ts';
import { countRow, emptyTally } from './tally.ts';

/** Codec of tables that are all our own. */
const tableCodec: CodecName = 'ZSTD';

/** Codec of our columns beside the input's: that of its largest column, where every reader of the input knows it. */
export function codecBeside(group: RowGroup): CodecName {
  const [largest] = [...group.chunks].sort((a, b) => b.uncompressedSize - a.uncompressedSize);
  const codec = largest?.codec ?? 'UNCOMPRESSED';
  return codec === 'UNCOMPRESSED' || codec === 'LZO' || codec === 'LZ4' ? 'SNAPPY' : codec;
}

const outputOf: Readonly<Record<Disposition, number>> = {
  keep: keptOutput,
  annotate: keptOutput,
  quarantine: quarantineOutput,
  drop: dropped,
};

/** A row that could not be examined. */
export interface RowError {
  readonly file: string;
  /** its number in the file */
  readonly row: number;
  readonly error: string;
}

/** What was decided about the rows of one row group, and what is to be written beside them. */
export class ExaminedGroup {
  #target: Uint8Array;
  #rowCount: number;
  /** annotation columns by output */
  readonly annotations: readonly OwnColumns[];
  readonly findings = new OwnColumns(findingColumns, tableCodec);
  readonly tally = emptyTally();
  readonly errors: RowError[] = [];
  /** rows of the pages that were read, which the splice then need not count */
  readonly pages: PageMap = new Map();

  /**
   * @param codec of the annotation columns
   * @param rowCount where it is known before
   */
  constructor(codec: CodecName, rowCount = 0) {
    this.#rowCount = rowCount;
    this.#target = new Uint8Array(rowCount).fill(dropped);
    this.annotations = [keptOutput, quarantineOutput].map(() => new OwnColumns(annotationColumns, codec));
  }

  /** For each row the number of its output, or `dropped`. */
  get target(): Uint8Array {
    return this.#target.subarray(0, this.#rowCount);
  }

  /**
   * @param file how the findings table names the input
   * @returns the number of the row's output, or `dropped`
   */
  add({ row, examined, isCandidate }: ExaminedRow, file: string): number {
    if (isCandidate) this.tally.candidates += 1;
    const output = outputOf[examined.decision.disposition];
    this.#setTarget(row, output);
    countRow(this.tally, examined);
    this.annotations[output]?.add(annotate(examined), 1 + examined.findings.length);
    for (const finding of findingRows(file, examined.id, examined)) this.findings.add(finding);
    if (examined.error !== undefined) this.errors.push({ file, row: examined.row, error: examined.error });
    return output;
  }

  /** A row that could not be read: it is in no output. */
  addUnreadable(row: number): void {
    this.#setTarget(row, unreadableRow);
  }

  #setTarget(row: number, output: number): void {
    if (row >= this.#target.length) {
      const larger = new Uint8Array(Math.max(1024, 2 * row)).fill(dropped);
      larger.set(this.#target);
      this.#target = larger;
    }
    this.#target[row] = output;
    this.#rowCount = Math.max(this.#rowCount, row + 1);
  }
}
