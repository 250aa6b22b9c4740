import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { remotePlace, withLocalRun } from '../pipeline/store.ts';
import { isRemote } from '../remote/location.ts';
import { listObjects } from '../remote/s3.ts';
import { removeObject, uploadFile } from '../remote/upload.ts';
import { type CorrelateOutcome, type CorrelateRequest, isOfCorrelation } from './correlate.ts';
import { correlateInWorker } from './in-worker.ts';
import type { CorrelateJob } from './job.ts';

/**
 * Does a job whose results, and whose earlier run, may lie in S3. Results are made in a temporary folder then, and
 * `correlation.json` is brought last: where it is, all is.
 */
export async function correlateAnywhere(
  job: CorrelateJob,
  signal: AbortSignal,
  onProgress?: CorrelateRequest['onProgress'],
): Promise<CorrelateOutcome> {
  const { findings } = job;
  if (findings !== undefined && isRemote(findings)) {
    const needs = (paths: readonly string[]) =>
      paths.filter((path) => path.startsWith('findings/') || path === 'report.json');
    return await withLocalRun(
      findings,
      (folder) => correlateAnywhere({ ...job, findings: folder }, signal, onProgress),
      { needs },
    );
  }
  if (!isRemote(job.out)) return await correlateInWorker(job, signal, onProgress);
  const { bucket, prefix } = remotePlace(job.out);
  await checkPlace(bucket, prefix, job.out);
  const folder = mkdtempSync(join(tmpdir(), 'trajsieve-correlate-'));
  try {
    const outcome = await correlateInWorker({ ...job, out: folder }, signal, onProgress);
    const names = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) =>
      one.isFile() ? [join(one.parentPath, one.name).slice(folder.length + 1)] : [],
    );
    const last = 'correlation.json';
    await removeObject(bucket, prefix + last);
    for (const name of [...names.filter((one) => one !== last), last])
      await uploadFile(join(folder, name), bucket, prefix + name);
    return outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkPlace(bucket: string, prefix: string, out: string): Promise<void> {
  for await (const key of listObjects(bucket, prefix, out)) {
    const [name = ''] = key.slice(prefix.length).split('/');
    if (isOfCorrelation(name)) continue;
    throw new TrajsieveError('output-not-empty', `${out} holds something that is no correlation: ${name}`, {
      remedy: 'name a new prefix',
    });
  }
}
