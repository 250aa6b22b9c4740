import { severities } from '../detectors/finding.ts';
import type { PlacedAlert } from './alert.ts';
import type { ChanceReport } from './chance.ts';
import type { SignatureCounts, StrengthCounts } from './correlation.ts';
import type { Decision, Status } from './join.ts';
import { type Strength, strengths } from './keys.ts';

interface Signature {
  readonly feed: string;
  readonly signature: string;
  severity: number;
  alerts: number;
  matched: number;
  ambiguous: number;
  unexplained: number;
}

type Bins = Map<number, { alerts: number; worst: number }>;

/** Most signatures that are counted one by one, and most that are reported. */
const mostSignatures = 20_000;
const mostReported = 200;
const mostBins = 1000;
const hour = 3_600_000;

/** Counts what became of alerts; what it holds is bounded. */
export class JoinTally {
  readonly statuses: Record<Status, number> = { matched: 0, ambiguous: 0, unexplained: 0 };
  readonly strengths = Object.fromEntries(
    strengths.map((name) => [name, { matched: 0, ambiguous: 0, content: 0 }]),
  ) as Record<Strength, { -readonly [K in keyof StrengthCounts]: number }>;
  duplicates = 0;
  bin = hour;
  readonly #signatures = new Map<string, Signature>();
  #bins: Bins = new Map();

  add(alert: PlacedAlert, { status, strength, candidates }: Decision, isDuplicate: boolean): void {
    this.statuses[status] += 1;
    if (isDuplicate) this.duplicates += 1;
    if (strength !== undefined && status !== 'unexplained') {
      const counts = this.strengths[strength];
      counts[status] += 1;
      if (status === 'matched' && candidates[0]?.named !== undefined) counts.content += 1;
    }
    this.#countSignature(alert, status);
    if (status === 'unexplained') this.#countUnexplained(alert);
  }

  #countSignature({ feed, signature, severity }: PlacedAlert, status: Status): void {
    const key = `${feed}\0${signature}`;
    let counts = this.#signatures.get(key);
    if (counts === undefined) {
      if (this.#signatures.size >= mostSignatures) return;
      counts = { feed, signature, severity, alerts: 0, matched: 0, ambiguous: 0, unexplained: 0 };
      this.#signatures.set(key, counts);
    }
    counts.severity = Math.max(counts.severity, severity);
    counts.alerts += 1;
    counts[status] += 1;
  }

  #countUnexplained({ start, severity }: PlacedAlert): void {
    const at = Math.floor(start / this.bin) * this.bin;
    const bin = this.#bins.get(at);
    if (bin === undefined) this.#bins.set(at, { alerts: 1, worst: severity });
    else {
      bin.alerts += 1;
      bin.worst = Math.max(bin.worst, severity);
    }
    while (this.#bins.size > mostBins) this.#widen();
  }

  #widen(): void {
    this.bin *= 2;
    const wider: Bins = new Map();
    for (const [start, { alerts, worst }] of this.#bins) {
      const at = Math.floor(start / this.bin) * this.bin;
      const before = wider.get(at);
      wider.set(at, { alerts: alerts + (before?.alerts ?? 0), worst: Math.max(worst, before?.worst ?? 0) });
    }
    this.#bins = wider;
  }

  get unexplained(): { hour: number; alerts: number; worst: string }[] {
    return [...this.#bins]
      .sort(([a], [b]) => a - b)
      .map(([start, { alerts, worst }]) => ({ hour: start, alerts, worst: severities[worst]! }));
  }

  /** The worst and most frequent signatures, with what the test against chance says of them. */
  signatures(chance: ChanceReport): SignatureCounts[] {
    const tests = new Map(chance.signatures.map((one) => [one.name, one]));
    return [...this.#signatures.values()]
      .sort((a, b) => b.severity - a.severity || b.alerts - a.alerts || (a.signature < b.signature ? -1 : 1))
      .slice(0, mostReported)
      .map(({ severity, ...counts }) => {
        const test = tests.get(signatureName(counts));
        return {
          ...counts,
          severity: severities[severity]!,
          ...(test === undefined ? {} : { lift: test.lift, pValue: test.pValue }),
        };
      });
  }
}

/** How the test against chance names a signature. */
export function signatureName({
  feed,
  signature,
}: {
  readonly feed: string;
  readonly signature: string;
}): string {
  return `${feed}: ${signature}`;
}
