import { misspelt, suggestion } from '../suggest.ts';
import { type Expression, parseCondition } from './condition.ts';
import { entryOf, type MapEntry, type MapNode, type SigmaDocument } from './document.ts';
import { type AttributeOptions, listOf, type Meta, nounOf, readMeta, textOf } from './meta.ts';
import type { Reporter } from './problems.ts';
import { readThreshold, type Threshold } from './threshold.ts';
import { parseTimespan, type Timespan } from './timespan.ts';

/**
 * The types of the specification (v2.1) and pySigma. `value_min` and `value_max` are in the specification's schema
 * only.
 */
export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_min',
  'value_max',
  'value_median',
  'value_percentile',
] as const;
export type CorrelationType = (typeof correlationTypes)[number];

/** A correlation rule, read and checked; its references are not yet looked up. */
export interface Correlation {
  readonly meta: Meta;
  readonly type: CorrelationType;
  /** ids or names, in the order of the rule */
  readonly references: readonly Reference[];
  readonly groupBy: readonly string[];
  /** alias → reference → field */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly timespan: Timespan;
  readonly condition: Threshold | Expression;
  readonly generate: boolean;
  readonly line: number;
}

/** A rule by its id or name. */
export interface Reference {
  readonly text: string;
  readonly line: number;
}

const attributes = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];

/** Reads a correlation document. Undefined, beside the meta, where it has errors, which are reported. */
export function readCorrelation(
  document: SigmaDocument,
  options: AttributeOptions,
): { readonly meta: Meta; readonly correlation?: Correlation } {
  const { root, reporter } = document;
  const meta = readMeta(document, 'correlation', options);
  const { value, line } = entryOf(root, 'correlation')!;
  if (value.kind !== 'map') {
    reporter.error('sigma-bad-attribute', `correlation must be a map, found ${nounOf(value)}`, line);
    return { meta };
  }
  checkAttributes(value, reporter);
  const type = readType(value, line, reporter);
  const timespan = readTimespan(value, line, reporter);
  const references = readReferences(value, reporter);
  const condition = type && readCondition(value, line, type, references, reporter);
  const groupBy = listOf(value, 'group-by', reporter);
  const aliases = readAliases(value, reporter);
  const named = references.length > 0 ? references : namesIn(condition);
  if (named.length === 0 && condition !== undefined) {
    reporter.error('sigma-missing-attribute', "attribute 'rules' of correlation names no rules", line);
  }
  checkAliases(aliases, named, value, reporter);
  const generate = readGenerate(value, reporter) ?? readGenerate(root, reporter) ?? false;
  if (type === undefined || timespan === undefined || condition === undefined || reporter.errorCount > 0) {
    return { meta };
  }
  const correlation = {
    meta,
    type,
    references: named,
    groupBy,
    aliases,
    timespan,
    condition,
    generate,
    line,
  };
  return { meta, correlation };
}

function checkAttributes(node: MapNode, reporter: Reporter): void {
  for (const { key, line } of node.entries) {
    if (attributes.includes(key)) continue;
    const remedy = suggestion(key, attributes, `known are ${attributes.join(', ')}`);
    reporter.error('sigma-unknown-attribute', `unknown attribute '${key}' of correlation`, line, remedy);
  }
}

/** Reports an attribute that is not there, unless a misspelt one is reported already. */
function missing(node: MapNode, key: string, line: number, reporter: Reporter): undefined {
  if (node.entries.some((entry) => misspelt(entry.key, [key]) !== undefined)) return;
  reporter.error('sigma-missing-attribute', `attribute '${key}' of correlation is missing`, line);
}

function readType(node: MapNode, line: number, reporter: Reporter): CorrelationType | undefined {
  const text = textOf(node, 'type', reporter);
  if (text === undefined) return missing(node, 'type', line, reporter);
  const type = correlationTypes.find((known) => known === text);
  if (type === undefined) {
    const remedy = suggestion(text, correlationTypes, `known are ${correlationTypes.join(', ')}`);
    reporter.error('sigma-unknown-correlation', `unknown correlation type '${text}'`, line, remedy);
  }
  return type;
}

function readTimespan(node: MapNode, line: number, reporter: Reporter): Timespan | undefined {
  const entry = entryOf(node, 'timespan');
  const text = textOf(node, 'timespan', reporter);
  if (entry === undefined || text === undefined) return missing(node, 'timespan', line, reporter);
  const timespan = parseTimespan(text);
  if (timespan === undefined) {
    const remedy = "write a number and s, m, h, d, w, M or y, as in '15m', or '20 steps'";
    reporter.error('sigma-bad-timespan', `timespan '${text}' is not a span of time`, entry.line, remedy);
  }
  return timespan;
}

