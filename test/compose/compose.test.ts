import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupsReport } from '../../src/output/groups.ts';
import { loadCodecs } from '../../src/parquet/codec.ts';
import { readJson } from '../../src/pipeline/files.ts';
import { makePairs } from '../../src/pipeline/pairs.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import { verifyRun } from '../../src/pipeline/verify.ts';
import { loadSpecs } from '../../src/trajectory/recognise.ts';
import { findPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';
import { layouts, writeLayout } from './inputs.ts';
import { readColumns } from './read.ts';
import { sieve } from './sieve.ts';
import { writePolicy, writeRules } from './support.ts';

const python = findPython('pyarrow');

/** Rows that cannot be read and a file that ends in the middle, beside ordinary ones. */
function writeDamaged(path: string): void {
  const line = (id: string, command: string) =>
    JSON.stringify({
      id,
      messages: [
        { role: 'user', content: 'go' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'bash', arguments: JSON.stringify({ command }) } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'ok' },
      ],
    });
  const lines = [
    line('one', 'ls'),
    '{"id": "two", "messages": [{"role": "user", "content": "xmrig -R nmap"',
    line('three', './xmrig -o pool'),
    '{"id": "four", "messages": "xmrig nmap ssh -R"}',
    line('five', 'ssh -R 1:localhost:2 host'),
    // more than the parser goes through: an error, beside what it found
    line('six', `./xmrig -o pool; ${'ls; '.repeat(2_001)}`),
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
}

describe('deciding again', () => {
  it('gives the same bytes as a run with that policy, for every layout and policy', async () => {
    const folder = temporaryFolder();
    const inputs = join(folder, 'in');
    mkdirSync(inputs);
    for (const [seed, layout] of layouts.entries())
      await writeLayout(
        layout,
        join(inputs, `${layout}.${layout === 'jsonl' ? 'jsonl' : 'parquet'}`),
        60,
        seed + 1,
      );
    writeDamaged(join(inputs, 'damaged.jsonl'));
    const rules = writeRules(folder);
    const scan = join(folder, 'scan');
    const scanned = await sieve([inputs], scan, { policy: 'default', rules, mode: { shards: false } });
    expect(scanned.reduce((sum, entry) => sum + entry.tally.findings, 0)).toBeGreaterThan(5);
    expect((await verifyRun(scan)).faults).toEqual([]);
    const own = writePolicy(join(folder, 'own.yaml'), {
      mining: 'truncate',
      tunnels: 'redact',
      'network-probing': 'mask',
    });
    const other = writePolicy(join(folder, 'other.yaml'), { mining: 'negative', tunnels: 'mask' });
    for (const policy of ['strict', 'default', 'research', own, other]) {
      const request = { policy, rules, maskStyle: 'openai-weight' };
      const [whole, composed] = [
        join(folder, `run-${policy.length}`),
        join(folder, `composed-${policy.length}`),
      ];
      await sieve([inputs], whole, request);
      await sieve([inputs], composed, { ...request, mode: { recorded: scan } });
      const expected = hashesOf(whole);
      expect(Object.keys(expected).length).toBeGreaterThan(10);
      expect(hashesOf(composed), policy).toEqual(expected);
      expect((await verifyRun(composed)).faults).toEqual([]);
      // a run is as good a scan as any
      const again = join(folder, `again-${policy.length}`);
      await sieve([inputs], again, { ...request, mode: { recorded: whole } });
      expect(hashesOf(again), policy).toEqual(expected);
    }
  });

  it('does so on the command line', () => {
    const folder = temporaryFolder();
    const inputs = join(folder, 'in');
    mkdirSync(inputs);
    writeDamaged(join(inputs, 'damaged.jsonl'));
    const rules = writeRules(folder);
    const common = ['--classifiers', rules, '--workers', '1', '-q'];
    const scan = join(folder, 'scan');
    const told = trajsieve(['scan', inputs, '--out', scan, ...common.slice(0, -1)]);
    expect(told.stderr).toContain('holds excerpts as they stand in the data');
    expect(told.stderr).not.toContain('report.html');
    for (const policy of ['strict', 'default', 'research']) {
      const [whole, composed] = [join(folder, policy), join(folder, `${policy}-composed`)];
      trajsieve(['run', inputs, '--out', whole, '--policy', policy, ...common]);
      const words = ['compose', scan, '--out', composed, '--policy', policy, '--workers', '1', '-q'];
      const own = { TRAJSIEVE_CLASSIFIERS: rules };
      expect(trajsieve(words, own)).toMatchObject({ stderr: expect.not.stringContaining('worker') });
      expect(Object.keys(hashesOf(whole))).toContain('report.json');
      expect(hashesOf(composed), policy).toEqual(hashesOf(whole));
    }
    const unknown = trajsieve(['compose', scan, '--out', join(folder, 'x'), '--policy', 'strickt']);
    expect(unknown.stderr).toContain("did you mean 'strict'?");
    expect(trajsieve(['compose', inputs, '--out', join(folder, 'y')]).stderr).toContain('holds no scan');
  });
});

describe.skipIf(python === undefined)('preference pairs', () => {
  it('put a negative row beside a safe one of the same task', async () => {
    await loadCodecs();
    const folder = temporaryFolder();
    const rows = [
      ['task one', 'ls'],
      ['task one', './xmrig -o pool'],
      ['task two', './xmrig -o other'],
      ['task one', './xmrig --second'],
      ['task three', 'make'],
      ['task three', './xmrig --third'],
    ].map(([task, command], id) => ({
      id: String(id),
      messages: [
        { role: 'user', content: task },
        {
          role: 'assistant',
          content: 'so',
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'bash', arguments: JSON.stringify({ command }) } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'ok' },
      ],
    }));
    const input = join(folder, 'train.jsonl');
    writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const policy = writePolicy(join(folder, 'own.yaml'), { mining: 'negative' });
    const out = join(folder, 'out');
    const [entry] = await sieve([input], out, { policy, rules: writeRules(folder) });
    expect(entry!.rows).toMatchObject({ in: 6, kept: 2, negative: 4 });
    const plan = readJson(join(out, 'plan.json')) as Plan;
    const summary = await makePairs(out, plan, loadSpecs());
    expect(summary).toMatchObject({ pairs: 3, alone: 1, unfit: 0 });
    const pairs = readColumns<Record<string, unknown>>(
      python!,
      join(out, summary!.path),
      ['prompt', 'chosen', 'rejected', 'chosen_row', 'rejected_row'],
      folder,
    );
    expect(pairs.map((pair) => [pair['chosen_row'], pair['rejected_row']])).toEqual([
      [0, 1],
      [0, 3],
      [4, 5],
    ]);
    const messages = (name: string) =>
      pairs.map(
        (pair) => (pair[name] as { role: string; content: string; tool_calls: unknown[] | null }[])[0]!,
      );
    expect(messages('prompt').map(({ content }) => content)).toEqual(['task one', 'task one', 'task three']);
    expect(JSON.stringify(messages('chosen'))).not.toContain('xmrig');
    for (const message of messages('rejected')) expect(JSON.stringify(message.tool_calls)).toContain('xmrig');
    expect((await verifyRun(out)).faults).toEqual([]);
    // the same, however few tasks are in memory at once
    const few = await makePairs(out, plan, loadSpecs(), 1);
    expect(few).toMatchObject({ pairs: 3, alone: 1 });
  });
});

