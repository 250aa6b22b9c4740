import { actionsOf } from '../actions/index.ts';
import { EventView, type Explanation, type FieldValue } from '../sigma/index.ts';
import type { Trajectory } from '../trajectory/model.ts';
import { eventsOfActions, type TracedEvent } from './events.ts';
import type { RuleInfo } from './rule-info.ts';

/** An action with the rules that matched it, and those that nearly did. */
export interface ExplainedEvent {
  readonly step: number;
  readonly call: number | undefined;
  readonly category: string;
  readonly summary: string;
  readonly via: readonly string[];
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly matched: readonly string[];
  readonly near: readonly { readonly rule: string; readonly why: string }[];
}

/**
 * What the tool calls of a trajectory do, and what rules make of it.
 * @param nearMisses rules to tell for each action that were one line short of matching
 */
export function explainTrajectory(
  trajectory: Trajectory,
  rules: readonly RuleInfo[],
  nearMisses: number,
): ExplainedEvent[] {
  return eventsOfActions(trajectory, actionsOf(trajectory)).map((traced) =>
    explainEvent(traced, rules, nearMisses),
  );
}

function explainEvent(traced: TracedEvent, rules: readonly RuleInfo[], nearMisses: number): ExplainedEvent {
  const { event, step, call, summary, via } = traced;
  const view = new EventView(event);
  const matched: string[] = [];
  const near: { rule: string; why: string }[] = [];
  for (const { id, source } of rules) {
    const { category, product } = source.logSource;
    if (category !== event.category || (product !== undefined && product !== event.product)) continue;
    if (source.matches(view)) {
      matched.push(id);
      continue;
    }
    const explanation = source.explain(view);
    if (explanation.distance === 1 && hasEvidence(explanation))
      near.push({ rule: id, why: whyNot(explanation) });
  }
  const { category, fields } = event;
  return { step: step.index, call, category, summary, via, fields, matched, near: near.slice(0, nearMisses) };
}

/** Whether anything that the rule looks for is there: without it, a rule of one line would nearly match everything. */
function hasEvidence({ kind, holds, evidence, children }: Explanation): boolean {
  if (kind === 'not') return false;
  return (kind === 'item' && holds && evidence.length > 0) || children.some(hasEvidence);
}

/** The line that stood in the way. */
function whyNot({ kind, label, holds, distance, why, children }: Explanation): string {
  if (kind === 'item') return `${label}: ${why ?? ''}`;
  if (kind === 'not') {
    const held = children.find((child) => child.holds);
    return `held off by ${held?.label || children.map((child) => child.label).join(', ')}`;
  }
  const culprit = holds ? undefined : children.find((child) => !child.holds && child.distance <= distance);
  if (culprit === undefined) return label;
  const inner = whyNot(culprit);
  return kind === 'selection' ? `${label}: ${inner}` : inner;
}
