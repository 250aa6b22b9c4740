import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Episode, Message } from '../../scripts/generate/coding.ts';
import { findPython, runPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Layout, writeLayout, writeTypedParts } from './inputs.ts';
import { readColumns } from './read.ts';
import { sieve } from './sieve.ts';
import { writePolicy, writeRules } from './support.ts';

/**
 * Each trainer's own loader reads what a run has written, and says which texts carry loss. The scripts in `trainers/`
 * run where the trainer is installed: `TRAJSIEVE_PYTHON` names one interpreter or several (`a:b`), since trainers ask
 * for different versions of the same packages. `scripts/README.md` says how they are installed without PyTorch.
 */
interface Trainer {
  readonly name: string;
  readonly style: string;
  readonly modules: readonly string[];
  readonly script: string;
  /** what the script is told besides the file */
  readonly options?: readonly string[];
  readonly layouts: readonly (Layout | 'typed-parts')[];
}

const axolotl = { modules: ['axolotl', 'transformers', 'pyarrow'], script: 'ask_axolotl.py' };
const trainers: readonly Trainer[] = [
  {
    ...axolotl,
    name: 'axolotl',
    style: 'axolotl-train',
    options: ['train'],
    layouts: ['structs', 'jsonl', 'json-text'],
  },
  {
    ...axolotl,
    name: 'axolotl told of `weight`',
    style: 'openai-weight',
    options: ['weight'],
    layouts: ['structs', 'jsonl'],
  },
  {
    ...axolotl,
    name: 'axolotl told of `mask`',
    style: 'nebius-mask',
    options: ['mask'],
    layouts: ['structs', 'jsonl'],
  },
  {
    name: 'LLaMA-Factory v1',
    style: 'llamafactory-loss-weight',
    modules: ['llamafactory', 'transformers', 'pyarrow'],
    script: 'ask_llamafactory.py',
    layouts: ['typed-parts'],
  },
  {
    name: 'slime',
    style: 'slime-step-loss-mask',
    modules: ['slime.utils.mask_utils', 'pyarrow'],
    script: 'ask_slime.py',
    layouts: ['structs', 'jsonl'],
  },
  {
    name: 'torchtune',
    style: 'torchtune-masked',
    modules: ['torchtune', 'transformers', 'pyarrow'],
    script: 'ask_torchtune.py',
    layouts: ['structs'],
  },
];

const cases = trainers.flatMap((trainer) => trainer.layouts.map((layout) => ({ ...trainer, layout })));

/** What the agent wrote in a message, however a template lays it out. */
interface Written {
  readonly text: string;
  readonly calls: readonly unknown[];
}

function writtenIn({ content, tool_calls: calls }: Message): Written {
  return {
    text: content ?? '',
    calls: (calls ?? []).map(({ function: { name, arguments: given } }) => ({
      name,
      arguments: JSON.parse(given) as unknown,
    })),
  };
}

/** The same, out of a text that carries loss. */
function learnedIn(segment: string): Written {
  const calls: unknown[] = [];
  const text = segment
    .replace(/^<\|im_start\|>assistant\n/, '')
    .replace(/<\|im_end\|>\n?$/, '')
    .replace(/\n?<tool_call>\n?(.*?)\n?<\/tool_call>/gs, (_, call: string) => {
      const { name, arguments: given } = JSON.parse(call) as { name: string; arguments: unknown };
      calls.push({ name, arguments: typeof given === 'string' ? JSON.parse(given) : given });
      return '';
    });
  return { text: text.trim(), calls };
}

async function masked(layout: Trainer['layouts'][number], style: string) {
  const folder = temporaryFolder();
  const input = join(folder, `train.${layout === 'jsonl' ? 'jsonl' : 'parquet'}`);
  const episodes =
    layout === 'typed-parts' ? await writeTypedParts(input, 120) : await writeLayout(layout, input, 120);
  const policy = writePolicy(join(folder, 'own.yaml'), { mining: 'mask', tunnels: 'mask' });
  const out = join(folder, 'out');
  await sieve([input], out, { policy, rules: writeRules(folder), maskStyle: style });
  return { folder, episodes, data: join(out, 'data', 'train-00000-of-00001.parquet') };
}

for (const { name, modules, style, script, options, layout } of cases) {
  const python = findPython(...modules);

  describe.skipIf(python === undefined)(`the loader of ${name} given ${layout}`, () => {
    it('learns from all that the agent wrote, but for what is masked', async () => {
      const { folder, episodes, data } = await masked(layout, style);
      const path = join(import.meta.dirname, 'trainers', script);
      const learned = JSON.parse(runPython(python!, path, [data, ...(options ?? [])])) as string[][];
      const rows = readColumns<{ trajsieve_row: number; trajsieve_masked_steps: number[] | null }>(
        python!,
        data,
        ['trajsieve_row', 'trajsieve_masked_steps'],
        folder,
      );
      expect(learned.length).toBe(rows.length);
      expect(rows.filter((row) => row.trajsieve_masked_steps !== null).length).toBeGreaterThan(2);
      for (const [at, { trajsieve_row: row, trajsieve_masked_steps: steps }] of rows.entries()) {
        const { messages } = episodes[row] as Episode;
        const wanted = messages.filter(
          ({ role }, step) => role === 'assistant' && steps?.includes(step) !== true,
        );
        expect(learned[at]!.map(learnedIn)).toEqual(
          wanted.map(writtenIn).map((one) => ({ ...one, text: one.text.trim() })),
        );
      }
    });
  });
}
