import { compileNode } from './compile.ts';
import type { SigmaEvent } from './event.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { type Explanation, explainNode } from './explain.ts';
import type { Filter } from './filter.ts';
import { type LiteralOptions, type RequiredLiteral, requiredLiterals } from './literals.ts';
import type { LogSource } from './logsource.ts';
import type { Meta } from './meta.ts';
import { type Need, needOf } from './needs.ts';
import type { Rule } from './rule.ts';
import type { Node, Value } from './value.ts';
import { EventView } from './view.ts';

/** A rule that is ready to be matched. */
export interface CompiledRule extends Meta {
  readonly kind: 'rule';
  readonly logSource: LogSource & { readonly category: string };
  /** false where a correlation refers to the rule and asks that only it reports (`generate: false`, the default) */
  readonly standalone: boolean;
  /** the filters that hold for it */
  readonly filters: readonly Meta[];
  /** fields that the rule looks at; keywords look at all */
  readonly fields: ReadonlySet<string>;
  readonly hasKeywords: boolean;
  /** Whether the rule is meant for the event and matches it. An event that many rules see is given as a view. */
  readonly matches: (event: SigmaEvent | EventView) => boolean;
  /** What of the event made the rule match, or undefined where it does not. */
  readonly match: (event: SigmaEvent | EventView) => RuleMatch | undefined;
  /** The condition with what was true and what was not, whether or not the event is of the rule's log source. */
  readonly explain: (event: SigmaEvent | EventView) => Explanation;
  /** See {@link requiredLiterals}. */
  readonly requiredLiterals: (
    options?: LiteralOptions,
  ) => readonly (readonly RequiredLiteral[])[] | undefined;
  /** What the fields of every event hold that the rule matches. */
  readonly need: () => Need;
}

export interface RuleMatch {
  readonly rule: CompiledRule;
  readonly evidence: readonly Evidence[];
}

/** @param filters whose conditions must hold too */
export function compileRule(rule: Rule, filters: readonly Filter[], standalone: boolean): CompiledRule {
  const { meta, logSource } = rule;
  const condition: Node =
    filters.length === 0
      ? rule.condition
      : { kind: 'and', label: '', children: [rule.condition, ...filters.map((filter) => filter.condition)] };
  const compiled = compileNode(condition);
  const fields = new Set<string>();
  collectFields(condition, fields);
  const category = logSource.category ?? '';
  const matches = (event: SigmaEvent | EventView) => {
    const view = viewOf(event);
    return isFor(logSource, view.event) && compiled.test(view);
  };
  const self: CompiledRule = {
    ...meta,
    kind: 'rule',
    logSource: { ...logSource, category },
    standalone,
    filters: filters.map(({ meta: own }) => own),
    hasKeywords: fields.delete(''),
    fields,
    matches,
    match: (event) => {
      const view = viewOf(event);
      return matches(view) ? { rule: self, evidence: gatherEvidence(compiled, view) } : undefined;
    },
    explain: (event) => explainNode(compiled, viewOf(event)),
    requiredLiterals: (options) => requiredLiterals(condition, options),
    need: () => needOf(condition),
  };
  return self;
}

/** A rule without a product is for events of every product. */
export function isFor({ category, product }: LogSource, event: SigmaEvent): boolean {
  return event.category === category && (product === undefined || event.product === product);
}

export function viewOf(event: SigmaEvent | EventView): EventView {
  return event instanceof EventView ? event : new EventView(event);
}

/** Keywords count as the field without a name. */
function collectFields(node: Node, into: Set<string>): void {
  if (node.kind !== 'item') {
    const children = 'child' in node ? [node.child] : node.children;
    for (const child of children) collectFields(child, into);
    return;
  }
  into.add(node.field ?? '');
  for (const value of node.values) collectReferences(value, into);
}

function collectReferences(value: Value, into: Set<string>): void {
  if (value.kind === 'field') into.add(value.field);
  if (value.kind === 'any') for (const one of value.values) collectReferences(one, into);
}
