import type { WorkUnit } from '../pipeline/plan.ts';
import type { Trial } from '../pipeline/trial.ts';
import type { Trajectory } from '../trajectory/model.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import type { Behaviour } from './behaviour.ts';
import type { TextSet } from './bloom.ts';
import type { Episode } from './episode.ts';
import { episodeOf } from './episode-of.ts';
import { readTrajectories } from './trajectories.ts';
import type { Zone } from './zone.ts';

export interface EpisodeReaderOptions {
  readonly specs: readonly DatasetSpec[];
  /** names of the inputs, by number */
  readonly inputs: readonly string[];
  /** for temporary files */
  readonly folder: string;
  readonly zone: Zone | undefined;
  /** the places that alerts are about */
  readonly places: TextSet;
  /** examines the trajectories; undefined where they are not examined */
  readonly trial: Trial | undefined;
}

/** A row: its episode, undefined where it cannot be read, and what was found in it. */
export interface EpisodeRow {
  readonly episode: Episode | undefined;
  readonly trajectory?: Trajectory;
  readonly findings: readonly Behaviour[];
}

/** Reads the episodes of work units, one after another. */
export class EpisodeReader {
  readonly #options: EpisodeReaderOptions;
  readonly #numbers: ReadonlyMap<string, number>;
  #ordinal = 0;

  constructor(options: EpisodeReaderOptions) {
    this.#options = options;
    this.#numbers = new Map(options.inputs.map((file, number) => [file, number]));
  }

  /** The rows of a unit in order. Where a row is a single reply of the model, its tools run until the next one. */
  async *read(unit: WorkUnit): AsyncGenerator<EpisodeRow> {
    const { specs, folder } = this.#options;
    let waiting: EpisodeRow | undefined;
    for await (const row of readTrajectories(unit, specs, folder)) {
      const isReply = 'trajectory' in row && row.trajectory.metadata.timesOf === 'reply';
      const next = this.#row(row);
      if (waiting !== undefined) {
        const from = isReply && 'trajectory' in row ? row.trajectory.metadata.startTime : undefined;
        yield untilNext(waiting, next.episode, from);
        waiting = undefined;
      }
      if (isReply) waiting = next;
      else yield next;
    }
    if (waiting !== undefined) yield waiting;
  }

  #row(row: Awaited<ReturnType<ReturnType<typeof readTrajectories>['next']>>['value']): EpisodeRow {
    const ordinal = this.#ordinal;
    this.#ordinal += 1;
    if (!('trajectory' in row)) return { episode: undefined, findings: [] };
    const { trajectory, file: fileName } = row;
    const file = this.#numbers.get(fileName) ?? 0;
    const episode = episodeOf(trajectory, { ordinal, file, row: row.row, fileName }, this.#options);
    const { trial } = this.#options;
    if (trial === undefined) return { episode, trajectory, findings: [] };
    const { findings, decision } = trial.examine(trajectory);
    const { id, start, end } = episode;
    return {
      episode,
      trajectory,
      findings: findings.map(({ rule, step, category, severity, evidence }) => ({
        file,
        row: row.row,
        ...(id === undefined ? {} : { id }),
        rule,
        step,
        category,
        severity,
        evidence,
        isUnsafe: decision.verdict === 'unsafe',
        ...(start === undefined || end === undefined ? {} : { start, end }),
      })),
    };
  }
}

/** A reply's episode, made longer until the next reply of the same file begins. */
function untilNext(row: EpisodeRow, next: Episode | undefined, from: number | undefined): EpisodeRow {
  const { episode } = row;
  if (episode?.start === undefined || episode.end === undefined) return row;
  if (from === undefined || next === undefined || next.file !== episode.file || from <= episode.end)
    return row;
  return {
    ...row,
    episode: { ...episode, end: from, steps: episode.steps.map((step) => ({ ...step, end: from })) },
  };
}
