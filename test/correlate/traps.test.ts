import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readZone } from '../../src/correlate/zone.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { correlateWorld, eve, falco, minutes, naive, noon, type TestEpisode } from './world.ts';

const hours = 60 * minutes;

describe('time', () => {
  test('an alert before every episode and one after every episode are unexplained', async () => {
    const { correlation, table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes, host: '10.0.0.7' }],
      alerts: { 'eve.json': [eve({ time: noon - 3 * hours }), eve({ time: noon + 3 * hours })] },
    });
    expect(correlation.alerts).toMatchObject({ in: 2, unexplained: 2 });
    expect(await table('unexplained.parquet')).toMatchObject([
      { reason: 'no episode' },
      { reason: 'no episode' },
    ]);
  });

  test('an alert that merely lies near the only episode is no match without more', async () => {
    const { table, correlation } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes, host: '10.0.0.7' }],
      alerts: { 'eve.json': [eve({ time: noon - 3000 }), eve({ time: noon + 15 * minutes })] },
    });
    expect(correlation.alerts).toMatchObject({ matched: 0, ambiguous: 2 });
    expect(await table('ambiguous.parquet')).toMatchObject([
      { reason: 'before the episode', candidates: 1 },
      { reason: 'after the episode', candidates: 1 },
    ]);
  });

  test('what outlives its episode is matched within the lag where a call went to the address', async () => {
    const commands = ['nohup ./miner -o 45.9.148.3:3333 &'];
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes, host: '10.0.0.7', commands }],
      alerts: { 'eve.json': [eve({ time: noon + 15 * minutes }), eve({ time: noon + 25 * minutes })] },
    });
    expect(await table('matches.parquet')).toMatchObject([
      { id: 'a', relation: 'after', gap_ms: BigInt(5 * minutes) },
    ]);
    expect(await table('unexplained.parquet')).toHaveLength(1);
  });

  test('clocks that differ by seconds do not lose an alert with an id', async () => {
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes, sandbox: 'sb-1' }],
      alerts: { 'falco.json': [falco(noon - 4000, { 'container.name': 'sb-1' })] },
    });
    expect(await table('matches.parquet')).toMatchObject([{ id: 'a', strength: 'id', relation: 'before' }]);
  });

  test('an alert without anything in common with the only episode is ambiguous: time alone never convicts', async () => {
    const { correlation, table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes }],
      alerts: { 'eve.json': [eve({ time: noon + minutes })] },
    });
    expect(correlation.alerts).toMatchObject({ matched: 0, ambiguous: 1 });
    expect(await table('ambiguous.parquet')).toMatchObject([
      { strength: 'time', reason: 'time alone', candidates: 1 },
    ]);
    expect(await table('findings/telemetry.parquet')).toEqual([]);
  });

  test('times without a zone are an error unless a zone is given, and are then read in it', async () => {
    const world = (folder: string) => ({
      folder,
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes, host: '10.0.0.7', format: naive(8) }],
      alerts: { 'eve.json': [eve({ time: noon + 5 * minutes })] },
    });
    await expect(correlateWorld(world(temporaryFolder()))).rejects.toMatchObject({ code: 'naive-time' });
    const right = await correlateWorld(world(temporaryFolder()), { zone: readZone('Asia/Shanghai') });
    expect(right.correlation.alerts.matched).toBe(1);
    const wrong = await correlateWorld(world(temporaryFolder()), { zone: readZone('UTC') });
    expect(wrong.correlation.alerts).toMatchObject({ matched: 0, unexplained: 1 });
  });

  test('a wrong zone is told, with the offset that would fit', async () => {
    const episodes = Array.from({ length: 30 }, (_, at): TestEpisode => {
      const start = noon + at * 20 * hours;
      const commands = [`curl http://evil-${at}.example/`];
      return { id: `e${at}`, start, end: start + 10 * minutes, host: '10.0.0.7', commands, format: naive(8) };
    });
    const alerts = episodes.map(({ start }, at) =>
      eve({ time: start + 5 * minutes, extra: { tls: { sni: `evil-${at}.example` } } }),
    );
    const { correlation } = await correlateWorld(
      { folder: temporaryFolder(), episodes, alerts: { 'eve.json': alerts } },
      { zone: readZone('UTC') },
    );
    expect(correlation.alerts.matched).toBe(0);
    expect(correlation.offsets).toMatchObject([
      { feed: 'suricata', by: 'place', offset: 8 * hours, now: 0, fits: 1 },
    ]);
    expect(correlation.offsets[0]!.message).toContain('--naive-tz +08:00');
  });

  test('where all is right no offset is told', async () => {
    const episodes = Array.from({ length: 30 }, (_, at): TestEpisode => {
      const start = noon + at * 20 * hours;
      return { id: `e${at}`, start, end: start + 10 * minutes, host: '10.0.0.7', sandbox: `sb-${at}` };
    });
    const alerts = episodes.map(({ start, sandbox }) =>
      falco(start + minutes, { 'container.name': sandbox }),
    );
    const { correlation } = await correlateWorld({
      folder: temporaryFolder(),
      episodes,
      alerts: { 'falco.json': alerts },
    });
    expect(correlation.alerts.matched).toBe(30);
    expect(correlation.offsets).toEqual([]);
  });
});

