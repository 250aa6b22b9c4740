import type { Alert, AlertSeverity } from '../alert.ts';
import {
  addressAt,
  type Feed,
  type FeedRecord,
  known,
  numberAt,
  portAt,
  protocolOf,
  textAt,
  timeOf,
} from './feed.ts';

/**
 * Zeek's logs, as TSV or JSON (https://docs.zeek.org, base/protocols/conn and base/frameworks/notice). `ts` is epoch
 * seconds; JSON may be set to ISO 8601 or to milliseconds.
 */
function momentOf(record: FeedRecord, context: Parameters<Feed['read']>[1]): number {
  const { ts } = record;
  if (typeof ts === 'string' && ts.includes('T')) return timeOf(ts, 'iso', context, 'ts');
  const number = Number(ts);
  return timeOf(ts, number > 1e11 ? 'milliseconds' : 'seconds', context, 'ts');
}

function endsOf(record: FeedRecord) {
  return known({
    sourceIp: addressAt(record, 'id.orig_h', 'src'),
    sourcePort: portAt(record, 'id.orig_p'),
    destinationIp: addressAt(record, 'id.resp_h', 'dst'),
    destinationPort: portAt(record, 'id.resp_p', 'p'),
    protocol: protocolOf(textAt(record, 'proto')),
  });
}

/** One line a connection: no alert by itself, but what corroborates one. Rejected attempts are a little more. */
export const zeekConn: Feed = {
  name: 'zeek-conn',
  title: 'Zeek conn.log',
  tolerance: 5000,
  fits: (record) => 'uid' in record && 'id.orig_h' in record && 'conn_state' in record,
  read(record, context): Alert {
    const start = momentOf(record, context);
    const state = textAt(record, 'conn_state') ?? 'OTH';
    // S0: no answer, REJ: refused
    const isRefused = state === 'REJ' || state === 'S0';
    return {
      feed: 'zeek-conn',
      start,
      end: start + Math.max(0, numberAt(record, 'duration') ?? 0) * 1000,
      precision: 1,
      ...endsOf(record),
      ...known({ flow: textAt(record, 'community_id', 'uid'), category: textAt(record, 'service') }),
      initiator: true,
      signature: isRefused ? `connection ${state}` : 'connection',
      severity: isRefused ? 1 : 0,
      action: state === 'REJ' ? 'blocked' : isRefused ? 'unknown' : 'allowed',
    };
  },
};

/** Notices have no severity: what is sent as an alarm or an e-mail is meant to be seen. */
const notableActions = /ACTION_(?:ALARM|EMAIL|PAGE|DROP)/;

export const zeekNotice: Feed = {
  name: 'zeek-notice',
  title: 'Zeek notice.log',
  tolerance: 5000,
  fits: (record) => 'note' in record && 'ts' in record && ('msg' in record || 'actions' in record),
  read(record, context): Alert {
    const start = momentOf(record, context);
    const actions = Array.isArray(record['actions'])
      ? record['actions'].join(',')
      : (textAt(record, 'actions') ?? '');
    const severity: AlertSeverity = notableActions.test(actions) ? 3 : 2;
    return {
      feed: 'zeek-notice',
      start,
      end: start,
      precision: 1,
      ...endsOf(record),
      ...known({
        flow: textAt(record, 'community_id', 'uid'),
        category: textAt(record, 'msg')?.slice(0, 200),
      }),
      // scans name the scanner alone, as `src`
      initiator: true,
      signature: textAt(record, 'note') ?? 'notice',
      severity,
      action: /ACTION_DROP/.test(actions) ? 'blocked' : 'alert',
    };
  },
};
