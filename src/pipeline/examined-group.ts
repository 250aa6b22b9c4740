import { annotate, annotationColumns } from '../output/annotations.ts';
import { findingColumns, findingRows } from '../output/findings.ts';
import type { CodecName } from '../parquet/footer.ts';
import { OwnColumns } from '../parquet/own-columns.ts';
import { dropped } from '../parquet/splice.ts';
import type { Disposition } from '../policy/policy.ts';
import type { Examined } from './examine.ts';
import { keptOutput, quarantineOutput } from './row-map.ts';
import { countRow, emptyTally } from './tally.ts';

/** Codec of the columns and tables that are our own. */
const ownCodec: CodecName = 'ZSTD';

const outputOf: Readonly<Record<Disposition, number>> = {
  keep: keptOutput,
  annotate: keptOutput,
  quarantine: quarantineOutput,
  drop: dropped,
};

/** A row that could not be examined. */
export interface RowError {
  readonly row: number;
  readonly error: string;
}

/** What was decided about the rows of one row group, and what is to be written beside them. */
export class ExaminedGroup {
  /** for each row the number of its output, or `dropped` */
  readonly target: Uint8Array;
  /** annotation columns by output */
  readonly annotations = [keptOutput, quarantineOutput].map(
    () => new OwnColumns(annotationColumns, ownCodec),
  );
  readonly findings = new OwnColumns(findingColumns, ownCodec);
  readonly tally = emptyTally();
  readonly errors: RowError[] = [];

  constructor(rowCount: number) {
    this.target = new Uint8Array(rowCount).fill(dropped);
  }

  /**
   * @param row number within the row group
   * @param file how the findings table names the input
   */
  add(row: number, examined: Examined, file: string): void {
    const output = outputOf[examined.decision.disposition];
    this.target[row] = output;
    countRow(this.tally, examined);
    this.annotations[output]?.add(annotate(examined), 1 + examined.findings.length);
    for (const finding of findingRows(file, examined.id, examined)) this.findings.add(finding);
    if (examined.error !== undefined) this.errors.push({ row: examined.row, error: examined.error });
  }
}
