import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskFamily } from '../../src/output/about.ts';
import {
  mostValues,
  otherValue,
  type RowFacts,
  type RowFate,
  SliceCounter,
} from '../../src/output/slices.ts';

const words = fc.constantFrom('a', 'b', '__proto__', 'constructor', '<b>', 'x'.repeat(300));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const facts = fc
  .record({
    source: optional(words),
    task: optional(fc.constantFrom('django__django-11099', 'django__django-2', 'Fix the parser')),
    model: optional(words),
    reward: optional(fc.constantFrom(-1, 0, 0.25, 0.5, 1, 7)),
    success: optional(fc.boolean()),
    steps: optional(fc.nat(500)),
    bytes: optional(fc.nat(1 << 20)),
    tools: optional(fc.uniqueArray(words, { maxLength: 3 })),
  })
  .map(
    (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as RowFacts,
  );
const fate: fc.Arbitrary<RowFate> = fc.record({
  isGone: fc.boolean(),
  isChanged: fc.boolean(),
  rules: fc.array(fc.constantFrom('r1', 'r2', '__proto__'), { maxLength: 4 }),
});

describe('slices', () => {
  it('come to the same, counted in one go or unit by unit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(facts, fate), { maxLength: 40 }), fc.nat(40), (rows, cut) => {
        const whole = new SliceCounter();
        for (const row of rows) whole.add(...row);
        const merged = new SliceCounter();
        for (const part of [rows.slice(0, cut), rows.slice(cut)]) {
          const unit = new SliceCounter();
          for (const row of part) unit.add(...row);
          // as it goes through the ledger
          merged.merge(JSON.parse(JSON.stringify(unit.slices())));
        }
        expect(merged.slices()).toEqual(whole.slices());
      }),
    );
  });

  it('account for every row of which the value is known', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(facts, fate), { maxLength: 40 }), (rows) => {
        const counter = new SliceCounter();
        for (const row of rows) counter.add(...row);
        const { dimensions, known } = counter.slices();
        const withSource = rows.filter(([{ source }]) => source !== undefined);
        const sum = (key: 'rows' | 'gone') =>
          (dimensions.source ?? []).reduce((total, entry) => total + entry[key], 0);
        expect(sum('rows')).toBe(withSource.length);
        expect(known.source?.rows ?? 0).toBe(withSource.length);
        expect(sum('gone')).toBe(withSource.filter(([, { isGone }]) => isGone).length);
        // a row with three tools counts once
        expect(known.tool?.rows ?? 0).toBe(rows.filter(([{ tools }]) => tools !== undefined).length);
      }),
    );
  });

  it('stay small whatever the data hold', () => {
    const counter = new SliceCounter();
    for (let row = 0; row < 10 * mostValues; row++)
      counter.add({ source: `source-${row}` }, { isGone: false, isChanged: false, rules: [] });
    const { source } = counter.slices().dimensions;
    expect(source).toHaveLength(mostValues + 1);
    expect(source!.at(-1)).toMatchObject({ value: otherValue, rows: 9 * mostValues });
  });

  it('counts what a rule took only where the row is gone', () => {
    const counter = new SliceCounter();
    counter.add({ model: 'm', bytes: 10 }, { isGone: false, isChanged: true, rules: ['r'] });
    counter.add({ model: 'm', bytes: 30 }, { isGone: true, isChanged: false, rules: ['r', 'r', 's'] });
    expect(counter.slices().dimensions.model).toEqual([
      {
        value: 'm',
        rows: 2,
        bytes: 40,
        gone: 1,
        goneBytes: 30,
        changed: 1,
        rules: [
          ['r', 1],
          ['s', 1],
        ],
      },
    ]);
  });
});

describe('the family of a task', () => {
  it.each([
    ['django__django-11099', 'django__django'],
    ['oauthlib__oauthlib.1fd52536.combine_file__09vlzwgc', 'oauthlib__oauthlib'],
    ['humaneval/12', 'humaneval'],
    ['facebookresearch__detectron2-3', 'facebookresearch__detectron2'],
    ['webshop', 'webshop'],
    ['Fix the parser (#12)', undefined],
  ])('%s is of %s', (task, family) => {
    expect(taskFamily(task)).toBe(family);
  });
});
