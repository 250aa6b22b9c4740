import { readdirSync } from 'node:fs';
import type { ActiveRule } from '../output/active-rules.ts';
import { packagePath } from '../package-path.ts';
import type { KnownWords } from './load.ts';

/**
 * The categories, rules and detectors that a policy may name: those that were loaded, and the categories that come with
 * trajsieve, so that one policy serves with a part of them too.
 */
export function wordsOf(rules: readonly ActiveRule[]): KnownWords {
  return {
    category: new Set([...rules.map(({ category }) => category), ...builtinCategories()]),
    rule: new Set(rules.map(({ id }) => id)),
    detector: new Set(rules.map(({ pack }) => pack)),
  };
}

/** One folder each under `classifiers/`. */
function builtinCategories(): string[] {
  return readdirSync(packagePath('classifiers'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
