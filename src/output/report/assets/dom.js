/** Small things that all parts of the page use. Whatever comes from data reaches it as text, never as markup. */

export const severities = ['critical', 'high', 'medium', 'low', 'informational'];
export const summary = JSON.parse(document.getElementById('summary-data').textContent);
export const format = (value) => value.toLocaleString('en-US');
export const percent = (part, whole) => {
  if (!whole) return '–';
  const share = (part / whole) * 100;
  return `${share !== 0 && share < 10 ? share.toFixed(1) : share.toFixed(0)} %`;
};
export const bytes = (value) => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
};
export const cut = (text, length) => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
/** Characters that turn the reader's eye or hide from it, as escapes. */
export const visible = (text) =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** An element with attributes and children; texts become text nodes. */
export function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === 'onclick') node.addEventListener('click', value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  for (const child of children)
    node.append(typeof child === 'object' && child !== null ? child : visible(String(child)));
  return node;
}
export const severityClass = (severity) =>
  `swatch-${severities.includes(severity) ? severity : 'informational'}`;

/** A table. A cell is a text, a number, or a node. */
export function table(caption, head, rows) {
  const cell = (tag, value, column) => {
    const isNumber = typeof value === 'number' || head[column].number;
    const attributes = {
      class: isNumber ? 'number' : head[column].class,
      scope: tag === 'th' ? 'col' : undefined,
    };
    return element(tag, attributes, typeof value === 'number' ? format(value) : value);
  };
  return element(
    'table',
    { 'aria-label': caption },
    element('thead', {}, element('tr', {}, ...head.map((one, column) => cell('th', one.title, column)))),
    element(
      'tbody',
      {},
      ...rows.map((row) => element('tr', {}, ...row.map((value, column) => cell('td', value, column)))),
    ),
  );
}
