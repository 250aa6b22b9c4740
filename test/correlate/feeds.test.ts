import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Alert } from '../../src/correlate/alert.ts';
import type { Feed } from '../../src/correlate/feeds/feed.ts';
import { loadMapping } from '../../src/correlate/feeds/mapping.ts';
import { type AlertLine, readAlerts } from '../../src/correlate/read-alerts.ts';
import { TableFile } from '../../src/correlate/table-file.ts';
import { readZone } from '../../src/correlate/zone.ts';
import { compress, loadCodecs } from '../../src/parquet/codec.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Read {
  readonly alerts: Alert[];
  readonly lines: AlertLine[];
  readonly unreadable: { line: number; problem: string }[];
}

async function read(
  content: string | Uint8Array,
  name = 'feed.log',
  mappings: Feed[] = [],
  zone?: string,
): Promise<Read> {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return await readFile(file, mappings, zone);
}

async function readFile(file: string, mappings: Feed[] = [], zone?: string): Promise<Read> {
  const lines: AlertLine[] = [];
  for await (const line of readAlerts(file, 0, {
    mappings,
    zone: zone === undefined ? undefined : readZone(zone),
  }))
    lines.push(line);
  return {
    lines,
    alerts: lines.flatMap((line) => (line.kind === 'alert' ? [line.alert] : [])),
    unreadable: lines.flatMap((line) =>
      line.kind === 'unreadable' ? [{ line: line.line, problem: line.problem }] : [],
    ),
  };
}

describe('Suricata', () => {
  const base = {
    timestamp: '2026-04-07T22:24:37.251547+0100',
    event_type: 'alert',
    src_ip: '45.9.148.3',
    src_port: 3333,
    dest_ip: '10.0.0.7',
    dest_port: 41_234,
    proto: 'TCP',
    flow_id: 1_234_567_890,
    alert: {
      action: 'blocked',
      gid: 1,
      signature_id: 2_024_792,
      signature: 'ET COINMINER',
      category: 'Crypto',
      severity: 2,
      metadata: { mitre_technique_id: ['T1496'] },
    },
  };

  test('who opened the connection is told by the flow, not by the packet', async () => {
    const flow = {
      src_ip: '10.0.0.7',
      src_port: 41_234,
      dest_ip: '45.9.148.3',
      dest_port: 3333,
      start: '2026-04-07T22:24:30.000000+0100',
    };
    const { alerts } = await read(JSON.stringify({ ...base, flow, tls: { sni: 'Pool.Example.' } }));
    expect(alerts).toMatchObject([
      {
        feed: 'suricata',
        start: Date.UTC(2026, 3, 7, 21, 24, 30),
        end: Date.UTC(2026, 3, 7, 21, 24, 37, 252),
        sourceIp: '10.0.0.7',
        destinationIp: '45.9.148.3',
        destinationPort: 3333,
        destinationHost: 'pool.example',
        initiator: true,
        severity: 3,
        action: 'blocked',
        signatureId: '2024792',
        flow: '1234567890',
        attack: ['T1496'],
      },
    ]);
  });

  test('without a flow the direction tells, and without both nobody knows', async () => {
    const { alerts } = await read(
      [JSON.stringify({ ...base, direction: 'to_client' }), JSON.stringify(base)].join('\n'),
    );
    expect(alerts).toMatchObject([
      { sourceIp: '10.0.0.7', initiator: true },
      { sourceIp: '45.9.148.3', initiator: false },
    ]);
  });

  test('other events are no alerts, and lines that are none are told with their number', async () => {
    const text = [
      'rest of a line"}',
      JSON.stringify(base),
      '',
      JSON.stringify({ timestamp: base.timestamp, event_type: 'dns' }),
      '{',
      '[1]',
      '{"a":1}',
    ];
    const { lines, unreadable } = await read(text.join('\n'));
    expect(lines.map(({ kind }) => kind)).toEqual([
      'unreadable',
      'alert',
      'other',
      'unreadable',
      'unreadable',
      'unreadable',
    ]);
    expect(unreadable.map(({ line }) => line)).toEqual([1, 5, 6, 7]);
  });

  test('a port, address or time that is none makes the line unreadable, and says which', async () => {
    const bad = [
      { src_port: 70_000 },
      { dest_ip: '10.0.0' },
      { timestamp: 'yesterday' },
      { timestamp: '1999-01-01T00:00:00Z' },
    ];
    const { unreadable } = await read(bad.map((own) => JSON.stringify({ ...base, ...own })).join('\n'));
    expect(unreadable.map(({ problem }) => problem.split(' ')[0])).toEqual([
      'src_port',
      'dest_ip',
      'timestamp',
      'timestamp',
    ]);
  });

  test('gzip and zstd are read as they are', async () => {
    const text = `${JSON.stringify(base)}\n${JSON.stringify(base)}\n`;
    expect((await read(gzipSync(text), 'eve.json.gz')).alerts).toHaveLength(2);
    await loadCodecs();
    expect(
      (await read(compress('ZSTD', new TextEncoder().encode(text)), 'eve.json.zst')).alerts,
    ).toHaveLength(2);
  });
});

