import type { Value } from './value.ts';

/** Values that `%name%` stands for under `expand`. */
export type Placeholders = Readonly<Record<string, readonly (string | number)[]>>;

/** A modifier that does not fit its value or what stands before it. */
export interface ModifierProblem {
  readonly code: string;
  readonly problem: string;
  readonly remedy?: string;
}

export interface ModifierContext {
  readonly placeholders: Placeholders;
  /** whether the item names a field: keywords do not */
  readonly hasField: boolean;
  readonly warn: (code: string, message: string, remedy?: string) => void;
}

/** What a modifier makes of a value. */
export type Outcome = Value | ModifierProblem;

/** Changes one value; `before` are the modifiers that were applied to it already. */
export type Apply = (value: Value, context: ModifierContext, before: readonly string[]) => Outcome;

export function tooLate(modifier: string, before: readonly string[]): ModifierProblem {
  return {
    code: 'sigma-bad-modifier',
    problem: `modifier '${modifier}' after '${before.at(-1)}'`,
    remedy: `'${modifier}' takes the value as it stands: put it first`,
  };
}

export function misfit(
  modifier: string,
  wanted: string,
  value: Value,
  before: readonly string[] = [],
): ModifierProblem {
  const after = before.length === 0 ? '' : ` after '${before.at(-1)}'`;
  const given = value.kind === 'text' || value.kind === 'number' ? `'${value.source}'` : nouns[value.kind];
  return {
    code: 'sigma-bad-modifier',
    problem: `modifier '${modifier}'${after} needs ${wanted}, not ${given}`,
  };
}

const nouns: Readonly<Record<Value['kind'], string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  exists: 'what exists made of it',
  regex: 'a pattern',
  network: 'an IP network',
  comparison: 'a comparison',
  field: 'a field',
  any: 'several values',
};
