import { TrajsieveError } from '../errors.ts';
import type { ByteSource } from '../parquet/source.ts';
import { openStream } from '../remote/open.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { isObject } from '../trajectory/path.ts';
import { loadSpecs, recordShapeFor } from '../trajectory/recognise.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import type { Input, InputKind } from './input.ts';
import type { Inspection } from './inspect.ts';
import { sumRows } from './plan.ts';
import { rawRecords } from './raw-records.ts';
import { inspectRecords, sampleRecords } from './record-input.ts';

const windowBytes = 4 << 20;

const kinds: Readonly<Record<InputKind, string>> = {
  parquet: 'Parquet',
  lines: 'lines of JSON',
  array: 'one JSON array',
  document: 'one JSON document',
  session: 'one session',
  samples: 'samples of an Inspect log',
};

/** How a file of JSON is understood. */
export async function inspectRecordFile(
  file: string,
  row: number,
  stepCount: number,
  dataset: DatasetSpec | undefined,
): Promise<Inspection> {
  const source = await openStream(file);
  try {
    return await inspectSource(source, row, stepCount, dataset);
  } finally {
    source.close();
  }
}

async function inspectSource(
  source: ByteSource,
  row: number,
  stepCount: number,
  dataset: DatasetSpec | undefined,
): Promise<Inspection> {
  const input = await inspectRecords(source, loadSpecs(), dataset);
  const samples = await sampleRecords(source, input.kind);
  const fields = new Map<string, unknown>();
  for (const record of samples.filter(isObject)) {
    for (const [name, value] of Object.entries(record)) fields.set(name, fields.get(name) ?? value);
  }
  const trajectory = await trajectoryAt(input, source, row, dataset);
  return {
    rows: sumRows(input.parts),
    createdBy: kinds[input.kind],
    groups: input.parts.map(({ rows, bytes }) => ({ rows, bytes })),
    spec: input.spec,
    reason: input.reason,
    columns: [...fields].map(([path, value]) => ({
      path,
      type: Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value,
      codec: '',
      bytes: 0,
      use: input.unread.includes(path) ? '' : 'read',
    })),
    unread: input.unread,
    steps: trajectory.steps.slice(0, stepCount),
  };
}

/** The trajectory of one record of a file of JSON. */
export async function readRecordTrajectory(
  file: string,
  row: number,
  dataset: DatasetSpec | undefined,
): Promise<Trajectory> {
  const source = await openStream(file);
  try {
    return await trajectoryAt(await inspectRecords(source, loadSpecs(), dataset), source, row, dataset);
  } finally {
    source.close();
  }
}

async function trajectoryAt(
  input: Input,
  source: ByteSource,
  row: number,
  dataset: DatasetSpec | undefined,
): Promise<Trajectory> {
  const { file } = input;
  const shape = recordShapeFor(input.spec, file, dataset === undefined ? loadSpecs() : [dataset]);
  let at = 0;
  for await (const record of rawRecords(input, source, shape, windowBytes)) {
    if (at === row) return record.trajectory();
    at += 1;
  }
  throw new TrajsieveError('row-missing', `file has ${at} rows`, { where: { file, row } });
}
