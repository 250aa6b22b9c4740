import { writeFileSync } from 'node:fs';
import type { Episode } from '../../scripts/generate/coding.ts';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { loadCodecs } from '../../src/parquet/codec.ts';
import type { ColumnSpec } from '../../src/parquet/columns.ts';
import { emptyFooter, OutputFile } from '../../src/parquet/output-file.ts';
import { OwnColumns } from '../../src/parquet/own-columns.ts';
import { createFile } from '../../src/parquet/sink.ts';
import { episodes } from '../support/episodes.ts';

/** Ways in which one data set can lie in a file. */
export const layouts = ['structs', 'json-text', 'json-texts', 'jsonl'] as const;
export type Layout = (typeof layouts)[number];

/** Writes the same episodes in one of the ways; unsafe acts are in every tenth. */
export async function writeLayout(layout: Layout, path: string, count: number, seed = 1): Promise<Episode[]> {
  const all = [...episodes(count, 6000, seed)];
  if (layout === 'structs') await writeEpisodes(path, all, { rowGroup: 25 });
  else if (layout === 'jsonl')
    writeFileSync(path, all.map((episode) => `${JSON.stringify(episode)}\n`).join(''));
  else await writeJson(path, all, layout === 'json-text');
  return all;
}

async function writeJson(path: string, all: readonly Episode[], whole: boolean): Promise<void> {
  await loadCodecs();
  const messages: ColumnSpec = whole
    ? { name: 'messages', type: 'string' }
    : { name: 'messages', type: 'list', element: { name: 'element', type: 'string' } };
  const columns: ColumnSpec[] = [
    { name: 'id', type: 'string' },
    messages,
    { name: 'reward', type: 'double' },
  ];
  const file = new OutputFile(createFile(path), emptyFooter('trajsieve tests'), columns);
  const rows = new OwnColumns(columns, 'ZSTD');
  for (const { id, messages: list, reward } of all) {
    // with spaces, as Python writes it
    const texts = list.map((message) => JSON.stringify(message, undefined, 1).replace(/\n */g, ' '));
    rows.add({ id, messages: whole ? `[${texts.join(', ')}]` : texts, reward });
  }
  const { rowCount } = rows;
  for (const chunk of rows.take()) file.ownChunk(chunk);
  file.finishRowGroup(rowCount);
  file.finish();
}
