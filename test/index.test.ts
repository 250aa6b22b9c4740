import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeEpisodes } from '../scripts/generate/write-episodes.ts';
import { createExaminer, filterTrajectories, readTrajectories, verifyRun } from '../src/index.ts';
import { episodes } from './support/episodes.ts';
import { temporaryFolder } from './support/temporary.ts';

describe('the public API', () => {
  it('reads and examines trajectories, and filters data sets, with the same result', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'a.parquet');
    await writeEpisodes(file, episodes(30, 3_000), { rowGroup: 7 });

    const examiner = await createExaminer();
    const unsafe: number[] = [];
    for await (const { row, trajectory, error } of readTrajectories(file)) {
      expect(error).toBeUndefined();
      if (examiner.examine(trajectory!).decision.verdict === 'unsafe') unsafe.push(row);
    }
    expect(unsafe.length).toBeGreaterThanOrEqual(3);

    const out = join(folder, 'out');
    const { report, problems } = await filterTrajectories({ inputs: [file], out, workers: 1 });
    expect(problems).toEqual([]);
    expect(report?.rows).toMatchObject({ in: 30, quarantined: unsafe.length });
    expect((await verifyRun(out)).faults).toEqual([]);
  });

  it('tells what is wrong with an option by name', async () => {
    await expect(createExaminer({ policy: 'defualt' })).rejects.toThrow('defualt');
  });
});