describe('Zeek', () => {
  const fields = 'ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\tconn_state';
  const head = `#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\t${fields}\n`;

  test('conn.log as TSV and as JSON says the same', async () => {
    const tsv = `${head}1772366460.250000\tCa\t10.0.0.7\t40000\t45.9.148.3\t3333\ttcp\t-\t12.5\tSF\n#close\t2026-03-01-13-00-00\n`;
    const json = JSON.stringify({
      ts: 1_772_366_460.25,
      uid: 'Ca',
      'id.orig_h': '10.0.0.7',
      'id.orig_p': 40_000,
      'id.resp_h': '45.9.148.3',
      'id.resp_p': 3333,
      proto: 'tcp',
      duration: 12.5,
      conn_state: 'SF',
    });
    const [a, b] = [await read(tsv), await read(json)];
    expect({ ...a.alerts[0], line: 1 }).toEqual(b.alerts[0]);
    expect(a.alerts).toMatchObject([
      {
        start: 1_772_366_460_250,
        end: 1_772_366_472_750,
        sourcePort: 40_000,
        destinationPort: 3333,
        severity: 0,
        action: 'allowed',
        flow: 'Ca',
      },
    ]);
  });

  test('a refused connection counts a little more; a line with a missing field is unreadable', async () => {
    const { alerts, unreadable } = await read(
      `${head}1772366460.0\tCa\t10.0.0.7\t40000\t10.8.0.1\t22\ttcp\t-\t-\tREJ\n1772366460.0\tCb\t10.0.0.7\n`,
    );
    expect(alerts).toMatchObject([{ severity: 1, action: 'blocked', signature: 'connection REJ' }]);
    expect(unreadable).toEqual([{ line: 8, problem: 'line has 3 fields, not 10' }]);
  });

  test('notices name the scanner alone', async () => {
    const { alerts } = await read(
      JSON.stringify({
        ts: 1_772_366_460.5,
        note: 'Scan::Port_Scan',
        msg: '10.0.0.7 scanned 20 ports',
        src: '10.0.0.7',
        dst: '10.8.0.1',
        actions: ['Notice::ACTION_LOG', 'Notice::ACTION_ALARM'],
      }),
    );
    expect(alerts).toMatchObject([
      {
        feed: 'zeek-notice',
        signature: 'Scan::Port_Scan',
        sourceIp: '10.0.0.7',
        severity: 3,
        action: 'alert',
      },
    ]);
  });
});

test('Falco: container, host, both ends and tags; a priority that it does not have is unreadable', async () => {
  const line = (priority: string) =>
    JSON.stringify({
      time: '2026-03-01T12:01:00.123456789Z',
      rule: 'Netcat Remote Code Execution in Container',
      priority,
      output: 'nc -e',
      hostname: 'gpu-01',
      tags: ['container', 'mitre_execution', 'T1059'],
      output_fields: {
        'container.id': 'abcdefabcdef',
        'container.name': 'sb-1',
        'fd.name': '10.0.0.7:41234->45.9.148.3:4444',
        'k8s.pod.name': null,
      },
    });
  const { alerts, unreadable } = await read([line('WARNING'), line('Warning'), line('Loud')].join('\n'));
  expect(alerts).toHaveLength(2);
  expect(alerts[0]).toMatchObject({
    start: Date.UTC(2026, 2, 1, 12, 1, 0, 123),
    severity: 2,
    containers: ['abcdefabcdef', 'sb-1'],
    host: 'gpu-01',
    sourceIp: '10.0.0.7',
    destinationIp: '45.9.148.3',
    destinationPort: 4444,
    attack: ['T1059'],
  });
  expect(unreadable).toEqual([{ line: 3, problem: 'priority is "Loud", none of Falco\'s' }]);
});

