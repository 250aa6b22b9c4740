/** A log event that rules are matched against. Strings are compared without regard to case unless a rule says `cased`. */
export interface SigmaEvent {
  /** Sigma log source: product, category, service */
  readonly product: string;
  readonly category: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** epoch milliseconds, or absent where the data set has no times */
  readonly time?: number;
  /** position in the trajectory: counts steps where there are no times */
  readonly step: number;
}

export type FieldValue = string | number | boolean | null | readonly (string | number)[];
