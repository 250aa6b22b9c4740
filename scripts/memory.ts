/**
 * Measures the peak of resident memory on inputs of very different sizes: `npm run memory [-- --only NAME]`.
 *
 * Makes its data first, up to 12 GB in a folder of the system's temporary files that it uses again: a gigabyte of
 * trajectories, ten files of it, one row group of 700 MB, and ten gigabytes of JSON lines. Each is run with two workers
 * and must stay under 600 MB.
 */
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packagePath } from '../src/package-path.ts';
import { codingEpisode, type Episode } from './generate/coding.ts';
import { unsafe } from './generate/planted.ts';
import { Random } from './generate/random.ts';
import { writeEpisodes } from './generate/write-episodes.ts';
import { timed } from './timed.ts';

const { values: flags } = parseArgs({ options: { only: { type: 'string' } } });
const folder = join(tmpdir(), 'trajsieve-memory');
const limit = 600e6;
const episodeSize = 40_000;

/** Each makes its input under the given path, which is a file or a folder. */
const inputs: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'parquet-1gb': (path) => writeEpisodes(path, episodes(25_000), { rowGroup: 1000 }),
  'parquet-10gb': async (path) => {
    const one = await made('parquet-1gb');
    mkdirSync(path);
    for (let i = 0; i < 10; i++) linkSync(one, join(path, `${i}.parquet`));
  },
  'row-group-700mb': (path) => writeEpisodes(path, episodes(17_500), { rowGroup: 17_500 }),
  'jsonl-10gb.jsonl': async (path) => {
    const file = openSync(path, 'w');
    const lines = [...episodes(2500)].map((episode) => `${JSON.stringify(episode)}\n`);
    const block = Buffer.from(lines.join(''));
    for (let size = 0; size < 10e9; size += block.length) writeSync(file, block);
    closeSync(file);
  },
};

function* episodes(count: number): Generator<Episode> {
  const random = new Random(2);
  const acts = Object.values(unsafe);
  for (let number = 0; number < count; number++)
    yield codingEpisode(random, number, episodeSize, random.chance(0.01) ? random.pick(acts) : []);
}

async function made(name: string): Promise<string> {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${name}.partial`);
  rmSync(partial, { recursive: true, force: true });
  await inputs[name]!(partial);
  renameSync(partial, path);
  return path;
}

let worst = 0;
for (const name of Object.keys(inputs).filter((one) => flags.only === undefined || one === flags.only)) {
  const input = await made(name);
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  const { seconds, peak } = timed(process.execPath, [
    packagePath('dist/src/cli/main.js'),
    'run',
    input,
    '--out',
    out,
    '--workers',
    '2',
    '--quiet',
  ]);
  const { bytes } = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as { bytes: number };
  const { rows } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as { rows: { in: number } };
  console.log(
    `${name}: peak ${(peak / 1e6).toFixed(0)} MB; ${(bytes / 1e9).toFixed(2)} GB, ${rows.in} rows in ${seconds.toFixed(0)} s`,
  );
  worst = Math.max(worst, peak);
  rmSync(out, { recursive: true, force: true });
}
if (worst >= limit) {
  console.log(`the peak is over ${limit / 1e6} MB`);
  process.exitCode = 1;
}
