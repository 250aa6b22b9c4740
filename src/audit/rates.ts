/** A share of cases, as given (`0.95`) or as counted (`95/100`): then it is known no better than its count allows. */
export interface Rate {
  readonly share: number;
  /** cases that it was counted on; infinite for one that is given */
  readonly cases: number;
}

/** Sensitivity: the share of unsafe rows that are called so. Specificity: the share of safe rows that are called so. */
export interface Accuracy {
  readonly sensitivity: Rate;
  readonly specificity: Rate;
}

export const perfect: Accuracy = {
  sensitivity: { share: 1, cases: Number.POSITIVE_INFINITY },
  specificity: { share: 1, cases: Number.POSITIVE_INFINITY },
};

/** Reads `0.95`, `95%` or `95/100`; undefined for anything else. */
export function parseRate(text: string): Rate | undefined {
  const counted = /^(\d+)\s*\/\s*(\d+)$/.exec(text.trim());
  if (counted !== null) {
    const [hits, cases] = [Number(counted[1]), Number(counted[2])];
    return cases === 0 || hits > cases ? undefined : { share: hits / cases, cases };
  }
  const plain = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  if (plain === null) return undefined;
  const share = Number(plain[1]) / (plain[2] === '%' ? 100 : 1);
  return share > 1 ? undefined : { share, cases: Number.POSITIVE_INFINITY };
}