test('Alibaba Cloud Firewall: the kind of attack, the rule and what was done', async () => {
  const base = {
    __topic__: 'cloudfirewall_access_log',
    start_time: '1772366460',
    end_time: '1772366470',
    src_ip: '10.0.0.7',
    src_port: '40000',
    dst_ip: '45.9.148.3',
    dst_port: '3333',
    ip_protocol: 'tcp',
  };
  const lines = [
    {
      ...base,
      log_type: 'internet_ips_log',
      attack_type: '12',
      ips_rule_id: '9f3c',
      ips_rule_name_en: 'Mining Behavior',
      rule_result: 'drop',
      vul_level: '2',
    },
    { ...base, acl_rule_id: '00000000-0000-0000-0000-000000000000', rule_result: 'pass', domain: 'pypi.org' },
  ];
  const { alerts } = await read(lines.map((line) => JSON.stringify(line)).join('\n'));
  expect(alerts).toMatchObject([
    {
      signature: 'Mining Behavior',
      severity: 4,
      action: 'blocked',
      precision: 1000,
      start: 1_772_366_460_000,
      end: 1_772_366_470_000,
    },
    { signature: 'connection', severity: 0, action: 'allowed', destinationHost: 'pypi.org' },
  ]);
});

describe('VPC flow logs', () => {
  const line =
    '2 123456789010 eni-1 10.0.0.7 45.9.148.3 40000 3333 6 20 4249 1772366460 1772366520 REJECT OK';

  test('AWS in its default format needs no header', async () => {
    const { alerts, lines } = await read(
      `${line}\n2 123456789010 eni-1 - - - - - - - 1772366460 1772366520 - NODATA\n`,
    );
    expect(alerts).toMatchObject([
      {
        feed: 'aws-flow',
        start: 1_772_366_460_000,
        end: 1_772_366_520_000,
        protocol: 'tcp',
        action: 'blocked',
        severity: 1,
        initiator: false,
        instance: 'eni-1',
      },
    ]);
    expect(lines.map(({ kind }) => kind)).toEqual(['alert', 'other']);
  });

  test('a header may name other fields, and may come again', async () => {
    const head = 'srcaddr dstaddr pkt-srcaddr start end action log-status';
    const row = '10.9.9.9 45.9.148.3 10.0.0.7 1772366460 1772366520 ACCEPT OK';
    const { alerts } = await read([head, row, head, row].join('\n'));
    expect(alerts).toHaveLength(2);
    expect(alerts[0]).toMatchObject({ sourceIp: '10.0.0.7', severity: 0, action: 'allowed' });
  });

  test('Alibaba writes eni-id and vm-id', async () => {
    const { alerts } = await read(
      'version account-id eni-id vm-id srcaddr dstaddr start end action log-status\n1 1 eni-2 i-1 10.0.0.7 10.0.0.8 1772366460 1772366520 ACCEPT OK\n',
    );
    expect(alerts).toMatchObject([{ feed: 'aliyun-flow', instance: 'i-1' }]);
  });

  test('Parquet, as AWS writes it to S3', async () => {
    await loadCodecs();
    const file = join(temporaryFolder(), 'flow.parquet');
    const table = new TableFile(file, [
      { name: 'version', type: 'int32' },
      { name: 'interface_id', type: 'string' },
      { name: 'srcaddr', type: 'string' },
      { name: 'dstaddr', type: 'string' },
      { name: 'srcport', type: 'int32' },
      { name: 'dstport', type: 'int32' },
      { name: 'protocol', type: 'int32' },
      { name: 'start', type: 'int64' },
      { name: 'end', type: 'int64' },
      { name: 'action', type: 'string' },
      { name: 'log_status', type: 'string' },
    ]);
    const row = {
      version: 2,
      interface_id: 'eni-1',
      srcaddr: '10.0.0.7',
      dstaddr: '45.9.148.3',
      srcport: 40_000,
      dstport: 3333,
      protocol: 6,
      start: 1_772_366_460n,
      end: 1_772_366_520n,
      action: 'ACCEPT',
      log_status: 'OK',
    };
    table.add(row);
    table.add({ ...row, action: 'MAYBE' });
    table.finish();
    const { alerts, unreadable } = await readFile(file);
    expect(alerts).toMatchObject([
      { feed: 'aws-flow', start: 1_772_366_460_000, destinationPort: 3333, protocol: 'tcp' },
    ]);
    expect(unreadable).toEqual([{ line: 2, problem: 'action is "MAYBE", neither ACCEPT nor REJECT' }]);
  });
});

