import type { GroupEditor } from '../edit/parquet.ts';
import { changesRow, redactEvidence } from '../edit/row-edit.ts';
import { annotate, annotationColumns } from '../output/annotations.ts';
import { findingColumns, findingRows } from '../output/findings.ts';
import { SliceCounter } from '../output/slices.ts';
import type { PageMap } from '../parquet/column.ts';
import type { CodecName, RowGroup } from '../parquet/footer.ts';
import { OwnColumns } from '../parquet/own-columns.ts';
import { dropped } from '../parquet/splice.ts';
import type { Disposition } from '../policy/policy.ts';
import type { Examined } from './examine.ts';
import type { ExaminedRow } from './group-reader.ts';
import { recordedColumns, recordedValues, recordOf } from './recorded.ts';
import { keptOutput, negativeOutput, quarantineOutput, unreadableRow } from './row-map.ts';
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
  redact: keptOutput,
  mask: keptOutput,
  truncate: keptOutput,
  negative: negativeOutput,
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
  /** rows that the prefilter picked */
  candidates = 0;
  readonly slices = new SliceCounter();
  readonly errors: RowError[] = [];
  /** rows of the pages that were read, which the splice then need not count */
  readonly pages: PageMap;
  /** what is recorded for deciding again */
  readonly recorded = new OwnColumns(recordedColumns, tableCodec);
  /** rows that are kept, and changed on their way */
  readonly edited = new Set<number>();
  /** the changes; of records, they are made already */
  edits: GroupEditor | undefined;

  /**
   * @param codec of the annotation columns
   * @param rowCount where it is known before
   * @param pages of the row group, where several of these share it
   */
  constructor(codec: CodecName, rowCount = 0, pages: PageMap = new Map()) {
    this.pages = pages;
    this.#rowCount = rowCount;
    this.#target = new Uint8Array(rowCount).fill(dropped);
    this.annotations = [keptOutput, quarantineOutput, negativeOutput].map(
      () => new OwnColumns(annotationColumns, codec),
    );
  }

  /** For each row the number of its output, or `dropped`. */
  get target(): Uint8Array {
    return this.#target.subarray(0, this.#rowCount);
  }

  /**
   * @param file how the findings table names the input
   * @param source number of the file among those of its unit
   * @returns the number of the row's output, or `dropped`
   */
  add({ row, examined, isCandidate, facts }: ExaminedRow, file: string, source: number): number {
    if (isCandidate) this.candidates += 1;
    const output = outputOf[examined.decision.disposition];
    this.#setTarget(row, output);
    const { edit } = examined;
    const isChanged = output === keptOutput && edit !== undefined && changesRow(edit);
    if (isChanged) this.edited.add(row);
    countRow(this.tally, examined, isChanged ? edit : undefined);
    if (examined.found.length > 0 || examined.error !== undefined)
      this.recorded.add(recordedValues(source, examined.row, recordOf(examined)), 1 + examined.found.length);
    if (facts !== undefined) {
      const isGone = output !== keptOutput;
      const rules = isGone ? examined.findings.map((finding) => finding.rule) : [];
      this.slices.add(facts, { isGone, isChanged, rules });
    }
    this.annotations[output]?.add(annotate(examined), 1 + examined.findings.length);
    const { about, ...result } = shown(examined);
    for (const finding of findingRows(file, examined.id, result, about)) this.findings.add(finding);
    if (examined.error !== undefined) this.errors.push({ file, row: examined.row, error: examined.error });
    return output;
  }

  /**
   * A record that could not be read: it is in no output.
   * @param place its file's number within the unit, and its own number within that
   */
  addUnreadable(
    row: number,
    place: { readonly source: number; readonly row: number },
    unreadable: { readonly code: string; readonly message: string },
  ): void {
    this.#setTarget(row, unreadableRow);
    this.recorded.add(recordedValues(place.source, place.row, { found: [], unreadable }));
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

/** What the findings table shows of a row: texts that were replaced in it stand in no excerpt either. */
function shown(examined: Examined): Examined {
  const redactions = examined.edit?.redact ?? [];
  if (redactions.length === 0) return examined;
  const findings = examined.findings.map((finding) => ({
    ...finding,
    evidence: redactEvidence(finding.evidence, redactions),
  }));
  const { about } = examined;
  if (about === undefined) return { ...examined, findings };
  // an excerpt of a neighbour may hold the same in other words, escaped or in one line
  return { ...examined, findings, about: { ...about, near: new Map() } };
}
