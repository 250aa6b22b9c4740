/* global Plot */
import { figure } from './charts.js';
import { cut, element, format, severities, severityClass, summary, table, visible } from './dom.js';

/** Episodes whose timeline is drawn; the worst come first. */
const mostTimelines = 12;

/** What alerts of the network and the hosts say of the episodes, where there were any. */
export function drawCorrelation() {
  const { correlation } = summary;
  if (!correlation) return;
  const { alerts, signatures, corroborated, unseen, timelines } = correlation;
  document.getElementById('correlation').hidden = false;
  document.querySelector('#correlation .lead').textContent =
    `${format(alerts.in)} alerts: ${format(alerts.matched)} matched to an episode, ${format(alerts.ambiguous)} to several, ` +
    `${format(alerts.unexplained)} to none, ${format(alerts.unreadable)} unreadable. ` +
    `${format(corroborated)} findings are borne out by an alert, ${format(unseen)} unsafe ones no sensor saw.`;
  for (const timeline of timelines.slice(0, mostTimelines)) drawTimeline(timeline);
  if (signatures.length === 0) return;
  document.querySelector('#correlation > .scroll').append(
    table(
      'Alerts by signature',
      [
        { title: 'signature', class: 'excerpt' },
        { title: 'severity' },
        { title: 'alerts', number: true },
        { title: 'matched', number: true },
        { title: 'ambiguous', number: true },
        { title: 'unexplained', number: true },
      ],
      signatures.map((one) => [
        one.signature,
        element('span', { class: `severity ${severityClass(one.severity)}` }, one.severity),
        one.alerts,
        one.matched,
        one.ambiguous,
        one.unexplained,
      ]),
    ),
  );
}

/** One episode: its tool calls above, the alerts that were matched to it below. */
function drawTimeline({ file, row, id, start, end, steps, alerts, findings }) {
  const marks = [
    ...steps.map((one) => ({ ...one, lane: 'calls', fill: 'var(--bar)', title: `step ${one.step}` })),
    ...alerts.map((one) => ({
      ...one,
      lane: 'alerts',
      fill: `var(--${severities.includes(one.severity) ? one.severity : 'informational'})`,
      title: one.signature,
    })),
  ];
  // what lasts no time is drawn as wide as can be seen
  const least = Math.max(1, (end - start) / 150);
  const draw = (width) =>
    Plot.plot({
      className: 'plot',
      width,
      height: 110,
      marginLeft: 56,
      x: { type: 'utc', domain: [start, Math.max(end, start + 1)], label: null },
      y: { domain: ['calls', 'alerts'], label: null, tickSize: 0 },
      marks: [
        Plot.barX(marks, {
          x1: 'start',
          x2: (one) => Math.max(one.end, one.start + least),
          y: 'lane',
          fill: 'fill',
          title: (one) => visible(one.title),
        }),
      ],
    });
  figure(
    'correlation',
    `${cut(id ?? file.split('/').at(-1), 60)} row ${format(row)}`,
    findings.length === 0
      ? ''
      : `Findings: ${cut([...new Set(findings.map(({ rule }) => rule))].join(', '), 200)}`,
    Object.assign(draw, { height: 110 }),
    table(
      'Alerts of the episode',
      [
        { title: 'time (UTC)' },
        { title: 'signature', class: 'word' },
        { title: 'severity' },
        { title: 'matched by' },
        { title: 'times', number: true },
      ],
      alerts.map((one) => [
        new Date(one.start).toISOString(),
        one.signature,
        one.severity,
        one.strength,
        one.count,
      ]),
    ),
  );
}
