import { TrajsieveError } from '../errors.ts';
import { type Accuracy, perfect, type Rate } from './rates.ts';
import type { Stratum } from './sample.ts';

/** Labels of one stratum. */
export interface LabelledStratum extends Stratum {
  /** drawn rows that somebody called unsafe, or was not sure about */
  readonly unsafe: number;
}

export interface Estimate {
  /** share of unsafe rows among those that were kept */
  readonly share: number;
  /** its 95 % interval */
  readonly low: number;
  readonly high: number;
  /** rows that were labelled, and what they are worth after weighting */
  readonly labelled: number;
  readonly effective: number;
  /** the same before it was corrected for the labellers' errors */
  readonly apparent: number;
}

/** Standard normal quantile for 95 %. */
const z = 1.959963984540054;

/**
 * The share of unsafe rows among the kept ones, from labels of a stratified sample.
 *
 * The share is the mean of the strata's shares, weighted by their rows. Weighting makes a sample worth fewer rows than
 * it has: `n_eff = (sum of weights)² / (sum of squared weights)` (Kish: Survey Sampling, 1965, 11.7). The interval is
 * Wilson's score interval (Wilson, JASA 22, 1927) on `n_eff` rows, which holds its level where few or none are unsafe
 * (Brown, Cai and DasGupta, Statistical Science 16, 2001).
 *
 * Labellers err: of `p` apparent, `(p + Sp − 1) / (Se + Sp − 1)` is real (Rogan and Gladen, American Journal of
 * Epidemiology 107, 1978). Where sensitivity and specificity are counts themselves, their own uncertainty is added as
 * Lang and Reiczigel do (Preventive Veterinary Medicine 113, 2014).
 */
export function estimateShare(strata: readonly LabelledStratum[], labellers: Accuracy = perfect): Estimate {
  const drawn = strata.filter(({ drawn: count }) => count > 0);
  const rows = strata.reduce((sum, stratum) => sum + stratum.rows, 0);
  const labelled = drawn.reduce((sum, stratum) => sum + stratum.drawn, 0);
  if (labelled === 0) throw new TrajsieveError('audit-unlabelled', 'no row is labelled');
  const missed = strata.find((stratum) => stratum.drawn === 0 && stratum.rows > 0);
  if (missed !== undefined) {
    throw new TrajsieveError('audit-stratum', `stratum ${JSON.stringify(missed.name)} has no labelled row`, {
      remedy: 'nothing can be said of what nobody looked at: label some of its rows',
    });
  }
  const apparent = drawn.reduce(
    (sum, stratum) => sum + (stratum.rows / rows) * (stratum.unsafe / stratum.drawn),
    0,
  );
  // each row of a stratum stands for rows / drawn rows; (Σw)² / Σw² over all drawn rows
  const squares = drawn.reduce((sum, stratum) => sum + stratum.rows ** 2 / stratum.drawn, 0);
  const effective = Math.min(labelled, rows ** 2 / squares);
  const { share, low, high } = correct(apparent, effective, labellers);
  return { share, low, high, labelled, effective, apparent };
}

/** Wilson's interval for a share of `n` rows, which need not be a whole number. */
function wilson(share: number, n: number): { low: number; high: number } {
  const square = z * z;
  const centre = share + square / (2 * n);
  const spread = z * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n));
  const scale = 1 + square / n;
  return {
    low: share === 0 ? 0 : (centre - spread) / scale,
    high: share === 1 ? 1 : (centre + spread) / scale,
  };
}

function correct(
  apparent: number,
  n: number,
  accuracy: Accuracy,
): { share: number; low: number; high: number } {
  const { sensitivity, specificity } = accuracy;
  const gain = sensitivity.share + specificity.share - 1;
  if (gain <= 0) {
    throw new TrajsieveError(
      'audit-labellers',
      `labels of sensitivity ${sensitivity.share} and specificity ${specificity.share} tell nothing`,
      { remedy: 'their sum must be more than 1' },
    );
  }
  const real = (value: number) => Math.min(1, Math.max(0, (value + specificity.share - 1) / gain));
  const share = real(apparent);
  if (Number.isFinite(sensitivity.cases) || Number.isFinite(specificity.cases)) {
    return { share, ...langReiczigel(apparent, n, sensitivity, specificity) };
  }
  const { low, high } = wilson(apparent, n);
  return { share, low: real(low), high: real(high) };
}

/** The interval of Lang and Reiczigel (2014), with a rate that is given as one without variance. */
function langReiczigel(
  apparent: number,
  n: number,
  sensitivity: Rate,
  specificity: Rate,
): { low: number; high: number } {
  const cases = n + z * z;
  const share = (n * apparent + (z * z) / 2) / cases;
  const [se, seVariance] = smoothed(sensitivity);
  const [sp, spVariance] = smoothed(specificity);
  const gain = se + sp - 1;
  const real = (share + sp - 1) / gain;
  const shift = 2 * z * z * (real * seVariance - (1 - real) * spVariance);
  const variance = (share * (1 - share)) / cases + real ** 2 * seVariance + (1 - real) ** 2 * spVariance;
  const spread = (z * Math.sqrt(variance)) / gain;
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  return { low: clip(real + shift - spread), high: clip(real + shift + spread) };
}

/** A counted rate with one hit and one miss more, and its variance. */
function smoothed({ share, cases }: Rate): [share: number, variance: number] {
  if (!Number.isFinite(cases)) return [share, 0];
  const smooth = (share * cases + 1) / (cases + 2);
  return [smooth, (smooth * (1 - smooth)) / (cases + 2)];
}

/**
 * What the detectors' own errors lead one to expect among the kept rows, without any label: of all rows `q` were set
 * aside, so `π = (q + Sp − 1) / (Se + Sp − 1)` are unsafe (Rogan and Gladen), and `π (1 − Se) / (1 − q)` of the kept ones.
 * It is a point, not a bound: it is as good as the sensitivity that was measured fits these data.
 */
export function expectedShare(
  rows: number,
  setAside: number,
  { sensitivity, specificity }: Accuracy,
): number {
  const gain = sensitivity.share + specificity.share - 1;
  if (gain <= 0 || rows === setAside) return Number.NaN;
  const aside = setAside / rows;
  const unsafe = Math.min(1, Math.max(0, (aside + specificity.share - 1) / gain));
  return Math.min(1, (unsafe * (1 - sensitivity.share)) / (1 - aside));
}
