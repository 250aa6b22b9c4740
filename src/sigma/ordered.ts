import type { Expression } from './condition.ts';
import type { Entry, Gathered } from './gathered.ts';
import { reaches, type Threshold } from './threshold.ts';

/** Entries that follow each other, newest first. */
interface Chain {
  readonly entry: Entry;
  readonly before: Chain | undefined;
  readonly length: number;
  readonly start: Entry;
}

/**
 * The longest run of matches in the order of the rules, each after the one before it. For every rule and length it
 * keeps the run that began last, which outlives all others: so memory depends on the number of rules alone.
 */
export class Chains {
  readonly #members: readonly number[];
  /** by position of the last rule, then by length − 1 */
  readonly #best: (Chain | undefined)[][];
  /** made by the newest event, which cannot follow itself */
  #fresh: Chain[] = [];

  constructor(members: readonly number[]) {
    this.#members = members;
    this.#best = members.map(() => []);
  }

  add(entry: Entry): void {
    const position = this.#members.indexOf(entry.member);
    if (position < 0) return;
    if (this.#fresh[0] !== undefined && this.#fresh[0].entry.order !== entry.order) this.#settle();
    this.#fresh.push({ entry, before: undefined, length: 1, start: entry });
    for (let length = 1; length <= position; length++) {
      let latest: Chain | undefined;
      for (let earlier = 0; earlier < position; earlier++) {
        const chain = this.#best[earlier]![length - 1];
        if (chain !== undefined && (latest === undefined || chain.start.order > latest.start.order))
          latest = chain;
      }
      if (latest !== undefined) {
        this.#fresh.push({ entry, before: latest, length: length + 1, start: latest.start });
      }
    }
  }

  prune(keep: (entry: Entry) => boolean): void {
    for (const chains of this.#best) {
      for (const [index, chain] of chains.entries()) {
        if (chain !== undefined && !keep(chain.start)) chains[index] = undefined;
      }
    }
    this.#fresh = this.#fresh.filter((chain) => keep(chain.start));
  }

  longest(): Chain | undefined {
    const all = [...this.#best.flat(), ...this.#fresh].filter((chain) => chain !== undefined);
    return all.reduce<Chain | undefined>((longest, chain) => {
      return longest === undefined || chain.length > longest.length ? chain : longest;
    }, undefined);
  }

  #settle(): void {
    for (const chain of this.#fresh) {
      const chains = this.#best[this.#members.indexOf(chain.entry.member)]!;
      const known = chains[chain.length - 1];
      if (known === undefined || chain.start.order >= known.start.order) chains[chain.length - 1] = chain;
    }
    this.#fresh = [];
  }
}

/** One way to meet an expression: rules that must match in this order, and rules that must not match at all. */
export interface OrderedCase {
  readonly inOrder: readonly string[];
  readonly absent: readonly string[];
}

/** Ways that an expression may have. */
export const caseLimit = 64;

/** The ways to meet an expression, its names in the order in which they stand; undefined where there are too many. */
export function casesOf(expression: Expression, wanted = true): readonly OrderedCase[] | undefined {
  switch (expression.kind) {
    case 'name':
      return [
        wanted ? { inOrder: [expression.name], absent: [] } : { inOrder: [], absent: [expression.name] },
      ];
    case 'not':
      return casesOf(expression.child, !wanted);
    case 'selector':
      return [];
    default: {
      const parts = expression.children.map((child) => casesOf(child, wanted));
      if ((expression.kind === 'or') === wanted) {
        const cases = parts.flatMap((part) => part ?? []);
        return parts.includes(undefined) || cases.length > caseLimit ? undefined : cases;
      }
      return parts.reduce<readonly OrderedCase[] | undefined>(
        (left, right) => {
          if (left === undefined || right === undefined || left.length * right.length > caseLimit)
            return undefined;
          return left.flatMap((first) => right.map((second) => join(first, second)));
        },
        [{ inOrder: [], absent: [] }],
      );
    }
  }
}

function join(first: OrderedCase, second: OrderedCase): OrderedCase {
  return {
    inOrder: [...new Set([...first.inOrder, ...second.inOrder])],
    absent: [...new Set([...first.absent, ...second.absent])],
  };
}

/** `temporal_ordered`: rules that matched one after another. */
export function gatherOrdered(
  condition: Threshold | Expression,
  memberCount: number,
  memberOf: (name: string) => number,
): Gathered {
  const cases =
    'bounds' in condition
      ? [{ members: Array.from({ length: memberCount }, (_, index) => index), absent: [] }]
      : (casesOf(condition) ?? []).map(({ inOrder, absent }) => {
          return { members: inOrder.map(memberOf), absent: absent.map(memberOf) };
        });
  const tracked = cases.map(({ members, absent }) => ({ members, absent, chains: new Chains(members) }));
  const seen = new Map<number, Entry>();
  const met = () => {
    return tracked.find(({ members, absent, chains }) => {
      const length = chains.longest()?.length ?? 0;
      if ('bounds' in condition) return reaches(condition, length);
      return length === members.length && !absent.some((member) => seen.has(member));
    });
  };
  return {
    add: (entry) => {
      seen.set(entry.member, entry);
      for (const { chains } of tracked) chains.add(entry);
      return 0;
    },
    prune: (keep) => {
      for (const [member, entry] of seen) if (!keep(entry)) seen.delete(member);
      for (const { chains } of tracked) chains.prune(keep);
    },
    holds: () => met() !== undefined,
    figure: () => Math.max(0, ...tracked.map(({ chains }) => chains.longest()?.length ?? 0)),
    entries: () => {
      const entries: Entry[] = [];
      for (let chain = met()?.chains.longest(); chain !== undefined; chain = chain.before)
        entries.push(chain.entry);
      return entries.reverse();
    },
  };
}
