import { suggestion } from '../suggest.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { Expression } from './condition.ts';
import type { Correlation, CorrelationType } from './correlation.ts';
import type { Meta } from './meta.ts';
import { caseLimit, casesOf } from './ordered.ts';
import type { Reporter } from './problems.ts';
import { onlyGrows, type Threshold } from './threshold.ts';
import type { Timespan } from './timespan.ts';

/** A correlation whose references are looked up. */
export interface CompiledCorrelation extends Meta {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  readonly timespan: Timespan;
  readonly groupBy: readonly string[];
  readonly condition: Threshold | Expression;
  /** the rules and correlations that it refers to, in its order */
  readonly members: readonly (CompiledRule | CompiledCorrelation)[];
  /** every detection rule that it rests on, directly or through other correlations */
  readonly baseRules: readonly CompiledRule[];
  /** whether the rules that it refers to report for themselves as well */
  readonly generate: boolean;
  /** false where another correlation refers to it and asks that only that one reports */
  readonly standalone: boolean;
  /** whether its condition can only be judged when the timespan is over */
  readonly judgedLate: boolean;
  /** which of its members a name in an expression means */
  readonly memberOf: (reference: string) => number;
  /** the field of a member's events that a name (an alias, perhaps) means */
  readonly fieldOf: (name: string, member: number) => string;
}

/** What a reference may lead to. A rule that has errors or is for other events is known, but is not there. */
export type Target =
  | { readonly kind: 'rule'; readonly rule: CompiledRule }
  | { readonly kind: 'correlation'; readonly read: ReadCorrelation }
  | { readonly kind: 'not-applicable'; readonly reason: string }
  | { readonly kind: 'invalid' };

export interface ReadCorrelation {
  readonly correlation: Correlation;
  readonly reporter: Reporter;
}

export interface NotApplicableCorrelation {
  readonly meta: Meta;
  readonly reason: string;
}

/** Looks up what correlations refer to. */
export class Linker {
  readonly compiled: CompiledCorrelation[] = [];
  readonly notApplicable: NotApplicableCorrelation[] = [];
  readonly #targets: ReadonlyMap<string, Target>;
  readonly #hidden: ReadonlySet<Meta>;
  readonly #fieldsOf: (rule: CompiledRule) => readonly string[];
  /** what was linked already; undefined while it is being linked, and where it cannot be */
  readonly #linked = new Map<Correlation, CompiledCorrelation | 'in progress' | undefined>();

  /**
   * @param targets by id and by name
   * @param hidden what does not report for itself
   * @param fieldsOf the fields that the events of a rule may have
   */
  constructor(
    targets: ReadonlyMap<string, Target>,
    hidden: ReadonlySet<Meta>,
    fieldsOf: (rule: CompiledRule) => readonly string[],
  ) {
    this.#targets = targets;
    this.#hidden = hidden;
    this.#fieldsOf = fieldsOf;
  }

  /** Links a correlation, after those that it refers to. Undefined where it cannot be, which is reported. */
  link(read: ReadCorrelation): CompiledCorrelation | undefined {
    const { correlation, reporter } = read;
    if (this.#linked.has(correlation)) {
      const known = this.#linked.get(correlation);
      if (known !== 'in progress') return known;
      const message = `correlation '${correlation.meta.title}' refers to itself`;
      reporter.error('sigma-circular-correlation', message, correlation.line);
      return undefined;
    }
    this.#linked.set(correlation, 'in progress');
    const members = this.#members(read);
    const compiled = members === undefined ? undefined : this.#compile(read, members);
    this.#linked.set(correlation, compiled);
    if (compiled !== undefined) this.compiled.push(compiled);
    return compiled;
  }

