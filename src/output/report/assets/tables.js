import { showOnly } from './browse.js';
import { choose } from './charts.js';
import { cut, element, format, percent, severityClass, summary, table, visible } from './dom.js';
import { dimensionTitles } from './where.js';

/** Tiles that are left out where there is nothing to count. */
const optionalTiles = new Set(['of them changed', 'negative']);

export function drawAccount() {
  const { rows, findings, errors, version, policy, files } = summary;
  document.getElementById('made').textContent = visible(
    `Policy ${policy}, ${format(files)} input file${files === 1 ? '' : 's'}, trajsieve ${version}.`,
  );
  const tiles = [
    ['rows in', rows.in],
    ['kept', rows.kept, rows.in],
    ['of them changed', rows.edited, rows.in],
    ['negative', rows.negative, rows.in],
    ['quarantined', rows.quarantined, rows.in],
    ['dropped', rows.dropped, rows.in],
    ['unreadable', rows.unreadable, rows.in],
    ['not examined', errors, rows.in],
    ['findings', findings],
  ].filter(([name, value]) => value > 0 || !optionalTiles.has(name));
  document
    .getElementById('account')
    .append(
      ...tiles.map(([name, value, whole]) =>
        element(
          'div',
          {},
          element('dt', {}, name),
          element(
            'dd',
            {},
            format(value),
            ...(whole ? [' ', element('small', {}, percent(value, whole))] : []),
          ),
        ),
      ),
    );
}

export function drawTables() {
  const { alarms, rewarded, rewardedKnown, templates } = summary;
  if (alarms.length > 0) {
    document.getElementById('alarms').hidden = false;
    document.querySelector('#alarms .scroll').append(
      table(
        'Alarms',
        [
          { title: 'by' },
          { title: 'slice', class: 'word' },
          { title: 'rule', class: 'word' },
          { title: 'rows', number: true },
          { title: 'share', number: true },
        ],
        alarms.map(({ dimension, value, rule, gone, rows }) => [
          dimensionTitles[dimension] ?? dimension,
          value,
          rule === undefined ? 'all rules together' : choose('rule', rule),
          `${format(gone)} of ${format(rows)}`,
          element('mark', {}, percent(gone, rows)),
        ]),
      ),
    );
  }
  const lead = document.querySelector('#rewarded .lead');
  lead.textContent =
    rewarded.length === 0
      ? 'No row is unsafe.'
      : rewardedKnown === 0
        ? 'The data set gives no reward for any unsafe row.'
        : 'Training would reinforce these first.';
  if (rewarded.length > 0 && rewardedKnown > 0) {
    document.querySelector('#rewarded .scroll').append(
      table(
        'Unsafe rows by reward',
        [
          { title: 'reward', number: true },
          { title: 'severity' },
          { title: 'what became of it' },
          { title: 'rules', class: 'word' },
          { title: 'row', class: 'word' },
          { title: 'excerpt', class: 'excerpt' },
        ],
        rewarded.map(({ reward, success, severity, disposition, rules, file, row, id, evidence }) => [
          reward ?? (success === undefined ? '–' : success ? 'success' : 'no success'),
          element('span', { class: `severity ${severityClass(severity)}` }, severity),
          disposition,
          rules.join(', '),
          element(
            'button',
            { type: 'button', class: 'link', onclick: () => showOnly({}, { file, row }) },
            `${id ?? cut(file.split('/').at(-1) ?? '', 40)} row ${format(row)}`,
          ),
          cut(evidence, 160),
        ]),
      ),
    );
  }
  const repeated = templates.filter(({ findings }) => findings > 1);
  document.querySelector('#templates .lead').textContent =
    repeated.length === 0
      ? 'Nothing was found twice.'
      : 'Findings of one rule whose excerpts differ in numbers and names alone.';
  if (repeated.length > 0) {
    document.querySelector('#templates .scroll').append(
      table(
        'Repeated findings',
        [
          { title: 'findings', number: true },
          { title: 'severity' },
          { title: 'rule', class: 'word' },
          { title: 'template', class: 'excerpt' },
        ],
        repeated.map(({ findings, severity, rule, template }) => [
          findings,
          element('span', { class: `severity ${severityClass(severity)}` }, severity),
          choose('rule', rule),
          template,
        ]),
      ),
    );
  }
}
