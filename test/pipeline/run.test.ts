import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, it } from 'vitest';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { episodes } from '../support/episodes.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, startTrajsieve, trajsieve } from '../support/trajsieve.ts';

/** Three files of several row groups: some ten megabytes of text. */
async function writeInputs(folder: string): Promise<string> {
  const inputs = join(folder, 'in');
  mkdirSync(inputs);
  await writeEpisodes(join(inputs, 'a.parquet'), episodes(120, 20_000, 1), { rowGroup: 25 });
  await writeEpisodes(join(inputs, 'b-test.parquet'), episodes(90, 20_000, 2), {
    rowGroup: 40,
    codec: 'SNAPPY',
  });
  await writeEpisodes(join(inputs, 'c.parquet'), episodes(150, 20_000, 3), { rowGroup: 150 });
  return inputs;
}

describe('a run', () => {
  it('accounts for every row and sets aside what was planted', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const out = join(folder, 'out');
    const result = trajsieve(['run', inputs, '--out', out, '--json']);
    expect(result.stderr).toContain('rows in');
    expect(result.status).toBe(0);
    const summary = JSON.parse(result.stdout);
    expect(summary.rows).toMatchObject({ in: 360, dropped: 0, unreadable: 0 });
    expect(summary.rows.kept + summary.rows.quarantined).toBe(360);
    expect(summary.rows.quarantined).toBeGreaterThan(25);
    expect(readdirSync(join(out, 'data'))).toEqual([
      'test-00000-of-00001.parquet',
      'train-00000-of-00002.parquet',
      'train-00001-of-00002.parquet',
    ]);
    const verified = trajsieve(['verify', out]);
    expect(verified.stdout).toMatch(/^verified: 360 rows in/);
    expect(verified.status).toBe(0);
  });

  it('gives the same bytes with 1, 2 and 4 workers, and without the prefilter', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const hashes = ['1', '2', '4'].map((workers) => {
      const out = join(folder, `out-${workers}`);
      expect(trajsieve(['run', inputs, '--out', out, '--workers', workers, '-q']).status).toBe(0);
      return hashesOf(out);
    });
    expect(Object.keys(hashes[0]!).length).toBeGreaterThan(10);
    expect(hashes[1]).toEqual(hashes[0]);
    expect(hashes[2]).toEqual(hashes[0]);

    const full = join(folder, 'out-full');
    expect(trajsieve(['run', inputs, '--out', full, '--no-prefilter', '-q']).status).toBe(0);
    const shards = (all: Record<string, string>) =>
      Object.fromEntries(Object.entries(all).filter(([path]) => /^(data|quarantine|findings)/.test(path)));
    expect(shards(hashesOf(full))).toEqual(shards(hashes[0]!));
  });

  it('takes an entry of its ledger that was not yet in its place for none', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const out = join(folder, 'out');
    const run = () => trajsieve(['run', inputs, '--out', out, '-q']);
    expect(run().status).toBe(0);
    const expected = hashesOf(out);
    const entry = join(out, 'ledger', '00000.json');
    // killed between writing it and renaming it, whole or not
    for (const text of [readFileSync(entry, 'utf8'), '{"unit": 0, "sli']) {
      rmSync(entry);
      writeFileSync(`${entry}.tmp-4711`, text);
      for (const name of ['plan.json', 'report.html']) writeFileSync(join(out, `${name}.tmp-4711`), text);
      expect(run()).toMatchObject({ status: 0, stderr: '' });
      expect(hashesOf(out)).toEqual(expected);
    }
    // one that is still there is no entry for those who read the folder
    writeFileSync(`${entry}.tmp-4711`, '{"unit": 0, "sli');
    expect(trajsieve(['report', out]).status).toBe(0);
    rmSync(`${entry}.tmp-4711`);
    expect(hashesOf(out)).toEqual(expected);
  }, 120_000);

  it('ends with the same bytes when it is killed again and again', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const whole = join(folder, 'whole');
    const two = ['--workers', '2', '-q'];
    const started = Date.now();
    expect(trajsieve(['run', inputs, '--out', whole, ...two]).status).toBe(0);
    const duration = Date.now() - started;
    const expected = hashesOf(whole);

    const random = seededRandom(5);
    for (let round = 0; round < 20; round++) {
      const out = join(folder, `killed-${round}`);
      const child = startTrajsieve(['run', inputs, '--out', out, ...two]);
      const ended = new Promise((resolve) => child.on('exit', resolve));
      await setTimeout(duration * random() * 1.1);
      child.kill('SIGKILL');
      await ended;
      const again = trajsieve(['run', inputs, '--out', out, ...two]);
      expect(again.stderr).toBe('');
      expect(again.status).toBe(0);
      expect(hashesOf(out)).toEqual(expected);
    }
  }, 400_000);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops at once on %s, and goes on later', async (signal, code) => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const out = join(folder, 'out');
    // without the prefilter it has enough to do to be interrupted
    const words = ['run', inputs, '--out', out, '--no-prefilter', '--workers', '1'];
    const child = startTrajsieve(words);
    let stderr = '';
    child.stderr!.on('data', (text) => {
      stderr += text;
      if (String(text).includes('work units')) child.kill(signal);
    });
    const status = await new Promise((resolve) => child.on('exit', resolve));
    expect(status).toBe(code);
    expect(stderr).toContain('goes on in');
    expect(readdirSync(out)).not.toContain('report.json');
    expect(trajsieve(words).status).toBe(0);
    expect(trajsieve(['verify', out]).status).toBe(0);
  });

  it('refuses to go on with another configuration or other inputs, and says what changed', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const out = join(folder, 'out');
    expect(trajsieve(['run', inputs, '--out', out, '-q']).status).toBe(0);
    const policy = join(folder, 'other.yaml');
    writeFileSync(
      policy,
      'name: other\nfindings: [{ verdict: safe, disposition: keep }]\nrows: { safe: keep, undecided: drop, error: drop }\n',
    );
    const otherPolicy = trajsieve(['run', inputs, '--out', out, '--policy', policy]);
    expect(otherPolicy.status).toBe(1);
    expect(otherPolicy.stderr).toContain('policy was "default", is ');
    await writeEpisodes(join(inputs, 'd.parquet'), episodes(10, 5000, 4));
    const otherInputs = trajsieve(['run', inputs, '--out', out]);
    expect(otherInputs.status).toBe(1);
    expect(otherInputs.stderr).toContain('d.parquet is new');
  });

  it('shares the work between jobs that each do their part', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const whole = join(folder, 'whole');
    trajsieve(['run', inputs, '--out', whole, '-q']);
    const out = join(folder, 'parts');
    expect(trajsieve(['run', inputs, '--out', out, '--shard', '1/2', '-q']).status).toBe(0);
    expect(readdirSync(out)).not.toContain('report.json');
    expect(trajsieve(['verify', out]).status).toBe(1);
    const slurm = { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_COUNT: '2', SLURM_ARRAY_TASK_MIN: '4' };
    expect(trajsieve(['run', inputs, '--out', out, '-q'], slurm).status).toBe(0);
    expect(hashesOf(out)).toEqual(hashesOf(whole));
    const lonely = trajsieve(['run', inputs, '--out', join(folder, 'x')], { JOB_COMPLETION_INDEX: '0' });
    expect(lonely.status).toBe(2);
    expect(lonely.stderr).toContain('JOB_COMPLETIONS');
  });

  it('takes the first rows alone under --limit', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const out = join(folder, 'out');
    const result = trajsieve(['run', inputs, '--out', out, '--limit', '130', '--json']);
    expect(JSON.parse(result.stdout).rows.in).toBe(130);
    expect(trajsieve(['verify', out]).stdout).toMatch(/^verified: 130 rows in/);
  });

  it('cuts row groups anew under --row-group-bytes, with the same rows', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'a.parquet');
    await writeEpisodes(input, episodes(60, 20_000, 4), { rowGroup: 60 });
    const groupsOf = async (out: string) => {
      expect(trajsieve(['verify', out]).status).toBe(0);
      const bytes = readFileSync(join(out, 'data', 'train-00000-of-00001.parquet'));
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
      const rows = await parquetReadObjects({ file, compressors });
      return { groups: parquetMetadata(file).row_groups.length, rows };
    };
    const run = (out: string, ...more: string[]) => {
      expect(trajsieve(['run', input, '--out', join(folder, out), '-q', ...more]).status).toBe(0);
      return groupsOf(join(folder, out));
    };
    const whole = await run('whole');
    const cut = await run('cut', '--row-group-bytes', '200kB');
    expect(whole.groups).toBe(1);
    expect(cut.groups).toBeGreaterThan(4);
    expect(cut.rows).toEqual(whole.rows);
  });

  it('prints its plan and does nothing under --dry-run', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const out = join(folder, 'out');
    const result = trajsieve(['run', inputs, '--out', out, '--dry-run', '--json']);
    const plan = JSON.parse(result.stdout);
    expect(plan.rows).toBe(360);
    expect(plan.units.map((unit: { output: string }) => unit.output)).toContain(
      'test-00000-of-00001.parquet',
    );
    expect(readdirSync(folder)).toEqual(['in']);
  });

  it('takes values from flags, then the environment, then the file, and checks all of them', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const config = join(folder, 'trajsieve.yaml');
    writeFileSync(config, `limit: 10\nquiet: true\n`);
    const rowsOf = (words: string[], extra = {}) =>
      JSON.parse(
        trajsieve(['run', inputs, '--dry-run', '--json', '--config', config, ...words], extra).stdout,
      ).rows;
    expect(rowsOf([])).toBe(10);
    expect(rowsOf([], { TRAJSIEVE_LIMIT: '20' })).toBe(20);
    expect(rowsOf(['--limit', '30'], { TRAJSIEVE_LIMIT: '20' })).toBe(30);
    writeFileSync(config, 'limt: 10\n');
    const misspelt = trajsieve(['run', inputs, '--dry-run', '--config', config]);
    expect(misspelt.status).toBe(2);
    expect(misspelt.stderr).toContain('key "limt" is unknown; did you mean limit?');
    const wrong = trajsieve(['run', inputs, '--out', 'x', '--workers', 'two']);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('--workers: expected a whole number, got "two"');
    expect(trajsieve(['run', inputs, '--out', 'x', '--worker', '2']).status).toBe(2);
  });

  it('writes the resolved configuration beside the results', async () => {
    const folder = temporaryFolder();
    const inputs = await writeInputs(folder);
    const out = join(folder, 'out');
    trajsieve(['run', inputs, '--out', out, '-q', '--limit', '50']);
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(config.settings).toMatchObject({ policy: 'default', limit: 50, prefilter: true });
    expect(config.fingerprints.detectors).toMatch(/^[0-9a-f]{64}$/);
  });
});
