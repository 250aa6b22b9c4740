import { type Severity, severities } from '../detectors/finding.ts';
import { findingRows } from '../output/findings.ts';
import { decide, type Policy } from '../policy/policy.ts';
import { destinationOf } from './alert.ts';
import { bearsOut, raised } from './bear-out.ts';
import type { Behaviour } from './behaviour.ts';
import type { Timeline, TimelineAlert } from './correlation.ts';
import type { Match } from './match.ts';
import type { Bearing, RowTelemetry } from './row-telemetry.ts';
import type { TableFile } from './table-file.ts';
import { matchCells } from './tables.ts';
import { TelemetryFindings } from './telemetry.ts';
import { isUnsafe, unseenCells } from './unseen.ts';

/** The tables that are written episode by episode. */
export interface EpisodeTables {
  readonly matches: TableFile;
  readonly findings: TableFile;
  readonly corroborated: TableFile;
  readonly unseen: TableFile;
}

export interface PerEpisodeInput {
  /** both in the order of `rowKey` */
  readonly matches: Iterable<{ readonly key: number; readonly record: Match }>;
  readonly behaviours: Iterable<{ readonly key: number; readonly record: Behaviour }>;
  /** names of the inputs and of the alert files, by number */
  readonly inputs: readonly string[];
  readonly alertFiles: readonly string[];
  readonly policy: Policy;
  readonly tables: EpisodeTables;
  /** is told what was seen of each row, in order */
  onRow?(file: number, telemetry: RowTelemetry): void;
  /** from the first to the last alert of each feed */
  readonly coverage: readonly { readonly from: number | null; readonly to: number | null }[];
}

/** Most matches of one episode that are compared with its findings. */
const mostCompared = 5000;
const mostTimelines = 40;
const mostAlerts = 100;

/** A timeline without what only the store of episodes knows. */
export type TimelineDraft = Omit<Timeline, 'steps'> & { readonly ordinal: number };

/**
 * Goes through matches and behaviour findings episode by episode: writes the matches, turns them into telemetry
 * findings, and tells which behaviour findings they bear out.
 */
export function writePerEpisode(input: PerEpisodeInput): TimelineDraft[] {
  const timelines: TimelineDraft[] = [];
  for (const { matches, behaviours } of groups(input)) {
    const first = matches[Symbol.iterator]().next();
    if (first.done === true) {
      for (const behaviour of behaviours) writeUnseen(behaviour, input);
      continue;
    }
    const telemetry = new TelemetryFindings();
    const compared: Match[] = [];
    const counted = new AlertCounts();
    const add = (match: Match) => {
      input.tables.matches.add(matchCells(match, input.inputs, input.alertFiles));
      telemetry.add(match);
      counted.add(match);
      if (compared.length < mostCompared) compared.push(match);
    };
    add(first.value);
    for (const match of matches) add(match);
    const list = telemetry.list();
    const findings = list.map(({ finding }) => finding);
    const { file, row, id } = first.value;
    const decision = decide(input.policy, findings, false);
    for (const cells of findingRows(input.inputs[file]!, id, { row, decision, findings, unlisted: 0 }))
      input.tables.findings.add(cells);
    input.onRow?.(file, { row, findings, bearing: bearingOf(compared) });
    for (const behaviour of behaviours) compare(behaviour, compared, input);
    keep(timelines, counted.timeline(first.value, input.inputs[file]!, behaviours));
  }
  return timelines;
}

/** Most alerts of one row that findings are held against in a run. */
const mostBearing = 64;

/** What is needed of the matches to tell what they bear out; what says the same is told once. */
function bearingOf(matches: readonly Match[]): Bearing[] {
  const found = new Map<string, Bearing>();
  for (const { alert, step, stepBy } of matches) {
    const { severity, destinationHost, destinationIp } = alert;
    const key = `${step} ${stepBy} ${severity} ${destinationHost} ${destinationIp}`;
    if (found.has(key)) continue;
    found.set(key, {
      ...(step === undefined ? {} : { step }),
      stepBy,
      alert: {
        severity,
        ...(destinationHost === undefined ? {} : { destinationHost }),
        ...(destinationIp === undefined ? {} : { destinationIp }),
      },
    });
    if (found.size >= mostBearing) break;
  }
  return [...found.values()];
}

/** Matches of one row as they come, and its behaviour findings. */
function* groups({
  matches,
  behaviours,
}: PerEpisodeInput): Generator<{ matches: Iterable<Match>; behaviours: Behaviour[] }> {
  const matchIterator = matches[Symbol.iterator]();
  const behaviourIterator = behaviours[Symbol.iterator]();
  let match = matchIterator.next();
  let behaviour = behaviourIterator.next();
  while (match.done !== true || behaviour.done !== true) {
    const key = Math.min(
      match.done === true ? Number.POSITIVE_INFINITY : match.value.key,
      behaviour.done === true ? Number.POSITIVE_INFINITY : behaviour.value.key,
    );
    const own: Behaviour[] = [];
    for (; behaviour.done !== true && behaviour.value.key === key; behaviour = behaviourIterator.next())
      own.push(behaviour.value.record);
    const rows = {
      *[Symbol.iterator](): Generator<Match> {
        while (match.done !== true && match.value.key === key) {
          const { record } = match.value;
          match = matchIterator.next();
          yield record;
        }
      },
    };
    yield { matches: rows, behaviours: own };
    for (const _ of rows);
  }
}

