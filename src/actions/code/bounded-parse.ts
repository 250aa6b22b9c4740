import type { parser } from '@lezer/python';
import { exceeds, pass } from '../overrun.ts';

type Parser = typeof parser;
export type SyntaxNode = ReturnType<Parser['parse']>['topNode'];

/** The children of a node, in order. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const output: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) output.push(child);
  return output;
}

/** Syntax inside syntax that is read. */
const MAX_NESTING = 200;

/** Whether what is read lies too deep in what surrounds it. */
export function isTooDeep(depth: number): boolean {
  return exceeds(depth, MAX_NESTING, 'nesting');
}

/** A token that goes wrong is read up to the line's end: errors in a longer line than this cost more. */
const LONG_LINE = 10_000;
/** Entries of the parser's stack, three for each open construct. */
const MAX_OPEN = 3_000;

/** What `@lezer/lr` keeps of a parse under way; read only to stop in time. Were it gone, only the bounds would be. */
interface Progress {
  readonly recovering?: number;
  readonly stacks?: readonly { readonly stack?: { readonly length: number } }[];
}

/**
 * Parses a text up to where it is no such language any more: behind many errors, or inside a thousand open brackets,
 * which no interpreter takes either. The time is linear in the text, whatever it holds.
 * @param maxRecovery steps that the parser may go, on all its tracks together, to find a way on behind errors; some
 *   ten are needed for each
 */
export function parseBounded(language: Parser, source: string, maxRecovery: number): SyntaxNode {
  const parse = language.startParse(source);
  const most = maxRecovery / (1 + Math.floor(longestLine(source) / LONG_LINE));
  const progress = parse as Progress;
  let recovery = 0;
  let stopped = false;
  for (;;) {
    const tree = parse.advance();
    if (tree !== null) return tree.topNode;
    if (stopped) continue;
    if ((progress.recovering ?? 0) > 0) recovery += progress.stacks?.length ?? 1;
    if (recovery > most || (progress.stacks?.[0]?.stack?.length ?? 0) > MAX_OPEN) {
      pass(recovery > most ? 'syntax' : 'nesting');
      parse.stopAt(parse.parsedPos);
      stopped = true;
    }
  }
}

function longestLine(source: string): number {
  let longest = 0;
  for (let from = 0; from <= source.length; ) {
    const end = source.indexOf('\n', from);
    const stop = end < 0 ? source.length : end;
    longest = Math.max(longest, stop - from);
    from = stop + 1;
  }
  return longest;
}
