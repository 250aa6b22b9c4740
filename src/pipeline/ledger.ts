import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TrajsieveError } from '../errors.ts';
import { onDisk } from '../parquet/sink.ts';
import { readJson, syncFolder, toJson, writeAtomically } from './files.ts';
import { describeFiles, type Plan, type UnitSource, type WorkUnit } from './plan.ts';
import { closes } from './row-map.ts';
import type { UnitResult } from './unit-account.ts';

/**
 * The account of a run, on disk. A run's folder looks like this:
 *
 *     config.json       what shapes the results; a run with another one is refused
 *     plan.json         inputs and work units
 *     data/ quarantine/ negative/ findings/
 *     scan/             what was found in each row, for deciding again
 *     ledger/00003.json one entry per work unit: the commit marker. What has none does not count.
 *     report.json       the sum, once every unit is done
 *     .partial/         units in progress; of no use to anybody else
 */
export interface LedgerEntry extends UnitResult {
  readonly unit: number;
  /** hash of all that the result depends on */
  readonly id: string;
  readonly sources: readonly UnitSource[];
}

/** What a run was started with, as `config.json` holds it. */
export interface RunConfig {
  readonly version: string;
  /** by name of the setting */
  readonly settings: Readonly<Record<string, unknown>>;
  /** hashes of the detectors, the policy and the data set specs */
  readonly fingerprints: Readonly<Record<string, string>>;
}

export class Ledger {
  readonly folder: string;
  readonly #configHash: string;

  /**
   * Opens the folder of a run, new or begun before. Refuses a folder that holds something else, or a run with another
   * configuration or other inputs, and says what differs.
   */
  constructor(folder: string, config: RunConfig, plan: Plan) {
    this.folder = folder;
    this.#configHash = hash(config);
    const before = readJson(join(folder, 'config.json'));
    if (before === undefined) this.#create(config, plan);
    else this.#checkSame(before as RunConfig, config, plan);
  }

  /** Folder for units in progress. */
  get partial(): string {
    return join(this.folder, '.partial');
  }

  /** The committed entry of a unit, or undefined. */
  entry(unit: WorkUnit): LedgerEntry | undefined {
    const entry = readJson(this.#path(unit)) as LedgerEntry | undefined;
    return entry?.id === this.#id(unit) ? entry : undefined;
  }

  /** Deletes what a run that was killed left of these units, and of the files that are made of all of them. */
  clean(units: readonly WorkUnit[]): void {
    for (const name of readdirSync(this.folder)) {
      const path = join(this.folder, name);
      // others may work in the same folder, but nobody takes as long over a small file as this process has been running
      if (/\.tmp-\d+$/.test(name) && isOlder(path, performance.timeOrigin)) rmSync(path, { force: true });
    }
    const entries = new Set(units.map((unit) => basename(entryPath(unit))));
    const ledger = join(this.folder, 'ledger');
    // killed before its rename, an entry is none; units have one job each, so that no other is writing it
    for (const name of existsSync(ledger) ? readdirSync(ledger) : []) {
      const [, entry] = /^(.+)\.tmp-\d+$/.exec(name) ?? [];
      if (entry !== undefined && entries.has(entry)) rmSync(join(ledger, name), { force: true });
    }
    if (!existsSync(this.partial)) return;
    const numbers = new Set(units.map((unit) => String(unit.number)));
    for (const name of readdirSync(this.partial)) {
      if (numbers.has(name.split('-')[0]!))
        rmSync(join(this.partial, name), { recursive: true, force: true });
    }
  }

  /** Moves a unit's files to their places and commits it. Everything before the last rename can be done again. */
  commit(unit: WorkUnit, made: string, result: UnitResult): LedgerEntry {
    const entry: LedgerEntry = {
      unit: unit.number,
      id: this.#id(unit),
      sources: unit.sources,
      ...result,
    };
    checkAccount(entry, unit);
    for (const { path } of result.outputs) {
      const target = join(this.folder, path);
      onDisk(target, () => {
        mkdirSync(dirname(target), { recursive: true });
        renameSync(join(made, path), target);
        syncFolder(dirname(target));
      });
    }
    writeAtomically(this.#path(unit), toJson(entry));
    rmSync(made, { recursive: true, force: true });
    return entry;
  }

  /** The unit's identity: its file, its rows, and the hash of configuration and detectors. */
  #id(unit: WorkUnit): string {
    return hash([this.#configHash, unit.sources, unit.limit, unit.output]);
  }

  #path(unit: WorkUnit): string {
    return join(this.folder, entryPath(unit));
  }

  #create(config: RunConfig, plan: Plan): void {
    const { folder } = this;
    // a run that was killed at its very start leaves these behind, and config.json is written last
    const ours = /^(ledger|\.partial|plan\.json|(plan|config)\.json\.tmp-\d+)$/;
    if (existsSync(folder) && readdirSync(folder).some((name) => !ours.test(name))) {
      throw new TrajsieveError(
        'output-not-empty',
        `folder ${JSON.stringify(folder)} holds something that is no run`,
        {
          remedy: 'name a new folder',
        },
      );
    }
    onDisk(folder, () => mkdirSync(join(folder, 'ledger'), { recursive: true }));
    writeAtomically(join(folder, 'plan.json'), toJson(plan));
    writeAtomically(join(folder, 'config.json'), toJson(config));
  }

  #checkSame(before: RunConfig, config: RunConfig, plan: Plan): void {
    const changes = [
      ...differences('', { ...before.settings }, { ...config.settings }),
      ...differences('', { version: before.version }, { version: config.version }),
      ...differences('', { ...before.fingerprints }, { ...config.fingerprints }),
    ];
    if (changes.length === 0)
      changes.push(...planChanges(readJson(join(this.folder, 'plan.json')) as Plan, plan));
    if (changes.length === 0) return;
    throw new TrajsieveError('run-changed', `run was begun otherwise: ${changes.join('; ')}`, {
      where: { file: this.folder },
      remedy: 'run as before to go on, or into a new folder',
    });
  }
}

