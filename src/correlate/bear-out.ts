import { type Severity, severities } from '../detectors/finding.ts';
import type { Behaviour } from './behaviour.ts';
import type { Bearing } from './row-telemetry.ts';

/** The next severity; the worst stays. */
export function raised(severity: Severity): Severity {
  return severities[Math.min(severities.length - 1, severities.indexOf(severity) + 1)]!;
}

/** Whether an alert bears a finding out: it is of the same step, or the finding names where it went. */
export function bearsOut(
  { alert, step, stepBy }: Bearing,
  { step: own, evidence }: Pick<Behaviour, 'step' | 'evidence'>,
): boolean {
  // a plain record of a connection says something only where it went to what the finding is about
  if (alert.severity > 0 && step === own && (stepBy === 'named' || stepBy === 'time')) return true;
  const text = evidence.toLowerCase();
  return [alert.destinationHost, alert.destinationIp].some(
    (place) => place !== undefined && text.includes(place),
  );
}
