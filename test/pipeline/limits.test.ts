import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codingEpisode } from '../../scripts/generate/coding.ts';
import { Random } from '../../scripts/generate/random.ts';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

const scan = 'nmap -sS 10.0.0.0/24';
const padding = 'a'.repeat(1_100_000);

/** What is planted into rows, and what is to come of it. */
const planted: readonly (readonly [
  row: number,
  command: string,
  output: string,
  error: string | undefined,
])[] = [
  [2, `echo ${padding}; ${scan}`, '', 'holds a text of more than 1000000 characters'],
  [4, 'ls; '.repeat(3_000), '', undefined],
  [5, `${'ls; '.repeat(3_000)}${scan}`, '', 'holds more than 2000 actions'],
  [6, `${scan}; ${'ls; '.repeat(3_000)}`, '', 'holds more than 2000 actions'],
  [7, 'ls', 'a'.repeat((16 << 20) + 1), 'holds a text of 16 M characters'],
];

/** The same ten episodes as Parquet and as JSON lines. */
async function writeInputs(folder: string): Promise<string[]> {
  const random = new Random(1);
  const episodes = Array.from({ length: 10 }, (_, at) => {
    const own = planted.find(([row]) => row === at);
    const calls = own === undefined ? [] : [{ name: 'bash', args: { command: own[1] }, output: own[2] }];
    return codingEpisode(random, at, 3_000, calls);
  });
  const parquet = join(folder, 'in.parquet');
  await writeEpisodes(parquet, episodes, { rowGroup: 5 });
  const lines = join(folder, 'in.jsonl');
  writeFileSync(lines, episodes.map((one) => JSON.stringify(one)).join('\n'));
  return [parquet, lines];
}

describe('rows that go past a bound', { timeout: 300_000 }, () => {
  it('are errors, in Parquet and JSON, with and without the prefilter alike', async () => {
    const folder = temporaryFolder();
    for (const [number, input] of (await writeInputs(folder)).entries()) {
      const runs = [[], ['--no-prefilter']].map((more, at) => {
        const out = join(folder, `out${number}${at}`);
        const result = trajsieve(['run', input, '--out', out, '--json', '-q', ...more]);
        expect(result.status, result.stderr).toBe(0);
        expect(trajsieve(['verify', out]).status).toBe(0);
        const entries = readdirSync(join(out, 'ledger'))
          .filter((name) => /^\d+\.json$/.test(name))
          .sort()
          .map((name) => JSON.parse(readFileSync(join(out, 'ledger', name), 'utf8')));
        const { rows, errors } = JSON.parse(result.stdout);
        return { rows, errors, told: entries.flatMap((entry) => entry.errors) };
      });
      expect(runs[0]).toEqual(runs[1]);
      const expected = planted.filter(([, , , error]) => error !== undefined);
      expect(runs[0]!.errors).toBe(expected.length);
      expect(runs[0]!.told).toEqual(
        expected.map(([row, , , error]) =>
          expect.objectContaining({ row, error: expect.stringContaining(error!) }),
        ),
      );
    }
  });
});