/** Where a unit's entry lies in the run's folder. */
export function entryPath(unit: WorkUnit): string {
  return `ledger/${String(unit.number).padStart(5, '0')}.json`;
}

/** @param time in milliseconds of the system's clock */
function isOlder(path: string, time: number): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? time) < time;
}

/** Rows in = kept + negative + dropped + quarantined + unreadable, and every row that is kept is in a file. */
function checkAccount(entry: LedgerEntry, unit: WorkUnit): void {
  const { rows, outputs, unit: number } = entry;
  const inFolder = (folder: string) =>
    outputs.filter(({ path }) => path.startsWith(`${folder}/`)).reduce((sum, output) => sum + output.rows, 0);
  const isClosed =
    rows.in === (unit.rows ?? rows.in) &&
    rows.in === entry.sourceRows.reduce((sum, count) => sum + count, 0) &&
    closes(rows) &&
    (entry.shards === false ||
      (rows.kept === inFolder('data') &&
        rows.negative === inFolder('negative') &&
        rows.quarantined === inFolder('quarantine')));
  if (isClosed) return;
  throw new TrajsieveError(
    'account-open',
    `account of unit ${number} does not close: ${JSON.stringify(rows)}, files ${JSON.stringify(outputs)}`,
    {
      where: { file: describeFiles(unit) },
      remedy: 'this is a fault of trajsieve: please report it; nothing was committed',
    },
  );
}

function differences(path: string, before: Record<string, unknown>, now: Record<string, unknown>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].flatMap((name) => {
    const [a, b] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    return a === b ? [] : [`${path}${name} was ${a ?? 'not set'}, is ${b ?? 'not set'}`];
  });
}

function planChanges(before: Plan, now: Plan): string[] {
  const files = (plan: Plan) =>
    new Map(
      plan.units
        .flatMap(({ sources }) => sources)
        .map(({ file, identity }) => [file, JSON.stringify(identity)]),
    );
  const [old, current] = [files(before), files(now)];
  const changes: string[] = [];
  for (const [file, identity] of current) {
    if (!old.has(file)) changes.push(`input ${file} is new`);
    else if (old.get(file) !== identity) changes.push(`input ${file} was changed`);
  }
  for (const file of old.keys()) if (!current.has(file)) changes.push(`input ${file} is gone`);
  return changes.length > 0 || JSON.stringify(before.units) === JSON.stringify(now.units)
    ? changes
    : ['plan differs'];
}

/** SHA-256 of a value as JSON. */
export function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
