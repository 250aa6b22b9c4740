import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readmeFile, readmeText, schemaFile, schemaText } from '../../scripts/dataset-docs.ts';
import { TrajsieveError } from '../../src/errors.ts';
import { packagePath } from '../../src/package-path.ts';
import { loadSpec, parseSpec } from '../../src/trajectory/load.ts';

const good = `name: my-set
title: Mine
recognise: { columns: [log] }
steps: log
step: { role: who, text: what }
roles: { user: [u], assistant: [a] }
`;

function problem(text: string): TrajsieveError {
  try {
    parseSpec(text, 'my-set.yaml');
  } catch (error) {
    if (error instanceof TrajsieveError) return error;
    throw error;
  }
  throw new Error('the spec was accepted');
}

describe('a spec that is wrong says where, and what to write', () => {
  test('unknown keys, with the nearest one', () => {
    const error = problem(good.replace('steps:', 'stepz:'));
    expect(error.code).toBe('spec-invalid');
    expect(error.message).toContain("'stepz'");
    expect(error.remedy).toContain("'steps'");
    expect(error.where.file).toBe('my-set.yaml');
  });

  test('unknown keys deep inside, in lists and choices', () => {
    const error = problem(
      `${good}cases:\n  - when: { type: x }\n    as: assistant\n    calls: { nam: name, arguments: a }\n`,
    );
    expect(error.message).toContain("'nam'");
    expect(error.remedy).toContain("'name'");
  });

  test('words that a field does not know', () => {
    expect(problem(`${good}others: ignore\n`).message).toContain("'others'");
    expect(problem(`${good}text_calls: { always: [xml] }\n`).message).toContain('text_calls');
  });

  test('YAML that is none, with its line', () => {
    const error = problem(`${good}tools: [a\n`);
    expect(error.code).toBe('spec-yaml');
    expect(error.where.line).toBeGreaterThan(6);
  });

  test('what does not belong together', () => {
    expect(problem(good.replace('steps: log\n', '')).message).toContain("'steps'");
    expect(problem(good.replace('role: who, ', '')).message).toContain("'step.role'");
    expect(problem(good.replace(/roles:.*\n/, '')).message).toContain("'roles' or 'cases'");
    expect(problem(`${good}unit: step\n`).message).toContain('group_rows');
  });

  test('a file that is not there', () => {
    expect(() => loadSpec('/nowhere/my-set.yaml')).toThrow(/cannot be read/);
  });
});

test('the template is a spec', () => {
  expect(loadSpec(packagePath('datasets', '_template.yaml')).name).toBe('my-set');
});

test('datasets/schema.json is made from the language as it is now', () => {
  expect(readFileSync(schemaFile, 'utf8')).toBe(schemaText());
});

test('the table in datasets/README.md is made from the specs as they are now', () => {
  expect(readFileSync(readmeFile, 'utf8')).toBe(readmeText());
});
