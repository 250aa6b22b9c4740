import { describe, expect, it } from 'vitest';
import { maskStyleOption, resourceOptions } from '../../src/cli/run-options.ts';
import { resolveValues } from '../../src/cli/values.ts';

describe('the value of an option', () => {
  const options = { 'mask-style': maskStyleOption, workers: resourceOptions.workers };

  it('that is unknown is told with the nearest one, and where it was given', () => {
    const flag = () => resolveValues(options, { 'mask-style': 'openai-wight' }, {}, undefined);
    expect(flag).toThrow(`--mask-style is "openai-wight"; did you mean 'openai-weight'?`);
    const variable = () => resolveValues(options, {}, { TRAJSIEVE_MASK_STYLE: 'x' }, undefined);
    expect(variable).toThrow(/^TRAJSIEVE_MASK_STYLE: one of neutral, openai-weight, .*, got "x"$/);
    expect(() => resolveValues(options, { workers: 'two' }, {}, undefined)).toThrow(
      '--workers: expected a whole number, got "two"',
    );
  });
});
