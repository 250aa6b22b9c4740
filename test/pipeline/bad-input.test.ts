import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeEpisodes } from '../../scripts/generate/write-episodes.ts';
import { TrajsieveError } from '../../src/errors.ts';
import { loadCodecs } from '../../src/parquet/codec.ts';
import { readFooter } from '../../src/parquet/footer.ts';
import { openFile } from '../../src/parquet/source.ts';
import { readWindows } from '../../src/parquet/window.ts';
import { episodes } from '../support/episodes.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

/** Mounting a small file system takes leave that not everybody has. */
const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'trajsieve-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  return mounted;
})();

async function folderWithGood(): Promise<{ folder: string; inputs: string; good: string }> {
  const folder = temporaryFolder();
  const inputs = join(folder, 'in');
  mkdirSync(inputs);
  const good = join(inputs, 'good.parquet');
  await writeEpisodes(good, episodes(40, 3000), { rowGroup: 10 });
  return { folder, inputs, good };
}

describe('bad input', () => {
  it('costs its file, is named, and the others are done', async () => {
    const { folder, inputs, good } = await folderWithGood();
    const at = (name: string) => join(inputs, name);
    writeFileSync(at('empty.parquet'), '');
    writeFileSync(at('text.parquet'), 'this is a text and no Parquet at all');
    copyFileSync(good, at('truncated.parquet'));
    truncateSync(at('truncated.parquet'), readFileSync(good).length - 100);
    await writeEpisodes(at('no-rows.parquet'), []);
    const out = join(folder, 'out');
    const result = trajsieve(['run', inputs, '--out', out, '--json', '-q']);
    expect(result.status).toBe(4);
    const summary = JSON.parse(result.stdout);
    expect(summary.rows).toMatchObject({ in: 40, unreadable: 0 });
    expect(summary.problems).toHaveLength(3);
    for (const name of ['empty', 'text', 'truncated']) expect(result.stderr).toContain(`${name}.parquet`);
    expect(trajsieve(['verify', out]).status).toBe(0);
  });

  it('in one row group costs that row group', async () => {
    const { folder, inputs, good } = await folderWithGood();
    const bytes = readFileSync(good);
    const source = openFile(good);
    const footer = await readFooter(source);
    source.close();
    const content = footer.rowGroups[1]!.chunks.find((chunk) => chunk.leaf.path.at(-1) === 'content')!;
    bytes.fill(0xff, content.start + 40, content.start + 200);
    writeFileSync(good, bytes);
    const out = join(folder, 'out');
    const result = trajsieve(['run', inputs, '--out', out, '--json', '-q']);
    expect(result.status).toBe(4);
    expect(JSON.parse(result.stdout).rows).toMatchObject({ in: 40, unreadable: 10 });
    expect(result.stderr).toContain('column messages.list.element.content');
    expect(trajsieve(['verify', out]).stdout).toContain('+ 10 unreadable');
  });

  it('that is no input at all is an error of the call', async () => {
    const { folder, inputs } = await folderWithGood();
    const out = join(folder, 'out');
    mkdirSync(join(folder, 'nothing'));
    for (const input of [join(folder, 'missing.parquet'), join(folder, 'nothing'), join(inputs, '*.arrow')]) {
      const result = trajsieve(['run', input, '--out', out]);
      expect(result.status).toBe(1);
      expect(result.stderr).toContain(input);
    }
    writeFileSync(join(folder, 'nothing/x.parquet'), '');
    const result = trajsieve(['run', join(folder, 'nothing'), '--out', out]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('no input could be read');
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is named', async () => {
    const { folder, inputs, good } = await folderWithGood();
    await writeEpisodes(join(inputs, 'other.parquet'), episodes(5, 1000));
    chmodSync(good, 0);
    const result = trajsieve(['run', inputs, '--out', join(folder, 'out'), '-q']);
    expect(result.status).toBe(4);
    expect(result.stderr).toContain('good.parquet');
  });

  it.skipIf(!canMount)(
    'on the output side, a full disk, ends the run, which goes on when there is room',
    async () => {
      const { folder, inputs } = await folderWithGood();
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', disk]);
      try {
        const out = join(disk, 'out');
        const full = trajsieve(['run', inputs, '--out', out, '-q']);
        expect(full.stderr).toMatch(/output cannot be written: ENOSPC/);
        expect(full.status).toBe(1);
        execFileSync('mount', ['-o', 'remount,size=50m', disk]);
        expect(trajsieve(['run', inputs, '--out', out, '-q']).status).toBe(0);
        expect(trajsieve(['verify', out]).status).toBe(0);
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  it('never crashes or hangs the reader: a thousand mutations', async () => {
    await loadCodecs();
    const { folder, good } = await folderWithGood();
    const bytes = readFileSync(good);
    const random = seededRandom(11);
    const mutant = join(folder, 'mutant.parquet');
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const copy = Buffer.from(bytes);
      // half of them in the footer, where one byte says the most
      const from = i % 2 === 0 ? 0 : Math.floor(copy.length * 0.9);
      for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips--) {
        const at = from + Math.floor(random() * (copy.length - from));
        copy[at] = Math.floor(random() * 256);
      }
      writeFileSync(mutant, i % 10 === 0 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy);
      const source = openFile(mutant);
      try {
        const footer = await readFooter(source);
        for (const group of footer.rowGroups) {
          for await (const window of readWindows(source, group, new Set(footer.leaves), 1 << 20)) {
            expect(window.rowCount).toBeGreaterThan(0);
          }
        }
      } catch (error) {
        if (!(error instanceof TrajsieveError)) throw error;
        expect(error.where.file).toBe(mutant);
        refused += 1;
      } finally {
        source.close();
      }
    }
    expect(refused).toBeGreaterThan(200);
  });
});
