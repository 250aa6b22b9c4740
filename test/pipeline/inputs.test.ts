import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { expandInputs, findInputs } from '../../src/pipeline/inputs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

const talk = (id: string) => ({
  id,
  messages: [
    { role: 'user', content: 'Tidy up.' },
    { role: 'assistant', content: 'Done.' },
  ],
});

/** A folder with the same two rows as Parquet, as JSON lines and as JSON, and JSON that describes them. */
function mixedFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'more'));
  const rows = [talk('a'), talk('b')];
  const columnData = [
    { name: 'id', data: rows.map(({ id }) => id), type: 'STRING' as const },
    { name: 'messages', data: rows.map(({ messages }) => JSON.stringify(messages)), type: 'STRING' as const },
  ];
  writeFileSync(join(folder, 'a.parquet'), new Uint8Array(parquetWriteBuffer({ columnData })));
  writeFileSync(join(folder, 'more', 'B.JSONL'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writeFileSync(join(folder, 'more', 'c.json'), JSON.stringify(rows));
  writeFileSync(join(folder, 'dataset_info.json'), '{"features": {"id": {"dtype": "string"}}, "splits": []}');
  return folder;
}

describe('a folder with data of several kinds', () => {
  test('is read whole; JSON that only describes the data is told, and is no error', () => {
    const folder = mixedFolder();
    const out = join(temporaryFolder(), 'out');
    const { status, stdout, stderr } = trajsieve(['run', folder, '--out', out, '--json', '-q']);
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary.rows).toMatchObject({ in: 6, kept: 6 });
    expect(summary.leftOut).toMatchObject([{ file: join(folder, 'dataset_info.json') }]);
    expect(stderr).toMatch(
      /warning: left out: .*dataset_info.json lies beside data and holds no trajectories/,
    );
    expect(stderr).toContain('name it among the inputs');
    expect(trajsieve(['verify', out]).status).toBe(0);
  });

  test('--dry-run shows the same, as text and as JSON', () => {
    const folder = mixedFolder();
    const shown = trajsieve(['run', folder, '--dry-run']);
    expect(shown.status).toBe(0);
    for (const name of ['a.parquet', 'B.JSONL', 'c.json']) expect(shown.stdout).toContain(name);
    expect(shown.stdout).toMatch(/warning: left out: .*dataset_info.json/);
    const { files, leftOut } = JSON.parse(trajsieve(['run', folder, '--dry-run', '--json']).stdout);
    expect(files).toHaveLength(3);
    expect(leftOut).toHaveLength(1);
  });

  test('a file that is named is read, or its error told', () => {
    const folder = mixedFolder();
    const named = join(folder, 'dataset_info.json');
    const { status, stderr } = trajsieve(['run', folder, named, '--dry-run', '--json']);
    expect({ status, stderr }).toEqual({ status: 4, stderr: '' });
  });

  test('JSON that is damaged is an error wherever it lies', () => {
    const folder = mixedFolder();
    writeFileSync(join(folder, 'd.json'), 'no JSON at all');
    expect(trajsieve(['run', folder, '--dry-run']).status).toBe(4);
  });

  test('files that may be data of a kind that is not read are told', async () => {
    const folder = mixedFolder();
    writeFileSync(join(folder, 'e.arrow'), '');
    writeFileSync(join(folder, 'f.jsonl.xz'), '');
    const { leftOut } = await findInputs([folder]);
    expect(leftOut.map(({ file }) => file).sort()).toEqual([
      join(folder, 'e.arrow'),
      join(folder, 'f.jsonl.xz'),
    ]);
  });
});

test('JSON alone is data, and so is all that stands in a list', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.json'), '[]');
  writeFileSync(join(folder, 'b.csv'), '');
  expect(await findInputs([folder])).toMatchObject({ files: [join(folder, 'a.json')], beside: new Set() });
  expect(await expandInputs([folder])).toEqual([join(folder, 'a.json'), join(folder, 'b.csv')]);
});
