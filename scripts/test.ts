/**
 * Runs the tests and says, last, how many passed and failed. What was skipped is listed: a test that needs Python or a
 * browser does not vanish silently where they are missing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../src/package-path.ts';

interface TestResult {
  readonly fullName: string;
  readonly status: string;
}

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'trajsieve-test-'));
const output = join(folder, 'results.json');
const vitest = packagePath('node_modules/vitest/vitest.mjs');
const run = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${output}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', cwd: packagePath() },
);
const results = JSON.parse(readFileSync(output, 'utf8')) as Results;
rmSync(folder, { recursive: true, force: true });

const tests = results.testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter(
  ({ status }) => status === 'skipped' || status === 'pending' || status === 'todo',
);
if (skipped.length > 0) {
  console.log(`skipped, because something they need is not here (Node ${process.version}):`);
  for (const { fullName } of skipped) console.log(`  ${fullName}`);
}
// a file that fails to load has no tests of its own that could fail
const brokenFiles = results.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
);
const failed = results.numFailedTests + brokenFiles.length;
console.log(`${results.numPassedTests} passed, ${failed} failed`);
process.exitCode = failed > 0 || run.status !== 0 || results.numPassedTests === 0 ? 1 : 0;
