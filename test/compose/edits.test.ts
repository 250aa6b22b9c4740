import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyRun } from '../../src/pipeline/verify.ts';
import { findPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Layout, layouts, writeLayout } from './inputs.ts';
import { readColumns } from './read.ts';
import { sieve } from './sieve.ts';
import { writePolicy, writeRules } from './support.ts';

const python = findPython('pyarrow');

interface Message {
  role: string;
  content: string | null;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[] | null;
  tool_call_id?: string | null;
  [field: string]: unknown;
}

interface Row {
  id: string;
  messages: Message[];
  disposition: string;
  truncated: number | null;
  masked: number[] | null;
  redacted: number | null;
  error: string | null;
}

/** Nulls that only a struct of all rows has are left out. */
function plain(message: Message): Message {
  const { tool_calls, ...rest } = message;
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value !== null || name === 'content'),
  );
  return { ...kept, ...(tool_calls?.length ? { tool_calls } : {}) } as Message;
}

/** The rows of an output, whatever the layout of its input. */
function readRows(layout: Layout, file: string, folder: string): Row[] {
  const columns = ['disposition', 'truncated_at', 'masked_steps', 'redacted', 'error'].map(
    (name) => `trajsieve_${name}`,
  );
  const data = layout === 'jsonl' ? ['record'] : ['id', 'messages'];
  return readColumns<Record<string, unknown>>(python!, file, [...data, ...columns], folder).map((row) => {
    const record = layout === 'jsonl' ? JSON.parse(row['record'] as string) : row;
    const { id, messages } = record as { id: string; messages: unknown };
    const list = typeof messages === 'string' ? (JSON.parse(messages) as unknown[]) : (messages as unknown[]);
    return {
      id,
      messages: list.map((one) => plain(typeof one === 'string' ? JSON.parse(one) : (one as Message))),
      disposition: row['trajsieve_disposition'] as string,
      truncated: row['trajsieve_truncated_at'] as number | null,
      masked: row['trajsieve_masked_steps'] as number[] | null,
      redacted: row['trajsieve_redacted'] as number | null,
      error: row['trajsieve_error'] as string | null,
    };
  });
}

const extension = (layout: Layout) => (layout === 'jsonl' ? 'jsonl' : 'parquet');

async function runLayout(layout: Layout, byCategory: Record<string, string>, style?: string) {
  const folder = temporaryFolder();
  const input = join(folder, `train.${extension(layout)}`);
  const episodes = await writeLayout(layout, input, 120);
  const rules = writeRules(folder);
  const policy = writePolicy(join(folder, 'own.yaml'), byCategory);
  const out = join(folder, 'out');
  const [summary] = await sieve([input], out, { policy, rules, maskStyle: style });
  expect((await verifyRun(out)).faults).toEqual([]);
  const name = 'train-00000-of-00001.parquet';
  const rows = readRows(layout, join(out, 'data', name), folder);
  const original = new Map(
    episodes.map(({ id, messages }) => [id, messages.map((message) => plain(message as unknown as Message))]),
  );
  return { folder, out, input, rows, original, summary: summary!, name };
}

/** Every call of a list of messages is answered in it, and every answer asked for. */
function expectClosed(messages: readonly Message[]): void {
  const asked = messages.flatMap(({ tool_calls }) => tool_calls?.map(({ id }) => id) ?? []);
  const answered = messages.flatMap(({ tool_call_id }) => tool_call_id ?? []);
  expect([...answered].sort()).toEqual([...asked].sort());
}

