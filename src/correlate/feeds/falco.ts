import type { Alert, AlertSeverity } from '../alert.ts';
import {
  attackIds,
  type Feed,
  type FeedRecord,
  hostName,
  known,
  MalformedRecord,
  normalAddress,
  objectAt,
  protocolOf,
  textAt,
  textsAt,
  timeOf,
} from './feed.ts';

/** Falco's priorities; their case varies. */
const severityOf: Readonly<Record<string, AlertSeverity>> = {
  emergency: 4,
  alert: 4,
  critical: 4,
  error: 3,
  warning: 2,
  notice: 1,
  informational: 0,
  info: 0,
  debug: 0,
};

/** Falco with `json_output: true` (https://falco.org/docs, "Falco outputs"). It watches; it blocks nothing. */
export const falco: Feed = {
  name: 'falco',
  title: 'Falco JSON',
  tolerance: 5000,
  fits: (record) => 'rule' in record && 'priority' in record && 'output' in record,
  read(record, context): Alert {
    const fields = objectAt(record, 'output_fields');
    const rule = textAt(record, 'rule');
    if (rule === undefined) throw new MalformedRecord('rule is missing');
    const priority = textAt(record, 'priority') ?? '';
    const severity = severityOf[priority.toLowerCase()];
    if (severity === undefined)
      throw new MalformedRecord(`priority is ${JSON.stringify(priority.slice(0, 60))}, none of Falco's`);
    const moment =
      record['time'] === undefined
        ? timeOf(fields['evt.time'], 'nanoseconds', context, 'evt.time')
        : timeOf(record['time'], 'iso', context, 'time');
    const container = textAt(fields, 'container.id');
    const containers = [
      container === 'host' ? undefined : container,
      textAt(fields, 'container.name'),
      textAt(fields, 'k8s.pod.name'),
    ];
    const tags = textsAt(record, 'tags');
    return {
      feed: 'falco',
      start: moment,
      end: moment,
      precision: 1,
      ...endsOf(fields),
      ...known({
        host: hostName(textAt(record, 'hostname')),
        flow: textAt(record, 'uuid'),
        category: tags.find((tag) => tag.startsWith('mitre_')),
        protocol: protocolOf(textAt(fields, 'fd.l4proto')),
      }),
      initiator: true,
      signature: rule,
      severity,
      action: 'alert',
      attack: attackIds(tags),
      containers: containers.filter(
        (one): one is string => one !== undefined && one !== '<NA>' && one !== 'host',
      ),
    };
  },
};

/** `10.0.0.5:41234->45.9.148.3:3333`, or the single fields: the client is who opened the connection. */
function endsOf(
  fields: FeedRecord,
): Pick<Alert, 'sourceIp' | 'sourcePort' | 'destinationIp' | 'destinationPort'> {
  const name = /^(.+):(\d+)->(.+):(\d+)$/.exec(textAt(fields, 'fd.name') ?? '');
  const address = (text: string | undefined) =>
    text === undefined ? undefined : normalAddress(text.replace(/^\[|\]$/g, ''));
  const port = (text: string | undefined) => {
    const number = Number(text);
    return text !== undefined && Number.isInteger(number) && number >= 0 && number <= 65_535
      ? number
      : undefined;
  };
  return known({
    sourceIp: address(textAt(fields, 'fd.cip') ?? name?.[1]),
    sourcePort: port(textAt(fields, 'fd.cport') ?? name?.[2]),
    destinationIp: address(textAt(fields, 'fd.sip', 'fd.rip') ?? name?.[3]),
    destinationPort: port(textAt(fields, 'fd.sport', 'fd.rport') ?? name?.[4]),
  });
}
