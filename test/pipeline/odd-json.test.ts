import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readRows } from '../../src/output/read-rows.ts';
import { packagePath } from '../../src/package-path.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

const tunnel = 'ssh -fN -R 2222:localhost:22 me@203.0.113.9';

function talk(command: string): string {
  const call = {
    id: 'c',
    type: 'function',
    function: { name: 'bash', arguments: JSON.stringify({ command }) },
  };
  return JSON.stringify({
    id: 'x',
    messages: [
      { role: 'user', content: 'Tidy up.' },
      { role: 'assistant', content: '', tool_calls: [call] },
    ],
  });
}
const good = talk('ls');
const bad = talk(tunnel);

function run(name: string, bytes: string | Uint8Array) {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  const out = join(temporaryFolder(), 'out');
  const { status, stdout, stderr } = trajsieve([
    'run',
    file,
    '--out',
    out,
    '--json',
    '-q',
    '--classifiers',
    packagePath('classifiers/tunnels'),
  ]);
  return { out, status, stderr, summary: status === 0 || status === 4 ? JSON.parse(stdout) : undefined };
}

describe('JSON as it is found', { timeout: 300_000 }, () => {
  test.each([
    [
      'a number without bounds as a key of its own',
      bad.replace('"id":"x"', '"id":123456789012345678901234567890'),
    ],
    ['half of a surrogate pair', bad.replace('Tidy', 'Tidy \\ud800')],
    ['a null character', bad.replace('Tidy', 'Tidy \\u0000')],
    ['a key twice, of which the last counts', bad.replace('"messages"', '"messages":[],"messages"')],
    [
      'two hundred thousand brackets',
      bad.replace('"id"', `"d":${'['.repeat(200_000)}${']'.repeat(200_000)},"id"`),
    ],
    ['a byte-order mark', `\ufeff${bad}`],
    ['a line separator of Unicode', bad.replace('Tidy', 'Tidy \u2028')],
  ])('%s: the act is found', (_, line) => {
    const { status, summary } = run('a.jsonl', `${line}\r\n\r\n${good}`);
    expect(status).toBe(0);
    expect(summary.rows).toMatchObject({ in: 2, kept: 1, quarantined: 1 });
  });

  test('NaN is no JSON: its line is told, and costs one row', () => {
    const { status, summary, stderr } = run('a.jsonl', `${good}\n${bad.replace('"x"', 'NaN')}\n`);
    expect(status).toBe(4);
    expect(summary.rows).toMatchObject({ in: 2, kept: 1, unreadable: 1 });
    expect(stderr).toMatch(/record is no JSON.*a\.jsonl:2/);
  });

  test('a byte-order mark is no part of a record', async () => {
    const { out } = run('a.jsonl', `\ufeff${good}\n`);
    for await (const { record } of readRows(join(out, 'data', 'train-00000-of-00001.parquet'), ['record']))
      expect(typeof record === 'string' ? record : JSON.stringify(record)).toBe(good);
  });

  test('gzip members that were put together are read to the last', () => {
    const members = [good, bad, good].map((line) => gzipSync(`${line}\n`));
    expect(run('a.jsonl.gz', Buffer.concat(members)).summary.rows).toMatchObject({ in: 3, quarantined: 1 });
  });

  test('a call of 50 MB costs its row and not the run', () => {
    const { status, summary } = run(
      'a.jsonl',
      `${good}\n${talk(`echo ${'z'.repeat(50_000_000)}; ${tunnel}`)}\n${good}\n`,
    );
    expect(status).toBe(0);
    expect(summary.verdicts).toEqual({ safe: 2, error: 1 });
  });

  test('a line of 50 MB whose texts are short is examined', () => {
    const long = bad.replace('"id"', `"pad":"${'z'.repeat(50_000_000)}","id"`);
    expect(run('a.jsonl', `${good}\n${long}\n`).summary.verdicts).toEqual({ safe: 1, unsafe: 1 });
  });

  test('rows may lie in a list of one object', async () => {
    const rows = [good, bad].map((line) => JSON.parse(line));
    for (const whole of [{ data: rows }, { version: 1, rows: rows.map((row) => ({ row })) }]) {
      const { out, summary } = run('a.json', JSON.stringify(whole, undefined, 1));
      expect(summary.rows).toMatchObject({ in: 2, kept: 1, quarantined: 1 });
      expect(trajsieve(['verify', out]).status).toBe(0);
    }
  });

  test('samples may lie in an Inspect log in JSON', () => {
    const samples = [good, bad].map((line) => ({
      ...JSON.parse(line),
      epoch: 1,
      target: 'x',
      output: { model: 'm' },
    }));
    const { summary } = run('log.json', JSON.stringify({ version: 2, eval: { task: 't' }, samples }));
    expect(summary.rows).toMatchObject({ in: 2, kept: 1, quarantined: 1 });
  });

  test('files without a record that could be read say why', () => {
    const pretty = [good, bad].map((line) => JSON.stringify(JSON.parse(line), undefined, 1)).join('\n');
    expect(run('a.json', pretty).stderr).toMatch(/no record of the file is JSON.*one record a line/);
    expect(run('a.json', '[]').stderr).toContain('file holds no records');
  });
});
