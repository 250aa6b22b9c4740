import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import pLimit from 'p-limit';
import { messageOf, TrajsieveError } from '../errors.ts';
import { type Footer, readFooter } from '../parquet/footer.ts';
import { openFile } from '../parquet/source.ts';
import { recognise } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import type { InputProblem } from './inputs.ts';
import { firstRows } from './sample.ts';

/** A row group that a work unit covers, all of it or its first rows. */
export interface UnitGroup {
  readonly index: number;
  /** rows that count; fewer than the group has only under `--limit` */
  readonly rows: number;
}

/** A file and a range of its row groups: the unit of parallelism, of resuming and of distribution. */
export interface WorkUnit {
  /** position in the plan */
  readonly number: number;
  readonly file: string;
  /** what the file was when the plan was made */
  readonly identity: FileIdentity;
  readonly spec: string;
  readonly groups: readonly UnitGroup[];
  /** row number, in the file, of the first row */
  readonly firstRow: number;
  readonly rows: number;
  /** uncompressed bytes of its row groups */
  readonly bytes: number;
  /** name of its output files, e.g. `train-00000-of-00012.parquet` */
  readonly output: string;
}

/** Tells one version of a file from another without reading all of it. */
export interface FileIdentity {
  readonly size: number;
  /** milliseconds since 1970 */
  readonly modified: number;
  /** SHA-256 of the footer */
  readonly footer: string;
}

export interface PlannedFile {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly rowGroups: number;
  readonly spec: string;
  readonly reason: string;
  readonly unread: readonly string[];
}

/** What a run will do. It depends on the inputs and the configuration alone. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  readonly units: readonly WorkUnit[];
  readonly problems: readonly InputProblem[];
  readonly rows: number;
  readonly bytes: number;
}

/** Uncompressed bytes of a work unit: small enough for a few workers to share a small data set, bounded for large ones. */
const smallestUnit = 64 << 20;
const largestUnit = 512 << 20;
const unitsWanted = 16;

/** Footers read at once. */
const concurrency = 8;

interface Inspected {
  readonly file: string;
  readonly identity: FileIdentity;
  readonly footer: Footer;
  readonly spec: string;
  readonly reason: string;
  readonly unread: readonly string[];
}

/**
 * Reads the footers and cuts the inputs into work units. A file that cannot be read is a problem of the plan, not its
 * end.
 * @param limit rows to take at most, from the first file on
 */
export async function makePlan(
  files: readonly string[],
  specs: readonly DatasetSpec[],
  limit = Number.POSITIVE_INFINITY,
): Promise<Plan> {
  const throttle = pLimit(concurrency);
  const results = await Promise.all(files.map((file) => throttle(() => inspect(file, specs))));
  const problems = results.filter((result): result is InputProblem => 'code' in result);
  const inspected = results.filter((result): result is Inspected => !('code' in result));
  const limited = applyLimit(inspected, limit);
  const bytes = limited.reduce((sum, part) => sum + part.bytes, 0);
  const target = Math.min(largestUnit, Math.max(smallestUnit, bytes / unitsWanted));
  const units = nameOutputs(limited.flatMap((part) => cutUnits(part, target)));
  return {
    files: inspected.map(describeFile),
    units,
    problems,
    rows: units.reduce((sum, unit) => sum + unit.rows, 0),
    bytes,
  };
}

async function inspect(file: string, specs: readonly DatasetSpec[]): Promise<Inspected | InputProblem> {
  try {
    const source = openFile(file);
    try {
      const footer = await readFooter(source);
      const identity = {
        size: source.size,
        modified: Math.round(statSync(file).mtimeMs),
        footer: createHash('sha256').update(footer.bytes).digest('hex'),
      };
      const { spec, reason, unread, group } = recognise(footer, file, specs, await firstRows(source, footer));
      if (group !== undefined) throw stepRows(file, group.by);
      return { file, identity, footer, spec, reason, unread };
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof TrajsieveError) return { file, code: error.code, message: error.describe() };
    return { file, code: 'input-unreadable', message: `${messageOf(error)} (${file})` };
  }
}

