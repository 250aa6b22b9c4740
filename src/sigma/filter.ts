import { entryOf, type SigmaDocument } from './document.ts';
import { holds, type LogSource, notApplicable, readLogSource, sourceOf } from './logsource.ts';
import { listOf, type Meta, readMeta } from './meta.ts';
import { otherTaxonomy, type Rule, type RuleContext, readSection } from './rule.ts';
import type { Node } from './value.ts';

/** A filter: a condition that the rules it names must meet as well. */
export interface Filter {
  readonly meta: Meta;
  readonly logSource: LogSource;
  /** ids and names of rules, or every rule of the log source */
  readonly rules: readonly string[] | 'any';
  readonly condition: Node;
}

export type FilterResult =
  | { readonly kind: 'filter'; readonly filter: Filter }
  | {
      readonly kind: 'not-applicable';
      readonly meta: Meta;
      readonly logSource: LogSource;
      readonly reason: string;
    }
  | { readonly kind: 'invalid'; readonly meta: Meta };

/** Reads a filter document (specification "Sigma Filters" v2.1, with `rules: any` of v2.2). */
export function readFilter(document: SigmaDocument, context: RuleContext): FilterResult {
  const { root, reporter } = document;
  const meta = readMeta(document, 'filter', context);
  const logSource = readLogSource(root, reporter);
  if (logSource === undefined) return { kind: 'invalid', meta };
  const { taxonomy } = context;
  const wide = logSource.category === undefined;
  const reason = otherTaxonomy(root, reporter) ?? (wide ? undefined : notApplicable(logSource, taxonomy));
  if (reason !== undefined && reporter.errorCount === 0) {
    return { kind: 'not-applicable', meta, logSource, reason };
  }
  const entry = entryOf(root, 'filter')!;
  const condition = readSection(entry.value, entry.line, 'filter', ['rules'], {
    reporter,
    placeholders: context.placeholders,
    fields: wide
      ? Object.values(taxonomy).flatMap(({ fields }) => fields)
      : (sourceOf(logSource, taxonomy)?.fields ?? []),
    category: logSource.category ?? 'any category',
  });
  if (condition === undefined || entry.value.kind !== 'map') return { kind: 'invalid', meta };
  const names = listOf(entry.value, 'rules', reporter);
  if (names.length === 0) {
    // an empty list would be taken for 'any' by some, and silence every rule
    const remedy = "name the rules, or write 'any'";
    reporter.error(
      'sigma-missing-attribute',
      "attribute 'rules' of filter names no rules",
      entry.line,
      remedy,
    );
  }
  const rules = names.join().toLowerCase() === 'any' ? 'any' : names;
  if (reporter.errorCount > 0) return { kind: 'invalid', meta };
  // under a name of its own, as a rule's selections stand under theirs
  const named: Node = { kind: 'and', label: `filter ${meta.title}`, children: [condition] };
  return { kind: 'filter', filter: { meta, logSource, rules, condition: named } };
}

/** Whether a filter is meant for a rule. */
export function filtersRule(filter: Filter, rule: Rule): boolean {
  if (!holds(filter.logSource, rule.logSource)) return false;
  const { id, name } = rule.meta;
  return filter.rules === 'any' || filter.rules.some((reference) => reference === id || reference === name);
}
