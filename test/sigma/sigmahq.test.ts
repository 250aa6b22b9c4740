import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadSigma, RuleSet } from '../../src/sigma/index.ts';
import { options, process } from './support.ts';

const folder = new URL('../../../shared/data/sigmahq/rules/linux/', import.meta.url);

describe.skipIf(!existsSync(folder))("SigmaHQ's rules for Linux", () => {
  const read = () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.yml'),
    );
    return files.sort().map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));
  };

  it('load as they are: those about processes, files and connections apply, the others are named with the reason', () => {
    const texts = read();
    const { rules, notApplicable, correlations, warnings } = loadSigma(texts, options);
    const ours = texts.filter(({ file }) => /^(process_creation|file_event|network_connection)\//.test(file));
    expect(rules.map(({ file }) => file)).toEqual(ours.map(({ file }) => file));
    expect(rules.length).toBeGreaterThan(100);
    expect(rules.length + notApplicable.length).toBe(texts.length);
    expect(notApplicable.filter(({ reason }) => !reason.startsWith('names no category'))).toEqual([]);
    expect([correlations, warnings]).toEqual([[], []]);
  });

  it('match what they are written for', () => {
    const set = new RuleSet(loadSigma(read(), options).rules);
    const titles = (Image: string, CommandLine: string) => {
      return set.match(process({ Image, CommandLine })).map(({ rule }) => rule.title);
    };
    expect(titles('/usr/bin/curl', 'curl -O http://192.0.2.1/x')).toContain('Curl Usage on Linux');
    expect(titles('/usr/bin/git', 'git status')).toEqual([]);
  });

  it('give a prefilter literals, all of them', () => {
    const { rules } = loadSigma(read(), options);
    expect(rules.filter((rule) => rule.requiredLiterals() === undefined)).toEqual([]);
  });
});
