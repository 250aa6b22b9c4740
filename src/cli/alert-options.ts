import { z } from 'zod';
import { loadMapping } from '../correlate/feeds/mapping.ts';
import type { AlertSettings } from '../correlate/for-run.ts';
import { readZone } from '../correlate/zone.ts';
import { expandInputs } from '../pipeline/inputs.ts';
import type { Options, Values } from './command.ts';
import { duration, texts, UsageError } from './values.ts';

/** Where alerts are, and how they are read. */
export const alertOptions = {
  alerts: {
    describe:
      'files of alerts: Suricata, Zeek, Falco, Alibaba Cloud Firewall, VPC flow logs; also .gz and .zst',
    type: 'array',
    placeholder: 'FILE',
    schema: texts.default([]),
  },
  'alert-map': {
    describe: 'YAML files that say what the fields of other CSV, JSONL or Parquet feeds are',
    type: 'array',
    placeholder: 'FILE',
    schema: texts.default([]),
  },
  leases: {
    describe: 'table of which sandbox was where, and when: sandbox, host, from, to',
    type: 'string',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
  },
  'command-logs': {
    describe: "ROCK's command.log of the sandboxes: tells when each step ran",
    type: 'array',
    placeholder: 'FILE',
    schema: texts.default([]),
  },
  'naive-tz': {
    describe: 'zone of times that name none, of alerts, leases and trajectories: UTC, +08:00, Asia/Shanghai',
    type: 'string',
    placeholder: 'ZONE',
    schema: z.string().min(1).optional(),
  },
  lag: {
    describe: 'time after an episode in which its doings may still be seen by sensors',
    type: 'string',
    placeholder: 'TIME',
    schema: duration.prefault('10m'),
  },
} as const satisfies Options;

/** What a run is told of alerts; undefined where it has none. What can be wrong is found out before anything is read. */
export async function alertSettings(values: Values<typeof alertOptions>): Promise<AlertSettings | undefined> {
  const { alerts, leases, 'command-logs': logs } = values;
  if (alerts.length === 0) {
    const lone = leases !== undefined ? '--leases' : logs.length > 0 ? '--command-logs' : undefined;
    if (lone !== undefined)
      throw new UsageError(`${lone} is of no use without --alerts`, 'name the files of alerts');
    return undefined;
  }
  values['alert-map'].map(loadMapping);
  if (values['naive-tz'] !== undefined) readZone(values['naive-tz']);
  return {
    files: await expandInputs(alerts),
    maps: values['alert-map'],
    leases,
    ...(logs.length === 0 ? {} : { commandLogs: await expandInputs(logs) }),
    naiveTz: values['naive-tz'],
    lag: values.lag,
  };
}
