import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJson } from '../../src/edit/json-edit.ts';
import { placesOf } from '../../src/edit/json-text.ts';
import { maskStyle, maskStyleNames } from '../../src/edit/mask-style.ts';
import { UneditableRow } from '../../src/edit/row-edit.ts';

const none = { mask: [], redact: [] };

describe('the places of a JSON text', () => {
  it('are those of every value', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), undefined, space);
        const check = (place: ReturnType<typeof placesOf>, value: unknown): void => {
          expect(JSON.parse(text.slice(place.start, place.end))).toEqual(value);
          if (place.kind === 'list')
            for (const [at, one] of place.elements.entries()) check(one, (value as unknown[])[at]);
          if (place.kind !== 'object') return;
          for (const field of place.fields) check(field.value, (value as Record<string, unknown>)[field.key]);
        };
        check(placesOf(text), JSON.parse(text));
      }),
    );
  });
});

describe('a JSON text of steps', () => {
  const steps = '[ {"role": "user"},\n {"role":"assistant", "n": 1.0} , {"role":"tool"} ]';

  it('is cut behind an element, and nothing else', () => {
    expect(editJson(steps, [[]], { ...none, keep: 2 }, undefined)).toBe(
      '[ {"role": "user"},\n {"role":"assistant", "n": 1.0} ]',
    );
  });

  it('has a field set or put behind the others', () => {
    const style = maskStyle('slime-step-loss-mask');
    expect(editJson(steps, [[]], { ...none, mask: [1] }, style)).toContain(
      '"n": 1.0, "step_loss_mask": 0} ,',
    );
    const there = '[{"step_loss_mask" : 1, "role":"assistant"}]';
    expect(editJson(there, [[]], { ...none, mask: [0] }, style)).toBe(
      '[{"step_loss_mask" : 0, "role":"assistant"}]',
    );
    expect(editJson('[{}]', [[]], { ...none, mask: [0] }, style)).toBe('[{"step_loss_mask": 0}]');
  });

  it('is found by its path, within JSON text too', () => {
    const inner = JSON.stringify({ list: [{ a: 1 }, { a: 2 }] });
    const outer = JSON.stringify({ id: 1, data: inner });
    const edited = editJson(outer, [['nowhere'], ['data', 'list']], { ...none, keep: 1 }, undefined);
    expect(JSON.parse(JSON.parse(edited).data)).toEqual({ list: [{ a: 1 }] });
    expect(editJson('{"a.b":[1,2]}', [['a', 'b']], { ...none, keep: 1 }, undefined)).toBe('{"a.b":[1]}');
  });

  it('is cut and masked together, for any steps', () => {
    const styles = maskStyleNames.map((name) => maskStyle(name));
    const list = fc.array(fc.record({ role: fc.string(), content: fc.string() }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(list, fc.nat(5), fc.constantFrom(...styles), (messages, raw, style) => {
        const keep = 1 + (raw % messages.length);
        const edited = JSON.parse(
          editJson(JSON.stringify(messages), [[]], { keep, mask: [keep - 1], redact: [] }, style),
        );
        expect(edited.length).toBe(keep);
        const { [style?.field ?? '']: _, ...rest } = edited.at(-1);
        expect(rest).toEqual(messages[keep - 1]);
        expect(Object.keys(edited.at(-1)).length).toBe(style === undefined ? 2 : 3);
      }),
    );
  });

  it.each(['{"no": "list"}', '"text"', 'no JSON', '[[1], [2]]', '7'])(
    'cannot be cut where it is %s',
    (text) => {
      expect(() => editJson(text, [[]], { ...none, keep: 1 }, undefined)).toThrow(UneditableRow);
    },
  );
});
