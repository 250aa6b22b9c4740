import { describe, expect, it } from 'vitest';
import { packTables, unpackTables } from '../../src/prefilter/pack-tables.ts';
import { buildTables, Prefilter } from '../../src/prefilter/prefilter.ts';
import { surfaceBit } from '../../src/trajectory/surface.ts';

const { call, observation } = surfaceBit;
const tables = buildTables([
  { surfaces: call, words: [{ text: 'xmrig', startsWord: true }, { text: 'pool' }], flags: 1, subject: 0 },
  { surfaces: call | observation, words: [{ text: 'access denied' }], flags: 2 },
]);

describe('packed tables', () => {
  it('find what they found before', () => {
    const read = unpackTables('key', packTables('key', tables));
    expect(read).toEqual(tables);
    const prefilter = new Prefilter(read!);
    const flags = (text: string) => prefilter.scan(call, Buffer.from(text), 0, text.length);
    expect(['x xmrig -o pool', 'xmrig', 'Access Denied'].map(flags)).toEqual([1, 0, 2]);
  });

  it('are in memory that threads share', () => {
    const read = unpackTables('key', packTables('key', tables));
    expect(read!.written.automaton.next.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('of other rules are not taken', () => {
    expect(unpackTables('other', packTables('key', tables))).toBeUndefined();
  });
});
