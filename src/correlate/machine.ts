import type { Alert } from './alert.ts';
import type { Occupancy } from './occupancy.ts';

/** The machine that an alert is about, as a key of the occupancy; undefined where no episode ran on one. */
export function machineOf(
  { sourceIp, destinationIp, initiator, host }: Alert,
  occupancy: Occupancy,
): string | undefined {
  const keys = [
    sourceIp === undefined ? undefined : `address ${sourceIp}`,
    destinationIp === undefined || initiator ? undefined : `address ${destinationIp}`,
    host === undefined ? undefined : `host ${host}`,
  ];
  return keys.find((key) => key !== undefined && occupancy.has(key));
}
