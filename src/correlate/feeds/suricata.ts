import type { Alert, AlertSeverity } from '../alert.ts';
import {
  addressAt,
  attackIds,
  type Feed,
  hostName,
  known,
  MalformedRecord,
  numberAt,
  objectAt,
  portAt,
  protocolOf,
  textAt,
  textsAt,
  timeOf,
} from './feed.ts';

/** Suricata's priorities, 1 is the highest (`classification.config`). */
const severityOf: Readonly<Record<number, AlertSeverity>> = { 1: 4, 2: 3, 3: 2, 4: 1 };

/** Families of Emerging Threats' rules that tell what is usual: they weigh at most this much, whatever their priority. */
const families: readonly (readonly [words: RegExp, most: AlertSeverity])[] = [
  [/^(?:ET|ETPRO|GPL|SURICATA)\s+(?:INFO|HUNTING)\b/i, 1],
  [/^(?:ET|ETPRO|GPL|SURICATA)\s+POLICY\b/i, 2],
];

function severityFor(priority: number | undefined, signature: string): AlertSeverity {
  const own = priority === undefined ? 2 : (severityOf[priority] ?? 1);
  const most = families.find(([words]) => words.test(signature))?.[1] ?? 4;
  return Math.min(own, most) as AlertSeverity;
}

/**
 * Suricata EVE JSON (https://docs.suricata.io, "EVE JSON Format"). Alerts are read, and packets that an inline Suricata
 * dropped for a rule; flows, DNS and the rest are records of their own, and no alerts. `src_ip` and `dest_ip` follow the
 * packet that fired: who opened the connection is told by `flow`, else by `direction`.
 */
export const suricata: Feed = {
  name: 'suricata',
  title: 'Suricata EVE JSON',
  tolerance: 5000,
  fits: (record) =>
    typeof record['event_type'] === 'string' &&
    typeof record['timestamp'] === 'string' &&
    !('rule' in record),
  read(record, context): Alert | undefined {
    const type = record['event_type'];
    if (typeof type !== 'string') throw new MalformedRecord('event_type is missing');
    const fired = objectAt(record, 'alert');
    const isDrop = type === 'drop' && 'alert' in record;
    if (type !== 'alert' && !isDrop) return undefined;
    const signature = textAt(fired, 'signature') ?? `signature ${textAt(fired, 'signature_id') ?? 'unknown'}`;
    const moment = timeOf(record['timestamp'], 'iso', context, 'timestamp');
    const flow = objectAt(record, 'flow');
    const flowStart =
      flow['start'] === undefined ? moment : timeOf(flow['start'], 'iso', context, 'flow.start');
    const metadata = objectAt(fired, 'metadata');
    const details = objectAt(record, 'tls');
    const http = objectAt(record, 'http');
    const dns = objectAt(record, 'dns');
    const action = textAt(fired, 'action');
    return {
      feed: 'suricata',
      start: Math.min(flowStart, moment),
      end: moment,
      precision: 1,
      ...endsOf(record, flow),
      ...known({
        destinationHost: hostName(textAt(details, 'sni') ?? textAt(http, 'hostname') ?? queryOf(dns)),
        protocol: protocolOf(textAt(record, 'proto')),
        signatureId: textAt(fired, 'signature_id'),
        category: textAt(fired, 'category'),
        host: hostName(textAt(record, 'host')),
        flow: textAt(record, 'community_id') ?? textAt(record, 'flow_id'),
      }),
      signature,
      severity: severityFor(numberAt(fired, 'severity'), signature),
      action: isDrop || action === 'blocked' ? 'blocked' : action === 'allowed' ? 'allowed' : 'unknown',
      attack: attackIds([...textsAt(metadata, 'mitre_technique_id'), ...textsAt(metadata, 'tag')]),
    };
  },
};

/** Both ends, the one that opened the connection first. */
function endsOf(
  record: Parameters<Feed['read']>[0],
  flow: Parameters<Feed['read']>[0],
): Pick<Alert, 'sourceIp' | 'sourcePort' | 'destinationIp' | 'destinationPort' | 'initiator'> {
  if (textAt(flow, 'src_ip') !== undefined) {
    return {
      ...known({
        sourceIp: addressAt(flow, 'src_ip'),
        sourcePort: portAt(flow, 'src_port'),
        destinationIp: addressAt(flow, 'dest_ip'),
        destinationPort: portAt(flow, 'dest_port'),
      }),
      initiator: true,
    };
  }
  const direction = textAt(record, 'direction');
  const [from, to] = direction === 'to_client' ? ['dest', 'src'] : ['src', 'dest'];
  return {
    ...known({
      sourceIp: addressAt(record, `${from}_ip`),
      sourcePort: portAt(record, `${from}_port`),
      destinationIp: addressAt(record, `${to}_ip`),
      destinationPort: portAt(record, `${to}_port`),
    }),
    initiator: direction === 'to_client' || direction === 'to_server',
  };
}

/** The name of a DNS query, as versions 6 and 7 write it. */
function queryOf(dns: Parameters<Feed['read']>[0]): string | undefined {
  const { query } = dns;
  const first = Array.isArray(query) ? query[0] : query;
  if (typeof first === 'object' && first !== null) return textAt(first as Record<string, unknown>, 'rrname');
  const { queries } = dns;
  const one = Array.isArray(queries) ? queries[0] : undefined;
  if (typeof one === 'object' && one !== null) return textAt(one as Record<string, unknown>, 'rrname');
  return textAt(dns, 'rrname');
}
