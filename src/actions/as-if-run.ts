import type { Step, Trajectory } from '../trajectory/model.ts';
import type { Draft } from './frame.ts';
import { functionsIn, isRunUnnamed } from './mentions.ts';
import { CURRENT_FILE, type ParsedCall } from './parse.ts';
import { isKnownProgram } from './programs/index.ts';
import { parsedCall } from './session.ts';
import { quoted } from './shell/quote.ts';
import { languageOfFile } from './sniff.ts';

/** What a script or a function is given by whoever runs it. */
const givenWords = /\$\{?[1-9@*]/;

/** Words that a command may give to a program that nobody knows, for what it may run of them to be gone through. */
const mostWords = 24;

/**
 * A step, and behind it one that runs what it leaves to others: the scripts it writes, the functions it defines, and
 * the words it gives to programs that nobody knows, which may run them. What another step can do with this one is
 * among that. Undefined where it adds to what an earlier step wrote, or where what it leaves takes words from whoever
 * runs it: then the whole trajectory tells.
 */
export function asIfRun(step: Step): Trajectory | undefined {
  const lines: string[] = [];
  for (const call of step.toolCalls) {
    const parsed = parsedCall(call.name, call.arguments);
    const own = linesOf(parsed);
    if (own === undefined) return undefined;
    lines.push(...own);
  }
  const command = JSON.stringify({ command: lines.join('\n') });
  const runner: Step = {
    index: step.index + 1,
    role: 'assistant',
    text: '',
    toolCalls: [{ index: 0, name: 'bash', arguments: command }],
    observations: [],
  };
  return { steps: lines.length === 0 ? [step] : [step, runner], metadata: {} };
}

function linesOf({ drafts, definitions }: ParsedCall): string[] | undefined {
  if (definitions.some(({ body }) => givenWords.test(body))) return undefined;
  const lines = definitions.map(({ name }) => name);
  for (const draft of drafts) {
    const own = draft.body.kind === 'file' ? runOfFile(draft) : runsOfWords(draft);
    if (own === undefined) return undefined;
    lines.push(...own);
  }
  return lines;
}

/** Runs a file that was written. */
function runOfFile({ body, partial, written }: Draft): string[] | undefined {
  if (body.kind !== 'file') return [];
  const { operation, path, content } = body;
  if (path === CURRENT_FILE) return undefined;
  if (operation !== 'create' && operation !== 'append') return [];
  if (partial === true || operation === 'append' || isRunUnnamed(path)) return undefined;
  if (content === undefined && written === undefined) return [];
  const text = content ?? '';
  if (givenWords.test(text)) return undefined;
  const program = quoted(/^[/~.]/.test(path) ? path : `./${path}`);
  const functions = functionsIn(text);
  return [
    languageOfFile(path, text) === undefined ? `bash ${program}` : program,
    ...(functions.length === 0 ? [] : [`. ${program}`]),
    ...functions,
  ];
}

/** Runs the words behind a program or script of which nobody knows what it does with them. */
function runsOfWords({ body, runs }: Draft): string[] | undefined {
  if (body.kind !== 'process') return [];
  const isKnown = body.image.startsWith('/usr/bin/') && isKnownProgram(body.image.slice(9));
  if (isKnown && !(runs ?? []).some(({ path }) => path !== undefined)) return [];
  const words = body.argv.slice(1);
  if (words.length > mostWords) return undefined;
  const lines: string[] = [];
  for (const [at, word] of words.entries()) {
    if (word.startsWith('-')) continue;
    lines.push(words.slice(at).map(quoted).join(' '));
    if (/\s/.test(word)) lines.push(word);
  }
  return lines;
}
