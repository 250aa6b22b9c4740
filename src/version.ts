import { readFileSync } from 'node:fs';
import { packagePath } from './package-path.ts';

/** The version of this package. */
export const version: string = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')).version;
