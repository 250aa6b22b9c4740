import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskStyle } from '../../src/edit/mask-style.ts';
import { editRecord } from '../../src/edit/record.ts';
import { planEdit, UneditableRow } from '../../src/edit/row-edit.ts';
import { loadSpecs } from '../../src/trajectory/load.ts';
import { recogniseRecords } from '../../src/trajectory/recognise.ts';

interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function: object }[];
  readonly tool_call_id?: string;
  readonly step_loss_mask?: number;
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });

/** A turn of the user, or one of the agent with up to three calls at once and their results, in any order. */
const turn: fc.Arbitrary<Message[]> = fc.oneof(
  text.map((content): Message[] => [{ role: 'user', content }]),
  fc
    .record({ said: fc.option(text), calls: fc.nat(3), order: fc.nat(5), ids: fc.nat(2) })
    .map((one): Message[] => {
      const ids = Array.from({ length: one.calls }, (_, at) => `call-${one.ids}-${at}`);
      const results = ids.map((id): Message => ({ role: 'tool', tool_call_id: id, content: `of ${id}` }));
      if (one.order % 2 === 1) results.reverse();
      const call = (id: string) => ({
        id,
        type: 'function',
        function: { name: 'bash', arguments: `{"of":"${id}"}` },
      });
      return [{ role: 'assistant', content: one.said, tool_calls: ids.map(call) }, ...results];
    }),
);

const dialogue = fc
  .array(turn, { minLength: 1, maxLength: 12 })
  .map((turns): Message[] => [{ role: 'system', content: 's' }, ...turns.flat()])
  .filter((messages) => messages.some(({ role }) => role === 'assistant'));

describe('a record that is truncated and masked', () => {
  it('holds no call without its result, no result without its call, and loses nothing else, in 10,000 cases', () => {
    const sample = { messages: [{ role: 'assistant', content: '', tool_calls: [] }] };
    const shape = recogniseRecords([sample], 'rows.jsonl', loadSpecs());
    const style = maskStyle('slime-step-loss-mask');
    let cut = 0;
    let masked = 0;
    fc.assert(
      fc.property(
        dialogue,
        fc.nat(60),
        fc.uniqueArray(fc.nat(40), { maxLength: 4 }).map((all) => all.sort((a, b) => a - b)),
        fc.boolean(),
        (messages, at, steps, cuts) => {
          const record = { id: 'é', messages, reward: 1 };
          const json = JSON.stringify(record, undefined, at % 3);
          const edits = {
            mask: steps,
            redact: [],
            ...(cuts ? { truncateAt: at % (messages.length + 1) } : {}),
          };
          let kept: Message[];
          try {
            const edit = planEdit(shape.read(record), edits);
            const edited = JSON.parse(
              Buffer.from(editRecord(Buffer.from(json), shape, edit, style)).toString(),
            );
            kept = edited.messages as Message[];
            expect({ ...edited, messages }).toEqual(record);
            expect(kept.filter((one) => one.step_loss_mask === 0)).toHaveLength(edit.mask.length);
            masked += edit.mask.length;
          } catch (error) {
            // nothing would be left to learn from: it does not stay at all
            if (!(error instanceof UneditableRow)) throw error;
            const before = messages.slice(0, edits.truncateAt);
            expect(before.at(-1)?.role === 'tool' || !before.some(closesItself)).toBe(true);
            return;
          }
          cut += messages.length - kept.length;
          let open: string[] = [];
          for (const [index, { step_loss_mask: mask, ...message }] of kept.entries()) {
            expect(message).toEqual(messages[index]);
            if (mask !== undefined)
              expect([mask, message.role, steps]).toEqual([0, 'assistant', expect.arrayContaining([index])]);
            if (message.tool_calls !== undefined) {
              expect(open).toEqual([]);
              open = message.tool_calls.map(({ id }) => id);
            }
            if (message.tool_call_id === undefined) continue;
            expect(open).toContain(message.tool_call_id);
            open.splice(open.indexOf(message.tool_call_id), 1);
          }
          expect(open).toEqual([]);
        },
      ),
      { numRuns: 10_000 },
    );
    expect(cut).toBeGreaterThan(1000);
    expect(masked).toBeGreaterThan(1000);
  });
});

/** A message of the agent that waits for nothing. */
function closesItself({ role, tool_calls: calls }: Message): boolean {
  return role === 'assistant' && calls?.length === 0;
}
