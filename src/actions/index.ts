/**
 * Actions: what the tool calls of a trajectory do. See `action.ts` for the words, `hide.ts` for what the prefilter
 * may rely on.
 */
export type {
  Action,
  CodeAction,
  DnsAction,
  FileAction,
  NetworkAction,
  Origin,
  ProcessAction,
} from './action.ts';
export { unescapeArguments } from './arguments.ts';
export { asIfRun } from './as-if-run.ts';
export { ByteCache } from './cache.ts';
export { callTexts } from './call.ts';
export { mayBeCommand } from './command-place.ts';
export { bare } from './hide/characters.ts';
export { mayHideWords, mayHideWordsIn } from './hide.ts';
export { wordsOf as wordsOfLimit } from './overrun.ts';
export { actionsOf, type Overrun, type Reading, reachesOtherSteps, readActions } from './session.ts';
export { languageOfText } from './sniff.ts';
export type { CallText } from './tools/call-text.ts';
