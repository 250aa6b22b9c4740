import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../pipeline/files.ts';
import { hash } from '../pipeline/ledger.ts';
import type { Plan } from '../pipeline/plan.ts';
import { recordIdentity } from '../pipeline/record-input.ts';
import type { Settings } from '../pipeline/settings.ts';
import { openStream } from '../remote/open.ts';
import { version } from '../version.ts';
import { telemetryFolder } from './correlate.ts';
import { correlateInWorker } from './in-worker.ts';

/** What a run is told of alerts. All of it is part of every work unit's identity. */
export interface AlertSettings {
  readonly files: readonly string[];
  readonly maps: readonly string[];
  readonly leases: string | undefined;
  /** logs of what sandboxes ran */
  readonly commandLogs?: readonly string[] | undefined;
  readonly naiveTz: string | undefined;
  /** milliseconds */
  readonly lag: number;
}

/** A hash of all that alerts are read from: a run goes on only with the same. */
export async function alertFingerprint({ files, leases, commandLogs, maps }: AlertSettings): Promise<string> {
  const digest = createHash('sha256');
  for (const file of [...files, ...(leases === undefined ? [] : [leases]), ...(commandLogs ?? [])]) {
    const source = await openStream(file);
    try {
      digest.update(JSON.stringify([file, await recordIdentity(source)]));
    } finally {
      source.close();
    }
  }
  for (const file of maps) digest.update(readFileSync(file));
  return digest.digest('hex');
}

/**
 * Matches the alerts of a run to its trajectories before any of them is decided: which episode an alert is of is only
 * known once all of them are known. What was seen of each row is left where the workers find it. A run that goes on
 * uses what is there.
 * @param out folder of the run
 * @param fingerprint of the alerts
 * @returns the folder that `TelemetryRows` reads
 */
export async function prepareTelemetry(
  plan: Plan,
  { alerts, dataset, policy }: Settings & { readonly alerts: AlertSettings },
  out: string,
  fingerprint: string,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(out, 'correlation');
  const config = {
    version,
    inputs: plan.files.map(({ file }) => file),
    alerts: alerts.files,
    alertMap: alerts.maps,
    leases: alerts.leases ?? null,
    commandLogs: alerts.commandLogs ?? [],
    naiveTz: alerts.naiveTz ?? null,
    lag: alerts.lag,
    key: hash([plan.units, fingerprint, alerts, dataset ?? null, policy]),
  };
  const before = readJson(join(folder, 'correlation.json')) as { config?: { key?: string } } | undefined;
  const telemetry = telemetryFolder(folder, config.key);
  if (before?.config?.key === config.key && existsSync(telemetry)) return telemetry;
  await correlateInWorker(
    {
      plan,
      dataset,
      alerts: alerts.files,
      alertMaps: alerts.maps,
      leases: alerts.leases,
      commandLogs: alerts.commandLogs,
      out: folder,
      naiveTz: alerts.naiveTz,
      lag: alerts.lag,
      tolerances: new Map(),
      shifts: 199,
      seed: 1,
      policy,
      findings: undefined,
      examine: undefined,
      runKey: config.key,
      config,
    },
    signal,
  );
  return telemetry;
}
