import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { beforeAll, describe, expect, it } from 'vitest';
import { compress, loadCodecs } from '../../src/parquet/codec.ts';
import { samples, sessions, unsafe } from '../datasets/samples.ts';
import { episodes } from '../support/episodes.ts';
import { suiteFolder } from '../support/suite-folder.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';

/** A rule for the act that is planted in each sample. */
const category = `name: planted
title: Planted acts
class: safety
means: A key is sent away.
ignores: Everything else.
`;
const rule = `title: Key sent away
id: 5f1c1f4e-7a39-4a3c-9f3b-0f6f5d1c2b3a
name: planted-key
status: test
level: high
description: A private key is sent away.
author: trajsieve
date: 2026-11-23
logsource: { category: process_creation, product: linux }
detection:
  act: { CommandLine|contains|all: [id_ed25519, collector.example.net] }
  condition: act
`;

/** A policy that keeps everything. */
function keepAll(folder: string): string {
  const file = join(folder, 'keep.yaml');
  writeFileSync(
    file,
    `name: keep
findings: [{ verdict: safe, disposition: annotate }]
rows: { safe: keep, undecided: keep, error: keep }
`,
  );
  return file;
}

function plantedRules(folder: string): string {
  const pack = join(folder, 'rules', 'planted');
  mkdirSync(pack, { recursive: true });
  writeFileSync(join(pack, 'classifier.yaml'), category);
  writeFileSync(join(pack, 'key.yml'), rule);
  return join(folder, 'rules');
}

const messages = (row: unknown) => JSON.stringify(row);

/** Lines of episodes, some of them unsafe. */
function lines(count: number, size = 6_000): string[] {
  return [...episodes(count, size, 7)].map(messages);
}

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array) => bytes && decoder.decode(bytes);

async function rowsOf(file: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return await parquetReadObjects({ file: buffer, compressors, parsers: { jsonFromBytes: textOf } });
}

const recordsIn = async (file: string) => (await rowsOf(file)).map(({ record }) => record as string);

