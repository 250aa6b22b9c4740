/**
 * Measures `trajsieve run` against DuckDB copying the same file: `npm run bench [-- --rows N] [--only NAME]`.
 *
 * Makes its data first (coding trajectories of about 40 KB, one in a hundred with an unsafe act, into a folder of the
 * system's temporary files that it uses again), then runs both in turn on the same cores and prints the ratio of their
 * times, MB/s and rows/s of text, the peak of resident memory and the share of candidate rows.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packagePath } from '../src/package-path.ts';
import { codingEpisode, type Episode } from './generate/coding.ts';
import { unsafe } from './generate/planted.ts';
import { Random } from './generate/random.ts';
import { writeEpisodes } from './generate/write-episodes.ts';
import { type Figures, timed } from './timed.ts';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});
const rows = Number(flags.rows);
const workers = availableParallelism();
const folder = join(tmpdir(), `trajsieve-bench-${rows}`);

/** Files by who wrote them; each is made from the first. */
const pyarrow = (codec: string) =>
  `import pyarrow.parquet as pq, sys; f = pq.ParquetFile(sys.argv[1]);` +
  `w = pq.ParquetWriter(sys.argv[2], f.schema_arrow.remove_metadata(), compression='${codec}');` +
  `[w.write_table(f.read_row_group(i)) for i in range(f.num_row_groups)]; w.close()`;
const variants: Readonly<Record<string, (plain: string, target: string) => boolean>> = {
  'pyarrow-zstd': (plain, target) => runs('python3', ['-c', pyarrow('zstd'), plain, target]),
  'pyarrow-snappy': (plain, target) => runs('python3', ['-c', pyarrow('snappy'), plain, target]),
  'duckdb-zstd': (plain, target) =>
    runs(process.execPath, [duckdbCopy, plain, target, 'zstd', String(workers)]),
};
const duckdbCopy = packagePath('dist/scripts/duckdb-copy.js');

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

function* episodes(): Generator<Episode> {
  const random = new Random(1);
  const acts = Object.values(unsafe);
  for (let number = 0; number < rows; number++) {
    const planted = random.chance(0.01) ? random.pick(acts) : [];
    yield codingEpisode(random, number, 40_000, planted);
  }
}

async function made(name: string): Promise<string | undefined> {
  const path = join(folder, `${name}.parquet`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${name}.partial`);
  rmSync(partial, { force: true });
  if (name === 'plain') await writeEpisodes(partial, episodes(), { rowGroup: 2000 });
  else if (!variants[name]!((await made('plain'))!, partial)) return undefined;
  renameSync(partial, path);
  return path;
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;

console.log(`Node ${process.version}, ${workers} workers on ${cpus()[0]?.model}; ${rows} trajectories`);
for (const name of Object.keys(variants).filter((one) => flags.only === undefined || flags.only === one)) {
  const input = await made(name);
  if (input === undefined) {
    console.log(`${name}: skipped, its writer is not here`);
    continue;
  }
  const [, codec = 'zstd'] = name.split('-');
  const copy = join(folder, 'copy.parquet');
  const out = join(folder, 'out');
  const metrics = join(folder, 'trajsieve.prom');
  const ours: Figures[] = [];
  const theirs: Figures[] = [];
  for (let i = 0; i <= Number(flags.runs); i++) {
    rmSync(copy, { force: true });
    const b = timed(process.execPath, [duckdbCopy, input, copy, codec, String(workers)]);
    rmSync(out, { recursive: true, force: true });
    const a = timed(process.execPath, [
      packagePath('dist/src/cli/main.js'),
      'run',
      input,
      '--out',
      out,
      '--quiet',
      '--metrics',
      metrics,
    ]);
    if (i === 0) continue; // warm-up
    ours.push(a);
    theirs.push(b);
  }
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  const candidates = Number(/^trajsieve_candidates (\d+)$/m.exec(readFileSync(metrics, 'utf8'))?.[1]);
  const text = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')).bytes as number;
  const seconds = median(ours.map((one) => one.seconds));
  const ratio = median(ours.map((one, i) => one.seconds / theirs[i]!.seconds));
  console.log(
    `${name}: ratio ${ratio.toFixed(2)} (trajsieve ${seconds.toFixed(2)} s, DuckDB ${median(theirs.map((one) => one.seconds)).toFixed(2)} s), ` +
      `${(text / seconds / 1e6).toFixed(0)} MB/s, ${(rows / seconds).toFixed(0)} rows/s, ` +
      `peak ${(median(ours.map((one) => one.peak)) / 1e6).toFixed(0)} MB, ` +
      `candidates ${((candidates / rows) * 100).toFixed(1)} % of rows, ` +
      `quarantined ${report.rows.quarantined}, file ${(statSync(input).size / 1e6).toFixed(0)} MB`,
  );
}
