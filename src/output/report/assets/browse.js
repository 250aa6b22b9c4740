import { drawDetail } from './detail.js';
import { cut, element, format, severityClass } from './dom.js';
import { Filters } from './filters.js';
import { filterFindings, readColumns, sortFindings, wordOf } from './findings.js';

/** Pixels of one finding in the list; `report.css` has the same. */
const rowHeight = 64;
/** Findings that are drawn beyond what can be seen. */
const margin = 4;

const list = document.getElementById('list');
const spacer = document.getElementById('spacer');
const detail = document.getElementById('detail');
let data;
let filters;
/** numbers of the findings that pass the filters, in order */
let shown = new Int32Array(0);
/** place in `shown` of the chosen one; -1 for none */
let current = -1;
/** the one row that is shown, where a link asked for it */
let only;

/** Reads the findings and shows them. They are the bulk of the page: this comes after the first view. */
export function startBrowsing() {
  const source = document.getElementById('findings-data');
  data = readColumns(JSON.parse(source.textContent));
  source.remove();
  if (data.leftOut > 0) {
    document.getElementById('left-out').textContent =
      `${format(data.leftOut)} more are too many for this page; findings/ has all of them.`;
  }
  filters = new Filters(data, () => {
    only = undefined;
    update();
  });
  filters.readAddress();
  listen();
  update();
}

/**
 * Shows the findings with these values alone, or those of one row.
 * @param values by field
 * @param row `{ file, row }`
 */
export function showOnly(values, row) {
  if (data === undefined) return;
  only = row;
  filters.set(values);
  update();
  document.getElementById('browse').scrollIntoView();
  document.getElementById('browse-title').focus({ preventScroll: true });
}

function update() {
  shown = sortFindings(data, filterFindings(data, { ...filters.values(), only }), filters.order.value);
  current = shown.length > 0 ? 0 : -1;
  spacer.style.height = `${shown.length * rowHeight}px`;
  list.scrollTop = 0;
  document.getElementById('shown').textContent = `${format(shown.length)} of ${format(data.count)} findings.`;
  drawList();
  showCurrent();
  filters.writeAddress();
}

/** Draws what can be seen of the list, and the chosen finding wherever it is: assistive technology asks for it. */
function drawList() {
  const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - margin);
  const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / rowHeight) + margin);
  const options = [];
  for (let place = first; place < last; place++) options.push(option(place));
  if (current >= 0 && (current < first || current >= last)) options.push(option(current));
  list.replaceChildren(spacer, ...options);
  if (current >= 0) list.setAttribute('aria-activedescendant', `option-${current}`);
  else list.removeAttribute('aria-activedescendant');
}

function option(place) {
  const finding = shown[place];
  const get = (field) => wordOf(data, field, finding) ?? '';
  const severity = get('severity');
  const where = `${get('id') || get('file').split('/').at(-1)} row ${format(data.numbers.row[finding])}, step ${data.numbers.step[finding]}`;
  const node = element(
    'div',
    {
      role: 'option',
      id: `option-${place}`,
      class: severityClass(severity),
      'aria-selected': String(place === current),
      'aria-posinset': String(place + 1),
      'aria-setsize': String(shown.length),
    },
    element(
      'span',
      { class: 'line title' },
      element('span', { class: 'severity' }, severity),
      ' ',
      get('title') || get('rule'),
      ' ',
      element('span', { class: 'quiet' }, where),
    ),
    element('span', { class: 'line excerpt' }, cut(get('evidence'), 200).replace(/\s+/g, ' ')),
  );
  node.style.top = `${place * rowHeight}px`;
  node.addEventListener('click', () => {
    choosePlace(place);
    revealDetail();
  });
  return node;
}

function choosePlace(place) {
  if (shown.length === 0) return;
  current = Math.max(0, Math.min(shown.length - 1, place));
  const top = current * rowHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + rowHeight > list.scrollTop + list.clientHeight)
    list.scrollTop = top + rowHeight - list.clientHeight;
  drawList();
  showCurrent();
}

function showCurrent() {
  if (current >= 0) drawDetail(detail, data, shown[current]);
  else detail.replaceChildren(element('p', { class: 'quiet' }, 'No finding passes these filters.'));
}

/** On a phone the finding stands below the list. */
function revealDetail() {
  const isBeside = detail.getBoundingClientRect().left >= list.getBoundingClientRect().right;
  if (isBeside) return;
  detail.focus({ preventScroll: true });
  detail.scrollIntoView({ block: 'start' });
}

function listen() {
  let frame = 0;
  const redraw = () => {
    frame = 0;
    drawList();
  };
  const onScroll = () => {
    if (frame === 0) frame = requestAnimationFrame(redraw);
  };
  list.addEventListener('scroll', onScroll, { passive: true });
  list.addEventListener('keydown', moveByKey);
  document.addEventListener('keydown', (event) => {
    const { activeElement } = document;
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !isTyping) {
      event.preventDefault();
      filters.search.focus();
    }
    const isInside = detail.contains(activeElement) || activeElement === filters.search;
    if (event.key === 'Escape' && isInside) list.focus();
  });
}

function moveByKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1);
  const places = {
    ArrowDown: current + 1,
    j: current + 1,
    ArrowUp: current - 1,
    k: current - 1,
    PageDown: current + page,
    PageUp: current - page,
    Home: 0,
    End: shown.length - 1,
  };
  if (Object.hasOwn(places, event.key)) choosePlace(places[event.key]);
  else if (event.key === 'Enter') detail.focus();
  else return;
  event.preventDefault();
}
