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

/** Writes episodes as LLaMA-Factory v1 has them: the content of a message is a list of parts, calls among them. */
export async function writeTypedParts(path: string, count: number): Promise<Episode[]> {
  const all = [...episodes(count, 6000, 1)];
  const text = (name: string): ColumnSpec => ({ name, type: 'string' });
  const list = (name: string, fields: ColumnSpec[]): ColumnSpec => ({
    name,
    type: 'list',
    element: { name: 'element', type: 'struct', fields },
  });
  const part = list('content', [text('type'), text('value')]);
  await writeRows(path, [text('id'), list('messages', [text('role'), part])], all.map(withParts));
  return all;
}

function withParts({ id, messages }: Episode): Record<string, unknown> {
  return {
    id,
    messages: messages.map(({ role, content, tool_calls: calls }) => ({
      role,
      content: [
        ...(content === null ? [] : [{ type: 'text', value: content }]),
        ...(calls ?? []).map(({ function: { name, arguments: given } }) => ({
          type: 'tool_call',
          value: JSON.stringify({ name, arguments: JSON.parse(given) }),
        })),
      ],
    })),
  };
}

async function writeJson(path: string, all: readonly Episode[], whole: boolean): Promise<void> {
  const messages: ColumnSpec = whole
    ? { name: 'messages', type: 'string' }
    : { name: 'messages', type: 'list', element: { name: 'element', type: 'string' } };
  const columns: ColumnSpec[] = [
    { name: 'id', type: 'string' },
    messages,
    { name: 'reward', type: 'double' },
  ];
  const rows = all.map(({ id, messages: list, reward }) => {
    // with spaces, as Python writes it
    const texts = list.map((message) => JSON.stringify(message, undefined, 1).replace(/\n */g, ' '));
    return { id, messages: whole ? `[${texts.join(', ')}]` : texts, reward };
  });
  await writeRows(path, columns, rows);
}

async function writeRows(
  path: string,
  columns: ColumnSpec[],
  all: readonly Record<string, unknown>[],
): Promise<void> {
  await loadCodecs();
  const file = new OutputFile(createFile(path), emptyFooter('trajsieve tests'), columns);
  const rows = new OwnColumns(columns, 'ZSTD');
  for (const row of all) rows.add(row);
  const { rowCount } = rows;
  for (const chunk of rows.take()) file.ownChunk(chunk);
  file.finishRowGroup(rowCount);
  file.finish();
}
