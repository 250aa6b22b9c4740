import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TrajsieveError } from '../../src/errors.ts';
import { dropped } from '../../src/parquet/splice.ts';
import { findPython, runPython } from '../support/python.ts';
import { seededRandom } from '../support/random.ts';
import { spliceFile } from '../support/splice-file.ts';
import { temporaryFolder } from '../support/temporary.ts';

const python = findPython('pyarrow');
const testingFiles = join(import.meta.dirname, '../../../shared/data/parquet-testing/data');

/** The ways in which rows are distributed: by row number and chance, to output 0, output 1, or nowhere. */
const distributions: Record<string, (row: number, random: () => number) => number> = {
  'one in a hundred dropped, some set aside': (_, random) =>
    random() < 0.01 ? dropped : random() < 0.02 ? 1 : 0,
  'half of them': (_, random) => (random() < 0.5 ? 0 : 1),
  'most dropped': (_, random) => (random() < 0.9 ? dropped : 0),
  'long runs': (row) => (row % 97 < 40 ? 0 : row % 97 < 80 ? dropped : 1),
  'the first row alone': (row) => (row === 0 ? 1 : 0),
  'everything kept': () => 0,
  'everything dropped': () => dropped,
};

interface Case {
  input: string;
  outputs: string[];
  rows: number[][];
}

async function spliceAll(
  files: readonly string[],
  folder: string,
): Promise<{ cases: Case[]; refused: Map<string, TrajsieveError> }> {
  const cases: Case[] = [];
  const refused = new Map<string, TrajsieveError>();
  const kinds = Object.values(distributions);
  for (const [number, input] of files.entries()) {
    // three of the seven for each file: all of them are met by every kind of column
    for (const kind of [0, 2, 4].map((step) => (number + step) % kinds.length)) {
      const distribute = kinds[kind]!;
      const random = seededRandom(number * 31 + kind);
      const rows: number[][] = [[], []];
      const outputs = [0, 1].map((output) => join(folder, `${number}-${kind}-${output}.parquet`));
      try {
        await spliceFile(input, outputs, (row) => {
          const output = distribute(row, random);
          rows[output]?.push(row);
          return output;
        });
        cases.push({ input, outputs, rows });
      } catch (error) {
        if (!(error instanceof TrajsieveError)) throw error;
        refused.set(input.split('/').at(-1)!, error);
        break;
      }
    }
  }
  return { cases, refused };
}

function compare(
  cases: readonly Case[],
  folder: string,
): { mistakes: string[]; read: { pyarrow: number; duckdb: number } } {
  const plan = join(folder, 'plan.json');
  writeFileSync(plan, JSON.stringify(cases));
  const lines = runPython(python!, join(import.meta.dirname, 'compare.py'), [plan])
    .trim()
    .split('\n');
  return { mistakes: lines.slice(0, -1), read: JSON.parse(lines.at(-1)!) };
}

describe.skipIf(python === undefined)('rows that are kept', () => {
  it('read equal in pyarrow and DuckDB, whatever wrote the file', async () => {
    const folder = temporaryFolder();
    const inputs = join(folder, 'in');
    mkdirSync(inputs);
    runPython(python!, join(import.meta.dirname, 'write_samples.py'), [inputs]);
    const files = readdirSync(inputs)
      .sort()
      .map((name) => join(inputs, name));
    const { cases, refused } = await spliceAll(files, folder);
    expect([...refused.values()].map((error) => error.describe())).toEqual([]);
    expect(files.length).toBeGreaterThan(30);
    const { mistakes, read } = compare(cases, folder);
    expect(mistakes).toEqual([]);
    // pyarrow cannot read one of DuckDB's files, DuckDB not all of pyarrow's types
    expect(read.pyarrow).toBeGreaterThanOrEqual(cases.length - 3);
  });

  it.skipIf(!existsSync(testingFiles))('read equal for the files of the Parquet project', async () => {
    const folder = temporaryFolder();
    // large_string_map holds two texts of 1 GB in 4 KB: pyarrow cannot read it, and DuckDB takes minutes.
    const names = readdirSync(testingFiles).filter((name) =>
      /^(?!large_string_map).*\.parquet(\.encrypted)?$/.test(name),
    );
    const { cases, refused } = await spliceAll(
      names.sort().map((name) => join(testingFiles, name)),
      folder,
    );
    const { mistakes, read } = compare(cases, folder);
    expect(mistakes).toEqual([]);
    expect(read.pyarrow).toBeGreaterThan(150);
    // What is refused is refused by name and reason.
    for (const [name, error] of refused) {
      expect(error.where.file).toContain(name);
      expect(error.code).toBe(name.endsWith('.encrypted') ? 'parquet-encrypted' : 'parquet-page');
    }
    expect([...refused.keys()].filter((name) => !name.endsWith('.encrypted'))).toEqual([
      'datapage_v1-corrupt-checksum.parquet',
      'rle-dict-uncompressed-corrupt-checksum.parquet',
    ]);
  });
});
