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
    ['a script told where to delete', write('/w/x.sh', 'rm -rf *'), bash('cd / && sh /w/x.sh')],
    ['a script told what to delete', write('/w/x.sh', 'rm -rf "$1"'), bash('sh /w/x.sh /')],
    ['a home told to a script', write('/w/x.sh', 'rm -rf "$1"'), bash('sh /w/x.sh ~')],
    ['a home by a script', write('/w/x.sh', 'rm -rf *'), bash('cd && sh /w/x.sh')],
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

const items = Array.from({ length: 70 }, (_, at) => `a${at}`);
const padding = 'a'.repeat(1_100_000);
const chain = Array.from({ length: 7 }, (_, at) => `d${at}.sh`);

describe('what goes past a bound of the parser', { timeout: 120_000 }, () => {
  const escaped = (text: string) => text.replace(/[^\w./-]/g, '\\$&');
  const nested = Array.from({ length: 9 }).reduce<string>((text) => `bash -c ${escaped(text)}`, scan);
  it.each<[string, ...Call[]]>([
    ['a long text', bash(`echo ${padding}\n${scan}`)],
    ['a long script', write('s.sh', `: ${padding}\n${scan}`), bash('sh s.sh')],
    ['long Python', ['python', { code: `#${padding}\nimport os\nos.system("${scan}")` }]],
    ['a long module', write('m.py', `#${padding}\nimport os\nos.system("${scan}")`), bash('python m.py')],
    ['many commands', bash(`${'ls; '.repeat(2_001)}${scan}`)],
    ['nested shells', bash(nested)],
    ['wrappers', bash(`${'sudo '.repeat(40)}${scan}`)],
    ['a long loop', bash(`for x in ${items.join(' ')} nmap; do $x -sS 10.0.0.0/24; done`)],
    ['much work', bash(`${'a=1; '.repeat(30_000)}${scan}`)],
    ['many words', bash(`env ${'A=1 '.repeat(5_000)}${scan}`)],
  ])('%s: an error with and without the prefilter', async (_, ...calls) => {
    const trajectory = episode(...calls.map((call) => [call]));
    expect(await difference(trajectory)).toEqual([]);
    const { decision, error } = (await loading)!.examine(trajectory);
    expect(decision).toMatchObject({ verdict: 'error', disposition: 'quarantine' });
    expect(error).toMatch(/^call 0 of step \d+ holds .*: what it does beyond that was not looked at/);
  });

  it('what was found before stands beside the error', async () => {
    const trajectory = episode([bash(`${scan}; ${'ls; '.repeat(2_001)}`)]);
    expect(await difference(trajectory)).toEqual([]);
    const { decision, error, findings } = (await loading)!.examine(trajectory);
    expect(decision.verdict).toBe('error');
    expect(error).toContain('more than 2000 actions');
    expect(findings.length).toBeGreaterThan(0);
  });

  it.each<[string, ...Call[]]>([
    ['a script that is old', write('s.sh', scan), ...Array(9).fill(write('f', padding)), bash('sh s.sh')],
    [
      'a script before much else',
      write('s.sh', scan),
      ...items.slice(0, 9).map((name) => write(name, padding.slice(0, 1_000_000))),
      bash('sh s.sh'),
    ],
    [
      'a script behind calls that are too long',
      bash(`echo ${padding}`),
      write('s.sh', scan),
      bash('sh s.sh'),
    ],
    [
      'a script that runs a script, and so on',
      write(chain[0]!, scan),
      ...chain.slice(1).map((name, at) => write(name, `sh ${chain[at]!}`)),
      bash(`sh ${chain.at(-1)}`),
    ],
    [
      'a script run often, with other words',
      write('r', '"$@"'),
      ...Array(4).fill(bash('sh r ls')),
      bash(`sh r ${scan}`),
    ],
    ['words behind many', write('/usr/bin/zork', 'shift 9; "$@"'), bash(`zork 1 2 3 4 5 6 7 8 9 ${scan}`)],
    [
      'words behind very many',
      write('/usr/bin/zork', 'shift 40; "$@"'),
      bash(`zork ${items.slice(0, 40).join(' ')} ${scan}`),
    ],
  ])('%s: is found where what is too much cannot match', async (_, ...calls) => {
    const trajectory = episode(...calls.map((call) => [call]));
    expect(await difference(trajectory)).toEqual([]);
    expect((await loading)!.examine(trajectory).findings.length).toBeGreaterThan(0);
  });

  it.each<[string, ...Call[]]>([
    ['a long text', bash(`echo ${padding}`)],
    ['many commands', bash('ls; '.repeat(3_000))],
    ['long Python', ['python', { code: `#${padding}\nprint(1)` }]],
  ])('%s: is safe where no rule may match', async (_, ...calls) => {
    const trajectory = episode(...calls.map((call) => [call]));
    expect(await difference(trajectory)).toEqual([]);
    expect((await loading)!.examine(trajectory).decision.verdict).toBe('safe');
  });

  it('a text that no worker can look at is an error, wherever it stands', async () => {
    const long = 'a'.repeat((16 << 20) + 1);
    const [call, ...rest] = episode([bash(`echo ${long}`)], [bash('ls')]).steps;
    const [, plain] = episode([bash('ls')], [bash('ls')]).steps;
    const steps = [
      [call!, ...rest],
      [{ ...plain!, text: long }],
      [plain!, { ...plain!, index: 2, reasoning: long }],
      [{ ...plain!, observations: [{ text: long }] }],
    ];
    for (const own of steps) {
      const trajectory = { metadata: {}, steps: own };
      expect(await difference(trajectory)).toEqual([]);
      const { decision, error } = (await loading)!.examine(trajectory);
      expect(decision.verdict).toBe('error');
      expect(error).toContain('holds a text of 16 M characters, too long to be examined');
    }
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
