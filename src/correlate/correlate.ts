import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../detectors/engine.ts';
import { TrajsieveError } from '../errors.ts';
import { findingColumns } from '../output/findings.ts';
import { onDisk } from '../parquet/sink.ts';
import { toJson, writeAtomically } from '../pipeline/files.ts';
import type { InputProblem } from '../pipeline/inputs.ts';
import type { Plan } from '../pipeline/plan.ts';
import { Trial } from '../pipeline/trial.ts';
import type { Policy } from '../policy/policy.ts';
import type { DatasetSpec } from '../trajectory/spec.ts';
import { version } from '../version.ts';
import { AlertStore } from './alert-store.ts';
import { type Behaviour, readFindings, rowKey } from './behaviour.ts';
import type { Correlation, Timeline } from './correlation.ts';
import { EpisodeReader } from './episode-reader.ts';
import { EpisodeStore } from './episode-store.ts';
import type { Feed } from './feeds/feed.ts';
import type { JoinOptions } from './join.ts';
import { type Joined, joinAll } from './join-all.ts';
import { type Lease, readLeases } from './lease.ts';
import { type TimelineDraft, writePerEpisode } from './per-episode.ts';
import { RecordSorter } from './record-sorter.ts';
import { TelemetryWriter } from './row-telemetry.ts';
import { StepTimes } from './step-times.ts';
import { TableFile } from './table-file.ts';
import {
  ambiguousColumns,
  corroboratedColumns,
  matchColumns,
  unexplainedColumns,
  unreadableCells,
  unreadableColumns,
  unseenColumns,
} from './tables.ts';
import type { Zone } from './zone.ts';

/** A correlation as its caller asks for it. */
export interface CorrelateRequest {
  /** the trajectories, as `makePlan` cuts them */
  readonly plan: Plan;
  readonly specs: readonly DatasetSpec[];
  readonly alerts: readonly string[];
  readonly mappings: readonly Feed[];
  readonly leases: string | undefined;
  /** logs of what sandboxes ran, which tell when steps ran */
  readonly commandLogs?: readonly string[] | undefined;
  readonly out: string;
  /** zone of times that name none */
  readonly zone: Zone | undefined;
  /** milliseconds after an episode in which its doings may still be seen */
  readonly lag: number;
  /** milliseconds by feed, where they are not the feed's own */
  readonly tolerances: ReadonlyMap<string, number>;
  readonly shifts: number;
  readonly seed: number;
  readonly policy: Policy;
  /** folder of an earlier run whose findings are compared with the alerts */
  readonly findings: string | undefined;
  /** with which the trajectories are examined now; undefined where they are not */
  readonly engine: Engine | undefined;
  /** set where what was seen of each row is written for the workers of a run: what tells this correlation from others */
  readonly runKey?: string | undefined;
  /** what the caller was told, for the record */
  readonly config: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  onProgress?(done: { readonly phase: 'alerts' | 'episodes' | 'join'; readonly count: number }): void;
}

/** What came of matching alerts to episodes. */
export interface CorrelateOutcome {
  readonly correlation: Correlation;
  /** inputs that could not be read; the others were */
  readonly problems: readonly InputProblem[];
}

/** Of a long connection this much counts for the join: what opened it ran when it began. */
const longest = 3_600_000;

/** The tables of a correlation, by where they lie in its folder. */
const tableFiles = {
  matches: ['matches.parquet', matchColumns],
  ambiguous: ['ambiguous.parquet', ambiguousColumns],
  unexplained: ['unexplained.parquet', unexplainedColumns],
  unreadable: ['unreadable.parquet', unreadableColumns],
  corroborated: ['corroborated.parquet', corroboratedColumns],
  unseen: ['unseen.parquet', unseenColumns],
  findings: ['findings/telemetry.parquet', findingColumns],
} as const;

type Tables = Record<keyof typeof tableFiles, TableFile>;

/**
 * Matches alerts to episodes. Writes into `out`:
 *
 *     config.json          what shaped the results
 *     matches.parquet ambiguous.parquet unexplained.parquet unreadable.parquet    each alert in exactly one
 *     findings/telemetry.parquet    matched alerts as findings
 *     corroborated.parquet unseen.parquet    behaviour findings that alerts bear out; unsafe ones that none does
 *     correlation.json     the sum; written last
 *
 * The same inputs give the same bytes. Throws where a feed is not known, a time names no zone, or the account of alerts
 * does not close.
 */
