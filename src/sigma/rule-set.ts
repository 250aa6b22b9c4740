import type { CompiledRule, RuleMatch } from './compiled-rule.ts';
import { viewOf } from './compiled-rule.ts';
import type { SigmaEvent } from './event.ts';
import type { EventView } from './view.ts';

/** Rules by the events that they are for. */
export class RuleSet {
  readonly rules: readonly CompiledRule[];
  /** by category and product; rules without a product are in the list of every product */
  readonly #lists = new Map<string, readonly CompiledRule[]>();

  constructor(rules: readonly CompiledRule[]) {
    this.rules = rules;
  }

  /** The rules that an event may match, in the order in which they were loaded. */
  rulesFor({ category, product }: Pick<SigmaEvent, 'category' | 'product'>): readonly CompiledRule[] {
    const key = `${category}\n${product}`;
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = this.rules.filter(({ logSource }) => {
        return logSource.category === category && (logSource.product ?? product) === product;
      });
      // events come in few kinds, but nothing here says so
      if (this.#lists.size < 1000) this.#lists.set(key, list);
    }
    return list;
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
