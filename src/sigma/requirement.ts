/**
 * What must be there for something to match: alternatives, in each of which all terms must hold. `[[]]` (one
 * alternative that asks for nothing) is always met, `[]` never.
 */
export type Requirement<Term> = readonly (readonly Term[])[];

/** How requirements over one kind of term are simplified and weighed. */
export interface Terms<Term> {
  /** whether wherever `given` holds, `asked` does too */
  readonly implies: (given: Term, asked: Term) => boolean;
  /** how rarely a term is met by chance: longer is rarer */
  readonly weight: (term: Term) => number;
}

/** One of them must hold. */
export function either<Term>(
  requirements: readonly Requirement<Term>[],
  terms: Terms<Term>,
): Requirement<Term> {
  return simplify(requirements.flat(), terms);
}

/**
 * All of them must hold. Where the combinations would be more than `limit`, the requirements that say least are left
 * out: the result then asks for less than the whole, never for more.
 */
export function both<Term>(
  requirements: readonly Requirement<Term>[],
  terms: Terms<Term>,
  limit: number,
): Requirement<Term> {
  if (requirements.some((requirement) => requirement.length === 0)) return [];
  // the one whose least demanding alternative demands most goes in first: it is the one that may not be left out
  const [strongest, ...others] = [...requirements].sort((left, right) => {
    return strength(right, terms) - strength(left, terms) || left.length - right.length;
  });
  if (strongest === undefined) return [[]];
  let result = strongest;
  for (const other of others.sort((left, right) => left.length - right.length)) {
    if (result.length * other.length > Math.max(limit, result.length)) continue;
    const product = result.flatMap((left) => other.map((right) => conjunction([...left, ...right], terms)));
    result = simplify(product, terms);
  }
  return result;
}

function strength<Term>(requirement: Requirement<Term>, { weight }: Terms<Term>): number {
  return Math.min(...requirement.map((all) => Math.max(0, ...all.map(weight))));
}

/** Drops terms that others imply. */
function conjunction<Term>(all: readonly Term[], { implies }: Terms<Term>): readonly Term[] {
  return all.filter((term, index) => {
    return !all.some((other, at) => {
      if (at === index || !implies(other, term)) return false;
      return at < index || !implies(term, other);
    });
  });
}

/** Alternatives beyond this are not compared with each other, which takes time by their square. */
const compareLimit = 600;

/** Drops alternatives that are met only where another is met too. */
function simplify<Term>(alternatives: readonly (readonly Term[])[], terms: Terms<Term>): Requirement<Term> {
  if (alternatives.some((all) => all.length === 0)) return [[]];
  if (alternatives.length > compareLimit) return alternatives;
  // fewer terms first: only an alternative with no more terms than another can make that one needless
  const kept: (readonly Term[])[] = [];
  for (const all of [...alternatives].sort((left, right) => left.length - right.length)) {
    const needless = kept.some((weaker) => {
      return weaker.every((asked) => all.some((given) => terms.implies(given, asked)));
    });
    if (!needless) kept.push(all);
  }
  return kept;
}