export async function correlate(request: CorrelateRequest): Promise<CorrelateOutcome> {
  const { out } = request;
  const partial = partialFolder(out);
  prepare(out, partial);
  try {
    return await correlateInto(partial, request);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Where a correlation is made before it is published; each process has its own. */
export function partialFolder(out: string): string {
  return join(out, `.partial-${process.pid}`);
}

const ours = new Set([
  'config.json',
  'correlation.json',
  'findings',
  ...Object.values(tableFiles).map(([name]) => name),
]);

/** Whether a name in the folder of a correlation is one of its own. */
export function isOfCorrelation(name: string): boolean {
  return ours.has(name) || /^\.partial-|^telemetry-|\.tmp-\d+$/.test(name);
}

function prepare(out: string, partial: string): void {
  const foreign = existsSync(out) ? readdirSync(out).filter((name) => !isOfCorrelation(name)) : [];
  if (foreign.length > 0) {
    throw new TrajsieveError(
      'output-not-empty',
      `folder ${JSON.stringify(out)} holds something that is no correlation: ${foreign.slice(0, 3).join(', ')}`,
      {
        remedy: 'name a new folder',
      },
    );
  }
  onDisk(out, () => {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
  });
}

async function correlateInto(folder: string, request: CorrelateRequest): Promise<CorrelateOutcome> {
  const { plan, signal, zone } = request;
  const tables = Object.fromEntries(
    Object.entries(tableFiles).map(([key, [, columns]]) => [
      key,
      new TableFile(join(folder, `${key}.parquet`), columns),
    ]),
  ) as Tables;
  const alerts = new AlertStore(folder, request.mappings, request.tolerances);
  for (const file of request.alerts) {
    await alerts.read(file, { mappings: request.mappings, zone, signal }, (line) =>
      tables.unreadable.add(unreadableCells(line)),
    );
    request.onProgress?.({ phase: 'alerts', count: alerts.byStart.count });
  }
  const leases = new RecordSorter<Lease>(folder, 'leases');
  if (request.leases !== undefined)
    for await (const lease of readLeases(request.leases, zone)) leases.add(lease.start, lease);
  const stepTimes = new StepTimes(folder);
  for (const file of request.commandLogs ?? []) await stepTimes.read(file, zone);

  const inputs = plan.files.map(({ file }) => file);
  const episodes = new EpisodeStore(folder);
  const behaviours = new RecordSorter<Behaviour>(folder, 'behaviours');
  if (request.findings !== undefined) await readFindings(request.findings, inputs, behaviours);
  const trial = request.engine === undefined ? undefined : new Trial(request.engine, request.policy);
  const reader = new EpisodeReader({
    specs: request.specs,
    inputs,
    folder,
    zone,
    places: alerts.places,
    trial,
  });
  for (const unit of plan.units) {
    for await (const { episode, trajectory, findings } of reader.read(unit)) {
      signal.throwIfAborted();
      if (episode === undefined) episodes.addUnreadable();
      else if (trajectory !== undefined && stepTimes.mayKnow(episode.sandbox))
        stepTimes.hold(episode, trajectory);
      else episodes.add(episode);
      for (const behaviour of findings) behaviours.add(rowKey(behaviour.file, behaviour.row), behaviour);
      if (episodes.counts.rows % 1000 === 0)
        request.onProgress?.({ phase: 'episodes', count: episodes.counts.rows });
    }
  }
  for (const episode of stepTimes.timed()) episodes.add(episode);
  stepTimes.remove();

  const options: JoinOptions = {
    lag: request.lag,
    longest,
    tolerance: (feed) => alerts.tolerances.get(feed) ?? 0,
    isRare: (place) => episodes.isRare(place),
  };
  const joined = joinAll({
    alerts,
    episodes,
    leases,
    options,
    seed: request.seed,
    folder,
    inputs,
    tables,
    signal,
    onProgress: (count) => request.onProgress?.({ phase: 'join', count }),
  });
  alerts.remove();
  leases.remove();
  const writer =
    request.runKey === undefined
      ? undefined
      : new TelemetryWriter(telemetryFolder(folder, request.runKey), inputs);
  const drafts = writePerEpisode({
    matches: joined.matches.sorted(),
    behaviours: behaviours.sorted(),
    inputs,
    alertFiles: alerts.files,
    policy: request.policy,
    tables,
    coverage: alerts.feeds,
    ...(writer === undefined ? {} : { onRow: (file, telemetry) => writer.add(file, telemetry) }),
  });
  joined.matches.remove();
  writer?.finish();
  const commandLogs = request.commandLogs === undefined ? null : stepTimes.counts;
  const timelines = timelinesOf(drafts, episodes);
  const correlation = {
    ...describe(request, alerts, episodes, joined, tables, timelines),
    commandLogs,
  };
  publish(folder, tables, correlation, request);
  return { correlation, problems: plan.problems };
}

/** Most steps of a timeline. */
const mostSteps = 200;

function timelinesOf(drafts: readonly TimelineDraft[], episodes: EpisodeStore): Timeline[] {
  if (drafts.length === 0) return [];
  const wanted = new Map(drafts.map((draft) => [draft.ordinal, draft]));
  const steps = new Map<number, Timeline['steps']>();
  for (const { record } of episodes.byStart.sorted()) {
    if (!wanted.has(record.ordinal)) continue;
    steps.set(record.ordinal, record.steps.slice(0, mostSteps));
    if (steps.size === wanted.size) break;
  }
  return drafts.map(({ ordinal, ...draft }) => ({ ...draft, steps: steps.get(ordinal) ?? [] }));
}

function describe(
  request: CorrelateRequest,
  alerts: AlertStore,
  episodes: EpisodeStore,
  { tally, chance, offsets }: Joined,
  tables: Tables,
  timelines: readonly Timeline[],
): Omit<Correlation, 'commandLogs'> {
  const unreadable = alerts.feeds.reduce((sum, feed) => sum + feed.unreadable, 0);
  const read = alerts.feeds.reduce((sum, feed) => sum + feed.alerts, 0);
  const { matched, ambiguous, unexplained } = tally.statuses;
  const closes =
    read + unreadable === matched + ambiguous + unexplained + unreadable &&
    tables.matches.rows === matched &&
    tables.ambiguous.rows === ambiguous &&
    tables.unexplained.rows === unexplained &&
    tables.unreadable.rows === unreadable;
  if (!closes) {
    throw new TrajsieveError(
      'account-open',
      `account of alerts does not close: ${read + unreadable} read, ${JSON.stringify(tally.statuses)}`,
      {
        remedy: 'this is a fault of trajsieve: please report it; nothing was written',
      },
    );
  }
  const tested = chance.run(request.shifts);
  return {
    version,
    config: { ...request.config, tolerances: Object.fromEntries([...alerts.tolerances].sort()) },
    alerts: {
      in: read + unreadable,
      matched,
      ambiguous,
      unexplained,
      unreadable,
      duplicates: tally.duplicates,
      others: alerts.feeds.reduce((sum, feed) => sum + feed.others, 0),
    },
    feeds: alerts.feeds,
    episodes: episodes.counts,
    strengths: tally.strengths,
    signatures: tally.signatures(tested),
    chance: { ...tested, signatures: tested.signatures.slice(0, 200), sources: tested.sources.slice(0, 200) },
    offsets: offsets.report(request.zone),
    findings: tables.findings.rows,
    corroborated: tables.corroborated.rows,
    unseen: tables.unseen.rows,
    timelines,
    unexplained: tally.unexplained,
    bin: tally.bin,
  };
}

/** Where what was seen of each row lies, below the folder of a correlation. */
export function telemetryFolder(folder: string, runKey: string): string {
  return join(folder, `telemetry-${runKey.slice(0, 16)}`);
}

/** Puts everything to its place; `correlation.json` last, so that where it is all is. */
function publish(folder: string, tables: Tables, correlation: Correlation, request: CorrelateRequest): void {
  const { out } = request;
  rmSync(join(out, 'correlation.json'), { force: true });
  onDisk(out, () => mkdirSync(join(out, 'findings'), { recursive: true }));
  for (const table of Object.values(tables)) table.finish();
  for (const [key, [name]] of Object.entries(tableFiles))
    tables[key as keyof Tables].publish(join(out, name));
  if (request.runKey !== undefined) {
    const [made, place] = [folder, out].map((parent) => telemetryFolder(parent, request.runKey!));
    // another job of the same run may have been faster, and be reading it: its bytes are the same
    if (!existsSync(place!)) onDisk(out, () => renameSync(made!, place!));
  }
  writeAtomically(join(out, 'config.json'), toJson({ version, ...request.config }));
  writeAtomically(join(out, 'correlation.json'), toJson(correlation));
}
