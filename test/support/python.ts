import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** `TRAJSIEVE_PYTHON` may name several, as `PATH` does. */
const candidates = [...(process.env['TRAJSIEVE_PYTHON']?.split(delimiter) ?? []), 'python3'];

/**
 * A Python that has the given modules, or undefined: tests that need it then skip, visibly. They are looked for, and not
 * imported: one that is there and broken fails the test.
 */
export function findPython(...modules: string[]): string | undefined {
  const found = modules.map((name) => `find_spec('${name}') is not None`).join(' and ') || 'True';
  const code = `import sys; from importlib.util import find_spec; sys.exit(not (${found}))`;
  return candidates.find((name) => spawnSync(name, ['-c', code], { stdio: 'ignore' }).status === 0);
}

/** Runs a script; its standard output. Throws with its standard error when it fails. */
export function runPython(python: string, script: string, args: readonly string[]): string {
  const result = spawnSync(python, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`${script} failed:\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}
