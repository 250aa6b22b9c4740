import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { messageOf, TrajsieveError } from '../errors.ts';
import { type CorrelateOutcome, type CorrelateRequest, partialFolder } from './correlate.ts';
import type { CorrelateJob } from './job.ts';
import type { JobMessage } from './worker.ts';

/**
 * Megabytes of V8's heap. A thread of its own keeps to them, where the main thread would let garbage lie until the
 * machine is full; the young generation is large because rows of tables live for some milliseconds.
 */
const limits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 64 };

/** Does a job in a thread with a bounded heap. Rejects with the signal's reason when it is aborted. */
export function correlateInWorker(
  job: CorrelateJob,
  signal: AbortSignal,
  onProgress?: CorrelateRequest['onProgress'],
): Promise<CorrelateOutcome> {
  signal.throwIfAborted();
  const worker = new Worker(workerFile(), { workerData: job, resourceLimits: limits });
  return new Promise((resolve, reject) => {
    const end = async (settle: () => void) => {
      signal.removeEventListener('abort', abort);
      worker.removeAllListeners();
      await worker.terminate();
      settle();
    };
    const abort = () =>
      end(() => {
        rmSync(partialFolder(job.out), { recursive: true, force: true });
        reject(signal.reason);
      });
    signal.addEventListener('abort', abort);
    worker.on('message', (message: JobMessage) => {
      if (message.type === 'progress')
        onProgress?.({ phase: message.phase as 'alerts', count: message.count });
      else if (message.type === 'done') end(() => resolve(message.outcome));
      else {
        const { code, where, remedy } = message;
        end(() =>
          reject(
            new TrajsieveError(code, message.message, { where, ...(remedy === undefined ? {} : { remedy }) }),
          ),
        );
      }
    });
    worker.on('error', (error) =>
      end(() =>
        reject(
          new TrajsieveError('correlate-crashed', `correlation ended: ${messageOf(error)}`, { cause: error }),
        ),
      ),
    );
    worker.on('exit', (code) =>
      end(() => reject(new TrajsieveError('correlate-crashed', `correlation ended with code ${code}`))),
    );
  });
}

/** The compiled worker: threads of Node 20 load no TypeScript, so tests run the built one too. */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? '../../dist/src/correlate/worker.js' : './worker.js', import.meta.url);
}
