import type { Role } from './model.ts';

/** A turn of a conversation that was written as one text. */
export interface Turn {
  readonly role: Role;
  readonly text: string;
}

const roleWords: ReadonlyMap<string, Role> = new Map<string, Role>([
  ...['system', 'developer'].map((word) => [word, 'system'] as const),
  ...['user', 'human'].map((word) => [word, 'user'] as const),
  ...['assistant', 'model', 'gpt', 'ai'].map((word) => [word, 'assistant'] as const),
  ...['tool', 'ipython', 'function', 'observation', 'environment', 'tool_response'].map(
    (word) => [word, 'tool'] as const,
  ),
]);

const words = [...roleWords.keys()].join('|');

/**
 * Where a turn begins in the chat templates of Qwen (ChatML), Llama 3, gpt-oss (Harmony), Gemma, Phi and GLM, DeepSeek
 * and Mistral.
 */
const marks = new RegExp(
  [
    `<\\|im_start\\|>(${words})\\b[^\\n<]{0,80}\\n?`,
    `<\\|start_header_id\\|>(${words})<\\|end_header_id\\|>\\s{0,2}`,
    `<\\|start\\|>(${words}|functions\\.[\\w.-]{1,200})(?=[ <])`,
    `<start_of_turn>(${words})\\n?`,
    `<[|｜](${words})[|｜]>\\n?`,
    `(\\[/?INST\\])`,
  ].join('|'),
  'gi',
);

const bareMarks = /^(system|user|assistant|tool)$\n?/gm;

const ends =
  /(?:<\|(?:im_end|eot_id|eom_id|end|endoftext|return)\|>|<end_of_turn>|<\/s>|<｜end▁of▁sentence｜>)\s*$/;

/**
 * Cuts a decoded text at the marks of chat templates. A text without any is one turn.
 * @param first who speaks before the first mark
 * @param bare whether a line that holds nothing but a role begins a turn, as where special tokens were stripped
 */
export function cutTranscript(text: string, first: Role, bare: boolean): Turn[] {
  const found = [...text.matchAll(marks)];
  const begins = found.length > 0 || !bare ? found : [...text.matchAll(bareMarks)];
  const turns: Turn[] = [];
  let role = first;
  let from = 0;
  const close = (end: number) => {
    const own = text.slice(from, end).replace(ends, '').trim();
    if (own !== '') turns.push({ role, text: own });
  };
  for (const match of begins) {
    close(match.index);
    const word = match.slice(1).find((group) => group !== undefined)!;
    role = roleOfMark(word);
    // the header of Harmony names the tool that is called
    from = match[0].startsWith('<|start|>') ? match.index : match.index + match[0].length;
  }
  close(text.length);
  return turns;
}

function roleOfMark(word: string): Role {
  if (word.startsWith('functions.')) return 'tool';
  if (word.toUpperCase() === '[INST]') return 'user';
  if (word.toUpperCase() === '[/INST]') return 'assistant';
  return roleWords.get(word.toLowerCase()) ?? 'user';
}
