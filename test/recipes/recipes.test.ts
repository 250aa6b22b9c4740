import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { packagePath } from '../../src/package-path.ts';
import { episodes } from '../support/episodes.ts';
import { findPython, runPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

const recipe = (name: string) => packagePath('scripts', 'recipes', name);
const airflow = findPython('airflow.sdk');
const kubernetes = findPython('kubernetes_validate');
const jsonSchema = findPython('check_jsonschema');
const hasFlock = spawnSync('flock', ['--version']).status === 0;

describe('the recipe for cron', () => {
  const command = `${process.execPath} ${packagePath('dist/src/cli/main.js')}`;
  const classifiers = packagePath('classifiers', 'tunnels');

  function night(runs: string, data: string, name: string, gates: string) {
    return spawnSync('bash', [recipe('nightly.sh')], {
      encoding: 'utf8',
      env: {
        ...process.env,
        TRAJSIEVE_DATA: data,
        TRAJSIEVE_RUNS: runs,
        TRAJSIEVE: command,
        TRAJSIEVE_CLASSIFIERS: classifiers,
        RUN_NAME: name,
        GATES: gates,
        METRICS: join(runs, 'trajsieve.prom'),
      },
    });
  }

  it.skipIf(!hasFlock)('runs night after night, takes over what it can, and stops at a gate', async () => {
    const folder = temporaryFolder();
    const [data, runs] = [join(folder, 'data'), join(folder, 'runs')];
    mkdirSync(data);
    await writeEpisodes(join(data, 'a.parquet'), episodes(40, 2000, 1), { rowGroup: 20 });
    const first = night(runs, data, 'one', 'unsafe>90%,unreadable>0');
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    expect(readlinkSync(join(runs, 'latest'))).toBe('one');
    expect(readFileSync(join(runs, 'trajsieve.prom'), 'utf8')).toContain('trajsieve_run_success 1');

    await writeEpisodes(join(data, 'b.parquet'), episodes(20, 2000, 2), { rowGroup: 20 });
    expect(night(runs, data, 'two', 'unsafe>90%').status).toBe(0);
    expect(readFileSync(join(runs, 'two.log'), 'utf8')).toContain('1 work units are taken over');
    expect(readlinkSync(join(runs, 'latest'))).toBe('two');

    // a gate that fails keeps the run from being the latest
    expect(night(runs, data, 'three', 'unsafe>0').status).toBe(3);
    expect(readlinkSync(join(runs, 'latest'))).toBe('two');
  });
});

describe('the recipe for GitHub Actions', () => {
  const file = recipe('github-actions.yaml');

  it.skipIf(jsonSchema === undefined)("fits GitHub's schema of workflows", () => {
    const words = ['-m', 'check_jsonschema', '--builtin-schema', 'vendor.github-workflows', file];
    const result = spawnSync(jsonSchema!, words, { encoding: 'utf8' });
    expect(result.stdout + result.stderr).toContain('ok');
    expect(result.status).toBe(0);
  });

  it('runs shell that a shell can read, with options that there are', () => {
    const help = trajsieve(['run', '--help']).stdout;
    const steps: { run?: string }[] = parse(readFileSync(file, 'utf8')).jobs.filter.steps;
    const scripts = steps.flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(3);
    for (const script of scripts) {
      expect(spawnSync('bash', ['-n', '-c', script], { encoding: 'utf8' }).stderr).toBe('');
    }
    const filter = scripts.find((script) => script.includes('trajsieve run'))!;
    const flags = [...filter.matchAll(/(?<![\w-])--[a-z-]+/g)].map(([flag]) => flag);
    expect(flags).toContain('--since');
    for (const flag of flags) expect(help, flag).toContain(flag);
  });
});

describe('the recipe for Kubernetes', () => {
  const file = recipe('kubernetes-job.yaml');
  const job = parse(readFileSync(file, 'utf8'));

  it.skipIf(kubernetes === undefined)("fits Kubernetes' own schema", () => {
    const result = spawnSync(kubernetes!, ['-m', 'kubernetes_validate', '--strict', file], {
      encoding: 'utf8',
    });
    expect(result.stdout + result.stderr).toContain('passed');
    expect(result.status).toBe(0);
  });

  it('tells each pod how many there are, and starts a command that trajsieve takes', () => {
    const [container] = job.spec.template.spec.containers;
    const count = container.env.find(({ name }: { name: string }) => name === 'JOB_COMPLETIONS');
    expect(Number(count.value)).toBe(job.spec.completions);
    const args: string[] = container.args.map((one: string) => (one === '/data/rollouts' ? '.' : one));
    const environment = { JOB_COMPLETION_INDEX: '3', JOB_COMPLETIONS: count.value };
    const result = trajsieve([...args, '--dry-run'], environment, packagePath('test', 'recipes'));
    // there are no data here: all that was said before was understood
    expect(result.stderr).toContain('holds no');
    expect(result.status).toBe(1);
  });
});

describe('the recipe for Airflow', () => {
  it.skipIf(airflow === undefined)('is parsed by Airflow, and makes of exit codes what it should', () => {
    const script = packagePath('test', 'recipes', 'check_airflow.py');
    const printed = runPython(airflow!, script, [recipe('airflow_dag.py')])
      .trim()
      .split('\n');
    const { tasks, after_run: after, outcomes, command } = JSON.parse(printed.at(-1)!);
    expect(tasks).toEqual(['run', 'verify']);
    expect(after).toEqual(['verify']);
    expect(outcomes).toEqual({
      0: 'done',
      1: 'retry',
      2: 'fail',
      3: 'fail',
      4: 'retry',
      75: 'retry',
      99: 'skip',
    });
    const help = trajsieve(['run', '--help']).stdout;
    for (const word of command.filter((one: string) => one.startsWith('--')))
      expect(help, word).toContain(word);
  });
});