function readReferences(node: MapNode, reporter: Reporter): Reference[] {
  const entry = entryOf(node, 'rules');
  const references: Reference[] = [];
  if (entry === undefined) return references;
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  for (const item of items) {
    if (item.kind !== 'scalar' || item.value === null) {
      reporter.error('sigma-bad-attribute', `rules must hold ids or names, found ${nounOf(item)}`, item.line);
    } else if (references.some(({ text }) => text === item.text)) {
      reporter.error('sigma-bad-attribute', `rule '${item.text}' is named twice`, item.line);
    } else references.push({ text: item.text, line: item.line });
  }
  return references;
}

function readCondition(
  node: MapNode,
  line: number,
  type: CorrelationType,
  references: readonly Reference[],
  reporter: Reporter,
): Correlation['condition'] | undefined {
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  const entry = entryOf(node, 'condition');
  if (entry === undefined) {
    if (!temporal) return missing(node, 'condition', line, reporter);
    // all rules
    const number = Math.max(1, references.length);
    return { bounds: [{ comparison: 'gte', number }], fields: [] };
  }
  if (entry.value.kind === 'map') {
    return readThreshold(entry.value, entry.line, type, references.length, reporter);
  }
  if (entry.value.kind === 'scalar' && entry.value.value !== null && temporal) {
    const names = references.map(({ text }) => text);
    const expression = parseCondition(entry.value, { names, selectors: false }, reporter);
    if (expression !== undefined) checkNames(expression, references, entry, reporter);
    return expression;
  }
  const wanted = temporal ? 'a map (gte: 2) or an expression (a and b)' : 'a map (gte: 2)';
  reporter.error('sigma-bad-condition', `condition of ${type} must be ${wanted}`, entry.line);
  return undefined;
}

/** A rule that is listed and not used, or used and not listed, is a mistake (as in pySigma). */
function checkNames(
  expression: Expression,
  references: readonly Reference[],
  entry: MapEntry,
  reporter: Reporter,
): void {
  if (references.length === 0) return;
  const listed = references.map(({ text }) => text);
  const used = namesIn(expression);
  for (const { text, line } of used) {
    if (listed.includes(text)) continue;
    const remedy = suggestion(text, listed, `rules are ${listed.join(', ')}`);
    reporter.error(
      'sigma-unknown-rule',
      `condition names '${text}', which is not among the rules`,
      line,
      remedy,
    );
  }
  for (const text of listed) {
    if (used.some((name) => name.text === text)) continue;
    reporter.error('sigma-unused-rule', `rule '${text}' is not used in the condition`, entry.line);
  }
}

/** The names in an expression, each once, in the order in which they stand. */
export function namesIn(condition: Correlation['condition'] | undefined): Reference[] {
  const found = new Map<string, Reference>();
  const visit = (expression: Expression): void => {
    if (expression.kind === 'name' && !found.has(expression.name)) {
      found.set(expression.name, { text: expression.name, line: expression.line });
    }
    if (expression.kind === 'not') visit(expression.child);
    if (expression.kind === 'and' || expression.kind === 'or') expression.children.forEach(visit);
  };
  if (condition !== undefined && !('bounds' in condition)) visit(condition);
  return [...found.values()];
}

function readAliases(node: MapNode, reporter: Reporter): Map<string, Map<string, string>> {
  const aliases = new Map<string, Map<string, string>>();
  const entry = entryOf(node, 'aliases');
  if (entry === undefined) return aliases;
  if (entry.value.kind !== 'map') {
    reporter.error('sigma-bad-attribute', `aliases must be a map, found ${nounOf(entry.value)}`, entry.line);
    return aliases;
  }
  for (const { key, value, line } of entry.value.entries) {
    if (value.kind !== 'map') {
      const message = `alias '${key}' must map rules to fields, found ${nounOf(value)}`;
      reporter.error('sigma-bad-attribute', message, line);
      continue;
    }
    const fields = value.entries.map((one): [string, string] => [
      one.key,
      textOf(value, one.key, reporter) ?? '',
    ]);
    aliases.set(key, new Map(fields));
  }
  return aliases;
}

function checkAliases(
  aliases: ReadonlyMap<string, ReadonlyMap<string, string>>,
  references: readonly Reference[],
  node: MapNode,
  reporter: Reporter,
): void {
  const known = references.map(({ text }) => text);
  const line = entryOf(node, 'aliases')?.line ?? node.line;
  for (const [alias, fields] of aliases) {
    for (const reference of fields.keys()) {
      if (known.includes(reference)) continue;
      const remedy = suggestion(reference, known, `rules are ${known.join(', ')}`);
      const message = `alias '${alias}' names '${reference}', which is not among the rules`;
      reporter.error('sigma-unknown-rule', message, line, remedy);
    }
  }
}

function readGenerate(node: MapNode, reporter: Reporter): boolean | undefined {
  const entry = entryOf(node, 'generate');
  if (entry === undefined) return undefined;
  if (entry.value.kind === 'scalar' && typeof entry.value.value === 'boolean') return entry.value.value;
  const message = `generate must be true or false, found ${nounOf(entry.value)}`;
  reporter.error('sigma-bad-attribute', message, entry.line);
  return undefined;
}
