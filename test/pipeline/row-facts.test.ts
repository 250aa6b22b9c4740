import { join } from 'node:path';
import { parquetWriteFile } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import type { RowFacts } from '../../src/output/slices.ts';
import { leavesBelow } from '../../src/parquet/assemble.ts';
import { readColumns } from '../../src/pipeline/examine.ts';
import { FactsReader } from '../../src/pipeline/row-facts.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';
import { loadSpecs } from '../../src/trajectory/recognise.ts';
import { episodes } from '../support/episodes.ts';
import { readShape } from '../support/parquet-file.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The facts of each row, and the row as it reads when it is assembled. */
async function factsOf(file: string): Promise<{ facts: RowFacts; trajectory: Trajectory }[]> {
  const rows: { facts: RowFacts; trajectory: Trajectory }[] = [];
  await readShape(file, loadSpecs(), (shape) => {
    const leaves = new Set(shape.columns.flatMap((column) => [...leavesBelow(column)]));
    const reader = new FactsReader(shape, leaves);
    return (window) => {
      for (const [row, facts] of reader.read(window).entries())
        rows.push({ facts, trajectory: shape.read(readColumns(window, shape, row)) });
    };
  });
  return rows;
}

describe('what is known of a row without reading it', () => {
  it('is what the row says when it is read', async () => {
    const file = join(temporaryFolder(), 'a.parquet');
    await writeEpisodes(file, episodes(60, 3000), { rowGroup: 20 });
    const rows = await factsOf(file);
    expect(rows).toHaveLength(60);
    for (const { facts, trajectory } of rows) {
      const { metadata, steps } = trajectory;
      expect(facts.task).toBe(metadata.task);
      expect(facts.reward).toBe(metadata.reward);
      expect(facts.steps).toBe(steps.length);
      const tools = new Set(steps.flatMap(({ toolCalls }) => toolCalls.map(({ name }) => name)));
      expect(new Set(facts.tools)).toEqual(tools);
      // texts and arguments are all counted, and words of roles and ids at most beside them
      const text = steps.reduce((sum, step) => {
        const calls = step.toolCalls.reduce((own, call) => own + Buffer.byteLength(call.arguments), 0);
        const results = step.observations.reduce((own, { text: one }) => own + Buffer.byteLength(one), 0);
        return sum + Buffer.byteLength(step.text) + calls + results;
      }, 0);
      expect(facts.bytes!).toBeGreaterThanOrEqual(text);
      expect(facts.bytes!).toBeLessThan(text * 1.1 + 2000);
    }
  });

  it('is left out where it lies inside JSON text, and read where it is a column', async () => {
    const file = join(temporaryFolder(), 'b.parquet');
    const messages = (text: string) =>
      JSON.stringify([
        { role: 'user', content: text },
        { role: 'assistant', content: 'done' },
      ]);
    const long = 'x'.repeat(5000);
    await parquetWriteFile({
      filename: file,
      columnData: [
        { name: 'messages', data: [messages('a'), messages(long), messages('c')], type: 'STRING' },
        { name: 'instance_id', data: ['django__django-1', 'django__django-2', null], type: 'STRING' },
        { name: 'model', data: ['m1', '', 'm2'], type: 'STRING' },
        { name: 'source', data: ['s', 's', '<b>'], type: 'STRING' },
        { name: 'resolved', data: [true, false, null], type: 'BOOLEAN' },
        { name: 'reward', data: [1, Number.NaN, -0.5], type: 'DOUBLE' },
      ],
    });
    const rows = await factsOf(file);
    expect(rows.map(({ facts: { bytes, ...facts } }) => facts)).toEqual([
      { task: 'django__django-1', model: 'm1', source: 's', success: true, reward: 1 },
      { task: 'django__django-2', source: 's', success: false },
      { model: 'm2', source: '<b>', reward: -0.5 },
    ]);
    expect(rows[1]!.facts.bytes).toBeGreaterThan(5000);
    for (const { facts, trajectory } of rows) {
      const { reward, success, model, source } = trajectory.metadata;
      expect([facts.reward, facts.success, facts.model, facts.source]).toEqual([
        reward,
        success,
        model,
        source,
      ]);
    }
  });
});
