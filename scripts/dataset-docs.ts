import { readFileSync } from 'node:fs';
import { packagePath } from '../src/package-path.ts';
import { loadSpecs, specJsonSchema } from '../src/trajectory/load.ts';
import type { DatasetSpec } from '../src/trajectory/spec.ts';

export const schemaFile = packagePath('datasets', 'schema.json');
export const readmeFile = packagePath('datasets', 'README.md');

const begin = '<!-- shapes: made by scripts/make-dataset-docs.ts -->';
const end = '<!-- end of shapes -->';

/** The language of the specs as JSON Schema. */
export function schemaText(): string {
  return `${JSON.stringify(specJsonSchema(), undefined, 2)}\n`;
}

/** The README with its table of shapes as the specs are now. */
export function readmeText(): string {
  const text = readFileSync(readmeFile, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${readmeFile} has no place for the table`);
  return `${before}${begin}\n${table(loadSpecs())}\n${end}${after}`;
}

function table(specs: readonly DatasetSpec[]): string {
  const rows = specs.map(({ name, title, sets, recognise, unit }) => {
    const columns = recognise.columns.map((column) => column.split('|').join(' or '));
    const fields = recognise.step.map((field) => field.split('|').join(' or '));
    const known = [
      columns.length > 0 ? `columns ${columns.join(', ')}` : '',
      fields.length > 0 ? `steps with ${fields.join(', ')}` : '',
      recognise.some_step !== undefined || recognise.some_part !== undefined || recognise.row !== undefined
        ? 'a look at the first rows'
        : '',
    ].filter(Boolean);
    const what = {
      row: 'trajectory',
      file: 'entry of a session',
      columns: 'many trajectories',
      step: 'step',
    }[unit];
    return [
      `[${name}](${name}.yaml)`,
      title,
      sets.join(', '),
      known.join('; ') || 'read without a spec',
      what,
    ];
  });
  const cells = [
    ['spec', 'shape', 'written by', 'known by', 'a row is'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ];
  return cells.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
