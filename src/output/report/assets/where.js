import { bars, choose, figure } from './charts.js';
import { bytes, element, format, percent, summary, table } from './dom.js';

export const dimensionTitles = {
  source: 'source',
  task: 'task family',
  model: 'model',
  tool: 'tool',
  position: 'place in the trajectory',
  file: 'file',
  language: 'language',
  reward: 'reward',
  success: 'success',
  steps: 'number of steps',
  text: 'length of the text',
};

/** Where it was found. */
export function drawWhere() {
  for (const [name, entries] of Object.entries(summary.where)) {
    if (entries.length === 0) continue;
    const title = `By ${dimensionTitles[name]}`;
    const isField = name === 'source' || name === 'model' || name === 'tool' || name === 'file';
    figure(
      'where',
      title,
      entries.length > 15 ? `The first 15 of ${entries.length}.` : '',
      bars(entries.slice(0, 15), {
        x: 'findings',
        label: 'findings',
        text: (entry) => format(entry.findings),
      }),
      table(
        title,
        [
          { title: dimensionTitles[name] },
          { title: 'findings', number: true },
          { title: 'high or critical', number: true },
        ],
        entries.map(({ value, findings, severe }) => [
          isField && value !== '(other)' ? choose(name, value) : value,
          findings,
          severe,
        ]),
      ),
    );
  }
  if (document.querySelector('#where figure') === null)
    document.querySelector('#where .charts').append(element('p', {}, 'Nothing was found.'));
}

/** Bands of numbers go by size, other values by rows. */
const firstNumber = (value) =>
  value.startsWith('under') || value.startsWith('below')
    ? -1
    : Number.parseFloat(value.replace('above', '').trim()) +
      (value.startsWith('above') ? 0.5 : 0) +
      (value.includes('to') ? 1e-6 : 0);
/** What left the data, slice by slice. */
export function drawMix() {
  const { slices, rows, alarms } = summary;
  const lead = document.querySelector('#mix .lead');
  if (!slices) {
    lead.textContent = 'This run recorded no slices.';
    return;
  }
  const { all, kept } = slices.reward;
  const mean = (one) => (one.rows === 0 ? '–' : (one.sum / one.rows).toFixed(4));
  lead.textContent =
    `${percent(rows.in - rows.kept, rows.in)} of all rows left. Bars show the share of each slice that did; red ones raise an alarm.` +
    (all.rows > 0
      ? ` Mean reward ${mean(all)} before, ${mean(kept)} after, of ${format(all.rows)} rows that have one.`
      : '');
  for (const [name, entries] of Object.entries(slices.dimensions)) {
    const known = slices.known[name];
    const isBand = name === 'steps' || name === 'text' || name === 'reward';
    const sorted = [...entries].sort((a, b) =>
      isBand ? firstNumber(a.value) - firstNumber(b.value) : b.rows - a.rows,
    );
    const alarmed = new Set(alarms.filter(({ dimension }) => dimension === name).map(({ value }) => value));
    const shown = sorted
      .slice(0, 15)
      .map((entry) => ({ ...entry, share: entry.rows === 0 ? 0 : (entry.gone / entry.rows) * 100 }));
    figure(
      'mix',
      `By ${dimensionTitles[name] ?? name}`,
      sorted.length > 15 ? `The 15 largest of ${sorted.length}.` : '',
      bars(shown, {
        x: 'share',
        fill: (entry) => (alarmed.has(entry.value) ? 'var(--mark)' : 'var(--bar)'),
        label: 'share that left (%)',
        text: (entry) => percent(entry.gone, entry.rows),
      }),
      table(
        `Mix by ${dimensionTitles[name] ?? name}`,
        [
          { title: dimensionTitles[name] ?? name, class: 'word' },
          { title: 'rows', number: true },
          { title: 'before', number: true },
          { title: 'after', number: true },
          { title: 'rows gone', number: true },
          { title: 'text gone', number: true },
          { title: 'changed', number: true },
        ],
        sorted.map((one) => [
          one.value,
          one.rows,
          percent(one.rows, known.rows),
          percent(one.rows - one.gone, known.rows - known.gone),
          `${format(one.gone)} (${percent(one.gone, one.rows)})`,
          `${bytes(one.goneBytes)} (${percent(one.goneBytes, one.bytes)})`,
          one.changed,
        ]),
      ),
    );
  }
}
