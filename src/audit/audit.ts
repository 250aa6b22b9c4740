import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { readJson, toJson, writeAtomically } from '../pipeline/files.ts';
import type { Report } from '../pipeline/report.ts';
import { type Estimate, estimateShare, expectedShare } from './estimate.ts';
import { labelSheet, readLabels } from './labels.ts';
import { type Accuracy, perfect } from './rates.ts';
import { drawSample, type Sample } from './sample.ts';

/** Where a run's audit lies: `audit/sample.json`, `audit/labels.csv`, and what came of it in `audit.json`. */
const folderName = 'audit';

/**
 * Draws a sample of a run's kept rows and writes the table that people fill in. A table that is there already is never
 * written over: somebody's work may be in it.
 */
export async function sampleRun(
  run: string,
  count: number,
  seed: number,
): Promise<{ readonly sample: Sample; readonly sheet: string }> {
  const folder = join(run, folderName);
  const sheet = join(folder, 'labels.csv');
  if (existsSync(sheet)) {
    throw new TrajsieveError('audit-exists', `${sheet} is there already`, {
      remedy: 'fill it in, or move it away',
    });
  }
  const sample = await drawSample(run, count, seed);
  mkdirSync(folder, { recursive: true });
  writeAtomically(join(folder, 'sample.json'), toJson(sample));
  writeAtomically(sheet, labelSheet(sample));
  return { sample, sheet };
}

/** What an audit came to, as `audit.json` holds it. */
export interface Audit extends Estimate {
  readonly sentence: string;
  readonly counts: Readonly<Record<string, number>>;
  /** drawn rows that nobody labelled */
  readonly missing: number;
  readonly labellers: Accuracy;
  /** share to expect by the detectors' own errors, where these were given */
  readonly expected?: number;
}

/** Turns labels into a bound on what is left, and writes `audit.json`. */
export function estimateRun(
  run: string,
  sheet: string | undefined,
  labellers: Accuracy = perfect,
  detectors?: Accuracy,
): Audit {
  const sample = readJson(join(run, folderName, 'sample.json')) as Sample | undefined;
  const report = readJson(join(run, 'report.json')) as Report | undefined;
  if (sample === undefined || report === undefined) {
    throw new TrajsieveError('audit-no-sample', `no sample was drawn in ${JSON.stringify(run)}`, {
      remedy: `trajsieve audit sample ${run}`,
    });
  }
  const labelled = readLabels(sheet ?? join(run, folderName, 'labels.csv'), sample);
  const estimate = estimateShare(labelled.strata, labellers);
  const setAside = report.rows.in - report.rows.kept - report.rows.unreadable;
  const audit: Audit = {
    sentence: sentenceOf(estimate),
    ...estimate,
    counts: labelled.counts,
    missing: labelled.missing,
    labellers,
    ...(detectors === undefined
      ? {}
      : { expected: expectedShare(report.rows.in - report.rows.unreadable, setAside, detectors) }),
  };
  writeAtomically(join(run, 'audit.json'), toJson(audit));
  return audit;
}

function sentenceOf({ share, low, high, labelled }: Estimate): string {
  // a bound is rounded up: it must not promise more than was shown
  const bound = (Math.ceil(high * 1e4 - 1e-9) / 100).toFixed(2);
  const percent = (value: number) => (value * 100).toFixed(2);
  return `At most ${bound} % of the kept rows are unsafe (estimate ${percent(share)} %, 95 % interval ${percent(low)} to ${bound} %, ${labelled} rows labelled).`;
}
