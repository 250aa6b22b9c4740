import type { CompiledNode } from './compile.ts';
import { type Evidence, itemEvidence } from './evidence.ts';
import { whyNot } from './near.ts';
import type { Item } from './value.ts';
import type { EventView } from './view.ts';

/** A condition with what was true of it and what was not, for people. */
export interface Explanation {
  readonly kind: 'and' | 'or' | 'not' | 'selection' | 'item';
  /** a selector (`1 of x*`), the name of a selection, or an item's field and modifiers */
  readonly label: string;
  readonly holds: boolean;
  /**
   * How many lines of the rule would have to come out otherwise for this piece to hold: 0 where it holds. A rule
   * that does not match and has a distance of 1 nearly matched.
   */
  readonly distance: number;
  readonly children: readonly Explanation[];
  /** of an item that holds: what of the event met it */
  readonly evidence: readonly Evidence[];
  /** of an item that does not hold: why not, in words */
  readonly why?: string;
}

export function explainNode(compiled: CompiledNode, view: EventView): Explanation {
  return explain(compiled, view, '');
}

function explain(compiled: CompiledNode, view: EventView, selection: string): Explanation {
  const { node } = compiled;
  if (node.kind === 'item') return explainItem(node, compiled, view, selection);
  const name = node.kind === 'selection' ? node.name : selection;
  const children = compiled.children.map((child) => explain(child, view, name));
  const label = node.kind === 'selection' ? node.name : node.kind === 'not' ? '' : node.label;
  const distance = distanceTo(compiled, view, true);
  return { kind: node.kind, label, holds: distance === 0, distance, children, evidence: [] };
}

function explainItem(item: Item, compiled: CompiledNode, view: EventView, selection: string): Explanation {
  const holds = compiled.test(view);
  return {
    kind: 'item',
    label: item.key === '' ? 'keywords' : item.key,
    holds,
    distance: distanceTo(compiled, view, true),
    children: [],
    evidence: holds ? itemEvidence(item, compiled.values, view, selection) : [],
    ...(holds ? {} : { why: whyNot(item, compiled.values, view) }),
  };
}

/** Items that would have to change for the piece to come out as wanted. */
function distanceTo(compiled: CompiledNode, view: EventView, wanted: boolean): number {
  const { node, children } = compiled;
  if (node.kind === 'item') return compiled.test(view) === wanted ? 0 : 1;
  if (node.kind === 'not') return distanceTo(children[0]!, view, !wanted);
  const distances = children.map((child) => distanceTo(child, view, wanted));
  const needsAll = node.kind === 'selection' || (node.kind === 'and') === wanted;
  return needsAll ? distances.reduce((total, one) => total + one, 0) : Math.min(...distances);
}

/** The explanation as indented lines: `+` holds, `-` does not. Texts of the event are quoted as JSON. */
export function formatExplanation(explanation: Explanation, indent = ''): string[] {
  const { kind, label, holds, why, evidence, children } = explanation;
  const sign = holds ? '+' : '-';
  // a map or list of one selection needs no line of its own
  const name = kind === 'and' || kind === 'or' ? label || (kind === 'and' ? 'all of' : 'any of') : label;
  const note =
    why ?? evidence.map(({ field, literal }) => `${field} has ${JSON.stringify(literal)}`).join(', ');
  const head = `${indent}${sign} ${kind === 'not' ? 'not' : name}${note === '' ? '' : `: ${note}`}`;
  return [head, ...children.flatMap((child) => formatExplanation(child, `${indent}  `))];
}
