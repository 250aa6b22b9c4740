import type * as Sdk from '@aws-sdk/client-s3';
import { messageOf, TrajsieveError } from '../errors.ts';
import { loadOptional } from './packages.ts';
import { hasProxy } from './proxy.ts';
import { isTransientStatus, retryAfterOf, TransientError } from './retry.ts';

/** The S3 client of this thread, with the package that it comes from. */
export interface S3 {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

let shared: Promise<S3> | undefined;

/**
 * Connects as the AWS tools do: credentials, region and endpoint come from the environment, the shared configuration
 * files, or the machine's role, and nowhere else. Repeating what failed is left to `withRetries`.
 */
export function connectS3(): Promise<S3> {
  shared ??= connect();
  return shared;
}

async function connect(): Promise<S3> {
  const sdk = await loadOptional<typeof Sdk>('@aws-sdk/client-s3', 's3://');
  const { env } = process;
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const agent = hasProxy() ? (await import('./tunnel.ts')).tunnels : undefined;
  const options: Sdk.S3ClientConfig = {
    maxAttempts: 1,
    followRegionRedirects: true,
    // servers that speak S3 are often without a name for each bucket
    forcePathStyle: endpoint !== undefined && endpoint !== '' && !endpoint.includes('.amazonaws.com'),
    // newer checksums are not known to all of them; what is written carries a SHA-256 of our own
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: 30_000,
      ...(agent === undefined ? {} : { httpsAgent: agent }),
    },
  };
  const client = new sdk.S3Client(options);
  try {
    await client.config.region();
    return { sdk, client };
  } catch {
    // any region will do for the first request: a redirect tells the right one
    return {
      sdk,
      client: new sdk.S3Client({ ...options, region: env['AWS_DEFAULT_REGION'] ?? 'us-east-1' }),
    };
  }
}

/** Names under which S3 and its like ask to come again, whatever the status. */
const transientNames = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'InternalError',
  'ServiceUnavailable',
  'TimeoutError',
]);

interface ServiceError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** The status of an answer that was an error. */
export function statusOf(error: unknown): number | undefined {
  return (error as ServiceError).$metadata?.httpStatusCode;
}

/**
 * An error of the client as one of ours: a TransientError where it is worth trying again. The message is the service's
 * name for it alone: what a service says at length may quote the request.
 */
export function s3Error(error: unknown, file: string): Error {
  if (error instanceof TrajsieveError || error instanceof TransientError) return error;
  const { name = 'Error', $response } = error as ServiceError;
  const status = statusOf(error);
  // an error behind a good status: the answer broke off
  const isBroken = status !== undefined && status >= 200 && status < 300;
  const isTransient =
    isBroken || transientNames.has(name) || (status !== undefined && isTransientStatus(status));
  const said = status === undefined ? name : `${name}, ${status}`;
  if (isTransient) {
    const headers = $response?.headers ?? {};
    return new TransientError(`server answered ${said}`, {
      retryAfter: retryAfterOf(headers['retry-after']),
    });
  }
  if (status !== undefined) {
    return new TrajsieveError('remote-refused', `server answered ${said}`, {
      where: { file },
      remedy: remedyOf(status),
    });
  }
  if (name === 'CredentialsProviderError') {
    return new TrajsieveError('remote-credentials', 'no AWS credentials are there', {
      where: { file },
      remedy: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with a role',
    });
  }
  // of the network: host and port, and nothing else
  return new TrajsieveError('remote-unreachable', `server cannot be reached: ${messageOf(error)}`, {
    where: { file },
    cause: error,
  });
}

function remedyOf(status: number): string {
  if (status === 404) return 'see that bucket and key are right';
  return status === 403 ? 'see that these credentials may do it' : 'see that the address is right';
}
