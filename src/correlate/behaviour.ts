import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Severity, severities } from '../detectors/finding.ts';
import { TrajsieveError } from '../errors.ts';
import type { RecordSorter } from './record-sorter.ts';
import { readTable } from './records.ts';
import { telemetryDetector } from './telemetry.ts';

/** What a detector found in an episode, as far as alerts may bear it out. */
export interface Behaviour {
  readonly file: number;
  readonly row: number;
  readonly id?: string;
  readonly rule: string;
  readonly step: number;
  readonly category: string;
  readonly severity: Severity;
  readonly evidence: string;
  /** whether the row's verdict was unsafe */
  readonly isUnsafe: boolean;
  /** when the episode ran, where it is known */
  readonly start?: number;
  readonly end?: number;
}

/** Rows of all inputs in one order: the file's number, then the row. */
export function rowKey(file: number, row: number): number {
  return file * 2 ** 32 + row;
}

/**
 * Reads the findings tables of an earlier run. Rows of files that are not among the inputs are left out; a folder
 * without findings tables, or one that is about none of the inputs, is an error.
 * @returns how many findings were read
 */
export async function readFindings(
  folder: string,
  inputs: readonly string[],
  to: RecordSorter<Behaviour>,
): Promise<number> {
  const at = existsSync(join(folder, 'findings')) ? join(folder, 'findings') : folder;
  const names = existsSync(at)
    ? readdirSync(at)
        .filter((name) => name.endsWith('.parquet'))
        .sort()
    : [];
  if (names.length === 0) {
    // a run that found nothing writes no table
    if (existsSync(join(folder, 'report.json'))) return 0;
    throw new TrajsieveError(
      'findings-missing',
      `folder ${JSON.stringify(folder)} holds no findings tables`,
      {
        remedy: 'name the folder of a run, or leave --findings away to examine the trajectories now',
      },
    );
  }
  const numbers = new Map(inputs.map((file, number) => [file, number]));
  let read = 0;
  let foreign = 0;
  for (const name of names) {
    for await (const line of readTable(join(at, name))) {
      if (!('record' in line)) continue;
      const { record } = line;
      if (record['detector'] === telemetryDetector) continue;
      const file = numbers.get(String(record['file']));
      if (file === undefined) {
        foreign += 1;
        continue;
      }
      const row = Number(record['row']);
      to.add(rowKey(file, row), {
        file,
        row,
        ...(typeof record['id'] === 'string' ? { id: record['id'] } : {}),
        rule: String(record['rule']),
        step: Number(record['step']),
        category: String(record['category']),
        severity: severities.find((one) => one === record['severity']) ?? 'medium',
        evidence: String(record['evidence'] ?? ''),
        isUnsafe: record['verdict'] === 'unsafe',
      });
      read += 1;
    }
  }
  if (read === 0 && foreign > 0)
    throw new TrajsieveError(
      'findings-foreign',
      `findings in ${JSON.stringify(folder)} are about other files than the inputs`,
      {
        remedy: 'name the trajectories as the run named them',
      },
    );
  return read;
}
