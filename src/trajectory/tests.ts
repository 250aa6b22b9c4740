import { compilePath, followFirst, type Path } from './path.ts';
import { type ConditionSpec, listOf, type TestSpec } from './spec.ts';

/** One condition on a value. */
export interface Condition {
  readonly paths: readonly Path[];
  /** the values that hold, where the condition is such a list */
  readonly values?: ReadonlySet<unknown>;
  holds(value: unknown): boolean;
}

/** Groups of conditions: all of one group must hold. */
export type Test = readonly (readonly Condition[])[];

export function compileTest(spec: TestSpec | undefined): Test {
  return listOf(spec).map((group) =>
    Object.entries(group).map(([key, condition]) =>
      compileCondition(key.split('|').map(compilePath), condition),
    ),
  );
}

export function compileCondition(paths: readonly Path[], spec: ConditionSpec): Condition {
  if (typeof spec === 'object' && !Array.isArray(spec)) {
    if ('has' in spec) return { paths, holds: (value) => (value !== undefined) === spec.has };
    const texts = listOf('starts' in spec ? spec.starts : spec.contains);
    const isIn = 'starts' in spec ? startsWith : contains;
    return { paths, holds: (value) => typeof value === 'string' && texts.some((text) => isIn(value, text)) };
  }
  const values: ReadonlySet<unknown> = new Set(listOf(spec));
  return { paths, values, holds: (value) => values.has(value) };
}

const startsWith = (value: string, text: string) => value.trimStart().startsWith(text);
const contains = (value: string, text: string) => value.includes(text);

/** Whether a test holds for an item. The empty test does not. */
export function passes(test: Test, item: unknown): boolean {
  return test.some((group) => group.every(({ paths, holds }) => holds(followFirst(item, paths))));
}