describe.skipIf(python === undefined)('rows that are kept with changes', () => {
  it.each(layouts)('are truncated before the act, as %s', async (layout) => {
    const { rows, original, summary } = await runLayout(layout, { mining: 'truncate', tunnels: 'truncate' });
    const cut = rows.filter(({ truncated }) => truncated !== null);
    expect(cut.length).toBeGreaterThan(3);
    expect(summary.rows).toMatchObject({ in: 120, edited: cut.length });
    for (const { id, messages, truncated, disposition } of rows) {
      const whole = original.get(id)!;
      expect(messages).toEqual(whole.slice(0, truncated ?? whole.length));
      expect(disposition === 'truncate').toBe(truncated !== null);
      expectClosed(messages);
      if (truncated !== null)
        expect(JSON.stringify(messages)).not.toMatch(/"arguments":"[^"]*(xmrig -o|ssh -fNTR)/);
    }
  });

  it.each(layouts)('have what was found replaced, as %s', async (layout) => {
    const { rows, original, out, folder, name } = await runLayout(layout, {
      mining: 'redact',
      tunnels: 'redact',
    });
    const redacted = rows.filter((row) => row.redacted !== null);
    expect(redacted.length).toBeGreaterThan(3);
    for (const { id, messages, redacted: count } of rows) {
      const whole = original.get(id)!;
      if (count === null) {
        expect(messages).toEqual(whole);
        continue;
      }
      expect(messages.length).toBe(whole.length);
      const differing = messages.flatMap((message, at) =>
        JSON.stringify(message) === JSON.stringify(whole[at]) ? [] : [message],
      );
      // keys may come in another order from Parquet: what differs is looked at
      const changed = differing.filter((message) => JSON.stringify(message).includes('[redacted: '));
      expect(changed.length).toBeGreaterThan(0);
      for (const call of changed.flatMap(({ tool_calls }) => tool_calls ?? []))
        expect(Object.keys(JSON.parse(call.function.arguments))).toEqual(['command']);
      const said = JSON.stringify(messages);
      expect(said).not.toMatch(/xmrig -o pool|ssh -fNTR|autossh -M/);
    }
    const evidence = readColumns<{ evidence: string; category: string }>(
      python!,
      join(out, 'findings', name),
      ['evidence', 'category'],
      folder,
    );
    for (const { evidence: text, category } of evidence)
      if (category !== 'network-probing') expect(text).toMatch(/\[redacted: /);
  });

  const values: Record<string, { field: string; masked: unknown; trained: unknown; others: unknown }> = {
    'openai-weight': { field: 'weight', masked: 0, trained: 1, others: undefined },
    'axolotl-train': { field: 'train', masked: false, trained: true, others: false },
    'slime-step-loss-mask': { field: 'step_loss_mask', masked: 0, trained: 1, others: 1 },
    'llamafactory-loss-weight': { field: 'loss_weight', masked: 0, trained: 1, others: 0 },
    'torchtune-masked': { field: 'masked', masked: true, trained: false, others: true },
    'nebius-mask': { field: 'mask', masked: false, trained: true, others: false },
  };

  it.each(Object.keys(values))('carry the mask as %s reads it', async (style) => {
    const { field, masked, trained, others } = values[style]!;
    for (const layout of ['structs', 'json-text'] as const) {
      const { rows, original } = await runLayout(layout, { mining: 'mask', tunnels: 'mask' }, style);
      const touched = rows.filter((row) => row.masked !== null);
      expect(touched.length).toBeGreaterThan(3);
      for (const { id, messages, masked: steps } of rows) {
        const whole = original.get(id)!;
        for (const [at, message] of messages.entries()) {
          const { [field]: mark, ...rest } = message;
          expect(rest).toEqual(whole[at]);
          const isMasked = steps?.includes(at) === true;
          if (isMasked) expect(message.role).toBe('assistant');
          // where the data are structs every step says it; in JSON text those that are masked alone
          const unmasked = message.role === 'assistant' ? trained : others;
          expect(mark).toBe(isMasked ? masked : layout === 'structs' ? unmasked : undefined);
        }
      }
    }
  });

  it.each(['json-texts', 'jsonl'] as const)('carry the mask in %s', async (layout) => {
    const { rows } = await runLayout(layout, { mining: 'mask' }, 'slime-step-loss-mask');
    const touched = rows.filter((row) => row.masked !== null);
    expect(touched.length).toBeGreaterThan(1);
    for (const { messages, masked } of rows)
      for (const [at, message] of messages.entries())
        expect(message['step_loss_mask']).toBe(masked?.includes(at) ? 0 : undefined);
  });

  it('say in a column which steps are masked, and are not changed otherwise, without a style', async () => {
    const { rows, original } = await runLayout('structs', { mining: 'mask' });
    expect(rows.filter(({ masked }) => masked !== null).length).toBeGreaterThan(1);
    for (const { id, messages } of rows) expect(messages).toEqual(original.get(id));
  });

  it('keep every other byte of a JSON record', async () => {
    const { out, input, name, folder } = await runLayout('jsonl', { mining: 'truncate', tunnels: 'redact' });
    const lines = readFileSync(input, 'utf8').trimEnd().split('\n');
    const records = readColumns<{ record: string; trajsieve_row: number; trajsieve_disposition: string }>(
      python!,
      join(out, 'data', name),
      ['record', 'trajsieve_row', 'trajsieve_disposition'],
      folder,
    );
    let cut = 0;
    for (const { record, trajsieve_row: row, trajsieve_disposition: disposition } of records) {
      const line = lines[row]!;
      if (disposition === 'keep' || disposition === 'annotate') expect(record).toBe(line);
      if (disposition !== 'truncate') continue;
      cut += 1;
      const end = record.lastIndexOf(']');
      expect(line.startsWith(record.slice(0, end))).toBe(true);
      expect(line.endsWith(record.slice(end))).toBe(true);
    }
    expect(cut).toBeGreaterThan(1);
  });

  it('are set apart as negative, and are not what is kept', async () => {
    const { out, rows, summary } = await runLayout('structs', { mining: 'negative', tunnels: 'quarantine' });
    expect(summary.rows.negative).toBeGreaterThan(1);
    expect(summary.rows.kept + summary.rows.negative + summary.rows.quarantined).toBe(120);
    expect(rows.length).toBe(summary.rows.kept);
    expect(readdirSync(join(out, 'negative'))).toEqual(['train-00000-of-00001.parquet']);
  });

  it('do not stay where nothing would be left of them', async () => {
    // a truncation at the first act of the agent leaves the prompt alone
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'in'));
    const input = join(folder, 'in', 'a.jsonl');
    writeFileSync(
      input,
      `${JSON.stringify({
        id: 'first',
        messages: [
          { role: 'user', content: 'go' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'a',
                type: 'function',
                function: { name: 'bash', arguments: '{"command":"./xmrig -o x"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'a', content: 'ok' },
        ],
      })}\n`,
    );
    const policy = writePolicy(join(folder, 'own.yaml'), { mining: 'truncate' });
    const out = join(folder, 'out');
    const [entry] = await sieve([input], out, { policy, rules: writeRules(folder) });
    expect(entry!.rows).toMatchObject({ in: 1, kept: 0, quarantined: 1 });
    const [row] = readRows('jsonl', join(out, 'quarantine', 'train-00000-of-00001.parquet'), folder);
    expect(row).toMatchObject({ disposition: 'quarantine', truncated: null });
    expect(row!.error).toContain('nothing to learn from would be left');
    expect((await verifyRun(out)).faults).toEqual([]);
  });
});
