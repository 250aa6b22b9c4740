import { readArguments } from '../actions/arguments.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { hashOf, TextSet } from './bloom.ts';
import { type CommandLogCounts, comparable, type LoggedCommand, readCommandLog } from './command-log.ts';
import type { Episode, StepWindow } from './episode.ts';
import { RecordSorter } from './record-sorter.ts';
import type { Zone } from './zone.ts';

/** What a call of an episode may be written as in a log. */
export interface CallTexts {
  readonly step: number;
  readonly texts: readonly string[];
}

/** What came of the command logs. */
export interface StepTimeCounts extends CommandLogCounts {
  /** episodes whose sandbox a log names, and steps of them that were found in it */
  episodes: number;
  steps: number;
}

interface Waiting {
  readonly episode: Episode;
  readonly calls: readonly CallTexts[];
}

/** Commands shorter than this are only found where the log has the same and no more: `ls` is in many words. */
const shortest = 8;
const longestText = 300;
const mostTexts = 4;
/** Most pairs of calls and commands that are compared; of a longer log the rest is left out. */
const mostPairs = 4_000_000;
/** Seconds that the log's clock and the episode's may be apart. */
const tolerance = 60_000;

/** The texts of an episode's calls, as a log may have them. */
export function callTexts({ steps }: Trajectory): CallTexts[] {
  return steps.flatMap(({ index, copied, toolCalls }) =>
    copied === true
      ? []
      : toolCalls.map((call) => ({ step: index, texts: textsOf(readArguments(call.arguments)) })),
  );
}

function textsOf(read: ReturnType<typeof readArguments>): string[] {
  const values = 'text' in read ? [read.text] : 'list' in read ? [read.list] : [...read.named.values()];
  const texts = values.flatMap((value) => {
    if (typeof value === 'string') return [value];
    if (!Array.isArray(value)) return [];
    const words = value.filter((one): one is string => typeof one === 'string');
    return [words.join(' '), ...words.slice(-1)];
  });
  return [...new Set(texts.map((text) => comparable(text, longestText)).filter((text) => text !== ''))]
    .sort((a, b) => b.length - a.length)
    .slice(0, mostTexts);
}

/**
 * Finds the calls of an episode among the commands of its sandbox: the longest sequence that both have in common, in
 * their order, so that a command which is missing on either side costs itself and no other.
 * @param commands in the order of time
 * @returns when the tools of each step ran that was found
 */
export function alignCalls(calls: readonly CallTexts[], commands: readonly LoggedCommand[]): StepWindow[] {
  const logged = commands.slice(0, Math.floor(mostPairs / Math.max(1, calls.length)));
  const width = logged.length + 1;
  // for call i and command j: how many of the calls from i on can be found from j on
  const common = new Uint16Array((calls.length + 1) * width);
  const same = (call: number, command: number) => isSame(calls[call]!, logged[command]!.text);
  for (let i = calls.length - 1; i >= 0; i--)
    for (let j = logged.length - 1; j >= 0; j--)
      common[i * width + j] = same(i, j)
        ? common[(i + 1) * width + j + 1]! + 1
        : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const windows = new Map<number, StepWindow>();
  for (let i = 0, j = 0; i < calls.length && j < logged.length; ) {
    if (same(i, j)) {
      const { step } = calls[i]!;
      const { start, end } = logged[j]!;
      const before = windows.get(step);
      windows.set(step, {
        step,
        start: Math.min(before?.start ?? start, start),
        end: Math.max(before?.end ?? end, end),
      });
      i += 1;
      j += 1;
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) i += 1;
    else j += 1;
  }
  return [...windows.values()];
}

function isSame({ texts }: CallTexts, command: string): boolean {
  return texts.some((text) => text === command || (text.length >= shortest && command.includes(text)));
}

/**
 * Gives the steps of episodes the times that the logs of their sandboxes have. Both are sorted on disk by sandbox and gone
 * through together; in memory is one sandbox.
 */
export class StepTimes {
  readonly counts: StepTimeCounts = {
    entries: 0,
    commands: 0,
    withoutSandbox: 0,
    unreadable: 0,
    episodes: 0,
    steps: 0,
  };
  readonly #commands: RecordSorter<LoggedCommand>;
  readonly #episodes: RecordSorter<Waiting>;
  readonly #sandboxes = new TextSet(1 << 20);

  /** @param folder for temporary files */
  constructor(folder: string) {
    this.#commands = new RecordSorter(folder, 'commands');
    this.#episodes = new RecordSorter(folder, 'logged-episodes');
  }

  async read(file: string, zone: Zone | undefined): Promise<void> {
    for await (const command of readCommandLog(file, zone, this.counts)) {
      this.#sandboxes.add(command.sandbox);
      this.#commands.add(hashOf(command.sandbox), command);
    }
  }

  mayKnow(sandbox: string | undefined): boolean {
    return sandbox !== undefined && this.#sandboxes.has(sandbox);
  }

  /** Keeps an episode until all are read. */
  hold(episode: Episode, trajectory: Trajectory): void {
    this.#episodes.add(hashOf(episode.sandbox!), { episode, calls: callTexts(trajectory) });
  }

  /** The episodes that were held, with the times that are known now. */
  *timed(): Generator<Episode> {
    const commands = this.#commands.sorted();
    let next = commands.next();
    let waiting: Waiting[] = [];
    let key = Number.NaN;
    const finish = function* (this: StepTimes): Generator<Episode> {
      while (!next.done && next.value.key < key) next = commands.next();
      const logged: LoggedCommand[] = [];
      for (; !next.done && next.value.key === key; next = commands.next()) logged.push(next.value.record);
      logged.sort((a, b) => a.start - b.start);
      for (const one of waiting) yield this.#time(one, logged, waiting);
    }.bind(this);
    for (const { key: hash, record } of this.#episodes.sorted()) {
      if (hash !== key) {
        yield* finish();
        waiting = [];
        key = hash;
      }
      waiting.push(record);
    }
    yield* finish();
  }

  #time({ episode, calls }: Waiting, all: readonly LoggedCommand[], others: readonly Waiting[]): Episode {
    const { sandbox, start, end } = episode;
    const own = all.filter((one) => one.sandbox === sandbox);
    if (own.length === 0) return episode;
    this.counts.episodes += 1;
    const hasWindow = start !== undefined && end !== undefined;
    // a sandbox that served several episodes tells nothing of one that has no times
    if (!hasWindow && others.some((one) => one.episode !== episode && one.episode.sandbox === sandbox))
      return episode;
    const logged = hasWindow
      ? own.filter((one) => one.end >= start - tolerance && one.start <= end + tolerance)
      : own;
    const found = alignCalls(calls, logged);
    if (found.length === 0) return episode;
    this.counts.steps += found.length;
    const steps = new Map([...episode.steps, ...found].map((window) => [window.step, window]));
    return {
      ...episode,
      start: start ?? found[0]!.start,
      end: end ?? Math.max(...found.map((window) => window.end)),
      steps: [...steps.values()].sort((a, b) => a.step - b.step),
    };
  }

  remove(): void {
    this.#commands.remove();
    this.#episodes.remove();
  }
}
