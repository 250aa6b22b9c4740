/* global Plot */
import { showOnly } from './browse.js';
import { cut, element, visible } from './dom.js';

/** by the element that holds it */
const charts = new Map();

/** A figure: a title, a chart, and its numbers as a table. */
export function figure(section, title, note, draw, numbers, legend) {
  const holder = element('div', {
    class: 'chart',
    role: 'img',
    'aria-label': `${title}: chart, numbers below`,
  });
  const node = element('figure', {}, element('h3', {}, title));
  if (note) node.append(element('figcaption', {}, note));
  if (legend) node.append(legend);
  node.append(
    holder,
    element(
      'details',
      {},
      element('summary', {}, 'Numbers'),
      element(
        'div',
        { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `${title}: numbers` },
        numbers,
      ),
    ),
  );
  document.querySelector(`#${section} .charts`).append(node);
  // as high as the chart will be: what is below does not move when it comes
  holder.style.minHeight = `${draw.height}px`;
  charts.set(holder, { draw, width: 0 });
}

/** Draws charts as they come near the window, and anew where their width changes: the first view waits for no others. */
export function watchCharts() {
  const nearby = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        nearby.unobserve(target);
        resized.observe(target);
        drawChart(target);
      }
    },
    { rootMargin: '600px' },
  );
  let timer;
  const resized = new ResizeObserver((entries) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const { target } of entries) drawChart(target);
    }, 100);
  });
  for (const holder of charts.keys()) nearby.observe(holder);
  addEventListener('beforeprint', () => {
    for (const holder of charts.keys()) drawChart(holder);
  });
}

function drawChart(holder) {
  const chart = charts.get(holder);
  const width = Math.floor(holder.clientWidth);
  if (width === 0 || width === chart.width) return;
  chart.width = width;
  const node = chart.draw(width);
  node.setAttribute('aria-hidden', 'true');
  holder.replaceChildren(node);
}

const labelWidth = (width, values) =>
  Math.min(Math.floor(width * 0.45), 14 + 7 * Math.max(4, ...values.map((value) => value.length)));
/** Horizontal bars, one for each value, in the order given. */
export function bars(entries, { x, fill = () => 'var(--bar)', label, text }) {
  const domain = [...new Set(entries.map((entry) => entry.value))];
  const height = domain.length * 24 + 60;
  const draw = (width) => {
    const margin = labelWidth(width, domain);
    return Plot.plot({
      className: 'plot',
      width,
      height,
      marginBottom: 44,
      marginLeft: margin,
      marginRight: 56,
      x: {
        label,
        labelOffset: 38,
        grid: true,
        ticks: Math.max(2, Math.floor((width - margin) / 90)),
        nice: true,
      },
      y: {
        domain,
        label: null,
        tickSize: 0,
        // in one line: a second one would lie over the bars beside
        tickFormat: (value) => cut(visible(value).replace(/\s+/g, ' '), Math.floor((margin - 10) / 7)),
      },
      marks: [
        Plot.barX(entries, {
          x,
          y: 'value',
          fill,
          insetTop: 2,
          insetBottom: 2,
          title: (entry) => `${visible(entry.value)}: ${text(entry)}`,
        }),
        ...(entries.length === domain.length
          ? [Plot.text(entries, { x, y: 'value', text, textAnchor: 'start', dx: 4, fill: 'currentColor' })]
          : []),
      ],
    });
  };
  return Object.assign(draw, { height });
}
export const byCount = (counts) =>
  Object.entries(counts)
    .map(([value, number]) => ({ value, number }))
    .sort((a, b) => b.number - a.number || (a.value < b.value ? -1 : 1));
/** A value that, chosen, filters the list of findings by it. */
export const choose = (field, value) =>
  element('button', { type: 'button', class: 'link', onclick: () => showOnly({ [field]: value }) }, value);
