import type { Alert, AlertAction, AlertSeverity } from '../alert.ts';
import {
  addressAt,
  type Feed,
  type FeedRecord,
  hostName,
  known,
  portAt,
  protocolOf,
  textAt,
  timeOf,
} from './feed.ts';

/** `attack_type` of the intrusion prevention logs. */
const attackTypes: Readonly<Record<string, readonly [name: string, severity: AlertSeverity]>> = {
  '1': ['abnormal connection', 2],
  '2': ['command execution', 3],
  '3': ['brute force', 2],
  '4': ['scan', 2],
  '5': ['other', 2],
  '6': ['information leak', 3],
  '7': ['denial of service', 3],
  '8': ['buffer overflow', 3],
  '9': ['web attack', 3],
  '10': ['trojan or backdoor', 4],
  '11': ['virus or worm', 4],
  '12': ['mining', 4],
  '13': ['reverse shell', 4],
};

const noRule = /^[0-]*$/;

/**
 * Alibaba Cloud Firewall's logs as Log Service delivers them (https://www.alibabacloud.com/help/en/cloud-firewall,
 * "Fields in the traffic logs"). Times are epoch seconds. What `vul_level`'s numbers mean is not published: 1 to 3 are
 * read as low to high, as the console's three levels have it, and never make a known kind of attack milder.
 */
export const aliyunFirewall: Feed = {
  name: 'aliyun-firewall',
  title: 'Alibaba Cloud Firewall',
  tolerance: 60_000,
  fits: (record) =>
    /^cloudfirewall_|^(?:internet|vpc_firewall|nat_firewall|ipv6_firewall|dns_firewall|vpc_ips)_/.test(
      textAt(record, '__topic__', 'log_type') ?? '',
    ) ||
    (('rule_result' in record || 'ips_rule_id' in record) &&
      'src_ip' in record &&
      'dst_ip' in record &&
      'start_time' in record),
  read(record, context): Alert {
    const given = record['start_time'] ?? record['start_time_min'] ?? record['__time__'];
    const start = timeOf(given, 'seconds', context, 'start_time');
    const end =
      record['end_time'] === undefined ? start : timeOf(record['end_time'], 'seconds', context, 'end_time');
    const rule = ruleOf(record);
    return {
      feed: 'aliyun-firewall',
      start,
      end: Math.max(start, end),
      precision: 1000,
      ...known({
        sourceIp: addressAt(record, 'src_ip'),
        sourcePort: portAt(record, 'src_port'),
        destinationIp: addressAt(record, 'dst_ip'),
        destinationPort: portAt(record, 'dst_port'),
        destinationHost: hostName(textAt(record, 'domain')),
        protocol: protocolOf(textAt(record, 'ip_protocol')),
        category: rule.category,
        signatureId: rule.id,
        instance: textAt(record, 'cloud_instance_id', 'src_network_instance_id'),
      }),
      initiator: true,
      signature: rule.name,
      severity: rule.severity,
      action: actionOf(record),
    };
  },
};

function ruleOf(record: FeedRecord): {
  name: string;
  id?: string;
  category?: string;
  severity: AlertSeverity;
} {
  const ids = ['ips_rule_id', 'ips_ai_rule_id', 'acl_rule_id'].map((name) => textAt(record, name));
  const id = ids.find((one) => one !== undefined && !noRule.test(one));
  const attack = attackTypes[textAt(record, 'attack_type') ?? ''];
  const category = textAt(record, 'attack_type_name_en', 'attack_type_name') ?? attack?.[0];
  const name = textAt(record, 'ips_rule_name_en', 'ips_rule_name', 'acl_rule_name') ?? category;
  const level = Number(textAt(record, 'vul_level') ?? 0);
  const fired = id !== undefined || attack !== undefined || name !== undefined;
  const byLevel = level >= 1 && level <= 3 ? level : 0;
  const severity = Math.max(attack?.[1] ?? (fired ? 1 : 0), byLevel) as AlertSeverity;
  return { name: name ?? (fired ? 'firewall rule' : 'connection'), severity, ...known({ id, category }) };
}

const results: Readonly<Record<string, AlertAction>> = {
  pass: 'allowed',
  accept: 'allowed',
  alert: 'alert',
  log: 'alert',
  drop: 'blocked',
  deny: 'blocked',
  discard: 'blocked',
  reject: 'blocked',
};

function actionOf(record: FeedRecord): AlertAction {
  const result = results[(textAt(record, 'rule_result') ?? '').toLowerCase()];
  if (result !== undefined) return result;
  const user = textAt(record, 'action_user');
  return user === '2' ? 'blocked' : user === '1' ? 'alert' : user === '0' ? 'allowed' : 'unknown';
}
