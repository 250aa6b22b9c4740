import { aliyunFirewall } from './aliyun-firewall.ts';
import { falco } from './falco.ts';
import type { Feed } from './feed.ts';
import { aliyunFlow, awsFlow } from './flow-log.ts';
import { suricata } from './suricata.ts';
import { zeekConn, zeekNotice } from './zeek.ts';

/** The feeds that are known without a mapping. The first that fits a record reads it. */
export const knownFeeds: readonly Feed[] = [
  suricata,
  falco,
  zeekConn,
  zeekNotice,
  aliyunFlow,
  awsFlow,
  aliyunFirewall,
];
