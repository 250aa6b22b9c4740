import type { RunConfig } from './ledger.ts';
import type { Plan } from './plan.ts';
import type { RunMode } from './run-mode.ts';
import type { Settings } from './settings.ts';

// What joins alerts to rows is loaded where a run has alerts, and not in each run.

/** What a run's alerts add to its configuration. */
export async function alertFingerprints({ alerts }: Settings): Promise<{ alerts?: string }> {
  if (alerts === undefined) return {};
  const { alertFingerprint } = await import('../correlate/for-run.ts');
  return { alerts: await alertFingerprint(alerts) };
}

/** What the sensors saw of each row, where the run has alerts. `out` is the local folder that the run works in. */
export async function telemetryOf(
  out: string,
  { settings, signal }: { readonly settings: Settings; readonly signal: AbortSignal },
  { plan, config }: { readonly plan: Plan; readonly config: RunConfig },
): Promise<RunMode['telemetry']> {
  const { alerts } = settings;
  if (alerts === undefined) return undefined;
  const { prepareTelemetry } = await import('../correlate/for-run.ts');
  try {
    const fingerprint = config.fingerprints['alerts'] ?? '';
    const folder = await prepareTelemetry(plan, { ...settings, alerts }, out, fingerprint, signal);
    return { folder, inputs: plan.files.map(({ file }) => file) };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Tells which alerts no finding explains, once the run is done. */
export async function compareWithAlerts(
  out: string,
  telemetry: NonNullable<RunMode['telemetry']>,
): Promise<void> {
  const { compareRun } = await import('../correlate/unseen.ts');
  await compareRun(out, telemetry);
}