/** Rows of one trajectory may lie on both sides of a work unit's end. */
function stepRows(file: string, by: string): TrajsieveError {
  return new TrajsieveError(
    'shape-step-rows',
    `each row is one step; rows of one ${by} make up a trajectory`,
    {
      where: { file },
      remedy: `gather them into one row a trajectory, with a list of steps, sorted by ${by}`,
    },
  );
}

function describeFile({ file, footer, spec, reason, unread }: Inspected): PlannedFile {
  return {
    file,
    rows: footer.rowCount,
    bytes: footer.rowGroups.reduce((sum, group) => sum + groupBytes(group), 0),
    rowGroups: footer.rowGroups.length,
    spec,
    reason,
    unread,
  };
}

function groupBytes(group: Footer['rowGroups'][number]): number {
  return group.chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0);
}

interface Part {
  readonly inspected: Inspected;
  readonly groups: readonly (UnitGroup & { readonly bytes: number; readonly firstRow: number })[];
  readonly bytes: number;
}

function applyLimit(files: readonly Inspected[], limit: number): Part[] {
  let left = limit;
  const parts = files.map((inspected) => {
    const groups = inspected.footer.rowGroups.flatMap((group) => {
      const rows = Math.min(group.rowCount, left);
      left -= rows;
      if (rows === 0) return [];
      return [{ index: group.index, rows, bytes: groupBytes(group), firstRow: group.firstRow }];
    });
    return { inspected, groups, bytes: groups.reduce((sum, group) => sum + group.bytes, 0) };
  });
  return parts.filter(({ inspected, groups }) => groups.length > 0 || inspected.footer.rowCount === 0);
}

type Unnamed = Omit<WorkUnit, 'number' | 'output'>;

/** Row groups are put together until they reach the target. A file without rows is a unit as well: it has an output. */
function cutUnits({ inspected, groups }: Part, target: number): Unnamed[] {
  const { file, identity, spec } = inspected;
  const units: Unnamed[] = [];
  let open: (typeof groups)[number][] = [];
  const close = () => {
    units.push({
      file,
      identity,
      spec,
      groups: open.map(({ index, rows }) => ({ index, rows })),
      firstRow: open[0]?.firstRow ?? 0,
      rows: open.reduce((sum, group) => sum + group.rows, 0),
      bytes: open.reduce((sum, group) => sum + group.bytes, 0),
    });
    open = [];
  };
  for (const group of groups) {
    open.push(group);
    if (open.reduce((sum, one) => sum + one.bytes, 0) >= target) close();
  }
  if (open.length > 0 || units.length === 0) close();
  return units;
}

/** Output names follow the Hugging Face convention, numbered through each split. */
function nameOutputs(units: readonly Unnamed[]): WorkUnit[] {
  const totals = new Map<string, number>();
  for (const unit of units) totals.set(splitOf(unit.file), (totals.get(splitOf(unit.file)) ?? 0) + 1);
  const counts = new Map<string, number>();
  return units.map((unit, number) => {
    const split = splitOf(unit.file);
    const index = counts.get(split) ?? 0;
    counts.set(split, index + 1);
    const digits = (value: number) => String(value).padStart(5, '0');
    return { ...unit, number, output: `${split}-${digits(index)}-of-${digits(totals.get(split)!)}.parquet` };
  });
}

/** The split that a file name tells, as Hugging Face's loader reads it; `train` otherwise. */
function splitOf(file: string): string {
  const match = /(?:^|[-_.])(train|validation|valid|dev|test|eval)(?:[-_.]|$)/.exec(basename(file));
  const name = match?.[1] ?? 'train';
  return name === 'valid' || name === 'dev' ? 'validation' : name === 'eval' ? 'test' : name;
}
