import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { correlateFiles, minutes, rollRow } from './world.ts';

/** A machine that mines, and a pool, both on the loopback of a network namespace of their own. */
const talk = `
const net = require('node:net');
const pool = net.createServer((socket) => {
  socket.on('data', () => socket.write('{"id":1,"result":true}\\n'));
  socket.on('end', () => socket.end());
}).listen(3333, '45.9.148.3', () => {
  const miner = net.connect({ host: '45.9.148.3', port: 3333, localAddress: '10.0.0.7' }, () =>
    miner.write('{"id":1,"method":"mining.subscribe","params":["xmrig"]}\\n'));
  miner.on('data', () => miner.end());
  miner.on('close', () => pool.close());
});
`;

/** Writes what passes the loopback to a capture, until its input ends. */
const capture = `
import select, socket, struct, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
s.bind(('lo', 3))
f = open('traffic.pcap', 'wb')
f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
print('ready', flush=True)
while True:
    ready, _, _ = select.select([s, sys.stdin], [], [])
    if s in ready:
        b, t = s.recv(65535), time.time()
        f.write(struct.pack('<IIII', int(t), int(t % 1 * 1e6), len(b), len(b)) + b)
    elif sys.stdin in ready:
        break
f.close()
`;

const script = `
set -e
ip link set lo up
ip addr add 10.0.0.7/32 dev lo
ip addr add 45.9.148.3/32 dev lo
mkfifo to from
python3 capture.py < to > from &
exec 3> to
read ready < from
"$NODE" talk.cjs
sleep 0.3
exec 3>&-
wait
`;

const rule =
  'alert tcp any any -> any 3333 (msg:"TEST COINMINER Stratum subscribe"; flow:established,to_server; ' +
  'content:"mining.subscribe"; classtype:coin-mining; sid:1000001; rev:1; metadata:mitre_technique_id T1496;)';

const works = (command: string, args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const canRun =
  works('suricata', ['-V']) && works('unshare', ['-rn', 'true']) && works('python3', ['-c', 'import select']);

test.skipIf(!canRun)('the alerts that Suricata makes of a real capture are read and matched', async () => {
  const folder = temporaryFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('talk.cjs', talk);
  write('capture.py', capture);
  write('test.rules', `${rule}\n`);
  const before = Date.now();
  const env = { ...process.env, NODE: process.execPath };
  const made = spawnSync('unshare', ['-rn', 'sh', '-c', script], { cwd: folder, encoding: 'utf8', env });
  expect(made.status, made.stderr).toBe(0);
  const after = Date.now();
  const read = spawnSync('suricata', ['-r', 'traffic.pcap', '-S', 'test.rules', '-l', '.', '-k', 'none'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(read.status, read.stderr).toBe(0);
  const events = readFileSync(join(folder, 'eve.json'), 'utf8').trim().split('\n');

  const episode = {
    id: 'miner',
    start: before - minutes,
    end: after + minutes,
    host: '10.0.0.7',
    commands: ['./xmrig -o 45.9.148.3:3333'],
  };
  const bystander = { ...episode, id: 'bystander', host: '10.0.0.8', commands: ['ls'] };
  write('episodes.jsonl', `${[bystander, episode].map((one) => JSON.stringify(rollRow(one))).join('\n')}\n`);
  const { correlation, table } = await correlateFiles(
    folder,
    [join(folder, 'episodes.jsonl')],
    [join(folder, 'eve.json')],
  );
  const fired = events.filter((line) => line.includes('"event_type":"alert"')).length;
  expect(fired).toBeGreaterThan(0);
  expect(correlation.alerts).toMatchObject({
    in: fired,
    matched: fired,
    unreadable: 0,
    others: events.length - fired,
  });
  expect(await table('matches.parquet')).toMatchObject([
    {
      id: 'miner',
      strength: 'address',
      content: 'executed',
      signature: 'TEST COINMINER Stratum subscribe',
      signature_id: '1000001',
      source_ip: '10.0.0.7',
      destination_ip: '45.9.148.3',
      destination_port: 3333,
      action: 'allowed',
    },
  ]);
  expect(await table('findings/telemetry.parquet')).toMatchObject([
    { category: 'mining', attack: 'T1496', outcome: 'succeeded' },
  ]);
});
