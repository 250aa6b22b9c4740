/** What a sensor's action says of the traffic. */
export const alertActions = ['allowed', 'blocked', 'alert', 'unknown'] as const;
export type AlertAction = (typeof alertActions)[number];

/** Severities of alerts, 0 to 4, higher is worse; they are `severities` of findings by number. */
export type AlertSeverity = 0 | 1 | 2 | 3 | 4;

/** What a sensor saw, whatever feed it came from. Only what the feed says is set. */
export interface Alert {
  /** the kind of feed, e.g. `suricata` */
  readonly feed: string;
  /** epoch milliseconds; `end` equals `start` for a single moment */
  readonly start: number;
  readonly end: number;
  /** milliseconds by which the feed's own writing of times is coarse: 1000 for whole seconds */
  readonly precision: number;
  /** IP addresses in lower case; the source is who opened the connection, where `initiator` is true */
  readonly sourceIp?: string;
  readonly sourcePort?: number;
  readonly destinationIp?: string;
  readonly destinationPort?: number;
  /** the name that was asked for: TLS SNI, HTTP host, DNS query; lower case */
  readonly destinationHost?: string;
  readonly protocol?: string;
  /** whether the feed says who opened the connection, rather than which way one packet went */
  readonly initiator: boolean;
  readonly signature: string;
  readonly signatureId?: string;
  readonly category?: string;
  readonly severity: AlertSeverity;
  readonly action: AlertAction;
  /** MITRE ATT&CK ids, where the feed gives them */
  readonly attack?: readonly string[];
  /** the machine that reports or is reported on, by name */
  readonly host?: string;
  /** ids and names of the container, the sandbox, the cloud instance */
  readonly containers?: readonly string[];
  readonly sandbox?: string;
  readonly instance?: string;
  /** what the sensors share for one connection: community id, flow id, uid */
  readonly flow?: string;
}

/** An alert with where it stands. */
export interface PlacedAlert extends Alert {
  /** number of the file in the list of alert files */
  readonly file: number;
  /** line of the file, from 1; row of a Parquet file, from 1 */
  readonly line: number;
}

/** The address that an alert is about, as people read it: `pool.example:3333`. */
export function destinationOf(alert: Alert): string | undefined {
  const host = alert.destinationHost ?? alert.destinationIp;
  if (host === undefined) return undefined;
  if (alert.destinationPort === undefined) return host;
  return host.includes(':') ? `[${host}]:${alert.destinationPort}` : `${host}:${alert.destinationPort}`;
}
