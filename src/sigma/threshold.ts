import { suggestion } from '../suggest.ts';
import type { CorrelationType } from './correlation.ts';
import { entryOf, type MapNode } from './document.ts';
import { listOf, nounOf } from './meta.ts';
import type { Reporter } from './problems.ts';
import type { Comparison } from './value.ts';
import { compare } from './value-test.ts';

/** What a count or another figure of a correlation must be: all bounds hold (`gt: 100` and `lte: 200` make a range). */
export interface Threshold {
  readonly bounds: readonly { readonly comparison: Comparison; readonly number: number }[];
  /** the fields whose values are counted or reckoned with; with several, their combinations */
  readonly fields: readonly string[];
  readonly percentile?: number;
}

const comparisons: readonly Comparison[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];

/** Events (and distinct values) of one group that a correlation keeps. A threshold that needs more is an error. */
export const windowLimit = 10_000;

export function readThreshold(
  node: MapNode,
  line: number,
  type: CorrelationType,
  ruleCount: number,
  reporter: Reporter,
): Threshold | undefined {
  const errors = reporter.errorCount;
  const ofValues = type.startsWith('value_');
  const known = [
    ...comparisons,
    ...(ofValues ? ['field'] : []),
    ...(type === 'value_percentile' ? ['percentile'] : []),
  ];
  const bounds: { comparison: Comparison; number: number }[] = [];
  for (const { key, value, line } of node.entries) {
    const comparison = comparisons.find((name) => name === key);
    if (!known.includes(key)) {
      const remedy = suggestion(key, known, `known are ${known.join(', ')}`);
      reporter.error('sigma-bad-condition', `unknown '${key}' in the condition of ${type}`, line, remedy);
    } else if (comparison !== undefined) {
      const number = value.kind === 'scalar' ? value.value : undefined;
      if (typeof number === 'number') bounds.push({ comparison, number });
      else reporter.error('sigma-bad-condition', `'${key}' needs a number, not ${nounOf(value)}`, line);
    }
  }
  if (bounds.length === 0 && reporter.errorCount === errors) {
    reporter.error(
      'sigma-bad-condition',
      `condition of ${type} has no bound`,
      line,
      "add one, as in 'gte: 2'",
    );
  }
  const fields = ofValues ? listOf(node, 'field', reporter) : [];
  if (ofValues && fields.length === 0) {
    reporter.error('sigma-missing-attribute', `condition of ${type} names no field`, line);
  }
  if (fields.length > 1 && type !== 'value_count') {
    reporter.error('sigma-bad-condition', `condition of ${type} names several fields`, line);
  }
  checkReachable(bounds, type, ruleCount, line, reporter);
  const percentile = type === 'value_percentile' ? readPercentile(node, line, reporter) : undefined;
  if (reporter.errorCount > errors) return undefined;
  return { bounds, fields, ...(percentile === undefined ? {} : { percentile }) };
}

function checkReachable(
  bounds: Threshold['bounds'],
  type: CorrelationType,
  ruleCount: number,
  line: number,
  reporter: Reporter,
): void {
  const counted = type === 'event_count' || type === 'value_count';
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  if (!counted && !temporal) return;
  const most = temporal && ruleCount > 0 ? ruleCount : windowLimit;
  for (const { comparison, number } of bounds) {
    if (number < (comparison === 'lt' ? 2 : 1) && ['lt', 'lte', 'eq'].includes(comparison)) {
      const what = 'a timespan begins with an event, so there is always one';
      reporter.error(
        'sigma-bad-condition',
        `condition '${comparison}: ${number}' cannot be met: ${what}`,
        line,
      );
    }
    if (number <= most || comparison.startsWith('lt') || comparison === 'neq') continue;
    const what = temporal ? `the correlation has ${most} rules` : `no more than ${most} are kept`;
    reporter.error(
      'sigma-bad-condition',
      `condition '${comparison}: ${number}' cannot be met: ${what}`,
      line,
    );
  }
}

function readPercentile(node: MapNode, line: number, reporter: Reporter): number | undefined {
  const entry = entryOf(node, 'percentile');
  const number = entry?.value.kind === 'scalar' ? entry.value.value : undefined;
  if (typeof number === 'number' && number > 0 && number <= 100) return number;
  const found = entry === undefined ? '' : `, found ${nounOf(entry.value)}`;
  const message = `condition of value_percentile needs 'percentile', above 0 and up to 100${found}`;
  reporter.error('sigma-bad-condition', message, entry?.line ?? line);
  return undefined;
}

/** Whether a figure is as the threshold asks. */
export function reaches({ bounds }: Threshold, figure: number): boolean {
  return bounds.every(({ comparison, number }) => compare(figure, comparison, number));
}

/** Whether the threshold can only be met by more: it may then be met before the timespan is over. */
export function onlyGrows({ bounds }: Threshold): boolean {
  return bounds.every(({ comparison }) => comparison === 'gt' || comparison === 'gte');
}
