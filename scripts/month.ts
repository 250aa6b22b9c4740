/**
 * Measures `trajsieve correlate` on a generated month: `node dist/scripts/month.js [--share 0.01]`.
 *
 * Makes the month first (into a folder of the system's temporary files that it uses again), then matches it, and prints
 * time, peak of resident memory, and precision and recall by how an alert was matched. `--share` makes all of it smaller.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { packagePath } from '../src/package-path.ts';
import { generateMonth } from './generate-month.ts';

/** Clock ticks in a second, as Linux counts processor time. */
const ticks = 100;

const { values: flags } = parseArgs({
  options: { share: { type: 'string', default: '1' }, keep: { type: 'boolean', default: false } },
});
const share = Number(flags.share);
const size = {
  episodes: Math.round(1_000_000 * share),
  hosts: Math.max(5, Math.round(500 * share)),
  alerts: Math.round(10_000_000 * share),
  planted: Math.max(40, Math.round(400 * Math.min(1, share * 10))),
};
const folder = join(tmpdir(), `trajsieve-month-${share}`);

if (!existsSync(join(folder, 'made'))) {
  const before = performance.now();
  rmSync(folder, { recursive: true, force: true });
  await generateMonth(folder, size);
  writeFileSync(join(folder, 'made'), '');
  console.log(`made in ${seconds(before)}`);
}

const out = join(folder, 'out');
rmSync(out, { recursive: true, force: true });
const feeds = ['eve.json', 'falco.json', 'conn.log', 'flow.log'].map((name) => join(folder, name));
const words = [
  'correlate',
  join(folder, 'episodes.parquet'),
  '--alerts',
  ...feeds,
  '--out',
  out,
  '--naive-tz',
  'Asia/Shanghai',
  '--no-examine',
];
const started = performance.now();
const { peak, processor } = await run([packagePath('dist/src/cli/main.js'), ...words]);
console.log(
  `${size.episodes} episodes, ${size.alerts} alerts: ${seconds(started)}, ${processor.toFixed(0)} s of processor time, peak of resident memory ${(peak / 1e6).toFixed(0)} MB`,
);

const connection = await (await DuckDBInstance.create(':memory:')).connect();
const table = (name: string) => `read_parquet('${join(out, name)}')`;
await connection.run(`
  create table judged as
  select t.kind, t.row as cause, m.row as matched, m.strength, m.content is not null as named
  from read_parquet('${join(folder, 'truth.parquet')}') t
  left join ${table('matches.parquet')} m
    on m.alert_line = t.alert_line and m.alert_file = '${folder}/' || t.alert_file`);
await print(
  'matches by strength',
  `select strength, case when named then 'named by a call' else '' end as content, count(*) as matched,
     count(*) filter (matched = cause) as correct, count(*) filter (cause < 0) as "of no episode",
     round(100 * count(*) filter (matched = cause) / count(*), 2) as "precision %"
   from judged where matched is not null group by all order by all`,
);
await print(
  'what planted episodes and traffic came to',
  `select kind, count(*) as alerts, count(matched) as matched,
     round(100 * count(*) filter (matched = cause) / count(*), 2) as "recall %",
     round(100 * count(*) filter (matched = cause) / greatest(1, count(matched)), 2) as "precision %"
   from judged group by kind order by kind`,
);
await print(
  'planted episodes with at least one alert matched to them',
  `select kind, count(distinct cause) as episodes, count(distinct cause) filter (matched = cause) as found
   from judged where kind in ('tunnel', 'miner', 'scan') group by kind order by kind`,
);
const { alerts } = JSON.parse(readFileSync(join(out, 'correlation.json'), 'utf8')) as {
  alerts: Record<string, number>;
};
console.log(JSON.stringify(alerts));

async function print(title: string, query: string): Promise<void> {
  const reader = await connection.runAndReadAll(query);
  console.log(`\n${title}`);
  console.table(reader.getRowObjectsJson());
}

/** Runs Node and waits for its end; resolves to the peak of its resident memory in bytes, and seconds of processor time. */
async function run(args: readonly string[]): Promise<{ peak: number; processor: number }> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  let peak = 0;
  let processor = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
      // user and system time, behind the name in parentheses
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      processor = Math.max(processor, (Number(fields[11]) + Number(fields[12])) / ticks);
    } catch {
      // it has just ended
    }
  }, 100);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`correlate ended with code ${code}`);
  return { peak, processor };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
