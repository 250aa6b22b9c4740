import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type CorrelateRequest, correlate } from '../../src/correlate/correlate.ts';
import type { Correlation } from '../../src/correlate/correlation.ts';
import { makePlan } from '../../src/pipeline/plan.ts';
import { loadPolicy } from '../../src/policy/policy.ts';
import { loadSpecs } from '../../src/trajectory/recognise.ts';

/** Noon of a day of which all tests are. */
export const noon = Date.UTC(2026, 2, 1, 12);

export const minutes = 60_000;

/** An episode as ROLL saves it. Times in epoch milliseconds. */
export interface TestEpisode {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly sandbox?: string;
  readonly host?: string;
  readonly commands?: readonly string[];
  /** how the times are written; UTC with its zone otherwise */
  readonly format?: (time: number) => string;
}

export const naive = (offsetHours: number) => (time: number) =>
  new Date(time + offsetHours * 3_600_000).toISOString().slice(0, -1);

export function rollRow(episode: TestEpisode): Record<string, unknown> {
  const {
    id,
    start,
    end,
    sandbox,
    host,
    commands = ['ls'],
    format = (time) => new Date(time).toISOString(),
  } = episode;
  const messages = [
    { role: 'system', content: 'You work in a sandbox.' },
    { role: 'user', content: 'Make the tests pass.' },
    ...commands.flatMap((command, at) => [
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          {
            id: `c${at}`,
            type: 'function',
            function: { name: 'bash', arguments: JSON.stringify({ command }) },
          },
        ],
      },
      { role: 'tool', tool_call_id: `c${at}`, content: 'done' },
    ]),
  ];
  return {
    trajectory_data: JSON.stringify({
      trajectory_id: id,
      env_info: { task_name: 'task', sandbox_id: sandbox, sandbox_ip: host },
      timing_info: { traj_save_time: format(end), traj_time_env_total: (end - start) / 1000 },
    }),
    messages: JSON.stringify(messages),
    tools: '[]',
    exp_name: 'test',
    global_step: 1,
  };
}

/** An alert of Suricata. */
export interface TestAlert {
  readonly time: number;
  readonly from?: string;
  readonly to?: string;
  readonly port?: number;
  readonly signature?: string;
  readonly severity?: number;
  readonly action?: string;
  readonly flow?: number;
  readonly extra?: Record<string, unknown>;
}

export function eve({ time, from = '10.0.0.7', to = '45.9.148.3', port = 3333, ...rest }: TestAlert): string {
  const { signature = 'ET COINMINER Stratum', severity = 1, action = 'allowed', flow, extra } = rest;
  return JSON.stringify({
    timestamp: new Date(time).toISOString().replace('Z', '000+0000'),
    event_type: 'alert',
    src_ip: from,
    src_port: 40_000,
    dest_ip: to,
    dest_port: port,
    proto: 'TCP',
    ...(flow === undefined ? {} : { flow_id: flow }),
    flow: { src_ip: from, src_port: 40_000, dest_ip: to, dest_port: port },
    alert: { action, signature_id: 2_024_792, signature, category: 'Coinminer', severity },
    ...extra,
  });
}

export function falco(time: number, fields: Record<string, unknown> = {}, hostname = 'gpu-01'): string {
  return JSON.stringify({
    time: new Date(time).toISOString().replace('Z', '000000Z'),
    rule: 'Detect crypto miners using the Stratum protocol',
    priority: 'Critical',
    output: 'Possible miner running',
    source: 'syscall',
    hostname,
    tags: ['mitre_impact', 'T1496'],
    output_fields: { 'evt.time': time * 1e6, ...fields },
  });
}

export interface TestWorld {
  readonly folder: string;
  readonly episodes: readonly TestEpisode[];
  /** lines by name of the file of alerts */
  readonly alerts: Readonly<Record<string, readonly string[]>>;
  readonly leases?: string;
}

export interface TestResult {
  readonly correlation: Correlation;
  /** rows of a table */
  table(name: string): Promise<Record<string, unknown>[]>;
  readonly out: string;
}

/** Correlates a small world. */
export async function correlateWorld(
  world: TestWorld,
  request: Partial<CorrelateRequest> = {},
): Promise<TestResult> {
  const { folder, episodes, alerts } = world;
  mkdirSync(folder, { recursive: true });
  const input = join(folder, 'episodes.jsonl');
  writeFileSync(input, `${episodes.map((episode) => JSON.stringify(rollRow(episode))).join('\n')}\n`);
  const files = Object.entries(alerts).map(([name, lines]) => {
    const file = join(folder, name);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  });
  const leases = world.leases === undefined ? undefined : join(folder, 'leases.csv');
  if (leases !== undefined) writeFileSync(leases, world.leases!);
  return await correlateFiles(folder, [input], files, { leases, ...request });
}

/** Correlates files. */
export async function correlateFiles(
  folder: string,
  inputs: readonly string[],
  alerts: readonly string[],
  request: Partial<CorrelateRequest> = {},
): Promise<TestResult> {
  const out = join(folder, 'out');
  const specs = loadSpecs();
  const { correlation } = await correlate({
    plan: await makePlan(inputs, specs),
    specs,
    alerts,
    mappings: [],
    leases: undefined,
    out,
    zone: undefined,
    lag: 10 * minutes,
    tolerances: new Map(),
    shifts: 19,
    seed: 1,
    policy: loadPolicy('default'),
    findings: undefined,
    engine: undefined,
    config: {},
    signal: new AbortController().signal,
    ...request,
  });
  const table = (name: string) => readParquet(join(out, name));
  return { correlation, table, out };
}

/** The rows of Parquet files, by an independent reader. */
export async function readParquet(...paths: readonly string[]): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const path of paths) {
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    rows.push(...((await parquetReadObjects({ file, compressors })) as Record<string, unknown>[]));
  }
  return rows;
}

/** An entry of ROCK's `command.log`, in its own zone. */
export function entry(time: number, sandbox: string, message: string): string {
  const local = new Date(time + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
  return `${local} INFO:rocklet.py:133 [command] [${sandbox}] [5f1c] -- ${message}`;
}
