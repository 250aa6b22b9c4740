import { messageOf, TrajsieveError } from '../errors.ts';
import { proxiedFetch } from './proxied-fetch.ts';
import type { RangeAnswer, RequestRange } from './ranges.ts';
import { changed } from './ranges.ts';
import { isTransientStatus, retryAfterOf, TransientError } from './retry.ts';

/** Milliseconds without a byte after which a connection is given up. */
const idleTimeout = 30_000;

export interface WebRequest {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** how the file is named in errors */
  readonly name: string;
  /** what to do where the server refuses */
  readonly refused?: string;
  readonly idle?: number;
}

/**
 * Ranges of a file on a web server (RFC 9110, section 14). User and password of the URL go as Basic authorization. The
 * errors name the file, never the URL: a redirect may lead to one that is signed.
 */
export function webRanges({
  url,
  headers = {},
  name,
  refused,
  idle = idleTimeout,
}: WebRequest): RequestRange {
  const address = new URL(url);
  const own: Record<string, string> = { ...headers, 'accept-encoding': 'identity' };
  if (address.username !== '' || address.password !== '') {
    const user = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`;
    own['authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
    address.username = '';
    address.password = '';
  }

  return async (start, end, version, signal) => {
    const timer = new IdleTimer(idle);
    try {
      const response = await proxiedFetch(address, {
        headers: { ...own, range: `bytes=${start}-${end - 1}` },
        signal: AbortSignal.any([signal, timer.signal]),
      });
      timer.touch();
      try {
        return await readAnswer(response, { start, end, version, name, refused }, timer);
      } finally {
        // whatever was not read of the body
        await response.body?.cancel().catch(() => {});
      }
    } catch (error) {
      if (error instanceof TrajsieveError || error instanceof TransientError) throw error;
      if (timer.signal.aborted) throw new TransientError(`no byte came for ${idle / 1000} s`);
      throw asTrouble(error, name);
    } finally {
      timer.stop();
    }
  };
}

interface Wanted {
  readonly start: number;
  readonly end: number;
  readonly version: string | undefined;
  readonly name: string;
  readonly refused: string | undefined;
}

async function readAnswer(response: Response, wanted: Wanted, timer: IdleTimer): Promise<RangeAnswer> {
  const { start, name } = wanted;
  const { status, headers } = response;
  const version = headers.get('etag') ?? undefined;
  const modified = Date.parse(headers.get('last-modified') ?? '') || 0;
  if (status === 416 && /^bytes \*\/0$/.test(headers.get('content-range') ?? '')) {
    return { bytes: new Uint8Array(0), size: 0, version, modified };
  }
  if (status === 200 && headers.get('content-length') === '0') {
    return { bytes: new Uint8Array(0), size: 0, version, modified };
  }
  if (status === 412) throw changed(name);
  if (status !== 206) throw refusal(response, wanted);
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity') throw withoutRanges(name);
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  if (range === null || Number(range[1]) !== start) throw withoutRanges(name);
  const size = Number(range[3]);
  if (wanted.version !== undefined && version !== wanted.version) throw changed(name);
  const bytes = new Uint8Array(Math.max(0, Math.min(wanted.end, size) - start));
  let length = 0;
  for await (const block of response.body ?? []) {
    timer.touch();
    if (length + block.length > bytes.length) throw withoutRanges(name);
    bytes.set(block, length);
    length += block.length;
  }
  if (length < bytes.length) throw new TransientError(`body ended after ${length} of ${bytes.length} bytes`);
  return { bytes, size, version, modified };
}

function refusal({ status, headers }: Response, { name, refused }: Wanted): Error {
  if (isTransientStatus(status)) {
    return new TransientError(`server answered ${status}`, {
      retryAfter: retryAfterOf(headers.get('retry-after')),
    });
  }
  if (status === 200) return withoutRanges(name);
  const remedy =
    status === 404
      ? 'see that the address is right'
      : (refused ?? 'the address may need a signature, or the one it has may have run out');
  return new TrajsieveError('remote-refused', `server answered ${status}`, { where: { file: name }, remedy });
}

function withoutRanges(name: string): TrajsieveError {
  return new TrajsieveError('remote-no-ranges', 'server does not give ranges of the file', {
    where: { file: name },
    remedy: 'download it and name the local file',
  });
}

/** A failed fetch hides what went wrong in its causes, which say host and port, but no path and no header. */
function asTrouble(error: unknown, name: string): Error {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const message = messageOf(cause) || String((cause as NodeJS.ErrnoException).code);
  return new TrajsieveError('remote-unreachable', `server cannot be reached: ${message}`, {
    where: { file: name },
    cause: error,
  });
}

/** Aborts when it has not been touched for a while. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.touch();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
