import type { SliceDimension, SliceEntry, Slices } from '../slices.ts';
import type { ReportModel, WhereName } from './model.ts';
import { codeSpan, count, percent, size } from './text.ts';

/** The report as Markdown, for terminals, mail and merge requests. Whatever comes from data stands in code spans. */
export function renderMarkdown(model: ReportModel): string {
  return `${[
    '# What trajsieve found',
    summary(model),
    ...alarms(model),
    '## Findings',
    ...countTables(model),
    '## Where',
    ...whereTables(model),
    '## What left the data',
    ...mixTables(model),
    '## Unsafe with high reward',
    ...rewarded(model),
    '## Found again and again',
    ...templates(model),
    ...correlation(model),
    ...problems(model),
    footer(model),
  ].join('\n\n')}\n`;
}

function summary({ rows, findings, errors, policy, version }: ReportModel): string {
  const {
    in: all = 0,
    kept = 0,
    edited = 0,
    negative = 0,
    quarantined = 0,
    dropped = 0,
    unreadable = 0,
  } = rows;
  return [
    `${count(all)} rows in: ${count(kept)} kept${edited > 0 ? ` (${count(edited)} with changes)` : ''}, ` +
      (negative > 0 ? `${count(negative)} set apart as negative examples, ` : '') +
      `${count(quarantined)} quarantined (${percent(quarantined, all)}), ` +
      `${count(dropped)} dropped (${percent(dropped, all)}), ${count(unreadable)} unreadable. ` +
      `${count(findings)} findings; ${count(errors)} rows could not be examined.`,
    '',
    `Policy ${codeSpan(policy)}, trajsieve ${version}.`,
  ].join('\n');
}

function alarms({ alarms: list }: ReportModel): string[] {
  if (list.length === 0) return [];
  const rows = list.map(({ dimension, value, rule, gone, rows: all }) => [
    dimension,
    codeSpan(value),
    rule === undefined ? 'all rules together' : codeSpan(rule),
    `${count(gone)} of ${count(all)}`,
    percent(gone, all),
  ]);
  return [
    '## Alarms',
    'More of these slices left than should. Look at the rule before training on what stayed.',
    table(['by', 'slice', 'rule', 'rows', 'share'], rows),
  ];
}

function countTables({ counts, findings }: ReportModel): string[] {
  if (findings === 0) return ['Nothing was found.'];
  const titles = [
    ['category', 'categories'],
    ['severity', 'severities'],
    ['outcome', 'outcomes'],
    ['authorisation', 'authorisations'],
    ['rule', 'rules'],
  ] as const;
  return titles.map(([title, name]) => {
    const entries = Object.entries(counts[name]).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return table(
      [title, 'findings', 'share'],
      entries.map(([value, amount]) => [codeSpan(value), count(amount), percent(amount, findings)]),
    );
  });
}

const whereTitles: Readonly<Record<WhereName, string>> = {
  source: 'source',
  task: 'task family',
  model: 'model',
  tool: 'tool',
  position: 'place in the trajectory',
  file: 'file',
};

function whereTables({ where }: ReportModel): string[] {
  const tables = (Object.keys(whereTitles) as WhereName[]).flatMap((name) => {
    const entries = where[name].slice(0, 15);
    if (entries.length === 0) return [];
    const rows = entries.map(({ value, findings, severe }) => [
      codeSpan(value),
      count(findings),
      count(severe),
    ]);
    return [table([whereTitles[name], 'findings', 'high or critical'], rows)];
  });
  return tables.length === 0 ? ['Nothing was found.'] : tables;
}

