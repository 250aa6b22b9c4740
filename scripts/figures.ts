/**
 * Recall and false positives of the classifiers on the development data, as a table for `classifiers/README.md`:
 * `npm run figures [-- FOLDER]`. The folder holds the labelled files; `../shared/data/eval` otherwise.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../src/package-path.ts';

const folder = process.argv[2] ?? packagePath('..', 'shared', 'data', 'eval');
const commands = ['--text', 'text'];
const files: readonly (readonly [file: string, by: string, more: readonly string[]])[] = [
  ['commands_unsafe', 'tier', commands],
  ['commands_benign', 'hard_negative', commands],
  ['commands_dualuse', 'category', commands],
  ['trajectories_benign', 'category', []],
  ['trajectories_labelled', 'category', []],
  ['code_rewardhack', 'category', commands],
];

for (const [file, by, more] of files) {
  const path = join(folder, `${file}.parquet`);
  if (!existsSync(path)) {
    console.log(`${file}: skipped, ${path} is not here`);
    continue;
  }
  const words = ['evaluate', path, '--label', 'label', '--by', by, ...more];
  console.log(`\n$ trajsieve ${words.join(' ')}`);
  const { status } = spawnSync(process.execPath, [packagePath('dist/src/cli/main.js'), ...words], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
