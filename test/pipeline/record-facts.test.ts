import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Slices } from '../../src/output/slices.ts';
import { RecordFacts } from '../../src/pipeline/record-facts.ts';
import { loadSpecs } from '../../src/trajectory/load.ts';
import { recogniseRecords } from '../../src/trajectory/recognise.ts';
import { writeLayout } from '../compose/inputs.ts';
import { sieve } from '../compose/sieve.ts';
import { writePolicy, writeRules } from '../compose/support.ts';
import { samples } from '../datasets/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const specs = loadSpecs();
const never = () => {
  throw new Error('the record was read');
};

/** The facts of one record, from its bytes. */
function factsOf(record: unknown, text = JSON.stringify(record)) {
  const shape = recogniseRecords([record], 'rows.jsonl', specs);
  return new RecordFacts(shape).read(Buffer.from(text), never);
}

const call = (name: string, command: string) => ({
  id: 'c',
  type: 'function',
  function: { name, arguments: JSON.stringify({ command }) },
});

describe('what is known of a record without parsing it', () => {
  it('comes to the same slices for the same data as Parquet and as lines of JSON', async () => {
    const slices = async (layout: 'structs' | 'jsonl'): Promise<Slices> => {
      const folder = temporaryFolder();
      const input = join(folder, `train.${layout === 'jsonl' ? 'jsonl' : 'parquet'}`);
      await writeLayout(layout, input, 150);
      const policy = writePolicy(join(folder, 'own.yaml'), {
        mining: 'drop',
        tunnels: 'quarantine',
        'network-probing': 'mask',
      });
      const [entry] = await sieve([input], join(folder, 'out'), { policy, rules: writeRules(folder) });
      return entry!.slices!;
    };
    const [parquet, lines] = [await slices('structs'), await slices('jsonl')];
    expect(Object.keys(parquet.dimensions)).toEqual(['task', 'tool', 'reward', 'steps', 'text']);
    expect(parquet.known.tool).toMatchObject({ rows: 150 });
    expect(parquet.known.tool!.gone).toBeGreaterThan(2);
    expect(lines).toEqual(parquet);
  });

  it.each(samples.filter(({ rows }) => rows.length > 0))('$name: says what the row says', (sample) => {
    const shape = recogniseRecords(sample.rows, 'rows.jsonl', specs);
    const reader = new RecordFacts(shape);
    for (const row of sample.rows.flatMap((one) => (shape.unit === 'row' ? [one] : []))) {
      const facts = reader.read(Buffer.from(JSON.stringify(row)), never);
      const { metadata } = shape.read(row);
      for (const name of ['source', 'task', 'model', 'reward', 'success'] as const)
        if (facts[name] !== undefined) expect([name, facts[name]]).toEqual([name, metadata[name]]);
      expect(facts.bytes).toBeGreaterThan(0);
    }
  });

  it('counts texts as they are read, with their escapes undone', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, text, fc.boolean(), (asked, said, escapes) => {
        const record = {
          messages: [
            { role: 'user', content: asked },
            { role: 'assistant', content: [{ type: 'text', text: said }], tool_calls: [call('bash', said)] },
          ],
        };
        const json = JSON.stringify(record, undefined, 1);
        const escaped = json.replace(
          /[^\0-~]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        const whole = ['user', asked, 'assistant', 'text', said, 'bash', JSON.stringify({ command: said })];
        expect(factsOf(record, escapes ? escaped : json)).toEqual({
          steps: 2,
          tools: ['bash'],
          bytes: whole.reduce((sum, one) => sum + Buffer.byteLength(one), 0),
        });
      }),
    );
  });

  it('takes the first place that says something, and of a key that comes twice the last', () => {
    const messages = [{ role: 'assistant', content: 'x', tool_calls: [] }];
    expect(factsOf({ messages, model: 'a', model_name: 'b', source: '', dataset: 'd' })).toMatchObject({
      model: 'a',
      source: 'd',
      tools: [],
    });
    expect(factsOf({ messages, model_name: 'b', model: null, reward: true, success: '0' })).toMatchObject({
      model: 'b',
      reward: 1,
      success: false,
    });
    const twice = `{"model":"a","messages":${JSON.stringify(messages)},"model":"b","lang\\u0075age":"x","language":"Go"}`;
    expect(factsOf(JSON.parse(twice), twice)).toMatchObject({ model: 'b', language: 'Go', steps: 1 });
  });

  it('of steps within JSON text says how long they are', () => {
    const messages = JSON.stringify([{ role: 'user', content: 'ä\n' }]);
    expect(factsOf({ messages, model: 'm' })).toEqual({ model: 'm', bytes: Buffer.byteLength(messages) });
  });

  it('reads metadata within JSON text', () => {
    const roll = samples.find(({ name }) => name === 'ROLL agentic rows')!;
    const [row] = roll.rows;
    const { metadata } = recogniseRecords([row], 'rows.jsonl', specs).read(row);
    expect(metadata.source).toBe('swe');
    expect(factsOf(row)).toMatchObject({ source: 'swe', reward: metadata.reward });
  });

  it('neither fails nor runs away on bytes that are no record', () => {
    const shape = recogniseRecords(
      [{ messages: [{ role: 'user', content: 'x', tool_calls: [] }] }],
      'a',
      specs,
    );
    const reader = new RecordFacts(shape);
    const record = Buffer.from(
      JSON.stringify({
        source: 's',
        messages: [{ role: 'assistant', content: 'a\\u00e4', tool_calls: [call('b', 'c')] }],
      }),
    );
    fc.assert(
      fc.property(fc.nat(record.length - 1), fc.nat(255), fc.nat(record.length), (at, byte, end) => {
        const damaged = Buffer.from(record);
        damaged[at] = byte;
        expect(reader.read(damaged.subarray(0, end), never).bytes).toBeLessThanOrEqual(record.length);
      }),
      { numRuns: 2000 },
    );
    const deep = `{"messages":[{"role":"assistant","content":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}`;
    expect(reader.read(Buffer.from(deep), never).bytes).toBe(deep.length);
    const wide = {
      messages: Array.from({ length: 3000 }, (_, at) => ({
        role: 'tool',
        content: '',
        tool_calls: null,
        [`f${at}`]: at,
      })),
    };
    expect(factsOf(wide)).toMatchObject({ steps: 3000 });
  });
});
