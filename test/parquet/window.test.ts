import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assembleColumn, assembleElement, leavesBelow } from '../../src/parquet/assemble.ts';
import { loadCodecs } from '../../src/parquet/codec.ts';
import { readFooter } from '../../src/parquet/footer.ts';
import { openFile } from '../../src/parquet/source.ts';
import { readWindows } from '../../src/parquet/window.ts';
import { findPython, runPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';

const python = findPython('pyarrow');

/** Columns whose values are the same in JSON, whoever writes it. */
const columns = [
  'id',
  'messages',
  'large',
  'view',
  'dictionary',
  'i8',
  'u32',
  'i32',
  'yes',
  'numbers',
  'large_list',
  'deep',
  'empty_lists',
];

describe.skipIf(python === undefined)('windows over a row group', () => {
  it.each([1, 5_000, 1 << 24])(
    'hold the rows that pyarrow reads, with a budget of %d bytes',
    async (budget) => {
      await loadCodecs();
      const folder = temporaryFolder();
      const inputs = join(folder, 'in');
      mkdirSync(inputs);
      runPython(python!, join(import.meta.dirname, 'write_samples.py'), [inputs]);
      // three writers' settings that differ in how rows lie in pages
      const files = readdirSync(inputs).filter((name) =>
        /pyarrow-(tiny-pages|zstd-v1|index-v2)\.parquet/.test(name),
      );
      expect(files).toHaveLength(3);
      for (const name of files) {
        const path = join(inputs, name);
        const json = join(folder, `${name}.json`);
        runPython(python!, join(import.meta.dirname, 'to_json.py'), [path, json, columns.join(',')]);
        const expected = JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>[];
        const source = openFile(path);
        const footer = await readFooter(source);
        const nodes = footer.root.children.filter((node) => columns.includes(node.name));
        const messages = nodes.find((node) => node.name === 'messages')!;
        const leaves = new Set(nodes.flatMap((node) => [...leavesBelow(node)]));
        let row = 0;
        for (const group of footer.rowGroups) {
          for await (const window of readWindows(source, group, leaves, budget)) {
            for (let i = 0; i < window.rowCount; i++, row++) {
              const got = Object.fromEntries(
                nodes.map((node) => [node.name, assembleColumn(window, node, i)]),
              );
              expect(got).toEqual(expected[row]);
              const list = (expected[row]!['messages'] ?? []) as unknown[];
              if (row % 17 === 0) {
                for (const [index, message] of list.entries()) {
                  expect(assembleElement(window, messages.children[0]!, i, index)).toEqual({
                    element: message,
                  });
                }
              }
            }
          }
        }
        source.close();
        expect(row).toBe(expected.length);
      }
    },
  );
});