describe('groups of rollouts', () => {
  const line = (id: number, command: string) =>
    JSON.stringify({
      group: `g${Math.floor(id / 3)}`,
      messages: [
        { role: 'user', content: 'go' },
        {
          role: 'assistant',
          content: 'so',
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'bash', arguments: JSON.stringify({ command }) } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'ok' },
      ],
    });

  it('are told when they lose members, and dropped whole on request', async () => {
    const folder = temporaryFolder();
    const input = join(folder, 'train.jsonl');
    const commands = ['ls', './xmrig -o pool', 'ls', 'ls', 'pwd', 'ls', 'make', 'make', './xmrig'];
    writeFileSync(input, commands.map((command, id) => `${line(id, command)}\n`).join(''));
    const dataset = join(folder, 'grouped.yaml');
    writeFileSync(
      dataset,
      `name: grouped
title: Messages with a group
recognise: { columns: [messages, group] }
steps: messages
step:
  role: role
  text: content
  calls: { in: tool_calls, id: id, name: function.name, arguments: function.arguments }
  results: { id: tool_call_id }
roles: { system: [system], user: [user], assistant: [assistant], tool: [tool] }
metadata: { group: group }
`,
    );
    const policy = writePolicy(join(folder, 'own.yaml'), { mining: 'quarantine' });
    const request = { policy, rules: writeRules(folder), dataset };
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const [entry] = await sieve([input], first, request);
    expect(entry!.rows).toMatchObject({ in: 9, kept: 7, quarantined: 2 });
    const report = await groupsReport(first, 'kept', 0);
    expect(report).toMatchObject({ incomplete: 2, lost: 2, withoutGroup: 0 });
    expect(report.groups.map(({ group }) => group)).toEqual(['g0', 'g2']);
    const [again] = await sieve([input], second, { ...request, groups: true, mode: { recorded: first } });
    expect(again!.rows).toMatchObject({ in: 9, kept: 3, quarantined: 2, dropped: 4 });
    expect(again!.map).toBe('d1 q1 d1 k3 d2 q1');
    expect((await verifyRun(second)).faults).toEqual([]);

    // a run does both at once
    const words = ['--dataset', dataset, '--policy', policy, '--workers', '1', '-q'];
    const own = { TRAJSIEVE_CLASSIFIERS: request.rules };
    const [kept, composed, whole] = ['kept', 'composed', 'whole'].map((name) => join(folder, name));
    trajsieve(['run', input, '--out', kept!, ...words], own);
    const drop = ['--groups', 'drop-incomplete'];
    trajsieve(['compose', kept!, '--out', composed!, '--policy', policy, ...drop, '-q'], own);
    const run = ['run', input, '--out', whole!, ...words, ...drop];
    const lineage = join(folder, 'lineage.jsonl');
    expect(trajsieve([...run, '--fail-on', 'dropped>3', '--lineage', lineage], own).status).toBe(3);
    expect(hashesOf(whole!)).toEqual(hashesOf(composed!));
    expect(readJson(join(whole!, 'report.json'))).toMatchObject({ rows: { kept: 3, dropped: 4 } });
    const events = readFileSync(lineage, 'utf8').trim().split('\n');
    expect(events.map((line) => JSON.parse(line).eventType)).toEqual(['START', 'COMPLETE']);
    expect(trajsieve([...run, '--shard', '0/2'], own).stderr).toContain('scan first, then compose');
  }, 60_000);
});
