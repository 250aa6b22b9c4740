/** The findings as columns, and what is asked of them. Nothing here touches the page. */

/** Fields that a menu filters by. */
export const filterFields = [
  'severity',
  'category',
  'rule',
  'outcome',
  'authorisation',
  'verdict',
  'disposition',
  'source',
  'model',
  'tool',
  'file',
];

/** Fields that the search looks into. */
const searchedFields = [
  'evidence',
  'title',
  'rule',
  'category',
  'id',
  'file',
  'source',
  'task',
  'model',
  'tool',
  'argument',
  'via',
];
const otherFields = ['class', 'attack', 'detector', 'before', 'after'];
const numberFields = ['row', 'step', 'call', 'start', 'end', 'reward', 'steps'];

/** Texts are numbers into `words`, -1 for none; numbers are NaN where there is none. */
export function readColumns({ words, columns, leftOut }) {
  const codes = {};
  for (const name of new Set([...filterFields, ...searchedFields, ...otherFields]))
    codes[name] = Int32Array.from(columns[name], (code) => code ?? -1);
  const numbers = {};
  for (const name of numberFields)
    numbers[name] = Float64Array.from(columns[name], (value) => value ?? Number.NaN);
  return { words, lower: undefined, codes, numbers, count: columns.row.length, leftOut };
}

/** The text of a field, or undefined. */
export function wordOf(data, field, finding) {
  const code = data.codes[field][finding];
  return code < 0 ? undefined : data.words[code];
}

export function numberOf(data, field, finding) {
  const value = data.numbers[field][finding];
  return Number.isNaN(value) ? undefined : value;
}

/**
 * Numbers of the findings that pass.
 * @param wanted pairs of a field and the code that it must have
 * @param text that some searched field must hold, whatever its case
 * @param only `{ file, row }` of the one row that counts, or undefined
 */
export function filterFindings(data, { wanted, text, only }) {
  const tests = wanted.map(([field, code]) => [data.codes[field], code]);
  const sought = text.trim().toLowerCase();
  let hits;
  if (sought !== '') {
    // once for all searches: the words are many, and do not change
    data.lower ??= data.words.map((word) => word.toLowerCase());
    hits = Uint8Array.from(data.lower, (word) => (word.includes(sought) ? 1 : 0));
  }
  const searched = searchedFields.map((field) => data.codes[field]);
  const isHit = (finding) => searched.some((codes) => codes[finding] >= 0 && hits[codes[finding]] === 1);
  const found = new Int32Array(data.count);
  let count = 0;
  for (let finding = 0; finding < data.count; finding++) {
    if (!tests.every(([codes, code]) => codes[finding] === code)) continue;
    if (only !== undefined && data.numbers.row[finding] !== only.row) continue;
    if (only !== undefined && wordOf(data, 'file', finding) !== only.file) continue;
    if (hits !== undefined && !isHit(finding)) continue;
    found[count++] = finding;
  }
  return found.subarray(0, count);
}

/** The same findings by `severity` (as they stand), `reward` (highest first) or `place` (file and row). */
export function sortFindings(data, found, order) {
  if (order === 'severity') return found;
  const { reward, row } = data.numbers;
  const { file } = data.codes;
  const worth = (finding) => (Number.isNaN(reward[finding]) ? -Number.MAX_VALUE : reward[finding]);
  return found.slice().sort((a, b) => {
    const difference = order === 'reward' ? worth(b) - worth(a) : file[a] - file[b] || row[a] - row[b];
    return difference || a - b;
  });
}

/** The findings of the trajectory that a finding is of, in its order. */
export function findingsOfRow(data, finding) {
  const { row, step } = data.numbers;
  const { file } = data.codes;
  const found = [];
  for (let other = 0; other < data.count; other++)
    if (row[other] === row[finding] && file[other] === file[finding]) found.push(other);
  return found.sort((a, b) => step[a] - step[b] || a - b);
}