function compare(behaviour: Behaviour, matches: readonly Match[], input: PerEpisodeInput): void {
  const bearing = matches.filter((match) => bearsOut(match, behaviour));
  const worst = bearing.reduce<Match | undefined>(
    (best, match) => (best === undefined || match.alert.severity > best.alert.severity ? match : best),
    undefined,
  );
  if (worst === undefined) {
    writeUnseen(behaviour, input);
    return;
  }
  const { file, row, id, rule, step, category, severity } = behaviour;
  input.tables.corroborated.add({
    file: input.inputs[file],
    row: BigInt(row),
    id: id ?? null,
    rule,
    step,
    category,
    severity,
    raised_to: raised(severity),
    alerts: bearing.filter(({ isDuplicate }) => !isDuplicate).length,
    signature: worst.alert.signature,
    feed: worst.alert.feed,
    strength: worst.strength,
    alert_start: new Date(worst.alert.start),
    alert_file: input.alertFiles[worst.alert.file],
    alert_line: BigInt(worst.alert.line),
  });
}

function writeUnseen(behaviour: Behaviour, input: PerEpisodeInput): void {
  if (!isUnsafe(behaviour)) return;
  input.tables.unseen.add({ ...unseenCells(behaviour, input.inputs), covered: isCovered(behaviour, input) });
}

/** Whether any feed was being written while the episode ran; null where it is not known when that was. */
function isCovered({ start, end }: Behaviour, { coverage }: PerEpisodeInput): boolean | null {
  if (start === undefined || end === undefined) return null;
  return coverage.some(({ from, to }) => from !== null && to !== null && from <= end && to >= start);
}

/** Equal alerts of an episode, counted. */
class AlertCounts {
  readonly #alerts = new Map<string, { match: Match; count: number }>();
  #worst = 0;

  add(match: Match): void {
    const { alert, strength, step, naming } = match;
    this.#worst = Math.max(this.#worst, alert.severity);
    const key = [alert.signature, alert.action, destinationOf(alert), strength, step, naming].join(' ');
    const before = this.#alerts.get(key);
    if (before !== undefined) before.count += 1;
    else if (this.#alerts.size < 10 * mostAlerts) this.#alerts.set(key, { match, count: 1 });
  }

  timeline(first: Match, file: string, behaviours: readonly Behaviour[]): TimelineDraft {
    const { row, id, start, end, ordinal } = first;
    const alerts = [...this.#alerts.values()]
      .sort(
        (a, b) =>
          b.match.alert.severity - a.match.alert.severity || a.match.alert.start - b.match.alert.start,
      )
      .slice(0, mostAlerts)
      .map(({ match, count }) => timelineAlert(match, count));
    return {
      ordinal,
      file,
      row,
      ...(id === undefined ? {} : { id }),
      start,
      end,
      worst: severities[this.#worst]!,
      alerts,
      findings: behaviours.slice(0, 50).map(({ rule, step, severity }) => ({ rule, step, severity })),
    };
  }
}

function timelineAlert({ alert, strength, naming, others, step }: Match, count: number): TimelineAlert {
  const to = destinationOf(alert);
  return {
    start: alert.start,
    end: alert.end,
    signature: alert.signature.slice(0, 200),
    severity: severities[alert.severity]!,
    action: alert.action,
    strength,
    ...(naming === undefined ? {} : { content: naming }),
    others,
    ...(step === undefined ? {} : { step }),
    ...(to === undefined ? {} : { to }),
    count,
  };
}

/** Keeps the worst timelines: by severity, then by what names its destination, then by number of alerts. */
function keep(timelines: TimelineDraft[], draft: TimelineDraft): void {
  if (draft.worst === 'informational') return;
  timelines.push(draft);
  timelines.sort((a, b) => weight(b) - weight(a) || a.ordinal - b.ordinal);
  if (timelines.length > mostTimelines) timelines.pop();
}

function weight({ worst, alerts, findings }: TimelineDraft): number {
  const named = alerts.some(({ content }) => content !== undefined) ? 1 : 0;
  const count = Math.min(
    alerts.reduce((sum, one) => sum + one.count, 0),
    9_999,
  );
  return (
    severities.indexOf(worst as Severity) * 100_000 +
    named * 50_000 +
    (findings.length > 0 ? 20_000 : 0) +
    count
  );
}
