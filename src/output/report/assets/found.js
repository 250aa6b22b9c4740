import { bars, byCount, choose, figure } from './charts.js';
import { element, format, percent, severities, severityClass, summary, table } from './dom.js';

/** What was found, by what it is. */
export function drawFound() {
  const { counts, findings, categorySeverity } = summary;
  if (findings === 0) {
    document.querySelector('#found .charts').append(element('p', {}, 'Nothing was found.'));
    return;
  }
  const categories = byCount(counts.categories);
  const order = new Map(categories.map(({ value }, place) => [value, place]));
  const parts = categorySeverity
    .map(([value, severity, number]) => ({ value, severity, number }))
    .sort(
      (a, b) =>
        order.get(a.value) - order.get(b.value) ||
        severities.indexOf(a.severity) - severities.indexOf(b.severity),
    );
  const legend = element(
    'ul',
    { class: 'legend' },
    ...severities.map((name) => element('li', { class: severityClass(name) }, name)),
  );
  figure(
    'found',
    'By category',
    'Findings, coloured by severity.',
    bars(parts, {
      x: 'number',
      fill: (part) => `var(--${severities.includes(part.severity) ? part.severity : 'informational'})`,
      label: 'findings',
      text: (part) => `${format(part.number)} ${part.severity}`,
    }),
    table(
      'Findings by category',
      [{ title: 'category' }, { title: 'findings', number: true }, { title: 'rows', number: true }],
      categories.map(({ value, number }) => [
        choose('category', value),
        number,
        counts.rowsByCategory[value] ?? 0,
      ]),
    ),
    legend,
  );
  for (const [title, name, field] of [
    ['By severity', 'severities', 'severity'],
    ['By outcome', 'outcomes', 'outcome'],
    ['By authorisation', 'authorisations', 'authorisation'],
    ['By rule', 'rules', 'rule'],
  ]) {
    const all = byCount(counts[name]);
    const entries =
      field === 'severity'
        ? severities.flatMap((value) => all.filter((entry) => entry.value === value))
        : all;
    figure(
      'found',
      title,
      entries.length > 15 ? `The first 15 of ${entries.length}.` : '',
      bars(entries.slice(0, 15), {
        x: 'number',
        fill: field === 'severity' ? (entry) => `var(--${entry.value})` : undefined,
        label: 'findings',
        text: (entry) => format(entry.number),
      }),
      table(
        title,
        [{ title: field }, { title: 'findings', number: true }, { title: 'share', number: true }],
        entries.map(({ value, number }) => [choose(field, value), number, percent(number, findings)]),
      ),
    );
  }
  figure(
    'found',
    'Rows by disposition',
    '',
    bars(byCount(counts.dispositions), {
      x: 'number',
      label: 'rows',
      text: (entry) => format(entry.number),
    }),
    table(
      'Rows by disposition',
      [{ title: 'disposition' }, { title: 'rows', number: true }, { title: 'share', number: true }],
      byCount(counts.dispositions).map(({ value, number }) => [
        value,
        number,
        percent(number, summary.rows.in),
      ]),
    ),
  );
}
