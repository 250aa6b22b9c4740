import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stepFlag } from '../../src/detectors/engine.ts';
import { packagePath } from '../../src/package-path.ts';
import { assembleColumn, leavesBelow } from '../../src/parquet/assemble.ts';
import { CandidateFinder } from '../../src/pipeline/candidates.ts';
import { TextSearch } from '../../src/pipeline/text-search.ts';
import { buildTables, Prefilter } from '../../src/prefilter/prefilter.ts';
import { loadSpecs } from '../../src/trajectory/load.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';
import { recogniseRecords } from '../../src/trajectory/recognise.ts';
import { everySurface } from '../../src/trajectory/surface.ts';
import { readShape } from '../support/parquet-file.ts';
import { findPython, runPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { samples } from './samples.ts';

const python = findPython('pyarrow');
const shared = packagePath('..', 'shared', 'data', 'shapes');
const specs = loadSpecs();

/** Words that are looked for, some of them two together, on every surface. */
const words = ['curl', 'reproduce', 'import', 'observation', 'xmrig', 'authorized_keys', '4444'];
const requirements = [...words.map((text) => [text]), ['python', 'error'], ['command', 'path']].map(
  (all) => ({
    surfaces: everySurface,
    words: all.map((text) => ({ text })),
    flags: stepFlag,
  }),
);

interface Rows {
  readonly name: string;
  readonly rows: readonly Record<string, unknown>[];
  readonly column: string;
}

const own: Rows[] = samples
  .filter(({ column }) => column !== undefined)
  .map(({ name, rows, column }) => ({ name, rows: rows as Record<string, unknown>[], column: column! }));

const real: Rows[] = existsSync(shared)
  ? readdirSync(shared).map((file) => {
      const rows = JSON.parse(readFileSync(join(shared, file), 'utf8')) as Record<string, unknown>[];
      const column = ['messages', 'conversations', 'trajectory', 'content'].find((name) =>
        Array.isArray(rows[0]![name]),
      )!;
      return { name: file, rows, column };
    })
  : [];

describe.skipIf(python === undefined)('rows in each physical shape of Parquet', () => {
  for (const { name, rows, column } of own) {
    test(`${name} reads the same`, async () => await checkShapes(rows, column));
  }
});

describe.skipIf(python === undefined || real.length === 0)(
  'rows of public data sets in each physical shape',
  () => {
    for (const { name, rows, column } of real) {
      test(`${name} reads the same`, async () => await checkShapes(rows, column));
    }
  },
);

describe.skipIf(python === undefined)('a row that cannot be read is picked whatever its words are', () => {
  const spec = own.find(({ name }) => name === 'OpenAI chat')!;
  const clean = [{ id: 'x', messages: [{ role: 'user', content: 'hello', tool_calls: null }] }];
  const rowWith = (step: Record<string, unknown>) => ({
    id: 'y',
    messages: [{ role: 'user', content: 'hello' }, step],
  });

  test('a role that nobody knows', async () => {
    await checkPicked([...spec.rows, ...clean, rowWith({ role: 'martian', content: 'hello' })], []);
  });

  test('a step without a role', async () => {
    await checkPicked([...spec.rows, ...clean, rowWith({ role: null, content: 'hello' })], []);
  });

  test('JSON text that ends in the middle', async () => {
    await checkPicked([...spec.rows, ...clean, rowWith({ role: 'assistant', content: 'hello' })], ['cut']);
  });

  async function checkPicked(
    rows: readonly Record<string, unknown>[],
    options: readonly string[],
  ): Promise<void> {
    const folder = temporaryFolder();
    const source = join(folder, 'rows.json');
    writeFileSync(source, JSON.stringify(rows));
    runPython(python!, join(import.meta.dirname, 'write_shapes.py'), [
      source,
      folder,
      'messages',
      ...options,
    ]);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.parquet'))) {
      const { unreadable, picked } = await readAll(join(folder, file));
      // text that is cut is none in files that hold no text
      if (options.length === 0 || file.includes('json') || file.includes('text'))
        expect(unreadable, file).toEqual([rows.length - 1]);
      for (const row of unreadable) expect(picked, file).toContain(row);
    }
  }
});

async function checkShapes(rows: readonly Record<string, unknown>[], column: string): Promise<void> {
  const folder = temporaryFolder();
  const source = join(folder, 'rows.json');
  writeFileSync(source, JSON.stringify(rows));
  runPython(python!, join(import.meta.dirname, 'write_shapes.py'), [source, folder, column]);
  const records = recogniseRecords(rows.slice(0, 8), source, specs);
  const expected = rows.map((row) => plainly(records.read(row)));
  const files = readdirSync(folder).filter((file) => file.endsWith('.parquet'));
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const file of files) {
    const read = await readAll(join(folder, file));
    expect(read.spec, file).toBe(records.spec);
    expect(read.trajectories.map(plainly), file).toEqual(expected);
    expect(read.unreadable, file).toEqual([]);
    expect(read.missed, file).toEqual([]);
  }
}

/** Nulls in calls are left out where a struct had to carry them; metadata may have been left out of the file. */
function plainly({ steps }: Trajectory): unknown {
  return steps.map(({ toolCalls, ...step }) => ({
    ...step,
    toolCalls: toolCalls.map((call) => ({ ...call, arguments: unordered(call.arguments) })),
  }));
}

/** Fields of a struct come in the order of the schema. */
function unordered(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function readAll(file: string) {
  const trajectories: Trajectory[] = [];
  const missed: string[] = [];
  const unreadable: number[] = [];
  const picked: number[] = [];
  const { spec } = await readShape(file, specs, (shape) => {
    const leaves = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    const search = new TextSearch({
      prefilter: new Prefilter(buildTables(requirements)),
      hidesWords: () => false,
      isPlausible: () => true,
    });
    const finder = new CandidateFinder(shape, leaves, search);
    let number = 0;
    return (window) => {
      const candidates = finder.find(window);
      for (let row = 0; row < window.rowCount; row++, number++) {
        const found = candidates.get(row);
        if (found !== undefined) picked.push(number);
        const values = shape.columns.map((one) => [one.name, assembleColumn(window, one, row)] as const);
        let trajectory: Trajectory;
        try {
          trajectory = shape.read(Object.fromEntries(values));
        } catch {
          unreadable.push(number);
          continue;
        }
        // the prefilter may only save time: what is in the trajectory is a candidate by its bytes already
        for (const step of search.findInTrajectory(trajectory).keys()) {
          if (!found?.has(-1) && !found?.has(step)) missed.push(`row ${number} step ${step}`);
        }
        trajectories.push(trajectory);
      }
    };
  });
  return { spec, trajectories, missed, unreadable, picked };
}
