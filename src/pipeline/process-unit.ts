import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Engine } from '../detectors/engine.ts';
import { messageOf, TrajsieveError } from '../errors.ts';
import { loadCodecs } from '../parquet/codec.ts';
import { type Footer, type RowGroup, readFooter } from '../parquet/footer.ts';
import { type ByteSource, openFile } from '../parquet/source.ts';
import type { Policy } from '../policy/policy.ts';
import { shapeFor } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { ExaminedGroup, type RowError } from './examined-group.ts';
import { GroupReader } from './group-reader.ts';
import type { UnitGroup, WorkUnit } from './plan.ts';
import { type Account, RowMap } from './row-map.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';
import { type OutputEntry, UnitFiles } from './unit-files.ts';

/** All that a unit's result depends on besides its file, and how to go about it. */
export interface UnitContext {
  readonly engine: Engine;
  readonly policy: Policy;
  readonly specs: readonly DatasetSpec[];
  readonly prefilter: boolean;
  /** decoded bytes of the largest column that are in memory at once */
  readonly windowBytes: number;
  /** rows, by number in the file, that are not examined again, and why */
  readonly givenUp: ReadonlyMap<number, string>;
  /** called before a row is examined and, with -1, behind it */
  onRow(row: number): void;
  onProgress(progress: Progress): void;
}

/** What has been done since the last message. */
export interface Progress {
  readonly rows: number;
  /** uncompressed bytes of the input */
  readonly bytes: number;
  readonly findings: number;
}

/** A row group that could not be read. */
export interface UnreadableGroup {
  readonly rowGroup: number;
  readonly rows: number;
  readonly code: string;
  readonly message: string;
}

export interface UnitResult {
  readonly rows: Account;
  /** where each row went, in order: `k120 q1 k33 d2 u100` */
  readonly map: string;
  readonly outputs: readonly OutputEntry[];
  readonly unreadable: readonly UnreadableGroup[];
  readonly errors: readonly RowError[];
  readonly tally: Tally;
}

/** Most row errors that are listed in the ledger; all of them are in the annotations. */
const errorsListed = 1000;

/**
 * Reads, examines and splices one work unit into `folder`, under the final names. The caller commits.
 * Damage to a row group costs that row group; what is thrown is about the file or the disk as a whole.
 */
export async function processUnit(unit: WorkUnit, folder: string, context: UnitContext): Promise<UnitResult> {
  await loadCodecs();
  const source = openFile(unit.file);
  let files: UnitFiles | undefined;
  try {
    const footer = await readFooter(source);
    checkIdentity(unit, source, footer);
    files = new UnitFiles(folder, unit.output, footer);
    const shape = shapeFor(unit.spec, footer, unit.file, context.specs);
    const reader = new GroupReader(source, shape, context);
    const map = new RowMap();
    const tally = emptyTally();
    const errors: RowError[] = [];
    const unreadable: UnreadableGroup[] = [];
    for (const part of unit.groups) {
      const group = footer.rowGroups[part.index]!;
      let findings = 0;
      try {
        const examined = new ExaminedGroup(group);
        for await (const rows of reader.examine(group, part.rows, examined.pages)) {
          for (const row of rows) examined.add(row, unit.file);
        }
        await files.write(source, group, examined);
        map.append(examined.target.subarray(0, part.rows));
        addTally(tally, examined.tally);
        errors.push(...examined.errors.slice(0, errorsListed - errors.length));
        findings = examined.tally.findings;
      } catch (error) {
        if (error instanceof TrajsieveError && error.code.startsWith('output-')) throw error;
        files.abandon();
        map.unreadable(part.rows);
        unreadable.push(describeUnreadable(part, error));
      }
      context.onProgress({ rows: part.rows, bytes: groupBytes(group), findings });
    }
    return { rows: map.account(), map: map.toString(), outputs: files.finish(), unreadable, errors, tally };
  } catch (error) {
    files?.abort();
    throw error;
  } finally {
    source.close();
  }
}

function checkIdentity(unit: WorkUnit, source: ByteSource, footer: Footer): void {
  const { identity, file } = unit;
  const modified = Math.round(statSync(file).mtimeMs);
  const hash = createHash('sha256').update(footer.bytes).digest('hex');
  if (source.size === identity.size && modified === identity.modified && hash === identity.footer) return;
  throw new TrajsieveError('input-changed', 'file was changed since the plan was made', {
    where: { file },
    remedy: 'let it rest, then run into a new folder',
  });
}

function describeUnreadable(part: UnitGroup, error: unknown): UnreadableGroup {
  const known = error instanceof TrajsieveError;
  return {
    rowGroup: part.index,
    rows: part.rows,
    code: known ? error.code : 'internal',
    message: known ? error.describe() : messageOf(error),
  };
}

function groupBytes(group: RowGroup): number {
  return group.chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0);
}
