import { readFileSync } from 'node:fs';
import { loadPacks } from '../src/detectors/pack.ts';
import { packagePath } from '../src/package-path.ts';

export const classifierReadme = packagePath('classifiers', 'README.md');

const begin = '<!-- categories: made by scripts/make-classifier-docs.ts -->';
const end = '<!-- end of categories -->';

/** The README with its table of categories as the classifiers are now. */
export async function classifierReadmeText(): Promise<string> {
  const text = readFileSync(classifierReadme, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${classifierReadme} has no place for the table`);
  return `${before}${begin}\n${await table()}\n${end}${after}`;
}

async function table(): Promise<string> {
  const rows = (await loadPacks([])).flatMap(({ classifier, rules, detectors }) => {
    if (classifier === undefined) return [];
    const { name, title, means } = classifier;
    const code = detectors.length === 0 ? '' : ` + ${detectors.length} in code`;
    return [
      [`[${title}](${name}/classifier.yaml)`, classifier.class, means.trim(), `${rules.length}${code}`],
    ];
  });
  const cells = [['category', 'class', 'what it means', 'rules'], ['---', '---', '---', '---'], ...rows];
  return cells
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`)
    .join('\n');
}
