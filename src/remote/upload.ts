import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import pLimit from 'p-limit';
import { patiently } from './s3.ts';

/** Bytes of a part: the smallest that S3 takes is 5 MiB, and it takes ten thousand of an object. */
const partSize = 8 << 20;
const mostParts = 10_000;

/** Parts that are on their way at once. */
const concurrency = 4;

interface Part {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Writes a local file to S3, in parts where it is large. The object is there whole or not at all, and what arrives is
 * checked by its SHA-256.
 */
export async function uploadFile(path: string, bucket: string, key: string): Promise<void> {
  const name = `s3://${bucket}/${key}`;
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const readPart = async ({ start, end }: { start: number; end: number }): Promise<Buffer> => {
      const bytes = Buffer.allocUnsafeSlow(end - start);
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new Error(`file ${path} became shorter while it was uploaded`);
        done += bytesRead;
      }
      return bytes;
    };
    if (size <= partSize) await putObject(bucket, key, await readPart({ start: 0, end: size }));
    else await putParts(bucket, key, name, partsOf(size), readPart);
  } finally {
    await file.close();
  }
}

/**
 * Writes an object in one request.
 * @param isNew fails quietly, with false, where there is one already
 */
export async function putObject(
  bucket: string,
  key: string,
  body: Uint8Array,
  isNew = false,
): Promise<boolean> {
  const name = `s3://${bucket}/${key}`;
  return await patiently(name, async ({ sdk, client }) => {
    try {
      await client.send(
        new sdk.PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ChecksumSHA256: sha256(body),
          ...(isNew ? { IfNoneMatch: '*' } : {}),
        }),
      );
      return true;
    } catch (error) {
      if (isNew && (error as Error).name === 'PreconditionFailed') return false;
      throw error;
    }
  });
}

/** Removes an object; one that is not there is no error. */
export async function removeObject(bucket: string, key: string): Promise<void> {
  await patiently(`s3://${bucket}/${key}`, ({ sdk, client }) =>
    client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key })),
  );
}

function partsOf(size: number): Part[] {
  const length = Math.max(partSize, Math.ceil(size / mostParts));
  const parts: Part[] = [];
  for (let start = 0; start < size; start += length)
    parts.push({ number: parts.length + 1, start, end: Math.min(size, start + length) });
  return parts;
}

async function putParts(
  bucket: string,
  key: string,
  name: string,
  parts: readonly Part[],
  readPart: (part: Part) => Promise<Buffer>,
): Promise<void> {
  const object = { Bucket: bucket, Key: key };
  const { UploadId } = await patiently(name, ({ sdk, client }) =>
    client.send(new sdk.CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'SHA256' })),
  );
  const upload = { ...object, UploadId };
  const limit = pLimit(concurrency);
  try {
    const done = await Promise.all(
      parts.map((part) =>
        limit(async () => {
          const body = await readPart(part);
          const checksum = { PartNumber: part.number, ChecksumSHA256: sha256(body) };
          const { ETag } = await patiently(name, ({ sdk, client }) =>
            client.send(new sdk.UploadPartCommand({ ...upload, ...checksum, Body: body })),
          );
          return { ...checksum, ETag };
        }),
      ),
    );
    await patiently(name, ({ sdk, client }) =>
      client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: done } })),
    );
  } catch (error) {
    limit.clearQueue();
    // parts of an upload that is not completed are stored, and paid for, until it is given up
    await patiently(name, ({ sdk, client }) =>
      client.send(new sdk.AbortMultipartUploadCommand(upload)),
    ).catch(() => {});
    throw error;
  }
}

/** Gives up uploads that a process which was killed had begun below these keys. */
export async function abandonUploads(
  bucket: string,
  prefix: string,
  isOurs: (key: string) => boolean,
): Promise<void> {
  const name = `s3://${bucket}/${prefix}`;
  const { Uploads = [] } = await patiently(name, ({ sdk, client }) =>
    client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix })),
  );
  for (const { Key, UploadId } of Uploads) {
    if (Key === undefined || !Key.startsWith(prefix) || !isOurs(Key)) continue;
    await patiently(name, ({ sdk, client }) =>
      client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })),
    );
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
