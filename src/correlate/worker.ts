import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, TrajsieveError } from '../errors.ts';
import type { CorrelateOutcome } from './correlate.ts';
import { type CorrelateJob, runJob } from './job.ts';

export type JobMessage =
  | { readonly type: 'progress'; readonly phase: string; readonly count: number }
  | { readonly type: 'done'; readonly outcome: CorrelateOutcome }
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly where: TrajsieveError['where'];
      readonly remedy: string | undefined;
    };

const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread');
const send = (message: JobMessage) => port.postMessage(message);

try {
  // the thread is ended from outside
  const { signal } = new AbortController();
  const outcome = await runJob(workerData as CorrelateJob, signal, (progress) =>
    send({ type: 'progress', ...progress }),
  );
  send({ type: 'done', outcome });
} catch (error) {
  const known = error instanceof TrajsieveError ? error : new TrajsieveError('internal', messageOf(error));
  const { code, message, where, remedy } = known;
  send({ type: 'failed', code, message, where, remedy });
}
