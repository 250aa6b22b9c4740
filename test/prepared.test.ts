import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadDetectors } from '../src/detectors/load.ts';
import { packagePath } from '../src/package-path.ts';
import { prepared } from '../src/prepared.ts';
import { parseTrusted } from '../src/sigma/index.ts';

const texts = (pattern: string) =>
  globSync(pattern, { cwd: packagePath() }).map((name) => readFileSync(packagePath(name), 'utf8'));

describe('what the build prepares', () => {
  it('is what the files say', () => {
    for (const text of texts('classifiers/*/*.yml'))
      expect(prepared('rules.json', text)).toEqual(parseTrusted(text));
    for (const text of [...texts('datasets/[a-z]*.yaml'), ...texts('classifiers/*/classifier.yaml')])
      expect(prepared('yaml.json', text)).toEqual(parse(text));
  });

  it('is not found for a text that was changed', () => {
    const [text] = texts('classifiers/mining/*.yml');
    expect(prepared('rules.json', `${text}\n`)).toBeUndefined();
    expect(prepared('rules.json', '__proto__')).toBeUndefined();
  });

  it('leaves the rules as they were', async () => {
    const before = await loadDetectors([], undefined, 'none');
    const now = await loadDetectors([], undefined, 'own');
    expect(now.engine.fingerprint).toBe(before.engine.fingerprint);
    expect(now.rules.map(({ source }) => source.need())).toEqual(
      before.rules.map(({ source }) => source.need()),
    );
  });
});
