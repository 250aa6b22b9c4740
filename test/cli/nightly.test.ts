import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { readCsv, writeCsv } from '../../src/audit/csv.ts';
import { drawSample } from '../../src/audit/sample.ts';
import { packagePath } from '../../src/package-path.ts';
import { episodes } from '../support/episodes.ts';
import { findPython, runPython } from '../support/python.ts';
import { suiteFolder } from '../support/suite-folder.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';

const croissantPython = findPython('mlcroissant');
const lineagePython = findPython('openlineage.client');

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('a job that runs by itself', () => {
  const folder = suiteFolder();
  const inputs = join(folder, 'in');
  const out = join(folder, 'out');
  const lineage = join(folder, 'lineage.jsonl');
  const metrics = join(folder, 'trajsieve.prom');
  // two classifiers are enough: what is compared here is runs, not rules
  const tunnels = packagePath('classifiers', 'tunnels');
  const classifiers = ['--classifiers', tunnels, '--classifiers', packagePath('classifiers', 'mining')];
  let first: ReturnType<typeof trajsieve>;

  beforeAll(async () => {
    mkdirSync(inputs);
    await writeEpisodes(join(inputs, 'a.parquet'), episodes(60, 4000, 1), { rowGroup: 25 });
    await writeEpisodes(join(inputs, 'b-test.parquet'), episodes(40, 4000, 2), { rowGroup: 40 });
    const words = ['run', inputs, '--out', out, ...classifiers, '--metrics', metrics, '--lineage', lineage];
    first = trajsieve([...words, '--log-format', 'json', '--fail-on', 'unsafe>90%', '--fail-on', 'error>0']);
  });

  it('tells what it does as JSON, one document a line', () => {
    expect(first.status).toBe(0);
    const events = first.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const event of events) expect(event).toMatchObject({ time: expect.any(String), level: 'info' });
    expect(events[0]).toMatchObject({ event: 'start', totalRows: 100 });
    expect(events.at(-1)).toMatchObject({ event: 'end', status: 'done', rows: { in: 100 } });
  });

  it('writes the report, the data card and what was active beside its results', () => {
    for (const name of [
      'report.json',
      'report.md',
      'report.html',
      'README.md',
      'croissant.json',
      'detectors.json',
    ])
      expect(existsSync(join(out, name)), name).toBe(true);
    const { rules } = json(join(out, 'detectors.json'));
    expect(rules.map(({ category }: { category: string }) => category)).toContain('tunnels');
    expect(readdirSync(out)).not.toContain('.partial');
  });

  it('makes the same documents again from its folder', () => {
    const before = hashesOf(out);
    expect(trajsieve(['report', out]).status).toBe(0);
    expect(hashesOf(out)).toEqual(before);
  });

  it('writes a card whose configs name the files that are there', () => {
    const card = readFileSync(join(out, 'README.md'), 'utf8');
    const metadata = parse(/^---\n([\s\S]*?)\n---\n/.exec(card)![1]!);
    const { rows } = json(join(out, 'report.json'));
    const sizes: Record<string, number> = {};
    for (const { config_name: name, data_files: files } of metadata.configs) {
      for (const { path } of files) {
        const [top, pattern] = path.split('/');
        const start = pattern.replace('*.parquet', '');
        expect(
          readdirSync(join(out, top)).some((file) => file.startsWith(start)),
          path,
        ).toBe(true);
      }
      const info = metadata.dataset_info.find((one: { config_name: string }) => one.config_name === name);
      sizes[name] = info.splits.reduce(
        (sum: number, split: { num_examples: number }) => sum + split.num_examples,
        0,
      );
    }
    expect(sizes['clean']).toBe(rows.kept);
    expect(sizes['quarantine']).toBe(rows.quarantined);
    expect(metadata.configs[0]).toMatchObject({ config_name: 'clean', default: true });
  });

  it.skipIf(croissantPython === undefined)('writes Croissant 1.1 that MLCommons accepts', () => {
    const script = packagePath('test/output/check_croissant.py');
    const result = JSON.parse(runPython(croissantPython!, script, [join(out, 'croissant.json')]));
    expect(result).toEqual({
      errors: [],
      version: 'http://mlcommons.org/croissant/1.1',
      record_sets: ['clean', 'quarantine', 'findings'],
    });
  });

  it.skipIf(lineagePython === undefined)('writes events that the client of OpenLineage accepts', () => {
    const script = packagePath('test/nightly/check_lineage.py');
    expect(JSON.parse(runPython(lineagePython!, script, [lineage]))).toEqual(['START', 'COMPLETE']);
  });

  it('fails a gate with code 3, and says so in its metrics', () => {
    expect(readFileSync(metrics, 'utf8')).toContain('trajsieve_run_success 1');
    const result = trajsieve([
      'run',
      inputs,
      '--out',
      out,
      ...classifiers,
      '--metrics',
      metrics,
      '--fail-on',
      'unsafe>1%',
    ]);
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/gate failed: unsafe>1%: \d+ of 100 rows/);
    expect(readFileSync(metrics, 'utf8')).toContain('trajsieve_run_status{status="gate"} 1');
  });

  it('is one as well where an earlier run is decided upon again', () => {
    const composed = join(folder, 'composed');
    const files = ['compose.prom', 'compose.jsonl'].map((name) => join(folder, name));
    const words = ['compose', out, '--out', composed, ...classifiers, '--policy', 'strict'];
    const watched = ['--metrics', files[0]!, '--lineage', files[1]!, '--log-format', 'json'];
    const gates = ['--fail-on', 'category:tunnels>100%', '--fail-on', 'unsafe>1%'];
    const result = trajsieve([...words, ...watched, ...gates]);
    expect(result.status).toBe(3);
    const events = result.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: 'end', status: 'gate', rows: { in: 100 } });
    expect(readFileSync(files[0]!, 'utf8')).toContain('trajsieve_run_status{status="gate"} 1');
    expect(readFileSync(files[0]!, 'utf8')).not.toContain('trajsieve_candidates');
    const told = readFileSync(files[1]!, 'utf8').trim().split('\n');
    expect(told.map((line) => JSON.parse(line).eventType)).toEqual(['START', 'COMPLETE']);
    expect(trajsieve([...words, '--skip-exit-code', '99']).status).toBe(99);
    expect(trajsieve([...words, '--fail-on', 'rule:no-such>0']).status).toBe(2);
  });

  it.each([
    ['unsave>1', 'did you mean unsafe?'],
    ['category:tunels>0', 'did you mean tunnels?'],
  ])('refuses the gate %s before it reads anything', (gate, message) => {
    const result = trajsieve([
      'run',
      inputs,
      '--out',
      join(folder, 'none'),
      ...classifiers,
      '--fail-on',
      gate,
    ]);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(message);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('exits with a code of its own where everything had been done, when it is asked to', () => {
    expect(
      trajsieve(['run', inputs, '--out', out, '-q', ...classifiers, '--skip-exit-code', '99']).status,
    ).toBe(99);
    expect(trajsieve(['run', inputs, '--out', out, '-q', ...classifiers]).status).toBe(0);
  });

  it('takes over what an earlier run did, and comes to the same bytes as a run without it', async () => {
    await writeEpisodes(join(inputs, 'c.parquet'), episodes(30, 4000, 3), { rowGroup: 30 });
    const since = join(folder, 'since');
    const result = trajsieve(['run', inputs, '--out', since, ...classifiers, '--since', out]);
    expect(result.stderr).toContain('2 work units are taken over');
    expect(result.status).toBe(0);
    const whole = join(folder, 'whole');
    expect(trajsieve(['run', inputs, '--out', whole, '-q', ...classifiers]).status).toBe(0);
    expect(hashesOf(since)).toEqual(hashesOf(whole));
    expect(trajsieve(['verify', since]).status).toBe(0);
  });

  it('takes nothing over from a run with another policy, and says why', () => {
    const strict = join(folder, 'strict');
    const result = trajsieve([
      'run',
      inputs,
      '--out',
      strict,
      ...classifiers,
      '--policy',
      'strict',
      '--since',
      out,
    ]);
    expect(result.stderr).toMatch(/nothing is taken over from the earlier run: its (policy|settings)/);
    expect(result.status).toBe(0);
    expect(
      trajsieve(['run', inputs, '--out', join(folder, 'x'), ...classifiers, '--since', folder]).status,
    ).toBe(1);
  });

  it('says which rows another run judged differently, and by which rule', () => {
    const other = join(folder, 'other');
    expect(trajsieve(['run', inputs, '--out', other, '-q', '--classifiers', tunnels]).status).toBe(0);
    const rows = join(folder, 'rows.jsonl');
    const result = trajsieve(['diff', out, other, '--json', '--rows', rows, '--fail-on-change']);
    expect(result.status).toBe(3);
    const diff = JSON.parse(result.stdout);
    expect(diff.rows).toEqual({ both: 100, onlyBefore: 0, onlyAfter: 30 });
    expect(diff.changed).toBeGreaterThan(3);
    const changed = readFileSync(rows, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(changed).toHaveLength(diff.changed);
    // fewer rules find less: nothing is gained, and every row that is safe now lost a rule
    for (const row of changed) {
      expect(row.verdicts).toEqual(['unsafe', 'safe']);
      expect(row.gained).toEqual([]);
      expect(row.lost.length).toBeGreaterThan(0);
      expect(row.lost.join()).not.toContain('tunnels-');
    }
    const same = trajsieve(['diff', out, out, '--fail-on-change']);
    expect(same.status).toBe(0);
    expect(same.stdout).toContain('100 rows in both runs, 0 changed');
  });

  it('names the rules of rows that go elsewhere by another policy', () => {
    const other = join(folder, 'research');
    expect(
      trajsieve(['compose', out, '--policy', 'research', '--out', other, '-q', ...classifiers]).status,
    ).toBe(0);
    const { rules, places, shown } = JSON.parse(trajsieve(['diff', out, other, '--json']).stdout);
    expect(Object.keys(places)).toEqual(['quarantined → kept with changes']);
    expect(rules.length).toBeGreaterThan(1);
    for (const rule of rules) expect(rule).toMatchObject({ gained: 0, lost: 0, both: expect.any(Number) });
    expect(shown[0].both.length).toBeGreaterThan(0);
    const told = trajsieve(['diff', out, other]).stdout;
    expect(told).toMatch(/row \d+: unsafe → unsafe, quarantined → kept with changes (mining|tunnels)-\S+/);
  });

  it('draws rows to look at, and turns labels into a bound', () => {
    const drawn = JSON.parse(trajsieve(['audit', 'sample', out, '--rows', '50', '--json']).stdout);
    expect(drawn.strata.reduce((sum: number, one: { rows: number }) => sum + one.rows, 0)).toBe(
      json(join(out, 'report.json')).rows.kept,
    );
    const sheet = join(out, 'audit', 'labels.csv');
    const text = readFileSync(sheet, 'utf8');
    // nobody's work is written over
    const again = trajsieve(['audit', 'sample', out]);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('is there already');
    expect(trajsieve(['audit', 'estimate', out]).stderr).toContain('no row is labelled');

    const lines = readCsv(text);
    const head = Object.keys(lines[0]!);
    const label = (of: (index: number) => string) =>
      writeFileSync(
        sheet,
        writeCsv(
          head,
          lines.map((line, index) => head.map((name) => (name === 'label' ? of(index) : line[name]!))),
        ),
      );
    label(() => 'safe');
    const bound = JSON.parse(trajsieve(['audit', 'estimate', out, '--json']).stdout);
    expect(bound).toMatchObject({ share: 0, low: 0, labelled: lines.length, missing: 0 });
    expect(bound.high).toBeGreaterThan(0.02);
    expect(bound.high).toBeLessThan(0.15);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain(bound.sentence);

    label((index) => (index === 0 ? 'unsafe' : index === 1 ? 'unsure' : 'safe'));
    const worse = JSON.parse(trajsieve(['audit', 'estimate', out, '--json']).stdout);
    expect(worse.share).toBeGreaterThan(0);
    expect(worse.high).toBeGreaterThan(bound.high);
    label((index) => (index === 0 ? 'unsave' : 'safe'));
    const misspelt = trajsieve(['audit', 'estimate', out]);
    expect(misspelt.status).toBe(1);
    expect(misspelt.stderr).toContain('did you mean unsafe?');
  });

  it('draws the same rows with the same seed alone', async () => {
    const { rows } = await drawSample(out, 20, 1);
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect((await drawSample(out, 20, 1)).rows).toEqual(rows);
    expect((await drawSample(out, 20, 2)).rows).not.toEqual(rows);
  });
});
