import { describe, expect, it } from 'vitest';
import { makeEngine } from '../../src/detectors/engine.ts';
import type { Finding } from '../../src/detectors/finding.ts';
import { loadDetectors } from '../../src/detectors/load.ts';
import { requirementsOfRule } from '../../src/detectors/requirements.ts';
import { Trial } from '../../src/pipeline/trial.ts';
import { loadPolicy } from '../../src/policy/policy.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';
import { collectedCommands, collectedTrajectories, hasCollected } from '../actions/collected.ts';
import { type Call, episode } from '../actions/support.ts';

/**
 * The shipped detectors that need some word. One that needs none makes every value a candidate, and would hide what
 * the prefilter does.
 */
async function load(): Promise<Trial> {
  const { rules, correlations, detectors } = await loadDetectors([]);
  const needing = rules.filter(({ source }) =>
    requirementsOfRule(source, 1).every(({ words }) => words.length > 0),
  );
  const kept = new Set(needing.map(({ source }) => source));
  const engine = makeEngine(
    needing,
    correlations.filter(({ source }) => source.baseRules.every((rule) => kept.has(rule))),
    detectors.filter(({ literals }) => literals?.every(({ all }) => all.length > 0)),
    'agreement',
    undefined,
  );
  return new Trial(engine, loadPolicy('default'));
}

let loading: Promise<Trial> | undefined;

/** What is found with the prefilter, where that is not what is found without it. */
async function difference(trajectory: Trajectory): Promise<unknown[]> {
  loading ??= load();
  const trial = await loading;
  const picked = trial.examine(trajectory);
  const full = trial.examine(trajectory, { prefilter: false });
  if (JSON.stringify(picked) === JSON.stringify(full)) return [];
  const told = (findings: readonly Finding[]) => findings.map(({ rule, step }) => `${rule} at ${step}`);
  return [{ with: told(picked.findings), without: told(full.findings), errors: [picked.error, full.error] }];
}

const bash = (command: string): Call => ['bash', { command }];
const write = (path: string, content: string): Call => ['write_file', { path, content }];
const scan = 'nmap -sS 10.0.0.0/24';

describe('steps that matter to one another', () => {
  it.each<[string, ...Call[]]>([
    ['a function', bash(`probe() { ${scan}; }`), bash('probe')],
    [
      'a function with arguments',
      bash('up() { ssh -N -R 9000:localhost:22 "$1"; }'),
      bash('up op@203.0.113.5'),
    ],
    ['a function told by its arguments', bash('ins() { pip install "$@"; }'), bash('ins reqeusts')],
    [
      'a sourced function told by its arguments',
      bash(`cat > l.sh <<'E'\nins() { pip install "$1"; }\nE`),
      bash('. l.sh; ins reqeusts'),
    ],
    ['a script told by its arguments', write('i.sh', 'pip install "$1"\n'), bash('sh i.sh reqeusts')],
    ['a function that runs its arguments', bash('run_it() { "$@"; }'), bash(`run_it ${scan}`)],
    ['a script', write('/tmp/a.sh', scan), bash('bash /tmp/a.sh')],
    ['a script that runs its arguments', write('r.sh', '"$@"'), bash(`bash r.sh ${scan}`)],
    ['a program on the path', bash('cat > /usr/local/bin/zork <<E\nexec "\\$@"\nE'), bash(`zork ${scan}`)],
    ['a file by an unknown name', bash(`cat > $F <<E\n${scan}\nE`), bash('bash $F')],
    ['a file by a quoted name', bash(`cat > pr"ob"e.sh <<E\n${scan}\nE`), bash("sh prob''e.sh")],
    [
      'a file by an escaped name',
      bash(`cat > é.sh <<E\n${scan}\nE`),
      ['bash', '{"command": "sh \\u00e9.sh"}'],
    ],
    ['a file piped into a shell', bash(`echo ${scan} > q`), bash('cat q | sh')],
    [
      'a file that was copied',
      bash(`echo ${scan} > q`),
      bash('cp q z'),
      bash('mv z y'),
      bash('chmod +x y; ./y'),
    ],
    ['a file that was edited', write('m.sh', 'ls X'), write('m.sh', scan), bash('sh m.sh')],
    ['a Python module', write('m.py', `import os\nos.system("${scan}")`), bash('python -m m')],
    ['a sourced file', bash(`echo "probe() { ${scan}; }" > lib.sh`), bash('. lib.sh'), bash('probe')],
    ['a makefile', write('Makefile', `all:\n\t${scan}\n`), bash('make all')],
    [
      'a payload in a file',
      bash('echo bm1hcCAtc1MgMTAuMC4wLjAvMjQK > q'),
      bash('base64 -d q > r'),
      bash('sh r'),
    ],
    ['a table of jobs', bash(`echo "* * * * * ${scan}" > jobs`), bash('crontab jobs')],
  ])('%s: found with and without the prefilter', async (_, ...calls) => {
    const trajectory = episode(...calls.map((call) => [call]));
    expect(await difference(trajectory)).toEqual([]);
    expect((await loading)!.examine(trajectory).findings.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasCollected)('collected data', { timeout: 600_000 }, () => {
  it.each(['unsafe', 'dualuse', 'benign'])(
    '%s commands: the same findings with and without',
    async (kind) => {
      const differences: unknown[] = [];
      for (const text of await collectedCommands(kind))
        for (const each of await difference(episode([bash(text)]))) differences.push([text, each]);
      expect(differences).toEqual([]);
    },
  );

  it.each(['labelled', 'benign'])('%s trajectories: the same, for each third', async (kind) => {
    const differences: unknown[] = [];
    const sample = (await collectedTrajectories(kind)).filter((_, at) => at % 3 === 0);
    for (const trajectory of sample) differences.push(...(await difference(trajectory)));
    expect(differences).toEqual([]);
  });
});
