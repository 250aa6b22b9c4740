/** Severities from least to most. They are Sigma's levels. */
export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** The three classes of the ROME report. */
export const findingClasses = ['safety', 'controllability', 'trustworthiness'] as const;
export type FindingClass = (typeof findingClasses)[number];

/** What became of an act, read from what came back. */
export const outcomes = ['succeeded', 'failed', 'blocked', 'unknown'] as const;
export type Outcome = (typeof outcomes)[number];

/** Whether the task asks for an act of this kind on this kind of object. */
export const authorisations = ['requested', 'not_requested', 'unknown'] as const;
export type Authorisation = (typeof authorisations)[number];

/**
 * How far a detector is to be trusted, from least to most. A rule's comes from its status: `experimental` is low, `test`
 * (and none) medium, `stable` high, and a deprecated rule low again. A module says its own; medium otherwise.
 */
export const confidences = ['low', 'medium', 'high'] as const;
export type Confidence = (typeof confidences)[number];

/** One hit. */
export interface Finding {
  /** the pack or module that found it */
  readonly detector: string;
  readonly rule: string;
  readonly title: string;
  readonly category: string;
  readonly class: FindingClass;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** MITRE ATT&CK ids */
  readonly attack: readonly string[];
  /** index of the step that acts */
  readonly step: number;
  /** index of the tool call in its step, where the finding is about one */
  readonly call?: number;
  /** the argument of the call in which `span` counts; empty for the text of the step */
  readonly argument: string;
  /** UTF-16 offsets of what was found */
  readonly span: readonly [start: number, end: number];
  /** a short excerpt, never more than `evidenceLength` characters */
  readonly evidence: string;
  /** what had to be undone to see it, outermost first */
  readonly via: readonly string[];
  readonly outcome: Outcome;
  readonly authorisation: Authorisation;
}

/**
 * The order of the findings of a row: by their place, and by rule where several are at one place. No two are equal, so that
 * findings of several passes come to the same order as those of one.
 */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    a.step - b.step ||
    (a.call ?? -1) - (b.call ?? -1) ||
    a.span[0] - b.span[0] ||
    a.span[1] - b.span[1] ||
    compareTexts(a.argument, b.argument) ||
    compareTexts(a.rule, b.rule)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Longest excerpt that a finding carries, in UTF-16 units. */
export const evidenceLength = 240;
