import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonWalker } from '../../src/prefilter/json-walk.ts';
import { compileSpec } from '../../src/trajectory/compile.ts';
import { genericAt } from '../../src/trajectory/generic.ts';
import { loadSpecs } from '../../src/trajectory/load.ts';
import type { Trajectory } from '../../src/trajectory/model.ts';
import { recordOutline } from '../../src/trajectory/outline.ts';
import { readGroup, readRow, readStepAlone } from '../../src/trajectory/read.ts';
import { readEntries } from '../../src/trajectory/session.ts';
import type { DatasetSpec } from '../../src/trajectory/spec.ts';
import { samples, sessions } from '../datasets/samples.ts';

const specs = loadSpecs();
const walker = new JsonWalker();
const silent = { step: () => {}, text: () => {} };

/** The trajectory, or undefined when an error with a message was thrown. Anything else fails the test. */
function attempt(read: () => Trajectory): Trajectory | undefined {
  try {
    const trajectory = read();
    expect(Array.isArray(trajectory.steps)).toBe(true);
    for (const step of trajectory.steps) {
      expect(typeof step.text).toBe('string');
      for (const call of step.toolCalls)
        expect([typeof call.name, typeof call.arguments]).toEqual(['string', 'string']);
      for (const observation of step.observations) expect(typeof observation.text).toBe('string');
    }
    return trajectory;
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message.length).toBeGreaterThan(0);
    return undefined;
  }
}

const readAs = (spec: DatasetSpec, value: unknown) =>
  attempt(() =>
    spec.unit === 'file' ? readEntries(compileSpec(spec), [value]) : readRow(compileSpec(spec), value),
  );

/** Values of the real shapes with one of their parts replaced by any JSON value. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }))
    .map(([way, other]) => replace(value, way, other));
}

function replace(value: unknown, way: readonly number[], other: unknown): unknown {
  const [turn, ...rest] = way;
  if (turn === undefined || typeof value !== 'object' || value === null) return other;
  const keys = Object.keys(value);
  if (keys.length === 0) return other;
  const key = keys[turn % keys.length]!;
  const inner = replace((value as Record<string, unknown>)[key], rest, other);
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === key ? inner : one));
  return { ...value, [key]: inner };
}

describe('whatever the data are', () => {
  for (const spec of specs) {
    test(`${spec.name} gives a trajectory or an error for any JSON value`, () => {
      fc.assert(
        fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
          readAs(spec, value);
          const [list] = spec.lists ?? [{ at: spec.steps ?? '.' }];
          const [path] = [list!.at].flat();
          readAs(spec, { [path!.split('.')[0]!]: value });
          attempt(() => readGroup(compileSpec(spec), [value, value]).trajectory);
        }),
        { numRuns: 100 },
      );
    });
  }

  for (const sample of [...samples, ...sessions]) {
    test(`${sample.name}: a row in which one part is something else is read, or is an error`, () => {
      const spec = specNamed(sample.spec);
      fc.assert(
        fc.property(mutated(sample.rows[0]), (value) => {
          readAs(spec, value);
        }),
        { numRuns: 200 },
      );
    });
  }

  test('a row that cannot be read is not taken for a readable one by its bytes', () => {
    const arbitrary = fc
      .constantFrom(...samples)
      .chain((sample) => mutated(sample.rows[0]).map((row) => ({ spec: specNamed(sample.spec), row })));
    let unreadable = 0;
    fc.assert(
      fc.property(arbitrary, ({ spec, row }) => {
        const outline = recordOutline(compileSpec(spec));
        if (outline === undefined || spec.unit !== 'row') return;
        const bytes = Buffer.from(JSON.stringify(row));
        const isKnown = walker.walk(outline, bytes, 0, bytes.length, silent);
        const trajectory = attempt(() => readRow(compileSpec(spec), row));
        if (trajectory === undefined) unreadable += 1;
        if (isKnown) expect(trajectory).toBeDefined();
      }),
      { numRuns: 4000 },
    );
    expect(unreadable).toBeGreaterThan(100);
  });

  test('deep nesting and long lists do not hang or kill the reader', () => {
    const spec = specNamed('openai-chat');
    let deep: unknown = 'end';
    for (let depth = 0; depth < 20_000; depth++) deep = [deep];
    attempt(() => readRow(compileSpec(spec), { messages: [{ role: 'user', content: deep }] }));
    attempt(() =>
      readRow(compileSpec(spec), {
        messages: [
          { role: 'assistant', content: '', tool_calls: [{ function: { name: 'x', arguments: deep } }] },
        ],
      }),
    );
    const calls = Array.from({ length: 200_000 }, () => ({ function: { name: 'bash', arguments: '{}' } }));
    const long = attempt(() =>
      readRow(compileSpec(spec), { messages: [{ role: 'assistant', content: '', tool_calls: calls }] }),
    );
    expect(long?.steps[0]?.toolCalls.length).toBe(200_000);
    const many = Array.from({ length: 300_000 }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: 'x',
    }));
    expect(attempt(() => readRow(compileSpec(spec), { messages: many }))?.steps.length).toBe(300_000);
  });

  test('a step that is read alone holds all that it is among the others', () => {
    for (const sample of samples) {
      const spec = specNamed(sample.spec);
      if (spec.lists !== undefined || spec.unit !== 'row' || spec.before.length > 0) continue;
      const row = sample.rows[0] as Record<string, unknown>;
      const elements = [spec.steps!]
        .flat()
        .map((name) => row[name])
        .find(Array.isArray) as unknown[] | undefined;
      if (elements === undefined || elements.every(Array.isArray)) continue;
      for (const step of readRow(compileSpec(spec), row).steps) {
        const element = elements[step.index];
        const value = typeof element === 'string' ? JSON.parse(element) : element;
        const alone = readStepAlone(compileSpec(spec), value, step.index);
        expect(alone.toolCalls).toEqual(expect.arrayContaining([...step.toolCalls]));
        const texts = alone.observations.map(({ text }) => text);
        for (const { text } of step.observations) expect(texts).toContain(text);
      }
    }
  });
});

function specNamed(name: string): DatasetSpec {
  const [known, path] = name.split(':');
  const spec = specs.find((one) => one.name === known)!;
  return path === undefined ? spec : genericAt(spec, path);
}
