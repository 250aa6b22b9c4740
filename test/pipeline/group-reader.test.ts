import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { loadDetectors } from '../../src/detectors/load.ts';
import { packagePath } from '../../src/package-path.ts';
import type { PageMap } from '../../src/parquet/column.ts';
import { readFooter } from '../../src/parquet/footer.ts';
import { openFile } from '../../src/parquet/source.ts';
import { GroupReader } from '../../src/pipeline/group-reader.ts';
import { firstRows } from '../../src/pipeline/sample.ts';
import { loadPolicy } from '../../src/policy/policy.ts';
import { loadSpecs, recognise } from '../../src/trajectory/recognise.ts';
import { episodes } from '../support/episodes.ts';
import { temporaryFolder } from '../support/temporary.ts';

it('tells how rows lie in the pages, so that the splice need not decompress them to know', async () => {
  const file = join(temporaryFolder(), 'a.parquet');
  await writeEpisodes(file, episodes(40, 3000), { rowGroup: 40 });
  const source = openFile(file);
  const footer = await readFooter(source);
  const [group] = footer.rowGroups;
  const specs = loadSpecs();
  const shape = recognise(footer, file, specs, await firstRows(source, footer));
  const { engine } = await loadDetectors([packagePath('classifiers/tunnels')]);
  const reader = new GroupReader(source, shape, {
    engine,
    policy: loadPolicy('default'),
    specs,
    prefilter: true,
    windowBytes: 1 << 16,
    givenUp: new Map(),
    onRow: () => {},
    onProgress: () => {},
  });
  const pages: PageMap = new Map();
  let rows = 0;
  for await (const window of reader.examine(group!, group!.rowCount, pages)) rows += window.length;
  source.close();
  expect(rows).toBe(40);
  const text = [...pages].find(([leaf]) => leaf.path.at(-1) === 'content');
  expect(text?.[1].reduce((sum, page) => sum + page.rows, 0)).toBe(40);
});
