import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codingEpisode } from '../../scripts/generate/coding.ts';
import { Random } from '../../scripts/generate/random.ts';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

const poison = 'P01S0N';

/** A detector that does something bad when it meets the poisoned row. */
function detector(folder: string, badness: string): string {
  const file = join(folder, 'detector.mjs');
  writeFileSync(
    file,
    `export default {
      meta: { id: 'bad', title: 'Bad', category: 'test', class: 'safety', severity: 'high' },
      literals: [{ surface: 'call', all: ['${poison}'] }],
      *detect({ steps }) {
        const text = JSON.stringify(steps);
        if (text.includes('${poison}')) { ${badness} }
        if (text.includes('harmless')) yield { step: 0, evidence: 'found' };
      },
    };\n`,
  );
  return file;
}

/** Forty episodes; the thirteenth is poisoned. */
async function writeInput(folder: string): Promise<string> {
  const random = new Random(1);
  const input = join(folder, 'in.parquet');
  const planted = [{ name: 'bash', args: { command: `echo ${poison}` }, output: '' }];
  const all = Array.from({ length: 40 }, (_, i) => codingEpisode(random, i, 3000, i === 13 ? planted : []));
  await writeEpisodes(input, all, { rowGroup: 10 });
  return input;
}

async function runWith(badness: string, ...more: string[]) {
  const folder = temporaryFolder();
  const input = await writeInput(folder);
  const out = join(folder, 'out');
  const result = trajsieve([
    'run',
    input,
    '--out',
    out,
    '--classifiers',
    detector(folder, badness),
    '--json',
    '-q',
    ...more,
  ]);
  return { result, summary: result.stdout === '' ? undefined : JSON.parse(result.stdout), out };
}

describe('a detector', () => {
  it.each([
    ['throws', "throw new Error('no such thing')", 'detector bad: no such thing'],
    ['throws something that is no error', 'throw null', 'null'],
    ['never ends', 'for (;;);', 'row took more than 1 s'],
    ['ends the process', 'process.exit(0);', 'worker ended with code 0'],
    ['eats all memory', 'const all = []; for (;;) all.push(new Array(1000).fill({ text }));', 'memory'],
    ['recurses without end', 'const f = () => f() + 1; f();', 'Maximum call stack'],
  ])('that %s costs its row, as an error, and the run goes on', async (_, badness, cause) => {
    const timeout = cause === 'memory' ? '30s' : '1s';
    const { result, summary, out } = await runWith(badness, '--row-timeout', timeout, '--memory', '300MB');
    expect(result.status).toBe(0);
    expect(summary.rows).toMatchObject({ in: 40, kept: 39, quarantined: 1 });
    expect(summary.errors).toBe(1);
    expect(trajsieve(['verify', out]).status).toBe(0);
    const entry = JSON.parse(readFileSync(join(out, 'ledger/00000.json'), 'utf8'));
    expect(entry.errors).toHaveLength(1);
    expect(entry.errors[0].row).toBe(13);
    expect(entry.errors[0].error).toContain(cause);
  });

  it('must be there: a folder that is missing or empty is an error', async () => {
    const folder = temporaryFolder();
    const input = await writeInput(folder);
    mkdirSync(join(folder, 'empty'));
    for (const path of [join(folder, 'empty'), join(folder, 'missing')]) {
      const result = trajsieve(['run', input, '--out', join(folder, 'out'), '--classifiers', path]);
      expect(result.status).toBe(1);
      expect(result.stderr).toContain(path);
    }
  });

  it('that is malformed stops the run before it begins', async () => {
    const folder = temporaryFolder();
    const input = await writeInput(folder);
    const file = join(folder, 'broken.mjs');
    const run = () => trajsieve(['run', input, '--out', join(folder, 'out'), '--classifiers', file]);
    writeFileSync(file, 'export default { meta: { id: "x" } };');
    expect(run().stderr).toContain('default export is no detector');
    writeFileSync(file, 'import "./nothing-here.mjs";');
    expect(run().stderr).toContain('detector cannot be loaded');
    expect(run().status).toBe(1);
    const meta = "{ id: 'twice', title: 'T', category: 'c', class: 'safety', severity: 'low' }";
    writeFileSync(file, `export default [{ meta: ${meta}, *detect() {} }, { meta: ${meta}, *detect() {} }];`);
    expect(run().stderr).toContain('two rules or detectors are called "twice"');
  });
});