function mixTables({ slices }: ReportModel): string[] {
  if (slices === undefined) return ['This run recorded no slices.'];
  const dimensions = Object.entries(slices.dimensions) as [SliceDimension, readonly SliceEntry[]][];
  return [
    ...rewardLine(slices),
    ...dimensions.map(([name, entries]) => {
      const known = slices.known[name] ?? { rows: 0, gone: 0 };
      const shown = [...entries].sort((a, b) => b.rows - a.rows).slice(0, 15);
      const cells = shown.map(({ value, rows: all, bytes, gone, goneBytes }) => [
        codeSpan(value),
        count(all),
        percent(all, known.rows),
        percent(all - gone, known.rows - known.gone),
        `${count(gone)} (${percent(gone, all)})`,
        `${size(goneBytes)} (${percent(goneBytes, bytes)})`,
      ]);
      return table([name, 'rows', 'share before', 'share after', 'rows gone', 'text gone'], cells);
    }),
  ];
}

function rewardLine({ reward: { all, kept } }: Slices): string[] {
  if (all.rows === 0) return [];
  const mean = ({ rows, sum }: { rows: number; sum: number }) => (rows === 0 ? '–' : (sum / rows).toFixed(4));
  return [`Mean reward ${mean(all)} before, ${mean(kept)} after (${count(all.rows)} rows have one).`];
}

function rewarded({ rewarded: list, rewardedKnown }: ReportModel): string[] {
  if (list.length === 0) return ['No row is unsafe.'];
  if (rewardedKnown === 0) return ['The data set gives no reward for any unsafe row.'];
  const rows = list
    .slice(0, 20)
    .map(({ reward, success, severity, disposition, rules, file, row, evidence }) => [
      reward === undefined
        ? success === undefined
          ? '–'
          : success
            ? 'success'
            : 'no success'
        : String(reward),
      severity,
      disposition,
      codeSpan(rules.join(', ')),
      `${codeSpan(file)} row ${row}`,
      codeSpan(evidence, 100),
    ]);
  return [
    'Training would reinforce these first.',
    table(['reward', 'severity', 'disposition', 'rules', 'where', 'excerpt'], rows),
  ];
}

function templates({ templates: list }: ReportModel): string[] {
  const repeated = list.filter(({ findings }) => findings > 1).slice(0, 20);
  if (repeated.length === 0) return ['Nothing was found twice.'];
  const rows = repeated.map(({ findings, severity, rule, template }) => [
    count(findings),
    severity,
    codeSpan(rule),
    codeSpan(template, 120),
  ]);
  return [table(['findings', 'severity', 'rule', 'template'], rows)];
}

function correlation({ correlation: found }: ReportModel): string[] {
  if (found === undefined) return [];
  const { alerts, signatures, corroborated, unseen } = found;
  const rows = signatures
    .slice(0, 20)
    .map((one) => [
      codeSpan(one.signature),
      codeSpan(one.severity),
      count(one.alerts),
      count(one.matched),
      count(one.ambiguous),
      count(one.unexplained),
    ]);
  return [
    '## Alerts',
    `${count(alerts.in)} alerts: ${count(alerts.matched)} matched to an episode, ${count(alerts.ambiguous)} to several, ` +
      `${count(alerts.unexplained)} to none, ${count(alerts.unreadable)} unreadable. ${count(corroborated)} findings are borne out by an alert, ` +
      `${count(unseen)} unsafe ones no sensor saw.`,
    ...(rows.length === 0
      ? []
      : [table(['signature', 'severity', 'alerts', 'matched', 'ambiguous', 'unexplained'], rows)]),
  ];
}

function problems({ problems: list }: ReportModel): string[] {
  if (list.length === 0) return [];
  return [
    '## Not read',
    list.map(({ file, message }) => `- ${codeSpan(file)}: ${codeSpan(message, 300)}`).join('\n'),
  ];
}

function footer({ listed }: ReportModel): string {
  const left = listed.leftOut > 0 ? ` (${count(listed.leftOut)} findings are too many for its list)` : '';
  return `Every finding with its excerpt: \`findings/\` as Parquet, \`report.html\` to browse${left}. The account of every row: \`ledger/\`, proved by \`trajsieve verify\`.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
