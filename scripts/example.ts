/**
 * Makes a small data set of agent trajectories, runs trajsieve over it and shows what it found: `npm run example`.
 * Reverse tunnels, miners and scans are buried in ordinary coding work, beside look-alikes that must be kept.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../src/package-path.ts';
import { codingEpisode, type Episode } from './generate/coding.ts';
import { lookAlikes, unsafe } from './generate/planted.ts';
import { Random } from './generate/random.ts';
import { writeEpisodes } from './generate/write-episodes.ts';

const folder = packagePath('out', 'example');
const input = join(folder, 'trajectories.parquet');
const results = join(folder, 'results');

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await writeEpisodes(input, exampleEpisodes(), { rowGroup: 50 });

const command = ['run', input, '--out', results];
console.log(`$ trajsieve ${command.join(' ')}\n`);
const run = spawnSync(process.execPath, [packagePath('dist/src/cli/main.js'), ...command], {
  stdio: 'inherit',
});
if (run.status !== 0) process.exit(run.status ?? 1);

console.log(`\n$ trajsieve scan ${input}\n`);
const scan = spawnSync(process.execPath, [packagePath('dist/src/cli/main.js'), 'scan', input, '--quiet'], {
  stdio: 'inherit',
});
process.exitCode = scan.status ?? 1;

/** 200 episodes: one of each unsafe act, one of each look-alike, the rest ordinary. */
function* exampleEpisodes(): Generator<Episode> {
  const random = new Random(20_261_123);
  const planted = [...Object.values(unsafe), ...Object.values(lookAlikes)];
  const places = new Map(planted.map((calls, i) => [7 + i * 14, calls]));
  for (let number = 0; number < 200; number++)
    yield codingEpisode(random, number, 20_000, places.get(number));
}
