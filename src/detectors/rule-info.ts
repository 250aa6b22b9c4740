import { z } from 'zod';
import { TrajsieveError } from '../errors.ts';
import type { CompiledCorrelation, CompiledRule, Status } from '../sigma/index.ts';
import { type Confidence, type FindingClass, findingClasses, type Severity } from './finding.ts';
import { type Pack, requestedBySchema } from './pack.ts';
import type { RequestPattern } from './request.ts';

/** A rule with what findings say of it. */
export interface RuleInfo<Source = CompiledRule> {
  /** the rule's name, else its id, else its title */
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly class: FindingClass;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly attack: readonly string[];
  readonly pack: string;
  /** what a task may say for such an act to count as asked for */
  readonly requestedBy: readonly RequestPattern[];
  readonly source: Source;
}

export function describeRule(rule: CompiledRule, pack: Pack | undefined): RuleInfo {
  return { ...describe(rule, pack), source: rule };
}

export function describeCorrelation(
  correlation: CompiledCorrelation,
  pack: Pack | undefined,
): RuleInfo<CompiledCorrelation> {
  return { ...describe(correlation, pack), source: correlation };
}

const confidenceOf: Readonly<Record<Status, Confidence>> = {
  stable: 'high',
  test: 'medium',
  experimental: 'low',
  deprecated: 'low',
  unsupported: 'low',
};

/** Rules from elsewhere have no classifier: they are of the category `sigma`, unless they name one. */
function describe(
  { name, id, title, level, status, tags, raw }: CompiledRule | CompiledCorrelation,
  pack: Pack | undefined,
): Omit<RuleInfo, 'source'> {
  const own = raw['class'];
  const ownClass = findingClasses.find((one) => one === own);
  return {
    id: name ?? id ?? title,
    title,
    category: typeof raw['category'] === 'string' ? raw['category'] : (pack?.classifier?.name ?? 'sigma'),
    class: ownClass ?? pack?.classifier?.class ?? 'safety',
    severity: level ?? 'medium',
    confidence: status === undefined ? 'medium' : confidenceOf[status],
    attack: tags.flatMap((tag) => /^attack\.(t\d+(?:\.\d+)?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []),
    pack: pack?.name ?? '',
    requestedBy:
      ownRequests(raw['requested_by'], name ?? id ?? title) ?? pack?.classifier?.requested_by ?? [],
  };
}

/** A rule may say for itself what asks for its act, where the words of its category would say too much. */
function ownRequests(value: unknown, rule: string): readonly RequestPattern[] | undefined {
  if (value === undefined) return undefined;
  const result = requestedBySchema.safeParse(value);
  if (result.success) return result.data;
  throw new TrajsieveError('requested-by-invalid', z.prettifyError(result.error), {
    where: { rule },
    remedy: 'requested_by is a list of maps with verbs and objects, as in classifier.yaml',
  });
}
