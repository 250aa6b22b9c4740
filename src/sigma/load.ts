import type { TrajsieveError } from '../errors.ts';
import { type CompiledRule, compileRule } from './compiled-rule.ts';
import { readCorrelation } from './correlation.ts';
import { entryOf, type MapNode, readDocuments, type SigmaDocument } from './document.ts';
import { type Filter, filtersRule, readFilter } from './filter.ts';
import { type CompiledCorrelation, Linker, type ReadCorrelation, type Target } from './link.ts';
import { describeLogSource, sourceOf, type Taxonomy } from './logsource.ts';
import type { AttributeOptions, Meta } from './meta.ts';
import type { Placeholders } from './modifier.ts';
import { Problems, Reporter, SigmaRulesError } from './problems.ts';
import { trusting } from './regex.ts';
import { type Rule, type RuleContext, readRule } from './rule.ts';

/** A rule file. */
export interface SigmaText {
  /** what messages call it */
  readonly file: string;
  readonly text: string;
  /** its patterns were checked before: they are compiled when they are first matched */
  readonly trusted?: boolean;
  /** what `parseTrusted` made of the text, where it was parsed before */
  readonly parsed?: readonly MapNode[];
}

export interface SigmaOptions extends AttributeOptions {
  readonly taxonomy: Taxonomy;
  /** values for `%name%` under the modifier `expand` */
  readonly placeholders?: Placeholders;
}

/** A rule, correlation or filter that no event here can concern. */
export interface NotApplicable {
  readonly meta: Meta;
  /** `product: linux, service: auditd`; empty for correlations */
  readonly logSource: string;
  readonly reason: string;
}

export interface LoadedSigma {
  readonly rules: readonly CompiledRule[];
  /** those that others refer to come before them */
  readonly correlations: readonly CompiledCorrelation[];
  readonly notApplicable: readonly NotApplicable[];
  readonly warnings: readonly TrajsieveError[];
}

/**
 * Loads rules, correlations and filters. References and filters reach over all files.
 *
 * @throws SigmaRulesError that lists every error of every file
 */
export function loadSigma(texts: readonly SigmaText[], options: SigmaOptions): LoadedSigma {
  const { errors, ...loaded } = readSigma(texts, options);
  if (errors.length > 0) throw new SigmaRulesError(errors);
  return loaded;
}

/** As {@link loadSigma}, but what has errors is left out and its errors are handed back. */
export function readSigma(
  texts: readonly SigmaText[],
  options: SigmaOptions,
): LoadedSigma & { readonly errors: readonly TrajsieveError[] } {
  return new Loader(options).load(texts);
}

class Loader {
  readonly #problems = new Problems();
  readonly #context: RuleContext;
  readonly #rules: { rule: Rule; document: SigmaDocument }[] = [];
  readonly #correlations: ReadCorrelation[] = [];
  readonly #filters: { filter: Filter; document: SigmaDocument }[] = [];
  readonly #notApplicable: NotApplicable[] = [];
  readonly #targets = new Map<string, Target>();
  /** where an id or name was first seen */
  readonly #seen = new Map<string, string>();

  constructor(options: SigmaOptions) {
    this.#context = { ...options, placeholders: options.placeholders ?? {} };
  }

  load(texts: readonly SigmaText[]): LoadedSigma & { errors: readonly TrajsieveError[] } {
    for (const text of texts) {
      if (text.trusted === true) trusting(() => this.#readFile(text));
      else this.#readFile(text);
    }
    const hidden = this.#hidden();
    const rules = this.#rules.map(({ rule }) => {
      const filters = this.#filters.filter(({ filter }) => filtersRule(filter, rule));
      const own = filters.map(({ filter }) => filter);
      const compiled = compileRule(rule, own, !hidden.has(rule.meta));
      this.#aim(rule.meta, { kind: 'rule', rule: compiled });
      return compiled;
    });
    this.#checkFilters();
    const linker = new Linker(this.#targets, hidden, ({ logSource }) => {
      return sourceOf(logSource, this.#context.taxonomy)?.fields ?? [];
    });
    for (const read of this.#correlations) linker.link(read);
    return {
      rules,
      correlations: linker.compiled,
      notApplicable: [
        ...this.#notApplicable,
        ...linker.notApplicable.map((one) => ({ ...one, logSource: '' })),
      ],
      warnings: this.#problems.warnings,
      errors: this.#problems.errors,
    };
  }