describe('mapping files', () => {
  const mapping = (text: string) => {
    const file = join(temporaryFolder(), 'map.yaml');
    writeFileSync(file, text);
    return loadMapping(file);
  };
  const volcengine = `
feed: volcengine
time: { start: begin_time_us, end: end_time_us, unit: microseconds }
fields: { source_ip: src_ip, destination_ip: dst_ip, signature: rule, severity: ip_severity, action: action, sandbox: pod }
severities: { '0': informational, '3': medium, '4': high, '5': critical }
actions: { monitor: alert, block: blocked }
`;

  test('CSV with quotes; a word that is not listed makes the line unreadable', async () => {
    const text = [
      'begin_time_us,end_time_us,src_ip,dst_ip,rule,ip_severity,action,pod',
      '1772366460000000,1772366461000000,10.0.0.7,45.9.148.3,"Miner, ""stratum""",5,block,sb-1',
      '1772366460000000,1772366461000000,10.0.0.7,45.9.148.3,Miner,9,block,sb-1',
      '1772366460000000,1772366461000000,10.0.0.7,45.9.148.3,"Miner,9,block,sb-1',
    ];
    const { alerts, unreadable } = await read(text.join('\n'), 'x.csv', [mapping(volcengine)]);
    expect(alerts).toMatchObject([
      {
        feed: 'volcengine',
        start: 1_772_366_460_000,
        end: 1_772_366_461_000,
        signature: 'Miner, "stratum"',
        severity: 4,
        action: 'blocked',
        sandbox: 'sb-1',
      },
    ]);
    expect(unreadable.map(({ line }) => line)).toEqual([3, 4]);
  });

  test('JSONL with times that name no zone: the mapping, else the caller, says which; else it is an error', async () => {
    const line = JSON.stringify({ event_time: '2026-03-01 20:01:00', src_ip: '10.0.0.7' });
    const own = (zone: string) =>
      mapping(`feed: own\ntime: { start: event_time${zone} }\nfields: { source_ip: src_ip }\n`);
    const noon = Date.UTC(2026, 2, 1, 12, 1);
    expect((await read(line, 'x.jsonl', [own(", zone: '+08:00'")])).alerts).toMatchObject([{ start: noon }]);
    expect((await read(line, 'x.jsonl', [own('')], 'Asia/Shanghai')).alerts).toMatchObject([{ start: noon }]);
    await expect(read(line, 'x.jsonl', [own('')])).rejects.toMatchObject({
      code: 'naive-time',
      where: { line: 1 },
    });
  });

  test('an unknown key is an error', () => {
    expect(() => mapping('feed: a\ntime: { start: t }\nfields: { sauce_ip: x }\n')).toThrow(/sauce_ip/);
  });
});

test('a file that is no feed says what was looked for', async () => {
  await expect(read('{"a": 1}\n{"b": 2}\n')).rejects.toMatchObject({
    code: 'alerts-unknown',
    message: expect.stringContaining('fields a'),
  });
  await expect(read('')).rejects.toMatchObject({ code: 'alerts-empty' });
});

test('zones by name know summer time', () => {
  const berlin = readZone('Europe/Berlin');
  expect(berlin.toUtc(Date.UTC(2026, 6, 1, 12))).toBe(Date.UTC(2026, 6, 1, 10));
  expect(berlin.toUtc(Date.UTC(2026, 0, 1, 12))).toBe(Date.UTC(2026, 0, 1, 11));
  expect(readZone('+05:30').toUtc(Date.UTC(2026, 0, 1, 12))).toBe(Date.UTC(2026, 0, 1, 6, 30));
  expect(() => readZone('Mars/Olympus')).toThrow(/unknown/);
});
