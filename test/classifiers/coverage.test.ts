import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { behaviours } from './behaviours.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const catalogue = join(folder, '../../../shared/reference/behaviours.md');
const tests = readdirSync(folder)
  .filter((file) => file.endsWith('.test.ts') && file !== 'coverage.test.ts')
  .map((file) => readFileSync(join(folder, file), 'utf8'))
  .join('\n');

describe('every documented behaviour', () => {
  it.each(Object.values(behaviours))('has a test: %s', (slug) => {
    expect(tests).toMatch(new RegExp(`testBehaviour\\(\\s*'${slug}'`));
  });

  it.skipIf(!existsSync(catalogue))('has a name here', () => {
    const rows = [...readFileSync(catalogue, 'utf8').matchAll(/^\| ([A-Z]\d+) \*\*/gm)].map(([, id]) => id);
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter((id) => !Object.hasOwn(behaviours, id!))).toEqual([]);
  });
});
