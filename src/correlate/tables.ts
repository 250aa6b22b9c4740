import { severities } from '../detectors/finding.ts';
import type { ColumnSpec } from '../parquet/columns.ts';
import { destinationOf, type PlacedAlert } from './alert.ts';
import type { UnreadableLine } from './alert-store.ts';
import type { Candidate, Decision } from './join.ts';
import type { Match } from './match.ts';

const text = (name: string): ColumnSpec => ({ name, type: 'string' });
const number = (name: string): ColumnSpec => ({ name, type: 'int32' });
const long = (name: string): ColumnSpec => ({ name, type: 'int64' });
const time = (name: string): ColumnSpec => ({ name, type: 'timestamp' });

/** What every table says of an alert. */
const alertColumns: readonly ColumnSpec[] = [
  text('alert_file'),
  long('alert_line'),
  text('feed'),
  time('alert_start'),
  time('alert_end'),
  text('signature'),
  text('signature_id'),
  text('alert_category'),
  text('severity'),
  text('action'),
  text('source_ip'),
  number('source_port'),
  text('destination_ip'),
  number('destination_port'),
  text('destination_host'),
  text('protocol'),
  text('alert_host'),
  text('container'),
  text('flow'),
  { name: 'duplicate', type: 'boolean' },
];

/** One row for each alert that was matched: the episode, the step where it is known, and what speaks for it. */
export const matchColumns: readonly ColumnSpec[] = [
  text('file'),
  long('row'),
  text('id'),
  number('step'),
  text('step_by'),
  text('strength'),
  text('content'),
  number('others'),
  text('reason'),
  text('relation'),
  long('gap_ms'),
  ...alertColumns,
];

/** One row for each alert that several episodes may have caused, or that is too weak a sign of the one that could. */
export const ambiguousColumns: readonly ColumnSpec[] = [
  text('strength'),
  number('candidates'),
  text('reason'),
  text('episodes'),
  ...alertColumns,
];

export const unexplainedColumns: readonly ColumnSpec[] = [text('reason'), ...alertColumns];

export const unreadableColumns: readonly ColumnSpec[] = [
  text('alert_file'),
  long('alert_line'),
  text('feed'),
  text('problem'),
];

/** Behaviour findings that an alert bears out, and what severity they come to. */
export const corroboratedColumns: readonly ColumnSpec[] = [
  text('file'),
  long('row'),
  text('id'),
  text('rule'),
  number('step'),
  text('category'),
  text('severity'),
  text('raised_to'),
  number('alerts'),
  text('signature'),
  text('feed'),
  text('strength'),
  time('alert_start'),
  text('alert_file'),
  long('alert_line'),
];

/** Unsafe findings that no alert bears out. `covered` says whether any feed was being written at the time. */
export const unseenColumns: readonly ColumnSpec[] = [
  text('file'),
  long('row'),
  text('id'),
  text('rule'),
  number('step'),
  text('category'),
  text('severity'),
  text('evidence'),
  { name: 'covered', type: 'boolean' },
];

export function alertCells(
  alert: PlacedAlert,
  files: readonly string[],
  isDuplicate: boolean,
): Record<string, unknown> {
  return {
    alert_file: files[alert.file],
    alert_line: BigInt(alert.line),
    feed: alert.feed,
    alert_start: new Date(alert.start),
    alert_end: new Date(alert.end),
    signature: alert.signature,
    signature_id: alert.signatureId ?? null,
    alert_category: alert.category ?? null,
    severity: severities[alert.severity],
    action: alert.action,
    source_ip: alert.sourceIp ?? null,
    source_port: alert.sourcePort ?? null,
    destination_ip: alert.destinationIp ?? null,
    destination_port: alert.destinationPort ?? null,
    destination_host: alert.destinationHost ?? null,
    protocol: alert.protocol ?? null,
    alert_host: alert.host ?? null,
    container: alert.sandbox ?? alert.containers?.[0] ?? null,
    flow: alert.flow ?? null,
    duplicate: isDuplicate,
  };
}

export function matchCells(
  match: Match,
  inputs: readonly string[],
  files: readonly string[],
): Record<string, unknown> {
  return {
    file: inputs[match.file],
    row: BigInt(match.row),
    id: match.id ?? null,
    step: match.step ?? null,
    step_by: match.stepBy,
    strength: match.strength,
    content: match.naming ?? null,
    others: match.others,
    reason: match.reason,
    relation: match.relation,
    gap_ms: BigInt(Math.round(match.gap)),
    ...alertCells(match.alert, files, match.isDuplicate),
  };
}

/** Candidates that a row of the table of ambiguous alerts names. */
const named = 8;

export function ambiguousCells(
  { strength, count, reason, candidates }: Decision,
  inputs: readonly string[],
): Record<string, unknown> {
  const name = ({ episode }: Candidate) => `${inputs[episode.file]}#${episode.row}`;
  return { strength, candidates: count, reason, episodes: candidates.slice(0, named).map(name).join(' ') };
}

export function unreadableCells({ file, line, feed, problem }: UnreadableLine): Record<string, unknown> {
  return { alert_file: file, alert_line: BigInt(line), feed: feed ?? null, problem };
}

/** An alert in a line, for evidence. */
export function alertLine(alert: PlacedAlert): string {
  const from = alert.sourceIp === undefined ? '' : `${alert.sourceIp} `;
  const to = destinationOf(alert);
  return `${alert.signature}${to === undefined ? '' : `: ${from}-> ${to}`}${alert.protocol === undefined ? '' : ` ${alert.protocol}`}`;
}
