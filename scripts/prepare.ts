/**
 * Works out beforehand what every start would work out again: rules and data set specs as parsed, and the tables of the
 * prefilter for all of trajsieve's own rules. Part of `npm run build`.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadDetectors } from '../src/detectors/load.ts';
import { packagePath } from '../src/package-path.ts';
import { packTables } from '../src/prefilter/pack-tables.ts';
import { preparedFolder, preparedKey } from '../src/prepared.ts';
import { parseTrusted } from '../src/sigma/index.ts';

rmSync(preparedFolder, { recursive: true, force: true });
mkdirSync(preparedFolder, { recursive: true });

function texts(folder: string, isWanted: (name: string) => boolean): string[] {
  return readdirSync(packagePath(folder), { recursive: true, encoding: 'utf8' })
    .filter(isWanted)
    .sort()
    .map((name) => readFileSync(join(packagePath(folder), name), 'utf8'));
}

const byKey = (list: readonly string[], read: (text: string) => unknown) =>
  JSON.stringify(Object.fromEntries(list.map((text) => [preparedKey(text), read(text)])));

const yaml = [
  ...texts('classifiers', (name) => name.endsWith('classifier.yaml')),
  ...texts('datasets', (name) => name.endsWith('.yaml') && !name.startsWith('_')),
];
writeFileSync(join(preparedFolder, 'yaml.json'), byKey(yaml, parse));
const rules = texts('classifiers', (name) => name.endsWith('.yml'));
writeFileSync(join(preparedFolder, 'rules.json'), byKey(rules, parseTrusted));

const { engine, tablesKey } = await loadDetectors([], undefined, 'own');
writeFileSync(join(preparedFolder, 'tables.bin'), packTables(tablesKey, engine.tables));
