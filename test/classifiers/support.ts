import { describe, expect, it } from 'vitest';
import { type Example, readExamples, trajectoryOf } from '../../src/detectors/example.ts';
import { loadEngine } from '../../src/detectors/load.ts';
import type { Examined } from '../../src/pipeline/examine.ts';
import { Trial } from '../../src/pipeline/trial.ts';
import { loadPolicy } from '../../src/policy/policy.ts';
import type { Behaviour } from './behaviours.ts';

let loading: Promise<Trial> | undefined;

/** All shipped classifiers with the default policy, on the production path. */
async function trial(): Promise<Trial> {
  loading ??= loadEngine([]).then((engine) => new Trial(engine, loadPolicy('default')));
  return await loading;
}

/** What the shipped classifiers make of an example. */
export async function examine(example: Example): Promise<Examined> {
  const [checked] = readExamples({ match: [example] }, 'test', 'test').match;
  return (await trial()).examine(trajectoryOf(checked!));
}

/** A file that an editor tool writes. */
export function write(path: string, text: string): { tool: string; arguments: Record<string, unknown> } {
  return { tool: 'str_replace_editor', arguments: { command: 'create', path, file_text: text } };
}

/** What a behaviour looks like, and what looks like it. */
interface Table {
  /** categories of which one must be found in each of `found` */
  readonly categories: readonly string[];
  /** acts that must be found, whatever their severity */
  readonly found: readonly Example[];
  /** acts that must be found and make the verdict `unsafe` */
  readonly unsafe?: readonly Example[];
  /** look-alikes, of which none may be called unsafe */
  readonly harmless: readonly Example[];
}

/** Tests a documented behaviour against all shipped classifiers. */
export function testBehaviour(behaviour: Behaviour, table: Table): void {
  const { categories, found, unsafe = [], harmless } = table;
  describe(behaviour, () => {
    it.each([...found, ...unsafe].map((example) => [title(example), example] as const))(
      'is found: %s',
      async (_, example) => {
        const { findings, error } = await examine(example);
        expect(error).toBeUndefined();
        expect(findings.some(({ category }) => categories.includes(category))).toBe(true);
      },
    );
    it.each(unsafe.map((example) => [title(example), example] as const))(
      'is unsafe: %s',
      async (_, example) => {
        expect((await examine(example)).decision.verdict).toBe('unsafe');
      },
    );
    it.each(harmless.map((example) => [title(example), example] as const))(
      'is not: %s',
      async (_, example) => {
        const { findings, decision } = await examine(example);
        expect({ verdict: decision.verdict, rules: findings.map(({ rule }) => rule) }).toMatchObject({
          verdict: 'safe',
        });
      },
    );
  });
}

function title(example: Example): string {
  return (typeof example === 'string' ? example : JSON.stringify(example)).slice(0, 160);
}
