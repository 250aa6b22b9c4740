import type * as Sdk from '@aws-sdk/client-s3';
import { TrajsieveError } from '../errors.ts';
import type { RangeAnswer, RequestRange } from './ranges.ts';
import { changed, givenUp } from './ranges.ts';
import { TransientError, withRetries } from './retry.ts';
import { connectS3, type S3, s3Error, statusOf } from './s3-client.ts';

/** Ranges of an object, each bound to the entity tag of the first by If-Match. */
export function s3Ranges(bucket: string, key: string, name: string): RequestRange {
  return async (start, end, version, signal) => {
    const { sdk, client } = await connectS3();
    try {
      const answer = await client.send(
        new sdk.GetObjectCommand({
          Bucket: bucket,
          Key: key,
          Range: `bytes=${start}-${end - 1}`,
          ...(version === undefined ? {} : { IfMatch: version }),
        }),
        { abortSignal: signal },
      );
      return await readAnswer(answer, start, end, name);
    } catch (error) {
      const status = statusOf(error);
      if (status === 412) throw changed(name);
      if (status === 416 && start === 0)
        return { bytes: new Uint8Array(0), size: 0, version: undefined, modified: 0 };
      if (status === 416) throw changed(name);
      throw s3Error(error, name);
    }
  };
}

async function readAnswer(
  { Body, ContentRange, ContentLength, ETag, LastModified }: Sdk.GetObjectCommandOutput,
  start: number,
  end: number,
  name: string,
): Promise<RangeAnswer> {
  const version = ETag;
  const modified = LastModified?.getTime() ?? 0;
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(ContentRange ?? '');
  if (range === null && ContentLength === 0) return { bytes: new Uint8Array(0), size: 0, version, modified };
  if (range === null || Number(range[1]) !== start || Body === undefined) {
    throw new TrajsieveError('remote-no-ranges', 'server does not give ranges of the object', {
      where: { file: name },
      remedy: 'download it and name the local file',
    });
  }
  const size = Number(range[3]);
  const bytes = await Body.transformToByteArray();
  const wanted = Math.min(end, size) - start;
  if (bytes.length !== wanted) throw new TransientError(`body has ${bytes.length} of ${wanted} bytes`);
  return { bytes, size, version, modified };
}

/** The object of that name, or undefined. */
export async function objectExists(bucket: string, key: string, name: string): Promise<boolean> {
  try {
    await patiently(name, async ({ sdk, client }) => {
      await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }));
    });
    return true;
  } catch (error) {
    if (error instanceof TrajsieveError && / 404$/.test(error.message)) return false;
    throw error;
  }
}

/** Keys below a prefix, in the server's order. */
export async function* listObjects(bucket: string, prefix: string, name: string): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page: Sdk.ListObjectsV2CommandOutput = await patiently(name, ({ sdk, client }) =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      ),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Does something with the client, again where that helps. The errors are ours and name `name`. */
export async function patiently<T>(name: string, work: (s3: S3) => Promise<T>): Promise<T> {
  const s3 = await connectS3();
  try {
    return await withRetries(async () => {
      try {
        return await work(s3);
      } catch (error) {
        throw s3Error(error, name);
      }
    });
  } catch (error) {
    throw givenUp(error, name);
  }
}