describe('shared machines', () => {
  const shared = (commands: Record<string, string[]>): TestEpisode[] =>
    Object.entries(commands).map(([id, own]) => ({
      id,
      start: noon,
      end: noon + 10 * minutes,
      host: '10.0.0.7',
      commands: own,
    }));

  test('several episodes on one machine are ambiguous, with their number', async () => {
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: shared({ a: ['ls'], b: ['ls'], c: ['ls'] }),
      alerts: { 'eve.json': [eve({ time: noon + minutes })] },
    });
    const [row] = await table('ambiguous.parquet');
    expect(row).toMatchObject({
      strength: 'address',
      candidates: 3,
      reason: 'several episodes are candidates',
    });
    expect(String(row!['episodes']).split(' ')).toHaveLength(3);
  });

  test('the one whose call goes to the address is matched, and the others are counted', async () => {
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: shared({ a: ['ls'], b: ['xmrig -o 45.9.148.3:3333'], c: ['echo 45.9.148.3:3333'] }),
      alerts: { 'eve.json': [eve({ time: noon + minutes })] },
    });
    expect(await table('matches.parquet')).toMatchObject([
      { id: 'b', strength: 'address', content: 'executed', others: 2 },
    ]);
  });

  test('an address that two of them go to tells nothing', async () => {
    const { correlation } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: shared({ a: ['curl http://45.9.148.3:3333'], b: ['curl http://45.9.148.3:3333'] }),
      alerts: { 'eve.json': [eve({ time: noon + minutes })] },
    });
    expect(correlation.alerts).toMatchObject({ matched: 0, ambiguous: 1 });
  });

  test('an address that many episodes name does not tell one from another', async () => {
    const many = Array.from({ length: 20 }, (_, at): TestEpisode => {
      return {
        id: `m${at}`,
        start: noon,
        end: noon + minutes,
        host: `10.0.1.${at}`,
        commands: ['curl https://pypi.org/simple'],
      };
    });
    const { correlation } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [...many, ...shared({ a: ['pip install x'], b: ['curl https://pypi.org/simple'] })],
      alerts: { 'eve.json': [eve({ time: noon + minutes, port: 443, extra: { tls: { sni: 'pypi.org' } } })] },
    });
    expect(correlation.alerts).toMatchObject({ matched: 0, ambiguous: 1 });
  });

  test('a port that differs is no agreement', async () => {
    const { correlation } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: shared({ a: ['ls'], b: ['curl http://45.9.148.3:8080/'] }),
      alerts: { 'eve.json': [eve({ time: noon + minutes })] },
    });
    expect(correlation.alerts).toMatchObject({ matched: 0, ambiguous: 1 });
  });

  test('a network that a call scans holds the address', async () => {
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: shared({ a: ['ls'], b: ['nmap -p 22 10.8.3.0/24'] }),
      alerts: {
        'eve.json': [eve({ time: noon + minutes, to: '10.8.3.77', port: 22, signature: 'ET SCAN' })],
      },
    });
    expect(await table('matches.parquet')).toMatchObject([{ id: 'b', others: 1 }]);
  });

  test('a lease tells who had the machine', async () => {
    const iso = (time: number) => new Date(time).toISOString();
    const { table, correlation } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [
        { id: 'a', start: noon, end: noon + 20 * minutes, sandbox: 'sb-a' },
        { id: 'b', start: noon, end: noon + 20 * minutes, sandbox: 'sb-b' },
      ],
      leases: `sandbox,host,from,to\nsb-a,10.0.0.7,${iso(noon)},${iso(noon + 8 * minutes)}\nsb-b,10.0.0.7,${iso(noon + 8 * minutes)},${iso(noon + 20 * minutes)}\nsb-gone,10.0.0.8,${iso(noon)},\n`,
      alerts: {
        'eve.json': [
          eve({ time: noon + minutes }),
          eve({ time: noon + 15 * minutes }),
          eve({ time: noon + minutes, from: '10.0.0.8' }),
        ],
      },
    });
    expect(await table('matches.parquet')).toMatchObject([
      { id: 'a', strength: 'lease' },
      { id: 'b', strength: 'lease' },
    ]);
    expect(correlation.alerts.unexplained).toBe(1);
    expect(await table('unexplained.parquet')).toMatchObject([{ reason: 'sandbox of no episode' }]);
  });
});

