import { loadCodecs } from '../../src/parquet/codec.ts';
import type { ColumnSpec } from '../../src/parquet/columns.ts';
import type { CodecName } from '../../src/parquet/footer.ts';
import { emptyFooter, OutputFile } from '../../src/parquet/output-file.ts';
import { OwnColumns } from '../../src/parquet/own-columns.ts';
import { createFile } from '../../src/parquet/sink.ts';
import type { Episode } from './coding.ts';

const text = (name: string): ColumnSpec => ({ name, type: 'string' });

/** `messages list<struct>` with nested tool calls, as Hugging Face data sets of agents have it. */
const columns: readonly ColumnSpec[] = [
  text('id'),
  text('task'),
  {
    name: 'messages',
    type: 'list',
    element: {
      name: 'element',
      type: 'struct',
      fields: [
        text('role'),
        text('content'),
        {
          name: 'tool_calls',
          type: 'list',
          element: {
            name: 'element',
            type: 'struct',
            fields: [
              text('id'),
              text('type'),
              { name: 'function', type: 'struct', fields: [text('name'), text('arguments')] },
            ],
          },
        },
        text('tool_call_id'),
      ],
    },
  },
  { name: 'reward', type: 'double' },
];

/** Writes episodes to a Parquet file, in row groups of so many rows. */
export async function writeEpisodes(
  path: string,
  episodes: Iterable<Episode>,
  { rowGroup = 1000, codec = 'ZSTD' as CodecName } = {},
): Promise<void> {
  await loadCodecs();
  const file = new OutputFile(createFile(path), emptyFooter('trajsieve examples'), columns);
  const rows = new OwnColumns(columns, codec);
  const flush = () => {
    const { rowCount } = rows;
    if (rowCount === 0) return;
    for (const chunk of rows.take()) file.ownChunk(chunk);
    file.finishRowGroup(rowCount);
  };
  for (const episode of episodes) {
    // an episode weighs as much as its messages: batches stay small
    rows.add({ ...episode }, episode.messages.length);
    if (rows.rowCount >= rowGroup) flush();
  }
  flush();
  file.finish();
}
