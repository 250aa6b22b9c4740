import type { Word } from '../prefilter/automaton.ts';
import { isWordByte } from '../prefilter/build-automaton.ts';
import type { Requirement } from '../prefilter/prefilter.ts';
import type { CompiledRule, RequiredLiteral } from '../sigma/index.ts';
import { everySurface, surfaceBit } from '../trajectory/surface.ts';
import type { Literals } from './contract.ts';

/**
 * Fields whose text is made by the action layer, or may stand in another value than the rest of the event (a parent in
 * the call that runs a script which was written earlier): nothing can be asked of the value for them.
 */
const derivedFields = new Set([
  'ParentImage',
  'ParentCommandLine',
  'CurrentDirectory',
  'DestinationPort',
  'DestinationScope',
  'Initiated',
  'Protocol',
  'Method',
  'Forward',
  'Background',
  'Loop',
  'Downloaded',
  'Connected',
  'Appended',
  'Via',
  'ToolName',
  'Language',
  'Construct',
  'Executed',
  'Role',
  'ExitCode',
  'User',
  'Remote',
]);

/** Fields that hold words of a command as they were written: what bounds a word there bounds it in the text. */
const wordFields = new Set(['Image', 'CommandLine', 'Arguments', 'PipedFrom', 'Contents']);

/** Which surfaces an event of a category is made from. */
const surfacesOf: Readonly<Record<string, number>> = {
  message: surfaceBit.message | surfaceBit.request,
  observation: surfaceBit.observation,
};

/** Whether a rule looks at nothing but what tool calls do. */
export function looksAtCallsAlone({ logSource }: CompiledRule): boolean {
  return surfacesOf[logSource.category] === undefined;
}

/** What a rule needs of a value, for the prefilter; `flags` as the pipeline names them. */
export function requirementsOfRule(rule: CompiledRule, flags: number, subject?: number): Requirement[] {
  const surfaces = surfacesOf[rule.logSource.category] ?? surfaceBit.call;
  const plain = surfaces !== surfaceBit.call;
  const alternatives = rule.requiredLiterals({
    ascii: true,
    rewrite: (literal) => wordsOf(literal, plain).map(literalOfWord),
  });
  const needs = alternatives === undefined ? [[]] : alternatives.map((all) => all.map(wordOfLiteral));
  const about = { surfaces, flags, ...(subject === undefined ? {} : { subject }) };
  return needs.map((words) => ({ ...about, words }));
}

/** A word as a literal, so that literals which say nothing of the text do not stand in the way of those that do. */
function literalOfWord({ text, startsWord, endsWord }: Word): RequiredLiteral {
  const position = startsWord ? (endsWord ? 'equals' : 'startswith') : endsWord ? 'endswith' : 'contains';
  return { text, position };
}

function wordOfLiteral({ text, position }: RequiredLiteral): Word {
  return {
    text,
    ...(position === 'startswith' || position === 'equals' ? { startsWord: true } : {}),
    ...(position === 'endswith' || position === 'equals' ? { endsWord: true } : {}),
  };
}

/** The same for a detector's literals. */
export function requirementsOfLiterals(
  literals: readonly Literals[] | undefined,
  flags: number,
  subject?: number,
): Requirement[] {
  const about = { flags, ...(subject === undefined ? {} : { subject }) };
  if (literals === undefined) return [{ surfaces: everySurface, words: [], ...about }];
  return literals.map(({ surface, all }) => {
    const plain = surface === 'observation' || surface === 'request';
    const words = all.flatMap((text) =>
      plain ? plainWord(text) : splitWords(text.toLowerCase(), false, false),
    );
    const surfaces = surface === 'call' ? surfaceBit.call | surfaceBit.tool : surfaceBit[surface];
    return { surfaces, words, ...about };
  });
}

/** What a literal of a field says of the text of a value: the words that stand in it. */
export function wordsOf({ field, text, position }: RequiredLiteral, plain: boolean): Word[] {
  if (plain) return field === 'Text' || field === 'Reasoning' || field === undefined ? plainWord(text) : [];
  if (field === undefined || field === 'Name') return splitWords(text, false, false).flatMap(splitDots);
  if (field === 'ParentImage' || field === 'ParentCommandLine') return launcherWords(text, position);
  if (derivedFields.has(field)) return [];
  if (field === 'Image' || field === 'PipedFromImage') return imageWords(text, position);
  const bounded = wordFields.has(field);
  const starts = bounded && (position === 'startswith' || position === 'equals');
  const ends = bounded && (position === 'endswith' || position === 'equals');
  const words = splitWords(text, starts, ends);
  // in paths and addresses a word may have had an option's letter before it: `-o/tmp/x`
  return bounded ? words : words.map(({ text: word }) => ({ text: word }));
}

/** Programs that start what their own arguments say: such a parent stands in the same value as its child. */
const launchers = new Set([
  'setsid',
  'nohup',
  'systemd-run',
  'daemonize',
  'start-stop-daemon',
  'sudo',
  'doas',
  'timeout',
  'nice',
  'ionice',
  'unshare',
  'nsenter',
  'chroot',
]);

function launcherWords(text: string, position: RequiredLiteral['position']): Word[] {
  const name = text.slice(text.lastIndexOf('/') + 1);
  const isWhole = text.startsWith('/') && (position === 'endswith' || position === 'equals');
  return isWhole && launchers.has(name) ? imageWords(text, position) : [];
}

/** The folder that a bare program name gets. */
const ownFolder = new Set(['usr', 'bin']);

/**
 * Of an image the part behind the last slash stands in the text as it is. What is before it may come from another place
 * in the same call (`cd /dev/shm; ./x`), or be ours.
 */
function imageWords(text: string, position: RequiredLiteral['position']): Word[] {
  const slash = text.lastIndexOf('/');
  const name = text.slice(slash + 1);
  const ends = position === 'endswith' || position === 'equals';
  const folders = text
    .slice(0, Math.max(0, slash))
    .split(/[^a-z0-9_]+/)
    .filter((word) => word.length > 1 && !ownFolder.has(word))
    .map((word) => ({ text: word }));
  return [...folders, ...splitWords(name, slash >= 0 || position === 'equals', ends)];
}

/** Text that the agent did not write is looked for as it stands. */
function plainWord(text: string): Word[] {
  return text === '' ? [] : [{ text: text.toLowerCase() }];
}

/**
 * The words in a literal: runs of letters, digits, `_`, `.` and `-`. A word that touches the literal's end may go on
 * there, unless the literal says that the field ends. Single letters that may be part of a word tell nothing.
 */
function splitWords(text: string, startsField: boolean, endsField: boolean): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at;
    while (end < text.length && isWordByte(text.charCodeAt(end))) end += 1;
    if (end > at) {
      const starts = at === 0 ? startsField : !isQuote(text[at - 1]!);
      const ends = end === text.length ? endsField : !isQuote(text[end]!);
      const word = {
        text: text.slice(at, end),
        ...(starts ? { startsWord: true } : {}),
        ...(ends ? { endsWord: true } : {}),
      };
      if (word.text.length > 1 || (starts && ends)) words.push(word);
    }
    at = end + 1;
  }
  return words;
}

/** A dotted name may be put together from an import and an attribute. */
function splitDots({ text }: Word): Word[] {
  return text
    .split(/[.-]/)
    .filter((part) => part.length > 1)
    .map((part) => ({ text: part }));
}

function isQuote(character: string): boolean {
  return '\'"`\\'.includes(character);
}
