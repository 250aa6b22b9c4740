/** A share with its 95 % interval. */
export interface Share {
  readonly count: number;
  readonly total: number;
  /** `count / total`; NaN when there is nothing to count */
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Standard normal quantile for 95 %. */
const z = 1.959963984540054;

/**
 * Wilson's score interval.
 * Wilson: Probable inference, the law of succession, and statistical inference. JASA 22 (1927).
 */
export function wilson(count: number, total: number): Share {
  if (total === 0) return { count, total, share: Number.NaN, low: 0, high: 1 };
  const share = count / total;
  const square = z * z;
  const centre = share + square / (2 * total);
  const spread = z * Math.sqrt((share * (1 - share)) / total + square / (4 * total * total));
  const scale = 1 + square / total;
  return {
    count,
    total,
    share,
    // at the ends the interval touches them exactly, which rounding would miss
    low: count === 0 ? 0 : (centre - spread) / scale,
    high: count === total ? 1 : (centre + spread) / scale,
  };
}
