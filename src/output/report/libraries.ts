import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A library that is written into the page, with the licence that goes with it. */
export interface Library {
  readonly name: string;
  readonly version: string;
  readonly script: string;
  readonly licence: string;
}

/** What draws the charts: Observable Plot, and D3 that it stands on. The order is the one in which they must load. */
const bundles = [
  { name: 'd3', script: 'dist/d3.min.js' },
  { name: '@observablehq/plot', script: 'dist/plot.umd.min.js' },
] as const;

/** Reads the libraries from where they are installed. */
export function chartLibraries(): Library[] {
  const require = createRequire(import.meta.url);
  return bundles.map(({ name, script }) => {
    const folder = packageFolder(require.resolve(name));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return {
      name,
      version,
      script: readFileSync(join(folder, script), 'utf8'),
      licence: readFileSync(join(folder, 'LICENSE'), 'utf8'),
    };
  });
}

/** The folder of the package that a module belongs to. */
function packageFolder(module: string): string {
  let folder = dirname(module);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
