import { conditionWords, parseCondition } from './condition.ts';
import { type DetectionContext, readSelection } from './detection.ts';
import { entryOf, type MapNode, type ScalarNode, type SigmaDocument, type YamlNode } from './document.ts';
import {
  checkSpelling,
  type LogSource,
  notApplicable,
  readLogSource,
  sourceOf,
  type Taxonomy,
} from './logsource.ts';
import { type AttributeOptions, type Meta, nounOf, readMeta, textOf } from './meta.ts';
import type { Placeholders } from './modifier.ts';
import type { Reporter } from './problems.ts';
import { resolveNames, type Selections } from './resolve.ts';
import type { Node } from './value.ts';

/** What rules are read against. */
export interface RuleContext extends AttributeOptions {
  readonly taxonomy: Taxonomy;
  readonly placeholders: Placeholders;
}

/** A detection rule, read and checked. */
export interface Rule {
  readonly meta: Meta;
  readonly logSource: LogSource;
  readonly condition: Node;
}

export type RuleResult =
  | { readonly kind: 'rule'; readonly rule: Rule }
  | {
      readonly kind: 'not-applicable';
      readonly meta: Meta;
      readonly logSource: LogSource;
      readonly reason: string;
    }
  /** its errors are reported; the meta is what could be read, for references to it */
  | { readonly kind: 'invalid'; readonly meta: Meta };

/** Reads a detection rule. A rule for another log source is not looked into any further. */
export function readRule(document: SigmaDocument, context: RuleContext): RuleResult {
  const { root, reporter } = document;
  const meta = readMeta(document, 'rule', context);
  const logSource = readLogSource(root, reporter);
  if (logSource === undefined) return { kind: 'invalid', meta };
  const reason = unusable(meta, root, reporter) ?? notApplicable(logSource, context.taxonomy);
  if (reason !== undefined) {
    checkSpelling(logSource, context.taxonomy, reporter);
    if (reporter.errorCount > 0) return { kind: 'invalid', meta };
    return { kind: 'not-applicable', meta, logSource, reason };
  }
  const detection = entryOf(root, 'detection');
  if (detection === undefined) {
    reporter.error('sigma-missing-attribute', "attribute 'detection' is missing", root.line);
  }
  const section =
    detection === undefined
      ? undefined
      : readSection(detection.value, detection.line, 'detection', [], {
          reporter,
          placeholders: context.placeholders,
          fields: sourceOf(logSource, context.taxonomy)?.fields ?? [],
          category: logSource.category ?? '',
        });
  if (section === undefined || reporter.errorCount > 0) return { kind: 'invalid', meta };
  return { kind: 'rule', rule: { meta, logSource, condition: section } };
}

function unusable(meta: Meta, root: MapNode, reporter: Reporter): string | undefined {
  if (meta.status === 'unsupported') return 'its status is unsupported';
  return otherTaxonomy(root, reporter);
}

/** Fields and values of another taxonomy mean something else. */
export function otherTaxonomy(root: MapNode, reporter: Reporter): string | undefined {
  const taxonomy = textOf(root, 'taxonomy', reporter);
  return taxonomy === undefined || taxonomy === 'sigma'
    ? undefined
    : `taxonomy ${taxonomy} is not known here`;
}

/**
 * Reads a map of selections and the condition that joins them: the `detection` of a rule, the `filter` of a filter.
 *
 * @param others keys of the map that are no selections
 */
export function readSection(
  node: YamlNode,
  line: number,
  attribute: string,
  others: readonly string[],
  context: DetectionContext,
): Node | undefined {
  const { reporter } = context;
  if (node.kind !== 'map') {
    reporter.error('sigma-bad-attribute', `${attribute} must be a map, found ${nounOf(node)}`, line);
    return undefined;
  }
  const selections = new Map<string, Node | undefined>();
  for (const entry of node.entries) {
    if (entry.key === 'condition' || others.includes(entry.key)) continue;
    if (entry.key === 'timeframe') {
      const remedy = 'write it as a correlation rule with a timespan';
      reporter.error('sigma-aggregation', `'timeframe' in ${attribute} is Sigma v1`, entry.line, remedy);
    } else if (conditionWords.includes(entry.key)) {
      const remedy = `'${entry.key}' is a word of conditions: give the selection another name`;
      reporter.error('sigma-bad-selection', `selection named '${entry.key}'`, entry.line, remedy);
    } else selections.set(entry.key, readSelection(entry.key, entry, context));
  }
  const entry = entryOf(node, 'condition');
  if (entry === undefined) {
    reporter.error('sigma-missing-attribute', `attribute 'condition' of ${attribute} is missing`, line);
    return undefined;
  }
  if (selections.size === 0) {
    if (reporter.errorCount === 0)
      reporter.error('sigma-empty-detection', `${attribute} has no selections`, line);
    return undefined;
  }
  const conditions = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const condition = readConditions(conditions, entry.line, selections, reporter);
  if (condition === undefined) return undefined;
  for (const { key, line } of node.entries) {
    if (!selections.has(key) || condition.used.has(key)) continue;
    reporter.warn('sigma-unused-selection', `selection '${key}' is not used in the condition`, line);
  }
  return condition.node;
}

/** Of several conditions, any may be met. */
function readConditions(
  conditions: readonly YamlNode[],
  line: number,
  selections: Selections,
  reporter: Reporter,
): { node: Node; used: ReadonlySet<string> } | undefined {
  const used = new Set<string>();
  const options = { names: [...selections.keys()], selectors: true };
  const nodes: Node[] = [];
  for (const condition of conditions) {
    if (!isText(condition)) {
      reporter.error('sigma-bad-condition', `condition must be a text, found ${nounOf(condition)}`, line);
      continue;
    }
    const expression = parseCondition(condition, options, reporter);
    const node = expression === undefined ? undefined : resolveNames(expression, selections, used, reporter);
    if (node !== undefined) nodes.push(node);
  }
  if (conditions.length === 0) reporter.error('sigma-bad-condition', 'condition is an empty list', line);
  if (nodes.length < Math.max(1, conditions.length)) return undefined;
  const node: Node = nodes.length === 1 ? nodes[0]! : { kind: 'or', label: '', children: nodes };
  return { node, used };
}

function isText(node: YamlNode): node is ScalarNode {
  return node.kind === 'scalar' && node.value !== null;
}
