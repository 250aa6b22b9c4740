/** A fault that may pass: the request is worth repeating. */
export class TransientError extends Error {
  /** milliseconds that the server asked to wait */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: { retryAfter?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfter = options.retryAfter;
  }
}

export interface RetryOptions {
  /** times that a request is made at most */
  readonly attempts: number;
  /** longest first wait, in milliseconds; it doubles each time */
  readonly firstDelay: number;
  readonly longestDelay: number;
  /** a number in [0, 1) */
  readonly random: () => number;
}

/** Eight attempts over half a minute at most, unless the server asks for more. */
export const retryDefaults: RetryOptions = {
  attempts: 8,
  firstDelay: 200,
  longestDelay: 20_000,
  random: Math.random,
};

/** Longest wait that a server's Retry-After is granted. */
const longestRetryAfter = 120_000;

/**
 * Does something, again where it fails with a fault that may pass. The waits are exponential with full jitter: a random
 * part of a bound that doubles (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), and never less
 * than what the server asked for. Throws the last error; what will not pass is thrown at once.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  signal?: AbortSignal,
  { attempts, firstDelay, longestDelay, random }: RetryOptions = retryDefaults,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const transient = asTransient(error);
      if (transient === undefined || attempt >= attempts || signal?.aborted === true) throw error;
      const bound = Math.min(longestDelay, firstDelay * 2 ** (attempt - 1));
      const asked = Math.min(transient.retryAfter ?? 0, longestRetryAfter);
      await pause(Math.max(asked, random() * bound), signal);
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal?.addEventListener('abort', wake);
  });
}

/** Statuses that ask to come again: RFC 9110 and RFC 6585. */
const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

export function isTransientStatus(status: number): boolean {
  return transientStatuses.has(status);
}

/** Ends of a connection that say nothing about the request. A host that is not known is not among them. */
const transientCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

function asTransient(error: unknown): TransientError | undefined {
  if (error instanceof TransientError) return error;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && transientCodes.has(code))
      return new TransientError(cause.message, { cause: error });
  }
  return undefined;
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or a date. */
export function retryAfterOf(
  header: string | null | undefined,
  now: number = Date.now(),
): number | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) && wait > 0 ? wait : undefined;
}