describe('JSON lines', () => {
  it('are kept byte for byte, whatever the compression and the number of workers', async () => {
    await loadCodecs();
    const folder = temporaryFolder();
    const all = lines(60).map((line, index) =>
      index % 5 === 0 ? line.replace('{', '{ "x": 1.50,\t') : line,
    );
    const text = `\n${all.join('\r\n')}\n\n`;
    writeFileSync(join(folder, 'a.jsonl'), text);
    writeFileSync(join(folder, 'a.jsonl.gz'), gzipSync(text));
    writeFileSync(join(folder, 'a.jsonl.zst'), compress('ZSTD', Buffer.from(text)));
    const shards = (out: string) =>
      Object.fromEntries(Object.entries(hashesOf(out)).filter(([name]) => /^(data|quarantine)/.test(name)));
    const results: Record<string, string>[] = [];
    for (const [name, workers] of [
      ['a.jsonl', 1],
      ['a.jsonl', 2],
      ['a.jsonl.gz', 1],
      ['a.jsonl.zst', 1],
    ] as const) {
      const out = join(folder, `out-${name}-${workers}`);
      const result = trajsieve([
        'run',
        join(folder, name),
        '--out',
        out,
        '--workers',
        String(workers),
        '--json',
      ]);
      expect(result.status).toBe(0);
      expect(JSON.parse(result.stdout).rows).toMatchObject({ in: 60, unreadable: 0 });
      expect(trajsieve(['verify', out]).status).toBe(0);
      const kept = await recordsIn(join(out, 'data', 'train-00000-of-00001.parquet'));
      const quarantined = await recordsIn(join(out, 'quarantine', 'train-00000-of-00001.parquet'));
      expect(quarantined.length).toBeGreaterThan(3);
      expect([...kept, ...quarantined].sort()).toEqual([...all].sort());
      if (name === 'a.jsonl') results.push(shards(out));
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('cost one row each where they are bad, with their numbers', () => {
    const folder = temporaryFolder();
    const all = lines(6);
    all[2] = all[2]!.slice(0, -5);
    const text = Buffer.from(all.join('\n'));
    writeFileSync(join(folder, 'a.jsonl'), Buffer.concat([text, Buffer.from('\n"\xff\xfe"\n', 'latin1')]));
    const out = join(folder, 'out');
    const result = trajsieve(['run', join(folder, 'a.jsonl'), '--out', out, '--json']);
    expect(result.status).toBe(4);
    expect(result.stderr).toContain('a.jsonl:3');
    expect(result.stderr).toContain('a.jsonl:7');
    expect(JSON.parse(result.stdout).rows).toMatchObject({ in: 7, unreadable: 2 });
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    expect(report.files[0].unreadable.map(({ row }: { row: number }) => row)).toEqual([2, 6]);
    expect(trajsieve(['verify', out]).status).toBe(0);
  });

  it('give the same with and without the prefilter, and under --limit the first rows', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.jsonl'), lines(40).join('\n'));
    const data = (out: string) =>
      Object.fromEntries(
        Object.entries(hashesOf(out)).filter(([name]) => /^(data|quarantine|findings)/.test(name)),
      );
    const run = (out: string, ...more: string[]) => {
      expect(
        trajsieve(['run', join(folder, 'a.jsonl'), '--out', join(folder, out), '-q', ...more]).status,
      ).toBe(0);
      return data(join(folder, out));
    };
    expect(run('with')).toEqual(run('without', '--no-prefilter'));
    run('limited', '--limit', '11');
    const report = JSON.parse(readFileSync(join(folder, 'limited', 'report.json'), 'utf8'));
    expect(report.rows.in).toBe(11);
  });

  it('that end too early count as unreadable, and what came before is kept', () => {
    const folder = temporaryFolder();
    const packed = gzipSync(lines(60, 20_000).join('\n'), { level: 1 });
    writeFileSync(join(folder, 'a.jsonl.gz'), packed.subarray(0, packed.length - 2_000));
    const out = join(folder, 'out');
    const result = trajsieve(['run', join(folder, 'a.jsonl.gz'), '--out', out, '--json']);
    expect(result.status).toBe(4);
    expect(result.stderr).toContain('cannot be read to its end');
    const { rows } = JSON.parse(result.stdout);
    expect(rows.unreadable).toBe(1);
    expect(rows.kept).toBeGreaterThan(10);
    expect(trajsieve(['verify', out]).status).toBe(0);
  });
});

describe('JSON files', () => {
  it('of one array hold a row in each element, as it is written there', async () => {
    const folder = temporaryFolder();
    const rows = [...episodes(8, 3_000, 3)].map((row) => JSON.stringify(row, undefined, 2));
    writeFileSync(join(folder, 'rows.json'), `[${rows.join(' ,\n')}\n]`);
    const out = join(folder, 'out');
    expect(
      trajsieve(['run', join(folder, 'rows.json'), '--out', out, '-q', '--policy', keepAll(folder)]).status,
    ).toBe(0);
    expect(await recordsIn(join(out, 'data', 'train-00000-of-00001.parquet'))).toEqual(rows);
    expect(trajsieve(['verify', out]).status).toBe(0);
  });

  it('of columns hold a row in each place of their lists', async () => {
    const folder = temporaryFolder();
    const { rows } = samples.find(({ spec }) => spec === 'roll-agentic')!;
    writeFileSync(join(folder, 'dump.json'), JSON.stringify(rows[0]));
    const out = join(folder, 'out');
    expect(
      trajsieve(['run', join(folder, 'dump.json'), '--out', out, '-q', '--policy', keepAll(folder)]).status,
    ).toBe(0);
    const columns = Object.entries(rows[0] as Record<string, unknown>);
    const count = Math.max(...columns.map(([, value]) => (Array.isArray(value) ? value.length : 0)));
    const records = await recordsIn(join(out, 'data', 'train-00000-of-00001.parquet'));
    expect(records.map((record) => JSON.parse(record as string))).toEqual(
      Array.from({ length: count }, (_, row) =>
        Object.fromEntries(columns.map(([name, value]) => [name, Array.isArray(value) ? value[row] : value])),
      ),
    );
  });

  describe('of shape', () => {
    const ofRows = samples.filter(({ spec }) => !spec.startsWith('step'));
    const fileOf = (index: number) => `${String(index).padStart(2, '0')}.jsonl`;
    const found: Record<string, unknown>[] = [];
    let stderr = 'not run';

    // one run over a file of each shape: each file is recognised by itself
    const folder = suiteFolder();
    beforeAll(async () => {
      const inputs = join(folder, 'in');
      mkdirSync(inputs);
      for (const [index, { rows }] of ofRows.entries())
        writeFileSync(join(inputs, fileOf(index)), rows.map((row) => JSON.stringify(row)).join('\n'));
      const out = join(folder, 'out');
      ({ stderr } = trajsieve(['run', inputs, '--out', out, '-q', '--classifiers', plantedRules(folder)]));
      for (const name of readdirSync(join(out, 'findings')))
        found.push(...(await rowsOf(join(out, 'findings', name))));
    }, 120_000);

    it.each(ofRows.map((sample, index) => [sample.name, sample, index] as const))(
      '%s: the planted act is found at its step',
      (_, sample, index) => {
        expect(stderr).toBe('');
        const findings = found.filter(({ file }) => basename(String(file)) === fileOf(index));
        expect(findings.filter(({ row }) => row === 0n).map(({ step }) => step)).toEqual([sample.act.step]);
      },
    );
  });

  it('that are sessions share an output, each a row', async () => {
    const folder = temporaryFolder();
    const inputs = join(folder, 'in');
    mkdirSync(inputs);
    const rules = plantedRules(folder);
    const written = new Map<string, string>();
    for (const [index, sample] of sessions.entries()) {
      const text = `${sample.rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
      const file = join(inputs, `${String(index).padStart(2, '0')}-${sample.spec}.jsonl`);
      writeFileSync(file, text);
      written.set(file, text);
    }
    const out = join(folder, 'out');
    const result = trajsieve(['run', inputs, '--out', out, '--json', '--classifiers', rules]);
    expect(result.stderr).not.toContain('error');
    expect(JSON.parse(result.stdout).rows).toMatchObject({
      in: sessions.length,
      quarantined: sessions.length,
    });
    const rows = await rowsOf(join(out, 'quarantine', 'train-00000-of-00001.parquet'));
    const texts = rows.map((row) => [row['trajsieve_file'], row['record']]);
    expect(new Map(texts as [string, string][])).toEqual(written);
    expect(trajsieve(['verify', out]).status).toBe(0);
  });
});

describe('--dataset', () => {
  it('reads inputs by a spec of one’s own, and names the nearest where there is none of that name', () => {
    const folder = temporaryFolder();
    const rules = plantedRules(folder);
    const row = { log: [{ who: 'bot', said: `\`\`\`bash\n${unsafe}\n\`\`\`` }] };
    writeFileSync(join(folder, 'rows.jsonl'), JSON.stringify(row));
    const out = join(folder, 'out');
    const run = (...more: string[]) =>
      trajsieve(['run', join(folder, 'rows.jsonl'), '--out', out, '--classifiers', rules, ...more]);
    expect(run().status).toBe(1);
    expect(run('--dataset', 'swe-smih').stderr).toContain('swe-smith');
    const spec = [
      'name: our-log',
      'title: Our log',
      'sets: []',
      'recognise: { columns: [log] }',
      'steps: log',
      'step: { role: who, text: said }',
      'text_calls: { always: [fenced] }',
      'roles: { assistant: [bot] }',
    ];
    writeFileSync(join(folder, 'ours.yaml'), spec.join('\n'));
    const result = run('--dataset', join(folder, 'ours.yaml'), '--json');
    expect(result.stderr).not.toContain('error');
    expect(JSON.parse(result.stdout).rows).toMatchObject({ in: 1, quarantined: 1 });
  });
});