describe('ids', () => {
  test('an id decides, whatever else runs on the machine', async () => {
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: ['a', 'b'].map((id) => ({
        id,
        start: noon,
        end: noon + 10 * minutes,
        host: 'gpu-01',
        sandbox: `sb-${id}`,
      })),
      alerts: { 'falco.json': [falco(noon + minutes, { 'container.name': 'sb-b' }), falco(noon + minutes)] },
    });
    expect(await table('matches.parquet')).toMatchObject([{ id: 'b', strength: 'id', others: 0 }]);
    expect(await table('ambiguous.parquet')).toMatchObject([{ strength: 'host', candidates: 2 }]);
  });

  test('an id of an episode of another time is not taken for a match', async () => {
    const { correlation, table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [
        { id: 'a', start: noon, end: noon + 10 * minutes, host: 'gpu-01', sandbox: 'sb-a' },
        { id: 'b', start: noon + 5 * hours, end: noon + 6 * hours, host: 'gpu-01', sandbox: 'sb-b' },
      ],
      alerts: { 'falco.json': [falco(noon + 5.5 * hours, { 'container.name': 'sb-a' })] },
    });
    expect(correlation.alerts).toMatchObject({ matched: 0, ambiguous: 1 });
    expect(await table('ambiguous.parquet')).toMatchObject([
      { strength: 'id', reason: 'id of an episode of another time' },
    ]);
  });

  test('an episode without times is matched by its id', async () => {
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon, sandbox: 'sb-a', format: () => '' }],
      alerts: { 'falco.json': [falco(noon, { 'container.name': 'sb-a' })] },
    });
    expect(await table('matches.parquet')).toMatchObject([{ id: 'a', strength: 'id', relation: 'unknown' }]);
  });
});

