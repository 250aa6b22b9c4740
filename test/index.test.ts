import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeEpisodes } from '../scripts/generate/write-episodes.ts';
import {
  correlateAlerts,
  createExaminer,
  filterTrajectories,
  readTrajectories,
  verifyRun,
} from '../src/index.ts';
import { eve, minutes, noon, readParquet, rollRow } from './correlate/world.ts';
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

  it('matches alerts to the episodes that caused them', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'a.jsonl');
    const times = { start: noon, end: noon + 20 * minutes };
    const rows = ['10.0.0.1', '10.0.0.2'].map((host) => rollRow({ id: `on ${host}`, ...times, host }));
    writeFileSync(input, rows.map((row) => JSON.stringify(row)).join('\n'));
    const alerts = [join(folder, 'eve.json')];
    writeFileSync(alerts[0]!, eve({ time: noon + 5 * minutes, from: '10.0.0.2' }));

    const out = join(folder, 'out');
    const { correlation, problems } = await correlateAlerts({
      inputs: [input],
      alerts,
      out,
      shifts: 9,
      examine: false,
    });
    expect(problems).toEqual([]);
    expect(correlation.alerts).toMatchObject({ in: 1, matched: 1 });
    expect(await readParquet(join(out, 'matches.parquet'))).toMatchObject([{ id: 'on 10.0.0.2' }]);

    writeFileSync(input, '');
    await expect(correlateAlerts({ inputs: [input], alerts, out })).rejects.toThrow('no trajectories');
  });

  it('tells what is wrong with an option by name', async () => {
    await expect(createExaminer({ policy: 'defualt' })).rejects.toThrow('defualt');
  });
});
