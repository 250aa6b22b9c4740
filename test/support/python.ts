import { spawnSync } from 'node:child_process';

const candidates = [process.env['TRAJSIEVE_PYTHON'], 'python3'].filter((name) => name !== undefined);

/** A Python that has the given modules, or undefined: tests that need it then skip, visibly. */
export function findPython(...modules: string[]): string | undefined {
  const code = modules.map((name) => `import ${name}`).join(';') || 'pass';
  return candidates.find((name) => spawnSync(name, ['-c', code], { stdio: 'ignore' }).status === 0);
}

/** Runs a script; its standard output. Throws with its standard error when it fails. */
export function runPython(python: string, script: string, args: readonly string[]): string {
  const result = spawnSync(python, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`${script} failed:\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}