  #members({ correlation, reporter }: ReadCorrelation): CompiledCorrelation['members'] | undefined {
    const members: (CompiledRule | CompiledCorrelation)[] = [];
    let reason: string | undefined;
    for (const { text, line } of correlation.references) {
      const target = this.#targets.get(text);
      if (target === undefined) {
        const known = [...this.#targets.keys()];
        const remedy = suggestion(text, known, 'load the file that defines it as well');
        reporter.error('sigma-unknown-rule', `rule '${text}' is not known`, line, remedy);
      } else if (target.kind === 'rule' || target.kind === 'correlation') {
        const member = target.kind === 'rule' ? target.rule : this.link(target.read);
        if (member === undefined) reason ??= this.#whyNot(text, target);
        else if (!members.includes(member)) members.push(member);
        else reporter.error('sigma-bad-attribute', `rule '${text}' is named twice, by id and by name`, line);
      } else if (target.kind === 'not-applicable') {
        reason ??= `refers to '${text}', which does not apply: ${target.reason}`;
      }
    }
    if (members.length === correlation.references.length) return members;
    if (reason !== undefined && reporter.errorCount === 0) {
      this.notApplicable.push({ meta: correlation.meta, reason });
    }
    return undefined;
  }

  #whyNot(reference: string, target: Target): string | undefined {
    const inner = this.notApplicable.find(({ meta }) => {
      return target.kind === 'correlation' && meta === target.read.correlation.meta;
    });
    return inner === undefined
      ? undefined
      : `refers to '${reference}', which does not apply: ${inner.reason}`;
  }

  #compile(
    { correlation, reporter }: ReadCorrelation,
    members: CompiledCorrelation['members'],
  ): CompiledCorrelation | undefined {
    const { meta, references, aliases, condition, type } = correlation;
    const names = references.map(({ text }) => text);
    const baseRules = new Set(
      members.flatMap((member) => (member.kind === 'rule' ? [member] : member.baseRules)),
    );
    if (type === 'temporal_ordered' && !('bounds' in condition) && casesOf(condition) === undefined) {
      const message = `condition has more than ${caseLimit} ways to be met in order`;
      reporter.error('sigma-bad-condition', message, correlation.line, 'split the correlation');
    }
    const compiled: CompiledCorrelation = {
      ...meta,
      kind: 'correlation',
      type,
      timespan: correlation.timespan,
      groupBy: correlation.groupBy,
      condition,
      members,
      baseRules: [...baseRules],
      generate: correlation.generate,
      standalone: !this.#hidden.has(meta),
      judgedLate: 'bounds' in condition ? !onlyGrows(condition) : hasNot(condition),
      memberOf: (reference) => names.indexOf(reference),
      fieldOf: (name, member) => aliases.get(name)?.get(names[member]!) ?? name,
    };
    this.#checkFields(correlation, compiled, reporter);
    return reporter.errorCount > 0 ? undefined : compiled;
  }

  /** Fields that no event of a member has would group everything together, or count nothing. */
  #checkFields(correlation: Correlation, compiled: CompiledCorrelation, reporter: Reporter): void {
    const counted = 'bounds' in correlation.condition ? correlation.condition.fields : [];
    for (const name of [...correlation.groupBy, ...counted]) {
      for (const [index, member] of compiled.members.entries()) {
        const field = compiled.fieldOf(name, index);
        const rules = member.kind === 'rule' ? [member] : member.baseRules;
        const known = [...new Set(rules.flatMap((rule) => this.#fieldsOf(rule)))];
        if (known.includes(field)) continue;
        const reference = correlation.references[index]!.text;
        const line = correlation.meta.lineOf(
          'correlation',
          correlation.groupBy.includes(name) ? 'group-by' : 'condition',
        );
        const remedy = suggestion(
          field,
          [...known, ...correlation.aliases.keys()],
          `it has ${known.join(', ')}`,
        );
        reporter.error(
          'sigma-unknown-field',
          `unknown field '${field}' of rule '${reference}'`,
          line,
          remedy,
        );
        break;
      }
    }
  }
}

function hasNot(expression: Expression): boolean {
  if (expression.kind === 'not') return true;
  return 'children' in expression && expression.children.some(hasNot);
}
