import { readFileSync } from 'node:fs';
import { packagePath } from '../../package-path.ts';

/** The modules of the page, each behind those that it needs when it is loaded. */
const modules = [
  'dom',
  'findings',
  'detail',
  'filters',
  'browse',
  'charts',
  'found',
  'where',
  'tables',
  'correlation',
  'main',
] as const;

/**
 * The page's own script: its modules joined into one. They import nothing but each other, by the names under which things
 * are exported, so that all of it is to leave out the words `import` and `export`.
 */
export function pageScript(): string {
  const parts = modules.map((name) => {
    const text = readFileSync(packagePath('src/output/report/assets', `${name}.js`), 'utf8');
    return text.replace(/^import [^;]*;\n/gm, '').replace(/^export /gm, '');
  });
  return `(() => {\n'use strict';\n${parts.join('\n')}\n})();\n`;
}
