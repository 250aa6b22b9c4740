import { basename } from 'node:path';
import pLimit from 'p-limit';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { type FileIdentity, type Input, type InputKind, type InputPart, inspectInput } from './input.ts';
import type { InputProblem } from './inputs.ts';

/** A file of a work unit, all of it or a range of its row groups or lines. */
export interface UnitSource {
  readonly file: string;
  readonly kind: InputKind;
  /** what the file was when the plan was made */
  readonly identity: FileIdentity;
  readonly spec: string;
  /** in order, and one behind the other; fewer rows than there are only under `--limit` */
  readonly parts: readonly InputPart[];
}

/**
 * What one worker does at a time: a range of one file's row groups or lines, or several small files whose rows go to one
 * output. The unit of parallelism, of resuming and of distribution.
 */
export interface WorkUnit {
  /** position in the plan */
  readonly number: number;
  readonly sources: readonly UnitSource[];
  /** null where only reading tells */
  readonly rows: number | null;
  /** rows to take at most, where `rows` does not tell */
  readonly limit?: number;
  /** uncompressed bytes, as far as they are known */
  readonly bytes: number;
  /** name of its output files, e.g. `train-00000-of-00012.parquet` */
  readonly output: string;
}

/** The row number, in its file, of a source's first row. */
export function firstRowOf({ parts }: UnitSource): number {
  return parts[0]?.firstRow ?? 0;
}

/** How people are told which files a unit is about. */
export function describeFiles({ sources }: WorkUnit): string {
  const [first] = sources;
  return sources.length > 1 ? `${first!.file} and ${sources.length - 1} more` : first!.file;
}

export interface PlannedFile {
  readonly file: string;
  readonly kind: InputKind;
  /** null where only reading all of it tells */
  readonly rows: number | null;
  readonly bytes: number;
  readonly parts: number;
  readonly spec: string;
  readonly reason: string;
  readonly unread: readonly string[];
}

/** What a run will do. It depends on the inputs and the configuration alone. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  readonly units: readonly WorkUnit[];
  readonly problems: readonly InputProblem[];
  /** files of a folder that are not read, since they hold nothing that is known to be data */
  readonly leftOut: readonly InputProblem[];
  /** null where only reading all of the inputs tells */
  readonly rows: number | null;
  readonly bytes: number;
}

/** Uncompressed bytes of a work unit: small enough for a few workers to share a small data set, bounded for large ones. */
const smallestUnit = 64 << 20;
const largestUnit = 512 << 20;
const unitsWanted = 16;

/** Inputs opened at once. */
const concurrency = 8;

interface PlanOptions {
  readonly dataset?: DatasetSpec | undefined;
  readonly limit?: number | undefined;
  readonly beside?: ReadonlySet<string>;
}

/**
 * Opens the inputs and cuts them into work units. A file that cannot be read is a problem of the plan, not its end.
 * @param dataset the spec to read all of them by, instead of recognising each
 * @param limit rows to take at most, from the first file on
 * @param beside files that may only describe the others: one whose shape is not known is left out
 */
export async function makePlan(
  files: readonly string[],
  specs: readonly DatasetSpec[],
  { dataset, limit, beside = new Set() }: PlanOptions = {},
): Promise<Plan> {
  const throttle = pLimit(concurrency);
  const inspect = (file: string) => inspectInput(file, specs, beside.has(file) ? undefined : dataset);
  const results = await Promise.all(files.map((file) => throttle(() => inspect(file))));
  const unread = results.filter((result): result is InputProblem => 'code' in result);
  const isBeside = ({ file, code }: InputProblem) => code === 'shape-unknown' && beside.has(file);
  const problems = unread.filter((problem) => !isBeside(problem));
  const leftOut = unread.filter(isBeside).map(({ file, code }) => ({
    file,
    code,
    message: `${file} lies beside data and holds no trajectories of a known shape`,
  }));
  const inputs = results.filter((result): result is Input => !('code' in result));
  const taken =
    limit === undefined ? inputs.map((input) => ({ input, parts: input.parts })) : takeRows(inputs, limit);
  const bytes = taken.reduce((sum, { parts }) => sum + bytesOf(parts), 0);
  const target = Math.min(largestUnit, Math.max(smallestUnit, bytes / unitsWanted));
  const units = nameOutputs(cutUnits(taken, target));
  return { files: inputs.map(describeInput), units, problems, leftOut, rows: sumRows(units), bytes };
}

function describeInput({ file, kind, spec, reason, unread, parts }: Input): PlannedFile {
  return {
    file,
    kind,
    rows: sumRows(parts),
    bytes: bytesOf(parts),
    parts: parts.length,
    spec,
    reason,
    unread,
  };
}

