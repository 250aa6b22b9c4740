import type { CompiledRule, RuleMatch } from './compiled-rule.ts';
import { viewOf } from './compiled-rule.ts';
import type { SigmaEvent } from './event.ts';
import { foldCase } from './fold.ts';
import type { EventView } from './view.ts';

/** The rules of one kind of event. */
interface KindRules {
  readonly all: readonly CompiledRule[];
  /** by the names of programs that some rule asks for, the rules that such a program may match */
  readonly byProgram: ReadonlyMap<string, readonly CompiledRule[]>;
  /** the rules that any other program may match */
  readonly others: readonly CompiledRule[];
}

/** Rules by the events that they are for: by log source, and by the name of the program where they ask for one. */
export class RuleSet {
  readonly rules: readonly CompiledRule[];
  /** by category and product; rules without a product are in the list of every product */
  readonly #kinds = new Map<string, KindRules>();

  constructor(rules: readonly CompiledRule[]) {
    this.rules = rules;
  }

  /** The rules that an event may match, in the order in which they were loaded. */
  rulesFor(
    event: Pick<SigmaEvent, 'category' | 'product'> & { readonly fields?: SigmaEvent['fields'] },
  ): readonly CompiledRule[] {
    const { all, byProgram, others } = this.#kind(event.category, event.product);
    const image = event.fields?.['Image'];
    if (typeof image !== 'string') return all;
    return byProgram.get(programOf(foldCase(image))) ?? others;
  }

  #kind(category: string, product: string): KindRules {
    const key = `${category}\n${product}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = kindOf(
        this.rules.filter(({ logSource }) => {
          return logSource.category === category && (logSource.product ?? product) === product;
        }),
      );
      // events come in few kinds, but nothing here says so
      if (this.#kinds.size < 1000) this.#kinds.set(key, kind);
    }
    return kind;
  }

  /** The rules that match an event, each with what made it match. */
  match(event: SigmaEvent | EventView): RuleMatch[] {
    const view = viewOf(event);
    const found: RuleMatch[] = [];
    for (const rule of this.rulesFor(view.event)) {
      const match = rule.match(view);
      if (match !== undefined) found.push(match);
    }
    return found;
  }
}

function kindOf(all: readonly CompiledRule[]): KindRules {
  const programs = all.map(programsOf);
  const names = new Set(programs.flatMap((one) => [...(one ?? [])]));
  const byProgram = new Map(
    [...names].map((name) => [name, all.filter((_, index) => programs[index]?.has(name) ?? true)]),
  );
  return { all, byProgram, others: all.filter((_, index) => programs[index] === undefined) };
}

/** The names of the only programs that a rule can match, folded; undefined where it may match any. */
function programsOf(rule: CompiledRule): ReadonlySet<string> | undefined {
  const alternatives = rule.requiredLiterals({
    field: 'Image',
    rewrite: (literal) => {
      const { text, position } = literal;
      const isName = text.includes('/') && position !== 'contains' && position !== 'startswith';
      return isName ? [literal] : [];
    },
  });
  return alternatives && new Set(alternatives.map(([literal]) => programOf(literal!.text)));
}

function programOf(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
}
