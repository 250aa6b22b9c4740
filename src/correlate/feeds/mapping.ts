import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { severities } from '../../detectors/finding.ts';
import { messageOf, TrajsieveError } from '../../errors.ts';
import { type Alert, type AlertSeverity, alertActions } from '../alert.ts';
import { readZone } from '../zone.ts';
import {
  addressAt,
  asSeverity,
  type Feed,
  type FeedRecord,
  hostName,
  known,
  MalformedRecord,
  portAt,
  protocolOf,
  textAt,
  timeOf,
} from './feed.ts';

const names = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => [value].flat());

const timeUnits = ['iso', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds', 'compact'] as const;

const mappingSchema = z.strictObject({
  feed: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  title: z.string().optional(),
  /** seconds */
  tolerance: z.number().min(0).default(60),
  time: z.strictObject({
    start: names,
    end: names.optional(),
    unit: z.enum(timeUnits).default('iso'),
    zone: z.string().optional(),
  }),
  fields: z.strictObject({
    source_ip: names.optional(),
    source_port: names.optional(),
    destination_ip: names.optional(),
    destination_port: names.optional(),
    destination_host: names.optional(),
    protocol: names.optional(),
    signature: names.optional(),
    signature_id: names.optional(),
    category: names.optional(),
    severity: names.optional(),
    action: names.optional(),
    host: names.optional(),
    container: names.optional(),
    sandbox: names.optional(),
    instance: names.optional(),
    flow: names.optional(),
  }),
  /** the feed's words or numbers for severities and actions; a word that is not listed makes the record unreadable */
  severities: z.record(z.string(), z.enum(severities)).optional(),
  severity: z.enum(severities).default('medium'),
  actions: z.record(z.string(), z.enum(alertActions)).optional(),
  /** whether the source is who opened the connection */
  source_opens: z.boolean().default(true),
});

/** A mapping file, checked: which fields of a table are what of an alert. */
export type Mapping = z.infer<typeof mappingSchema>;

/** The feed that a mapping file describes. Throws where it is wrong. */
export function loadMapping(file: string): Feed {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new TrajsieveError('mapping-missing', `mapping cannot be read: ${messageOf(error)}`, {
      where: { file },
    });
  }
  const result = mappingSchema.safeParse(parse(text));
  if (!result.success)
    throw new TrajsieveError('mapping-invalid', z.prettifyError(result.error), { where: { file } });
  return feedOfMapping(result.data);
}

/** @param mapping as `loadMapping` checks it */
export function feedOfMapping(mapping: Mapping): Feed {
  const { time, fields, severities: levels, actions } = mapping;
  const zone = time.zone === undefined ? undefined : readZone(time.zone);
  const needed = [time.start, ...Object.values(fields)].filter((list) => list !== undefined);
  const at = (record: FeedRecord, list: readonly string[] | undefined) =>
    list === undefined ? undefined : textAt(record, ...list);
  return {
    name: mapping.feed,
    title: mapping.title ?? mapping.feed,
    tolerance: mapping.tolerance * 1000,
    fits: (record) => needed.every((list) => list.some((name) => name in record)),
    read(record, context): Alert {
      const moment = (list: readonly string[]) => {
        const value = list
          .map((name) => record[name])
          .find((one) => one !== undefined && one !== null && one !== '');
        const plain = typeof value === 'bigint' ? Number(value) : value;
        return timeOf(plain, time.unit, { zone: zone ?? context.zone }, list[0]!);
      };
      const start = moment(time.start);
      const hasEnd = time.end !== undefined && at(record, time.end) !== undefined;
      const container = at(record, fields.container);
      return {
        feed: mapping.feed,
        start,
        end: hasEnd ? Math.max(start, moment(time.end!)) : start,
        precision: time.unit === 'seconds' ? 1000 : 1,
        ...known({
          sourceIp: fields.source_ip && addressAt(record, ...fields.source_ip),
          sourcePort: fields.source_port && portAt(record, ...fields.source_port),
          destinationIp: fields.destination_ip && addressAt(record, ...fields.destination_ip),
          destinationPort: fields.destination_port && portAt(record, ...fields.destination_port),
          destinationHost: hostName(at(record, fields.destination_host)),
          protocol: protocolOf(at(record, fields.protocol)),
          signatureId: at(record, fields.signature_id),
          category: at(record, fields.category),
          host: hostName(at(record, fields.host)),
          sandbox: at(record, fields.sandbox),
          instance: at(record, fields.instance),
          flow: at(record, fields.flow),
          containers: container === undefined ? undefined : [container],
        }),
        initiator: mapping.source_opens,
        signature: at(record, fields.signature) ?? mapping.feed,
        severity: severityOf(at(record, fields.severity)),
        action: actionOf(at(record, fields.action)),
      };
    },
  };

  function severityOf(word: string | undefined): AlertSeverity {
    if (word === undefined) return severities.indexOf(mapping.severity) as AlertSeverity;
    const listed =
      levels?.[word] ??
      (levels === undefined ? severities.find((one) => one === word.toLowerCase()) : undefined);
    if (listed !== undefined) return severities.indexOf(listed) as AlertSeverity;
    if (levels === undefined && /^[0-4]$/.test(word)) return asSeverity(Number(word));
    throw new MalformedRecord(
      `severity is ${JSON.stringify(word.slice(0, 60))}, which the mapping does not list`,
    );
  }

  function actionOf(word: string | undefined): Alert['action'] {
    if (word === undefined) return 'unknown';
    const listed =
      actions?.[word] ??
      (actions === undefined ? alertActions.find((one) => one === word.toLowerCase()) : undefined);
    if (listed !== undefined) return listed;
    throw new MalformedRecord(
      `action is ${JSON.stringify(word.slice(0, 60))}, which the mapping does not list`,
    );
  }
}
