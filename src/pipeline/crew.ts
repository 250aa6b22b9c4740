import type { LoadedRules } from './loaded-rules.ts';
import type { RunMode } from './run-mode.ts';
import type { Settings } from './settings.ts';
import { Thread, type ThreadOptions } from './thread.ts';

/** What a crew is made for. */
export interface CrewOptions {
  readonly settings: Settings;
  readonly mode: RunMode;
  /** threads at a time */
  readonly workers: number;
  /** bytes that all of them together may aim to stay under */
  readonly memory: number;
}

/**
 * The threads of a run. The first loads the rules, tells what they are and makes what the others share, so that the main
 * thread, whose heap nothing bounds, never holds them.
 */
export class Crew {
  readonly size: number;
  readonly #options: CrewOptions;
  /** threads that have no unit yet: the one that loads the rules is the first */
  #idle: Thread[] = [];
  #rules: LoadedRules | undefined;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.size = options.workers;
  }

  /** Begins the first thread, and waits for what it says of the rules. Rejects with what is wrong with them. */
  async rules(): Promise<LoadedRules> {
    const first = this.#begin(undefined);
    this.#idle.unshift(first);
    this.#rules = await first.rules();
    for (const thread of this.#idle) if (thread !== first) thread.share(this.#rules.shared);
    return this.#rules;
  }

  /** Begins as many more threads as units can use, so that they are ready when the rules are known. */
  expect(units: number): void {
    const more = Math.min(this.size, units) - 1;
    const shared = this.#rules?.shared ?? 'later';
    for (let i = 0; i < more; i++) this.#idle.push(this.#begin(shared));
  }

  /** A thread to give units to. Whoever takes it stops it. */
  take(): Thread {
    return this.#idle.shift() ?? this.#begin(this.#rules?.shared);
  }

  /** Stops the threads that nobody took. */
  async stop(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.stop()));
  }

  #begin(shared: ThreadOptions['shared']): Thread {
    const { settings, mode, workers, memory } = this.#options;
    return new Thread({ settings, mode, share: memory / workers, shared });
  }
}