/** Rows in all; null where only reading tells. */
export function sumRows(list: readonly { readonly rows: number | null }[]): number | null {
  let sum = 0;
  for (const { rows } of list) {
    if (rows === null) return null;
    sum += rows;
  }
  return sum;
}

function bytesOf(parts: readonly InputPart[]): number {
  return parts.reduce((sum, part) => sum + part.bytes, 0);
}

interface Taken {
  readonly input: Input;
  readonly parts: readonly InputPart[];
  readonly limit?: number;
}

/**
 * The first rows of all inputs. Where only reading tells how many rows a file has, it is taken with a limit of its own,
 * and nothing behind it.
 */
function takeRows(inputs: readonly Input[], limit: number): Taken[] {
  let left = limit;
  const taken: Taken[] = [];
  for (const input of inputs) {
    if (left === 0) break;
    if (sumRows(input.parts) === null) {
      taken.push({ input, parts: input.parts, limit: left });
      break;
    }
    const parts = input.parts.flatMap((part) => {
      const rows = Math.min(part.rows!, left);
      left -= rows;
      return rows === 0 ? [] : [{ ...part, rows }];
    });
    taken.push({ input, parts });
  }
  return taken;
}

type Unnamed = Omit<WorkUnit, 'number' | 'output'>;

/** Most small files that share one unit: what is known of each is part of its ledger entry. */
const filesPerUnit = 1000;

/**
 * Parts of a file are put together until they reach the target, and so are small files of records, each a trajectory or
 * a few. A Parquet file without rows is a unit as well: it has an output.
 */
function cutUnits(taken: readonly Taken[], target: number): Unnamed[] {
  const units: Unnamed[] = [];
  let open: UnitSource[] = [];
  const add = (sources: readonly UnitSource[], limit?: number) => {
    const parts = sources.flatMap((source) => source.parts);
    const rows = sumRows(parts);
    units.push({ sources, rows, ...(limit === undefined ? {} : { limit }), bytes: bytesOf(parts) });
  };
  const close = () => {
    if (open.length > 0) add(open);
    open = [];
  };
  for (const { input, parts, limit } of taken) {
    const isSmall = input.kind !== 'parquet' && limit === undefined && bytesOf(parts) < target;
    const [first] = open;
    const isFull = open.length === filesPerUnit || bytesOf(open.flatMap((source) => source.parts)) >= target;
    if (first !== undefined && (!isSmall || isFull || splitOf(first.file) !== splitOf(input.file))) close();
    if (isSmall) open.push(sourceOf(input, parts));
    else for (const range of cutParts(input, parts, target)) add([sourceOf(input, range)], limit);
  }
  close();
  return units;
}

function sourceOf({ file, kind, identity, spec }: Input, parts: readonly InputPart[]): UnitSource {
  return { file, kind, identity, spec, parts };
}

function cutParts(input: Input, parts: readonly InputPart[], target: number): InputPart[][] {
  const ranges: InputPart[][] = [];
  let open: InputPart[] = [];
  for (const part of parts) {
    open.push(part);
    // rows of one trajectory may lie in several row groups: they stay together
    if (input.isGrouped || bytesOf(open) < target) continue;
    ranges.push(open);
    open = [];
  }
  if (open.length > 0 || ranges.length === 0) ranges.push(open);
  return ranges;
}

/** Output names follow the Hugging Face convention, numbered through each split. */
function nameOutputs(units: readonly Unnamed[]): WorkUnit[] {
  const totals = new Map<string, number>();
  for (const unit of units) totals.set(splitOfUnit(unit), (totals.get(splitOfUnit(unit)) ?? 0) + 1);
  const counts = new Map<string, number>();
  return units.map((unit, number) => {
    const split = splitOfUnit(unit);
    const index = counts.get(split) ?? 0;
    counts.set(split, index + 1);
    const digits = (value: number) => String(value).padStart(5, '0');
    return { ...unit, number, output: `${split}-${digits(index)}-of-${digits(totals.get(split)!)}.parquet` };
  });
}

function splitOfUnit({ sources }: Unnamed): string {
  return splitOf(sources[0]!.file);
}

/** The split that a file name tells, as Hugging Face's loader reads it; `train` otherwise. */
function splitOf(file: string): string {
  const match = /(?:^|[-_.])(train|validation|valid|dev|test|eval)(?:[-_.]|$)/.exec(basename(file));
  const name = match?.[1] ?? 'train';
  return name === 'valid' || name === 'dev' ? 'validation' : name === 'eval' ? 'test' : name;
}
