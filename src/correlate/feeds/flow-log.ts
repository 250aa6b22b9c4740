import type { Alert } from '../alert.ts';
import {
  addressAt,
  type Feed,
  type FeedContext,
  type FeedRecord,
  known,
  MalformedRecord,
  portAt,
  protocolOf,
  textAt,
  timeOf,
} from './feed.ts';

/**
 * VPC flow logs: one line for all packets of a connection within an aggregation window. They fire on nothing; a refused
 * connection counts a little, an accepted one corroborates other alerts. Names are written with `-` in text and with `_`
 * in Parquet; the reader gives them with `_`.
 */
function flowLog(name: string, title: string, own: (record: FeedRecord) => boolean): Feed {
  return {
    name,
    title,
    // ten minutes: the default aggregation window of both clouds
    tolerance: 600_000,
    fits: (record) => 'srcaddr' in record && 'dstaddr' in record && own(record),
    read(record, context): Alert | undefined {
      const status = textAt(record, 'log_status');
      // nothing was seen, or nothing was kept
      if (status === 'NODATA' || status === 'SKIPDATA') return undefined;
      const action = textAt(record, 'action');
      if (action !== 'ACCEPT' && action !== 'REJECT')
        throw new MalformedRecord(`action is ${JSON.stringify(action ?? '')}, neither ACCEPT nor REJECT`);
      const start = flowTime(record, 'start', context);
      return {
        feed: name,
        start,
        end: Math.max(start, flowTime(record, 'end', context)),
        precision: 1000,
        ...known({
          // behind NAT and in pods the packet's own addresses tell more
          sourceIp: addressAt(record, 'pkt_srcaddr', 'srcaddr'),
          sourcePort: portAt(record, 'srcport'),
          destinationIp: addressAt(record, 'pkt_dstaddr', 'dstaddr'),
          destinationPort: portAt(record, 'dstport'),
          protocol: protocolOf(textAt(record, 'protocol')),
          instance: textAt(record, 'instance_id', 'vm_id', 'interface_id', 'eni_id'),
        }),
        // one line for each way: which of them opened the connection is not said
        initiator: false,
        signature: `flow ${action}`,
        severity: action === 'REJECT' ? 1 : 0,
        action: action === 'REJECT' ? 'blocked' : 'allowed',
      };
    },
  };
}

/** Epoch seconds; Parquet written by AWS has them as numbers, some exports as timestamps. */
function flowTime(record: FeedRecord, name: string, context: FeedContext): number {
  const value = record[name];
  return timeOf(typeof value === 'bigint' ? Number(value) : value, 'seconds', context, name);
}

export const aliyunFlow = flowLog(
  'aliyun-flow',
  'Alibaba Cloud VPC flow log',
  (record) => 'eni_id' in record || 'vm_id' in record,
);
export const awsFlow = flowLog(
  'aws-flow',
  'AWS VPC flow log',
  (record) => !('eni_id' in record) && !('vm_id' in record),
);

/** The fields of version 2, for files that have no header: AWS's default format. */
export const awsDefaultFields = [
  'version',
  'account_id',
  'interface_id',
  'srcaddr',
  'dstaddr',
  'srcport',
  'dstport',
  'protocol',
  'packets',
  'bytes',
  'start',
  'end',
  'action',
  'log_status',
] as const;