  #readFile({ file, text, parsed }: SigmaText): void {
    const documents =
      parsed?.map((root): SigmaDocument => ({ root, reporter: new Reporter(this.#problems, file) })) ??
      readDocuments(file, text, this.#problems);
    for (const document of documents) this.#read(document);
    if (documents.length === 0 && !this.#problems.errors.some(({ where }) => where.file === file)) {
      new Reporter(this.#problems, file).warn('sigma-empty-file', 'file holds no rules', 1);
    }
  }

  #read(document: SigmaDocument): void {
    const { root, reporter } = document;
    const kinds = ['correlation', 'filter', 'detection'].filter((key) => entryOf(root, key) !== undefined);
    const action = entryOf(root, 'action')?.value;
    if (action?.kind === 'scalar' && ['global', 'reset', 'repeat'].includes(action.text)) {
      const remedy = 'write each rule in full';
      reporter.error('sigma-collection', `'action: ${action.text}' is Sigma v1`, action.line, remedy);
    } else if (kinds.length > 1) {
      const message = `document is both a ${kinds.join(' and a ')}`;
      reporter.error('sigma-mixed-document', message, root.line, "separate documents with '---'");
    } else if (kinds[0] === 'correlation') this.#readCorrelation(document);
    else if (kinds[0] === 'filter') this.#readFilter(document);
    else this.#readRule(document);
  }

  #readRule(document: SigmaDocument): void {
    const result = readRule(document, this.#context);
    if (result.kind === 'rule') {
      if (this.#claim(result.rule.meta, document)) this.#rules.push({ rule: result.rule, document });
      return;
    }
    if (!this.#claim(result.meta, document)) return;
    if (result.kind === 'invalid') this.#aim(result.meta, { kind: 'invalid' });
    else this.#leaveOut(result);
  }

  #readFilter(document: SigmaDocument): void {
    const result = readFilter(document, this.#context);
    const meta = result.kind === 'filter' ? result.filter.meta : result.meta;
    if (!this.#claim(meta, document)) return;
    if (result.kind === 'filter') this.#filters.push({ filter: result.filter, document });
    else if (result.kind === 'not-applicable') this.#leaveOut(result);
  }

  #readCorrelation(document: SigmaDocument): void {
    const { meta, correlation } = readCorrelation(document, this.#context);
    if (!this.#claim(meta, document)) return;
    if (correlation === undefined) {
      this.#aim(meta, { kind: 'invalid' });
      return;
    }
    const read = { correlation, reporter: document.reporter };
    this.#correlations.push(read);
    this.#aim(meta, { kind: 'correlation', read });
  }

  #leaveOut({ meta, logSource, reason }: { meta: Meta; logSource: Rule['logSource']; reason: string }): void {
    this.#notApplicable.push({ meta, logSource: describeLogSource(logSource), reason });
    this.#aim(meta, { kind: 'not-applicable', reason });
  }

  /** Ids and names are one of a kind. */
  #claim(meta: Meta, { reporter }: SigmaDocument): boolean {
    let unique = true;
    for (const key of ['id', 'name'] as const) {
      const value = meta[key];
      if (value === undefined) continue;
      const first = this.#seen.get(value);
      if (first === undefined) this.#seen.set(value, `${meta.file}:${meta.lineOf(key)}`);
      else {
        reporter.error(
          `sigma-duplicate-${key}`,
          `${key} '${value}' is taken already by ${first}`,
          meta.lineOf(key),
        );
        unique = false;
      }
    }
    return unique;
  }

  #aim({ id, name }: Meta, target: Target): void {
    if (id !== undefined) this.#targets.set(id, target);
    if (name !== undefined) this.#targets.set(name, target);
  }

  /** What correlations refer to without `generate` does not report for itself. */
  #hidden(): Set<Meta> {
    const metas = new Map<string, Meta>();
    const all = [
      ...this.#rules.map(({ rule }) => rule.meta),
      ...this.#correlations.map(({ correlation }) => correlation.meta),
    ];
    for (const meta of all)
      for (const key of [meta.id, meta.name]) if (key !== undefined) metas.set(key, meta);
    const hidden = new Set<Meta>();
    for (const { correlation } of this.#correlations) {
      if (correlation.generate) continue;
      for (const { text } of correlation.references) {
        const meta = metas.get(text);
        if (meta !== undefined) hidden.add(meta);
      }
    }
    return hidden;
  }

  /** A filter that names a rule which is not there filters nothing: worth a word. */
  #checkFilters(): void {
    for (const { filter, document } of this.#filters) {
      for (const reference of filter.rules === 'any' ? [] : filter.rules) {
        const target = this.#targets.get(reference);
        const rule = this.#rules.find(
          ({ rule }) => rule.meta.id === reference || rule.meta.name === reference,
        );
        if (rule !== undefined && filtersRule(filter, rule.rule)) continue;
        const why = target === undefined ? 'which is not known' : 'which is not of its log source';
        const line = filter.meta.lineOf('filter', 'rules');
        document.reporter.warn('sigma-idle-filter', `filter names rule '${reference}', ${why}`, line);
      }
    }
  }
}
