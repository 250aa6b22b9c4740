import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packagePath } from '../../src/package-path.ts';

const main = packagePath('dist/src/cli/main.js');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The rules that most tests here run: those of the acts that `episodes` plants. All rules take a second to load. */
const fewRules = mkdtempSync(join(tmpdir(), 'trajsieve-rules-'));
for (const name of ['mining', 'tunnels', 'network-probing']) {
  const from = packagePath('classifiers', name);
  cpSync(from, join(fewRules, name), { recursive: true, filter: (path) => !path.endsWith('.ts') });
}
process.on('exit', () => rmSync(fewRules, { recursive: true, force: true }));

/**
 * Environment without what would change a run: an array job's variables, settings of trajsieve. `TRAJSIEVE_CLASSIFIERS`
 * as `builtin` takes all rules instead of a few. One worker, where a test does not ask for more: each takes a second to
 * start, and test files run side by side.
 */
function environment(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TRAJSIEVE|SLURM|JOB_COMPLETION|AWS_BATCH)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    NO_COLOR: '1',
    TRAJSIEVE_CLASSIFIERS: fewRules,
    TRAJSIEVE_WORKERS: '1',
    ...extra,
  };
}

/** Runs the built command line and waits for its end. */
export function trajsieve(
  words: readonly string[],
  extra: Record<string, string | undefined> = {},
  cwd?: string,
): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    encoding: 'utf8',
    env: environment(extra),
    maxBuffer: 1 << 28,
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { status, stdout, stderr };
}

/** Starts it, to be interrupted. */
export function startTrajsieve(words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [main, ...words], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** SHA-256 of every file below a folder, by relative path. */
export function hashesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(files.sort().map((path) => [relative(folder, path), hash(path)]));
}

/** Starts it beside other things, with a promise of its end: for tests that serve it meanwhile. */
export function startTrajsieveAsync(
  words: readonly string[],
  extra: Record<string, string | undefined> = {},
): { readonly child: ChildProcess; readonly ended: Promise<Result> } {
  const child = spawn(process.execPath, [main, ...words], {
    env: environment(extra),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (part) => (stdout += part));
  child.stderr!.on('data', (part) => (stderr += part));
  const ended = new Promise<Result>((resolve) => {
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { child, ended };
}