describe('what is not the episode', () => {
  test('a connection that came from outside does not convict whoever was at home', async () => {
    const { correlation, table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes, host: '10.0.0.7' }],
      alerts: {
        'eve.json': [eve({ time: noon + minutes, from: '185.220.101.4', to: '10.0.0.7', port: 22 })],
      },
    });
    expect(correlation.alerts).toMatchObject({ matched: 0, ambiguous: 1 });
    expect(await table('ambiguous.parquet')).toMatchObject([{ reason: 'the connection came from outside' }]);
  });

  test('behind NAT only a call that goes to the address speaks for an episode', async () => {
    const { table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [
        {
          id: 'a',
          start: noon,
          end: noon + 10 * minutes,
          host: '10.0.0.7',
          commands: ['curl http://45.9.148.3:3333/'],
        },
        { id: 'b', start: noon, end: noon + 10 * minutes, host: '10.0.0.8', commands: ['echo 203.0.113.9'] },
      ],
      alerts: {
        'eve.json': [
          eve({ time: noon + minutes, from: '8.8.4.4' }),
          eve({ time: noon + minutes, from: '8.8.4.4', to: '203.0.113.9' }),
        ],
      },
    });
    expect(await table('matches.parquet')).toMatchObject([{ id: 'a', strength: 'content' }]);
    expect(await table('ambiguous.parquet')).toMatchObject([{ strength: 'time', candidates: 2 }]);
  });

  test('alerts that say the same twice are accounted for and found once', async () => {
    const line = eve({ time: noon + minutes, flow: 7 });
    const { correlation, table } = await correlateWorld({
      folder: temporaryFolder(),
      episodes: [{ id: 'a', start: noon, end: noon + 10 * minutes, host: '10.0.0.7' }],
      alerts: { 'eve.json': [line, line], 'eve-1.json': [line] },
    });
    expect(correlation.alerts).toMatchObject({ in: 3, matched: 3, duplicates: 2 });
    const findings = await table('findings/telemetry.parquet');
    expect(findings).toHaveLength(1);
    expect(findings[0]!['evidence']).not.toContain('times');
  });
});

test('in worlds of any kind the account closes and no alert is given to an episode of another id, machine or time', async () => {
  const time = fc.integer({ min: 0, max: 180 }).map((minute) => noon + minute * minutes);
  const host = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', undefined);
  const sandbox = fc.constantFrom('sb-1', 'sb-2', 'sb-3', undefined);
  const place = fc.constantFrom('45.9.148.3', '45.9.148.4', 'pool.example');
  const episode = fc.record({ start: time, length: fc.integer({ min: 1, max: 90 }), host, sandbox, place });
  const alert = fc.record({ time, from: host, sandbox, to: place, isBad: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(episode, { minLength: 1, maxLength: 8 }),
      fc.array(alert, { minLength: 1, maxLength: 12 }),
      async (some, alerts) => {
        const episodes = some.map(({ start, length, place: named, ...own }, at): TestEpisode => {
          const where = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
          return {
            id: `e${at}`,
            start,
            end: start + length * minutes,
            commands: [`curl http://${named}/`],
            ...where,
          };
        });
        const lines = alerts.map(({ time: at, from, sandbox: id, to, isBad }) => {
          const line = falco(
            at,
            {
              ...(id === undefined ? {} : { 'container.name': id }),
              'fd.name': `${from ?? '8.8.4.4'}:40000->${to === 'pool.example' ? '45.9.148.5' : to}:80`,
            },
            'nowhere',
          );
          return isBad ? line.slice(1) : line;
        });
        // a file without any record is of no feed
        fc.pre(lines.some((line) => line.startsWith('{')));
        const { correlation, table } = await correlateWorld({
          folder: temporaryFolder(),
          episodes,
          alerts: { 'falco.json': lines },
        });
        const { matched, ambiguous, unexplained, unreadable } = correlation.alerts;
        expect(matched + ambiguous + unexplained + unreadable).toBe(lines.length);
        expect(unreadable).toBe(alerts.filter(({ isBad }) => isBad).length);
        for (const match of await table('matches.parquet')) {
          const own = episodes.find(({ id }) => id === match['id'])!;
          const source = alerts[Number(match['alert_line']) - 1]!;
          expect(match['strength']).not.toBe('time');
          expect(source.time).toBeGreaterThanOrEqual(own.start - 10_000);
          expect(source.time).toBeLessThanOrEqual(own.end + 10 * minutes + 10_000);
          if (match['strength'] === 'id') expect(own.sandbox).toBe(source.sandbox);
          if (match['strength'] === 'address') expect(own.host).toBe(source.from);
          // nobody else may have done it, unless the call tells
          const rivals = episodes.filter(
            (one) =>
              one !== own && one.host === own.host && one.start <= source.time && one.end >= source.time,
          );
          if (match['strength'] === 'address' && rivals.length > 0) expect(match['content']).toBe('executed');
        }
      },
    ),
    { numRuns: 25 },
  );
});
