import { misspelt, suggestion } from '../suggest.ts';
import { entryOf, type MapNode } from './document.ts';
import { nounOf, textOf } from './meta.ts';
import type { Reporter } from './problems.ts';

/** The events that exist where the rules run, by category. */
export type Taxonomy = Readonly<Record<string, EventSource>>;

/** The events of one category. */
export interface EventSource {
  /** products that these events may come from */
  readonly products: readonly string[];
  /** services that these events stand for: rules that name another do not apply */
  readonly services?: readonly string[];
  /** every field that an event may have */
  readonly fields: readonly string[];
}

/** What a rule says of the log that it is meant for. */
export interface LogSource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
  readonly line: number;
}

const attributes = ['category', 'product', 'service', 'definition'];

/** Reads the `logsource` attribute, which is mandatory. */
export function readLogSource(root: MapNode, reporter: Reporter): LogSource | undefined {
  const entry = entryOf(root, 'logsource');
  if (entry === undefined) {
    reporter.error('sigma-missing-attribute', "attribute 'logsource' is missing", root.line);
    return undefined;
  }
  const { value, line } = entry;
  if (value.kind !== 'map') {
    reporter.error('sigma-bad-attribute', `logsource must be a map, found ${nounOf(value)}`, line);
    return undefined;
  }
  for (const { key, line } of value.entries) {
    const meant = attributes.includes(key) ? undefined : misspelt(key, attributes);
    if (meant === undefined) continue;
    reporter.error(
      'sigma-unknown-attribute',
      `unknown attribute '${key}' of logsource`,
      line,
      `did you mean '${meant}'?`,
    );
  }
  const category = textOf(value, 'category', reporter);
  const product = textOf(value, 'product', reporter);
  const service = textOf(value, 'service', reporter);
  if (category === undefined && product === undefined && service === undefined) {
    reporter.error('sigma-empty-logsource', 'logsource names no category, product or service', line);
    return undefined;
  }
  return {
    ...(category === undefined ? {} : { category }),
    ...(product === undefined ? {} : { product }),
    ...(service === undefined ? {} : { service }),
    line,
  };
}

/**
 * Why a rule for this log source can match no event here, or undefined where it can. A rule must name its category:
 * one for all logs of a product (`product: linux` alone) is written for logs that actions are not.
 */
export function notApplicable(source: LogSource, taxonomy: Taxonomy): string | undefined {
  const known = Object.keys(taxonomy).join(', ');
  if (source.category === undefined) {
    return `names no category; the categories here are ${known}`;
  }
  const events = sourceOf(source, taxonomy);
  if (events === undefined) {
    return `no events of category ${source.category}; the categories here are ${known}`;
  }
  if (source.product !== undefined && !events.products.includes(source.product)) {
    const products = events.products.join(', ');
    return `no ${source.category} events of product ${source.product}; the products here are ${products}`;
  }
  if (source.service !== undefined && events.services?.includes(source.service) !== true) {
    return `no ${source.category} events of service ${source.service}`;
  }
  return undefined;
}

/** A log source that is most likely misspelt would silently never apply: an error. */
export function checkSpelling(source: LogSource, taxonomy: Taxonomy, reporter: Reporter): void {
  const categories = Object.keys(taxonomy);
  const { category, product, line } = source;
  const events = sourceOf(source, taxonomy);
  if (category !== undefined && events === undefined && misspelt(category, categories) !== undefined) {
    const remedy = suggestion(category, categories, '');
    reporter.error('sigma-unknown-category', `unknown category '${category}'`, line, remedy);
  }
  const products = [...new Set(Object.values(taxonomy).flatMap((events) => events.products))];
  if (product !== undefined && !products.includes(product) && misspelt(product, products) !== undefined) {
    const remedy = suggestion(product, products, '');
    reporter.error('sigma-unknown-product', `unknown product '${product}'`, line, remedy);
  }
}

/** The events that a rule for this log source may see. */
export function sourceOf(source: LogSource, taxonomy: Taxonomy): EventSource | undefined {
  const { category } = source;
  return category !== undefined && Object.hasOwn(taxonomy, category) ? taxonomy[category] : undefined;
}

/** Whether every event of `inner` is one of `outer`: a filter reaches the rules whose log source its own holds. */
export function holds(outer: LogSource, inner: LogSource): boolean {
  const keys = ['category', 'product', 'service'] as const;
  return keys.every((key) => outer[key] === undefined || outer[key] === inner[key]);
}

/** `product: linux, category: process_creation` */
export function describeLogSource({ product, category, service }: LogSource): string {
  const named = Object.entries({ product, category, service }).filter(([, value]) => value !== undefined);
  return named.map(([key, value]) => `${key}: ${value}`).join(', ');
}
