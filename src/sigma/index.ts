/**
 * Sigma rules, correlations and filters (specification v2.1) over events: load, match, explain, correlate, and tell a
 * prefilter what literals a match needs. Knows nothing of trajectories.
 */

export { nearest } from '../suggest.ts';
export type { CompiledRule, RuleMatch } from './compiled-rule.ts';
export { type CorrelationType, correlationTypes } from './correlation.ts';
export { type CorrelationHit, Correlator, type CorrelatorOptions } from './correlator.ts';
export { type MapNode, parseTrusted } from './document.ts';
export type { FieldValue, SigmaEvent } from './event.ts';
export type { Evidence } from './evidence.ts';
export { type Explanation, formatExplanation } from './explain.ts';
export { foldCase } from './fold.ts';
export type { Contribution } from './gathered.ts';
export type { CompiledCorrelation } from './link.ts';
export type { LiteralOptions, RequiredLiteral } from './literals.ts';
export {
  type LoadedSigma,
  loadSigma,
  type NotApplicable,
  readSigma,
  type SigmaOptions,
  type SigmaText,
} from './load.ts';
export type { EventSource, LogSource, Taxonomy } from './logsource.ts';
export { type Level, levels, type Meta, type Status, statuses } from './meta.ts';
export type { Placeholders } from './modifier.ts';
export type { Need } from './needs.ts';
export { SigmaRulesError } from './problems.ts';
export { RuleSet } from './rule-set.ts';
export type { Timespan } from './timespan.ts';
export { EventView } from './view.ts';
