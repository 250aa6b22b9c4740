import type { ColumnSpec } from '../parquet/columns.ts';
import type { Step, Trajectory } from '../trajectory/model.ts';

/** A message as OpenAI chat has it, and as trainers of preferences read it. */
export interface PairMessage {
  readonly role: string;
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: 'function';
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
  readonly name?: string;
}

const text = (name: string): ColumnSpec => ({ name, type: 'string' });
const list = (name: string, fields: readonly ColumnSpec[]): ColumnSpec => ({
  name,
  type: 'list',
  element: { name: 'element', type: 'struct', fields },
});
const messages = (name: string): ColumnSpec =>
  list(name, [
    text('role'),
    text('content'),
    text('reasoning_content'),
    list('tool_calls', [
      text('id'),
      text('type'),
      { name: 'function', type: 'struct', fields: [text('name'), text('arguments')] },
    ]),
    text('tool_call_id'),
    text('name'),
  ]);

/** Preference pairs: `prompt`, `chosen`, `rejected` as TRL reads them, and where both come from. */
export const pairColumns: readonly ColumnSpec[] = [
  messages('prompt'),
  messages('chosen'),
  messages('rejected'),
  text('chosen_file'),
  { name: 'chosen_row', type: 'int64' },
  text('rejected_file'),
  { name: 'rejected_row', type: 'int64' },
];

/** A trajectory as what it was asked and what it did: all before the agent's first own step, and all from there on. */
export function splitMessages({ steps }: Trajectory): { prompt: PairMessage[]; answer: PairMessage[] } {
  const first = steps.findIndex(({ role, copied }) => role === 'assistant' && copied !== true);
  const at = first < 0 ? steps.length : first;
  return { prompt: messagesOf(steps.slice(0, at)), answer: messagesOf(steps.slice(at)) };
}

function messagesOf(steps: readonly Step[]): PairMessage[] {
  let structured = false;
  return steps.flatMap((step): PairMessage[] => {
    const { role, text: content, reasoning, toolCalls, observations } = step;
    // calls that stand in the text are said there already
    const calls = toolCalls.filter(({ span }) => span === undefined);
    if (role === 'assistant') structured = calls.length > 0;
    const own: PairMessage = {
      role,
      content,
      ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0
        ? {}
        : {
            tool_calls: calls.map(({ id, index, name, arguments: given }) => ({
              id: id ?? `call_${step.index}_${index}`,
              type: 'function',
              function: { name, arguments: given },
            })),
          }),
    };
    const results = observations.map(
      ({ callId, name, text: result }): PairMessage => ({
        // what comes back from a call in plain text is said by the user, as the data set had it
        role: structured || callId !== undefined ? 'tool' : 'user',
        content: result,
        ...(callId === undefined ? {} : { tool_call_id: callId }),
        ...(name === undefined ? {} : { name }),
      }),
    );
    return role === 'tool' ? results : [own, ...results];
  });
}
