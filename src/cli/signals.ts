import { exitCode } from './command.ts';

/** A signal that SIGINT and SIGTERM abort, and the exit code that tells which. A second one ends the process at once. */
export function interruptible(): { signal: AbortSignal; exitCodeOf: () => number } {
  const controller = new AbortController();
  let code: number = exitCode.interrupted;
  const stop = (received: number) => {
    if (controller.signal.aborted) process.exit(received);
    code = received;
    controller.abort();
  };
  process.on('SIGINT', () => stop(exitCode.interrupted));
  process.on('SIGTERM', () => stop(exitCode.terminated));
  return { signal: controller.signal, exitCodeOf: () => code };
}
