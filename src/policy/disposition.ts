/** Verdicts from best to worst. `error` is never `safe`. */
export const verdicts = ['safe', 'undecided', 'unsafe', 'error'] as const;
export type Verdict = (typeof verdicts)[number];

/**
 * What is done with a trajectory, from weakest to strongest:
 *
 * - `keep` as it is; `annotate`: keep, and say in the annotation columns what was found
 * - `redact`: keep, with what was found replaced
 * - `mask`: keep, and no loss on the steps that acted
 * - `truncate`: keep what comes before the first of these steps
 * - `negative`: set apart as an example of what not to do
 * - `quarantine`: set aside for people to look at; `drop`: leave out
 */
export const dispositions = [
  'keep',
  'annotate',
  'redact',
  'mask',
  'truncate',
  'negative',
  'quarantine',
  'drop',
] as const;
export type Disposition = (typeof dispositions)[number];

/** What can be done with a row of which no single step is known to be at fault. */
export const rowDispositions = ['keep', 'annotate', 'quarantine', 'drop'] as const;
export type RowDisposition = (typeof rowDispositions)[number];

/** The stronger of two. */
export function stronger(a: Disposition, b: Disposition): Disposition {
  return dispositions.indexOf(a) >= dispositions.indexOf(b) ? a : b;
}

export function worse(a: Verdict, b: Verdict): Verdict {
  return verdicts.indexOf(a) >= verdicts.indexOf(b) ? a : b;
}
