import type { LoadedRules } from './loaded-rules.ts';
import type { RunMode } from './run-mode.ts';
import type { Settings } from './settings.ts';
import { Thread } from './thread.ts';

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
  /** the thread that has loaded the rules, until it gets its first unit */
  #first: Thread | undefined;
  #rules: LoadedRules | undefined;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.size = options.workers;
  }

  /** Begins the first thread, and waits for what it says of the rules. Rejects with what is wrong with them. */
  async rules(): Promise<LoadedRules> {
    this.#first = this.#begin();
    this.#rules = await this.#first.rules();
    return this.#rules;
  }

  /** A thread to give units to. Whoever takes it stops it. */
  take(): Thread {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#begin();
  }

  /** Stops the thread that nobody took. */
  async stop(): Promise<void> {
    await this.#first?.stop();
  }

  #begin(): Thread {
    const { settings, mode, workers, memory } = this.#options;
    return new Thread({ settings, mode, share: memory / workers, shared: this.#rules?.shared });
  }
}
