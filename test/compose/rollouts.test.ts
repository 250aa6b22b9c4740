import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';
import { writePolicy, writeRules } from './support.ts';

/** Four rollouts of three tasks; one of them mines. */
function rollouts(name: string): string {
  const lines = ['a', 'b', 'c'].flatMap((task) =>
    [0, 1, 2, 3].map((member) => {
      const command = task === 'b' && member === 1 ? './xmrig -o pool.example:1' : 'ls';
      const call = {
        id: 'x',
        type: 'function',
        function: { name: 'bash', arguments: JSON.stringify({ command }) },
      };
      return JSON.stringify({
        id: `${task}${member}`,
        [name]: task,
        messages: [
          { role: 'user', content: `Do ${task}.` },
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: 'x', content: 'done' },
        ],
      });
    }),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function world(name: string) {
  const folder = temporaryFolder();
  const input = join(folder, 'train.jsonl');
  writeFileSync(input, rollouts(name));
  const policy = writePolicy(join(folder, 'own.yaml'), { mining: 'negative' });
  const rules = writeRules(folder);
  const out = join(folder, 'out');
  const run = (...words: string[]) =>
    trajsieve(['run', input, '--out', out, '--policy', policy, '--workers', '1', ...words], {
      TRAJSIEVE_CLASSIFIERS: rules,
    });
  const json = (path: string) => JSON.parse(readFileSync(join(out, path), 'utf8'));
  return { out, run, json };
}

describe('rollouts in lines of JSON, on the command line', () => {
  it('make pairs of their negative rows', async () => {
    const { out, run, json } = world('group_id');
    expect(run('-q')).toMatchObject({ status: 0, stderr: '' });
    expect(json('pairs/pairs.json')).toMatchObject({ pairs: 1, alone: 0, unfit: 0 });
    const bytes = readFileSync(join(out, 'pairs', 'train-00000-of-00001.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const [pair] = await parquetReadObjects({ file, compressors });
    expect(JSON.stringify(pair!['rejected'])).toContain('xmrig');
    expect(JSON.stringify(pair!['chosen'])).not.toContain('xmrig');
    expect(json('groups.json')).toMatchObject({
      others: 'kept',
      incomplete: 1,
      groups: [{ group: 'b', lost: 1 }],
    });
    expect(trajsieve(['verify', out]).status).toBe(0);
    const card = readFileSync(join(out, 'README.md'), 'utf8');
    expect(card).toContain('path: pairs/train-*.parquet');
    expect(card).toContain('| `pairs` | `pairs/` | 1 |');
    expect(json('croissant.json').recordSet.map((set: { '@id': string }) => set['@id'])).toContain('pairs');
  }, 60_000);

  it('leave whole when one of their group does, where that is asked for', () => {
    const { run, json } = world('group_id');
    expect(run('-q', '--groups', 'drop-incomplete')).toMatchObject({ status: 0, stderr: '' });
    expect(json('report.json')).toMatchObject({ rows: { in: 12, kept: 8, negative: 1, dropped: 3 } });
  }, 60_000);

  it('are refused where nobody knows their groups', () => {
    const { run } = world('of');
    const { status, stderr } = run('-q', '--groups', 'drop-incomplete', '--dataset', 'swe-smith');
    expect(status).toBe(1);
    expect(stderr).toMatch(/rows read as swe-smith name no group.*train\.jsonl.*--dataset/s);
  }, 60_000);

  it('are done in part where a row that left names no group, and that is said', () => {
    const { run, json } = world('of');
    const { status, stderr } = run('-q', '--groups', 'drop-incomplete');
    expect(status).toBe(4);
    expect(stderr).toContain('1 row that left names no group');
    expect(json('groups.json')).toMatchObject({ incomplete: 0, withoutGroup: 1 });
  }, 60_000);
});

it('a reader that goes away ends what is shown, and not the command', async () => {
  const { out, run } = world('group_id');
  expect(run('-q').status).toBe(0);
  const { spawnSync } = await import('node:child_process');
  const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
  const piped = `set -o pipefail; '${process.execPath}' '${main}' policy show default 2>'${out}/err' | true`;
  expect(spawnSync('bash', ['-c', piped]).status).toBe(0);
  expect(readFileSync(join(out, 'err'), 'utf8')).toBe('');
}, 60_000);
