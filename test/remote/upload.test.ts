import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadOptional } from '../../src/remote/packages.ts';
import { abandonUploads, putObject, uploadFile } from '../../src/remote/upload.ts';
import { motoPython, type RunningServer, startS3Server, testCredentials } from '../support/s3-server.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Fault, forwardTo, type LocalServer, startServer } from '../support/web-server.ts';

const sha = (part: Uint8Array) => createHash('sha256').update(part).digest('hex');

describe.skipIf(motoPython === undefined)('writing to S3', () => {
  const before = { ...process.env };
  let server: RunningServer;
  let proxy: LocalServer;
  let client: S3Client;

  beforeAll(async () => {
    server = await startS3Server();
    proxy = await startServer(forwardTo(server.url));
    Object.assign(process.env, testCredentials, { AWS_ENDPOINT_URL_S3: proxy.url });
    client = new S3Client({ endpoint: server.url, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'data' }));
  });
  afterEach(() => {
    proxy.fault = () => undefined;
    proxy.requests.length = 0;
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    process.env = before;
  });

  function file(size: number): { path: string; bytes: Uint8Array } {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8) + (at >> 16)) & 255);
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, bytes);
    return { path, bytes };
  }
  async function stored(key: string): Promise<string> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'data', Key: key }));
    return sha(await Body!.transformToByteArray());
  }
  async function uploads(): Promise<string[]> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'data' }));
    return Uploads.map(({ Key }) => Key!);
  }

  test.each([[0], [1000], [8 << 20], [(8 << 20) + 1], [20 << 20]])(
    'a file of %d bytes arrives whole',
    async (size) => {
      const { path, bytes } = file(size);
      await uploadFile(path, 'data', `whole/${size}`);
      expect(await stored(`whole/${size}`)).toBe(sha(bytes));
      for (const { headers, url } of proxy.requests.filter(({ method }) => method === 'PUT'))
        expect([url, headers['x-amz-checksum-sha256']]).toEqual([url, expect.any(String)]);
    },
  );

  test('a large file arrives in spite of faults', async () => {
    const kinds: Fault[] = [
      { type: 'status', status: 500 },
      { type: 'reset' },
      { type: 'status', status: 503 },
    ];
    let count = 0;
    proxy.fault = () => (++count % 3 === 0 ? kinds[(count / 3) % kinds.length] : undefined);
    const { path, bytes } = file(30 << 20);
    await uploadFile(path, 'data', 'disturbed');
    expect(await stored('disturbed')).toBe(sha(bytes));
    expect(await uploads()).toEqual([]);
  });

  test('what cannot be written whole is not there at all, and costs no storage', async () => {
    proxy.fault = ({ url }) => (url!.includes('partNumber=3') ? { type: 'status', status: 403 } : undefined);
    await expect(uploadFile(file(30 << 20).path, 'data', 'refused')).rejects.toMatchObject({
      code: 'remote-refused',
    });
    const { Contents = [] } = await client.send(
      new ListObjectsV2Command({ Bucket: 'data', Prefix: 'refused' }),
    );
    expect(Contents).toEqual([]);
    expect(await uploads()).toEqual([]);
  });

  test('uploads that a killed process left are given up, those of others are not', async () => {
    for (const Key of ['run/data/a.parquet', 'run/data/b.parquet', 'other/data/a.parquet'])
      await client.send(new CreateMultipartUploadCommand({ Bucket: 'data', Key }));
    await abandonUploads('data', 'run/', (key) => key.endsWith('/a.parquet'));
    expect((await uploads()).sort()).toEqual(['other/data/a.parquet', 'run/data/b.parquet']);
  });

  test('an object that must be new does not replace one that is there', async () => {
    const body = (text: string) => new TextEncoder().encode(text);
    expect(await putObject('data', 'new', body('first'), true)).toBe(true);
    expect(await putObject('data', 'new', body('second'), true)).toBe(false);
    expect(await stored('new')).toBe(sha(body('first')));
  });
});

test('a package that is not installed is named, with the command that installs it', async () => {
  await expect(loadOptional('@trajsieve/not-there', 's3://')).rejects.toMatchObject({
    code: 'package-missing',
    message: 's3:// needs the package @trajsieve/not-there, which is not installed',
    remedy: 'npm install @trajsieve/not-there@latest',
  });
});
