import type { Report } from '../pipeline/report.ts';

/** How a run ended. */
export interface RunEnd {
  readonly status: 'done' | 'partial' | 'gate' | 'interrupted' | 'failed';
  /** seconds that it took */
  readonly seconds: number;
  /** seconds since 1970 */
  readonly at: number;
  /** rows that the prefilter picked */
  readonly candidates?: number | undefined;
}

/**
 * The figures of a run as node_exporter's textfile collector reads them. They are gauges: each run writes the file anew.
 * https://github.com/prometheus/node_exporter#textfile-collector
 * @param report undefined for a run that did not come to its end
 */
export function renderMetrics(
  report: Report | undefined,
  { status, seconds, at, candidates }: RunEnd,
): string {
  const lines: string[] = [];
  const metric = (name: string, help: string, values: readonly Value[]) => {
    if (values.length === 0) return;
    lines.push(`# HELP trajsieve_${name} ${help}`, `# TYPE trajsieve_${name} gauge`);
    for (const [labels, value] of values) lines.push(`trajsieve_${name}${labelText(labels)} ${value}`);
  };
  metric('run_success', '1 when the last run did all it was asked for', [[{}, status === 'done' ? 1 : 0]]);
  metric('run_status', 'How the last run ended', [[{ status }, 1]]);
  metric('run_end_timestamp_seconds', 'When the last run ended', [[{}, Math.round(at)]]);
  metric('run_duration_seconds', 'How long the last run took', [[{}, Number(seconds.toFixed(3))]]);
  if (report !== undefined) {
    const { rows, tally, problems, version } = report;
    const { in: all, ...places } = rows;
    metric('info', 'Version of trajsieve', [[{ version }, 1]]);
    metric('rows_in', 'Rows in', [[{}, all]]);
    // edited rows are among the kept ones
    const { edited, ...disjoint } = places;
    metric('rows', 'Rows by where they went', byName('place', disjoint));
    metric('rows_edited', 'Kept rows that were changed', [[{}, edited ?? 0]]);
    metric('verdicts', 'Rows by verdict', byName('verdict', tally.verdicts));
    if (candidates !== undefined) metric('candidates', 'Rows that the prefilter picked', [[{}, candidates]]);
    metric('findings', 'Findings by severity', byName('severity', tally.severities));
    metric('findings_by_category', 'Findings by category', byName('category', tally.categories));
    metric('findings_by_outcome', 'Findings by outcome', byName('outcome', tally.outcomes));
    metric('problems', 'Inputs that could not be read', [[{}, problems.length]]);
  }
  return `${lines.join('\n')}\n`;
}

type Value = readonly [labels: Readonly<Record<string, string>>, value: number];

function byName(label: string, counts: Readonly<Record<string, number>>): Value[] {
  return Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [{ [label]: name }, value]);
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/** The three characters that the exposition format escapes. */
function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
