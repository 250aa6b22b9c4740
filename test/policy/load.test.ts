import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TrajsieveError } from '../../src/errors.ts';
import { packagePath } from '../../src/package-path.ts';
import { loadPolicy, parsePolicy, policyJsonSchema, readyPolicies } from '../../src/policy/policy.ts';
import { temporaryFolder } from '../support/temporary.ts';

const rows = 'rows: { safe: keep, undecided: quarantine, error: quarantine }\n';

function errorOf(text: string, known?: Parameters<typeof parsePolicy>[2]): TrajsieveError {
  try {
    parsePolicy(text, 'own.yaml', known);
  } catch (error) {
    if (error instanceof TrajsieveError) return error;
    throw error;
  }
  throw new Error('the policy was taken');
}

describe('a policy file', () => {
  it('is loaded by the name of a ready policy, or by its path', () => {
    expect(readyPolicies()).toEqual(['default', 'research', 'strict']);
    for (const name of readyPolicies()) expect(loadPolicy(name).name).toBe(name);
    const path = join(temporaryFolder(), 'own.yaml');
    writeFileSync(path, `name: own\nfindings: [{ verdict: safe, disposition: keep }]\n${rows}`);
    expect(loadPolicy(path).rows.uneditable).toBe('quarantine');
  });

  it('names the ready policies where there is none of that name', () => {
    expect(() => loadPolicy('strickt')).toThrow(
      expect.objectContaining({ code: 'policy-missing', remedy: "did you mean 'strict'?" }),
    );
    expect(() => loadPolicy('other')).toThrow('policy "other" is none of the ready ones');
    expect(() => loadPolicy('./nowhere.yaml')).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('default, research, strict') }),
    );
  });

  it.each([
    ['an unknown key', `name: a\nfinding: []\n${rows}`, 2, 'policy', "'findings'"],
    [
      'an unknown condition',
      `name: a\nfindings:\n  - when:\n      severty: high\n    verdict: unsafe\n    disposition: drop\n${rows}`,
      4,
      'severty',
      "'severity'",
    ],
    [
      'an unknown value',
      `name: a\nfindings:\n  - when: { severity: hihg }\n    verdict: unsafe\n    disposition: drop\n${rows}`,
      3,
      'hihg',
      "'high'",
    ],
    [
      'an unknown value in a list',
      `name: a\nfindings:\n  - when:\n      outcome:\n        - failed\n        - sucseeded\n    verdict: unsafe\n    disposition: drop\n${rows}`,
      6,
      'sucseeded',
      "'succeeded'",
    ],
    [
      'an unknown disposition',
      `name: a\nfindings:\n  - verdict: unsafe\n    disposition: quarantene\n${rows}`,
      4,
      'quarantene',
      "'quarantine'",
    ],
    [
      'a disposition that no row can have',
      'name: a\nfindings:\n  - verdict: unsafe\n    disposition: drop\nrows:\n  safe: keep\n  undecided: mask\n  error: drop\n',
      7,
      'mask',
      'one of',
    ],
    [
      'an unknown verdict',
      `name: a\nfindings:\n  - verdict: unsave\n    disposition: drop\n${rows}`,
      3,
      'unsave',
      "'unsafe'",
    ],
  ])('with %s is refused, with line and nearest word', (_, text, line, word, near) => {
    const error = errorOf(text);
    expect(error.code).toBe('policy-invalid');
    expect(error.where).toEqual({ file: 'own.yaml', line });
    expect(error.message).toContain(word);
    expect(error.remedy).toContain(near);
  });

  it.each(['verdict', 'disposition', 'findings', 'safe', 'error'])('without %s is refused', (key) => {
    const whole = `name: a\nfindings:\n  - verdict: unsafe\n    disposition: drop\nrows:\n  safe: keep\n  undecided: drop\n  error: drop\n`;
    expect(() => parsePolicy(whole, 'own.yaml')).not.toThrow();
    const without =
      key === 'findings'
        ? whole.replace(/findings:\n.*\n.*\n/, '')
        : whole.replace(new RegExp(`(- |  )${key}: .*\n`), (_, lead) => (lead === '- ' ? '- ' : ''));
    expect(errorOf(without).message).toMatch(new RegExp(`${key}|policy`));
  });

  it('with a line that no finding gets to is refused', () => {
    const text = `name: a\nfindings:\n  - verdict: safe\n    disposition: annotate\n  - when: { severity: critical }\n    verdict: unsafe\n    disposition: drop\n${rows}`;
    const error = errorOf(text);
    expect(error.message).toContain('findings.1 is never reached');
    expect(error.where).toEqual({ file: 'own.yaml', line: 5 });
    expect(error.remedy).toContain('last');
  });

  it('that is no YAML is refused with its line', () => {
    const error = errorOf('name: a\nfindings: [}\n');
    expect(error.message).toContain('no YAML');
    expect(error.where.line).toBe(2);
  });

  it('may only wait for categories, rules and detectors that there are', () => {
    const known = {
      category: new Set(['mining', 'tunnels']),
      rule: new Set(['miner-program']),
      detector: new Set(['mining']),
    };
    const policy = (when: string) =>
      `name: a\nfindings:\n  - when: { ${when} }\n    verdict: unsafe\n    disposition: drop\n${rows}`;
    expect(() => parsePolicy(policy('category: mining, rule: [miner-program]'), 'a', known)).not.toThrow();
    const category = errorOf(policy('category: [mining, tunels]'), known);
    expect(category.describe()).toContain('own.yaml:3');
    expect(category.describe()).toContain("did you mean 'tunnels'?");
    expect(errorOf(policy('rule: miner-programm'), known).describe()).toContain("'miner-program'");
    expect(errorOf(policy('detector: other'), known).message).toContain('no finding would ever fit');
  });
});

it('the published JSON Schema is the one that policies are checked by', () => {
  const published = readFileSync(packagePath('src/policy/policies', 'schema.json'), 'utf8');
  // made by scripts/make-policy-schema.ts
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
});
