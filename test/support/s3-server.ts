import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { S3Client } from '@aws-sdk/client-s3';
import { packagePath } from '../../src/package-path.ts';
import { findPython } from './python.ts';

/** Python with moto, whose S3 server the tests use; undefined where it is not installed. */
export const motoPython = findPython('moto.server', 'flask', 'flask_cors');

/** Credentials as the server takes them, and as no message may show them. */
export const testCredentials = {
  AWS_ACCESS_KEY_ID: 'AKIATESTONLYNOTASECRET',
  AWS_SECRET_ACCESS_KEY: 'test-secret-that-must-not-show',
  AWS_SESSION_TOKEN: 'test-session-that-must-not-show',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** A client of the server that stays outside of what is tested. */
export function clientOf({ url }: RunningServer): S3Client {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = testCredentials;
  return new S3Client({
    endpoint: url,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
  });
}

export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts an S3 server on a free port of the loopback interface. */
export async function startS3Server(): Promise<RunningServer> {
  const child = spawn(motoPython!, [packagePath('test/remote/serve_s3.py')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout! });
  const port = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    ended.then(() => Promise.reject(new Error('the S3 server did not start'))),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin!.end();
      await ended;
    },
  };
}
