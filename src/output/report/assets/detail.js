import { cut, element, format, severityClass, visible } from './dom.js';
import { findingsOfRow, numberOf, wordOf } from './findings.js';

/** Findings of the same row that are listed beside the chosen one. */
const mostOthers = 30;

/** Shows one finding, with the excerpt and all that is known of its place. */
export function drawDetail(node, data, finding) {
  const get = (field) => wordOf(data, field, finding);
  const severity = get('severity') ?? '';
  const command = `trajsieve explain ${quoted(visible(get('file') ?? ''))} --row ${numberOf(data, 'row', finding)}`;
  node.className = severityClass(severity);
  node.replaceChildren(
    element(
      'h3',
      {},
      element('span', { class: 'severity' }, severity),
      ' ',
      get('title') ?? get('rule') ?? '',
    ),
    ...beside(get('before'), 'The step before'),
    element('pre', { tabindex: '0', role: 'group', 'aria-label': 'Excerpt' }, get('evidence') ?? ''),
    ...beside(get('after'), 'The step after'),
    element(
      'dl',
      {},
      ...factsOf(data, finding).flatMap(([name, value]) => [
        element('dt', {}, name),
        element('dd', {}, value),
      ]),
    ),
    ...others(data, finding),
    element('p', { class: 'quiet' }, 'The whole step: ', element('code', {}, command)),
  );
}

/** The beginning of the step before or behind, where there is one. */
function beside(text, label) {
  if (text === undefined || text === '') return [];
  return [element('p', { class: 'quiet beside', role: 'note', 'aria-label': label }, text)];
}

/** Names and values of what is known; what is not known is left out. */
function factsOf(data, finding) {
  const get = (field) => wordOf(data, field, finding);
  const number = (field) => numberOf(data, field, finding);
  const joined = (parts, by = ', ') => parts.filter((part) => part !== undefined && part !== '').join(by);
  const [steps, call, start, end] = ['steps', 'call', 'start', 'end'].map(number);
  const hasSpan = start !== undefined && end !== undefined && end > 0;
  const tool = get('tool');
  const step = `${number('step')}${steps === undefined ? '' : ` of ${steps}`}`;
  const called = call === undefined ? undefined : `call ${call}${tool === undefined ? '' : ` to ${tool}`}`;
  const argument = get('argument');
  const category = get('category');
  const facts = [
    ['rule', get('rule')],
    ['category', get('class') === undefined ? category : `${category} (${get('class')})`],
    ['ATT&CK', get('attack')],
    ['outcome', get('outcome')],
    ['authorisation', get('authorisation')],
    ['verdict', joined([get('verdict'), get('disposition')])],
    ['step', joined([step, called])],
    [
      'in',
      joined([
        argument === undefined ? undefined : `argument ${argument}`,
        hasSpan ? `characters ${start} to ${end}` : undefined,
      ]),
    ],
    ['found behind', get('via')],
    ['detector', get('detector')],
    ['id', get('id')],
    ['task', get('task')],
    ['source', get('source')],
    ['model', get('model')],
    ['reward', number('reward')],
    ['file', get('file')],
    ['row', number('row')],
  ];
  return facts.filter(([, value]) => value !== undefined && value !== '');
}

function others(data, finding) {
  const found = findingsOfRow(data, finding);
  if (found.length < 2) return [];
  const items = found.slice(0, mostOthers).map((other) => {
    const rule = wordOf(data, 'rule', other) ?? '';
    return element(
      'li',
      {},
      `step ${data.numbers.step[other]}: `,
      other === finding ? element('strong', {}, rule) : rule,
      ' ',
      element('code', {}, cut(wordOf(data, 'evidence', other) ?? '', 90)),
    );
  });
  const more = found.length > mostOthers ? `, ${format(found.length - mostOthers)} more are left out` : '';
  return [
    element('p', { class: 'quiet' }, `In the same trajectory, in its order${more}:`),
    element('ol', {}, ...items),
  ];
}

/** A text as one word of a POSIX shell. */
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
