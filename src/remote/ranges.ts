import pLimit from 'p-limit';
import { TrajsieveError } from '../errors.ts';
import { shortRead } from '../parquet/source.ts';
import { type RetryOptions, retryDefaults, TransientError, withRetries } from './retry.ts';

/** What a server says of a file, with some of its bytes. */
export interface RangeAnswer {
  readonly bytes: Uint8Array;
  /** bytes of the whole file */
  readonly size: number;
  /** the entity tag, which changes with the contents; undefined where the server gives none */
  readonly version: string | undefined;
  /** milliseconds since 1970; 0 where the server does not say */
  readonly modified: number;
}

/**
 * Asks a server for bytes `[start, end)` of a file, once. Throws a TransientError where it is worth asking again, and a
 * TrajsieveError where it is not.
 * @param version the entity tag that the file must still have
 */
export type RequestRange = (
  start: number,
  end: number,
  version: string | undefined,
  signal: AbortSignal,
) => Promise<RangeAnswer>;

/** A remote file that is read by ranges: each is asked for again where that helps, and must be of one version. */
export interface RangeReader {
  readonly name: string;
  readonly size: number;
  readonly version: string | undefined;
  readonly modified: number;
  /** its first bytes, which came with the answer that told its size */
  readonly head: Uint8Array;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Gives up what is under way. */
  close(): void;
}

/** Bytes that are asked for to learn what a file is. */
export const headLength = 256 * 1024;

/** Requests that are under way for one file at once. */
const concurrency = 4;

/** Opens a remote file by asking for its first bytes. */
export async function openRanges(
  name: string,
  request: RequestRange,
  retries: RetryOptions = retryDefaults,
): Promise<RangeReader> {
  const closing = new AbortController();
  const limit = pLimit(concurrency);
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await withRetries(work, closing.signal, retries);
    } catch (error) {
      throw givenUp(error, name);
    }
  };
  const first = await patiently(() => request(0, headLength, undefined, closing.signal));
  const { size, version, modified } = first;

  const ask = async (offset: number, length: number): Promise<Uint8Array> => {
    const answer = await request(offset, offset + length, version, closing.signal);
    if (answer.size !== size || answer.version !== version || answer.modified !== modified)
      throw changed(name);
    return answer.bytes;
  };
  return {
    name,
    size,
    version,
    modified,
    head: first.bytes,
    async read(offset, length) {
      if (offset < 0 || offset + length > size) throw shortRead(name, offset, length);
      if (offset + length <= first.bytes.length) return first.bytes.slice(offset, offset + length);
      return await limit(() => patiently(() => ask(offset, length)));
    },
    close() {
      limit.clearQueue();
      closing.abort();
    },
  };
}

/** The error of a request that failed as often as it was made. */
export function givenUp(error: unknown, name: string): unknown {
  if (!(error instanceof TransientError)) return error;
  return new TrajsieveError('remote-unreachable', `server does not answer as it should: ${error.message}`, {
    where: { file: name },
    remedy: 'run again later: it goes on where it stopped',
    cause: error,
  });
}

/** The error of a file that is no longer what it was. */
export function changed(name: string): TrajsieveError {
  return new TrajsieveError('input-changed', 'file was changed while it was read', {
    where: { file: name },
    remedy: 'let it rest, then run into a new folder',
  });
}
