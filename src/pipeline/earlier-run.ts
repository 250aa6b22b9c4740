import { copyFileSync, linkSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { listFolder } from '../output/list-folder.ts';
import { onDisk } from '../parquet/sink.ts';
import { readJson } from './files.ts';
import { hash, type LedgerEntry, type RunConfig } from './ledger.ts';
import type { WorkUnit } from './plan.ts';
import type { UnitResult } from './unit-account.ts';

/**
 * A finished run whose work units another one takes over, as far as they are the same: the same rows of the same files,
 * under the same configuration, detectors and version. What is taken over is what would have been written again, byte
 * for byte; only new and changed files are read.
 */
export class EarlierRun {
  readonly #folder: string;
  /** ledger entries by the hash of what they cover */
  readonly #entries = new Map<string, LedgerEntry>();
  /** why nothing can be taken over, for people; undefined when something may */
  readonly obstacle: string | undefined;

  constructor(folder: string, config: RunConfig) {
    this.#folder = folder;
    const before = readJson(join(folder, 'config.json')) as RunConfig | undefined;
    if (before === undefined) {
      throw new TrajsieveError('since-no-run', `folder ${JSON.stringify(folder)} holds no run`, {
        remedy: 'name the folder of an earlier run',
      });
    }
    this.obstacle = obstacleOf(before, config);
    if (this.obstacle !== undefined) return;
    for (const name of listFolder(join(folder, 'ledger'))) {
      const entry = readJson(join(folder, 'ledger', name)) as LedgerEntry;
      this.#entries.set(hash(entry.sources), entry);
    }
  }

  /** Puts the files of a unit into `made`, under their new names; undefined where the run has not done this unit. */
  take(unit: WorkUnit, made: string): UnitResult | undefined {
    const entry = this.#entries.get(hash(unit.sources));
    if (entry === undefined || unit.limit !== undefined || !this.#hasAll(entry)) return undefined;
    const { unit: _, id: __, sources: ___, ...result } = entry;
    const outputs = result.outputs.map((output) => {
      const path = join(dirname(output.path), unit.output);
      const target = join(made, path);
      onDisk(target, () => {
        mkdirSync(dirname(target), { recursive: true });
        linkOrCopy(join(this.#folder, output.path), target);
      });
      return { ...output, path };
    });
    return { ...result, outputs };
  }

  /** Files that were moved or cut short since are no loss: their unit is done again. `verify` proves the bytes. */
  #hasAll({ outputs }: LedgerEntry): boolean {
    return outputs.every(({ path, size }) => {
      const stat = statSync(join(this.#folder, path), { throwIfNoEntry: false });
      return stat?.size === size;
    });
  }
}

/** A second name for the same bytes costs nothing; it is not to be had across file systems. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function obstacleOf(before: RunConfig, now: RunConfig): string | undefined {
  if (before.version !== now.version) return `it was made by version ${before.version}`;
  for (const part of ['fingerprints', 'settings'] as const) {
    const names = new Set([...Object.keys(before[part]), ...Object.keys(now[part])]);
    for (const name of names) {
      const [a, b] = [JSON.stringify(before[part][name]), JSON.stringify(now[part][name])];
      if (a !== b) return `its ${name} ${part === 'settings' ? 'was' : 'had the hash'} ${a ?? 'not set'}`;
    }
  }
  return undefined;
}
