import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPython, runPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { writeLayout } from './inputs.ts';
import { readColumns } from './read.ts';
import { sieve } from './sieve.ts';
import { writePolicy, writeRules } from './support.ts';

// torchtune needs PyTorch: where it is installed, its own loader is asked
const python = findPython('pyarrow', 'torchtune');

describe.skipIf(python === undefined)('the loader of torchtune', () => {
  it('learns from the steps of the assistant that are not masked', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'train.parquet');
    await writeLayout('structs', input, 60);
    const policy = writePolicy(join(folder, 'own.yaml'), { mining: 'mask', tunnels: 'mask' });
    const out = join(folder, 'out');
    await sieve([input], out, { policy, rules: writeRules(folder), maskStyle: 'torchtune-masked' });
    const data = join(out, 'data', 'train-00000-of-00001.parquet');
    const learned = JSON.parse(
      runPython(python!, join(import.meta.dirname, 'trainers.py'), ['torchtune', data]),
    ) as number[][];
    const rows = readColumns<{ messages: { role: string }[]; trajsieve_masked_steps: number[] | null }>(
      python!,
      data,
      ['messages', 'trajsieve_masked_steps'],
      folder,
    );
    expect(rows.some((row) => row.trajsieve_masked_steps !== null)).toBe(true);
    for (const [at, { messages, trajsieve_masked_steps: masked }] of rows.entries()) {
      const wanted = messages.flatMap(({ role }, step) =>
        role === 'assistant' && masked?.includes(step) !== true ? [step] : [],
      );
      expect(learned[at]).toEqual(wanted);
    }
  });
});
