import { type RowTelemetry, withTelemetry } from '../correlate/row-telemetry.ts';
import { type Engine, idleEngine } from '../detectors/engine.ts';
import { compareFindings, type Finding } from '../detectors/finding.ts';
import { joinAbouts } from '../output/about.ts';
import type { Policy } from '../policy/policy.ts';
import { type Examined, Examiner, type ReadableRow } from './examine.ts';
import type { RecordedRow } from './recorded.ts';
import { anything, type RowCandidates, TextSearch } from './text-search.ts';
import type { UnitContext } from './unit-context.ts';

/** What stays of an earlier scan, and the engine of all rules. */
export interface Again {
  readonly all: Engine;
  /** ids of the rules whose recorded findings stay */
  readonly keep: ReadonlySet<string>;
}

/** Whether rules are asked again. */
export function asksAgain({ again, engine }: UnitContext): boolean {
  return again !== undefined && engine !== idleEngine;
}

/** Where rules changed since a scan: examines its rows again. */
export function reexaminerOf(
  { again, policy, prefilter }: UnitContext,
  asked: Examiner,
): Reexaminer | undefined {
  return again && new Reexaminer(asked, again, policy, prefilter);
}

/**
 * Examines rows after an earlier scan whose rules were others: some rules are asked, the findings of others are those of
 * then. The result is that of all rules. A row that failed, then or now, is examined by all of them, since nobody knows
 * which of them would have failed first.
 */
export class Reexaminer {
  readonly #asked: Examiner;
  readonly #again: Again;
  readonly #policy: Policy;
  readonly #prefilter: boolean;
  #all: Examiner | undefined;

  /** @param asked examines by the rules that are asked again */
  constructor(asked: Examiner, again: Again, policy: Policy, prefilter: boolean) {
    this.#asked = asked;
    this.#again = again;
    this.#policy = policy;
    this.#prefilter = prefilter;
  }

  /**
   * The result for one row.
   * @param candidates what the prefilter of the asked rules found; none where they need not be asked, and undefined where
   * there is no prefilter
   * @param telemetry what the sensors saw of the row, if anything
   */
  examine(
    row: ReadableRow,
    number: number,
    candidates: RowCandidates | undefined,
    recorded: RecordedRow | undefined,
    telemetry?: RowTelemetry,
  ): Examined {
    if (recorded?.error !== undefined) return this.#byAll(row, number, telemetry);
    const own =
      candidates?.size === 0 ? this.#asked.clean(number) : this.#asked.examine(row, number, candidates);
    if (own.error !== undefined) return this.#byAll(row, number, telemetry);
    const { keep } = this.#again;
    const kept = recorded?.found.filter(({ rule }) => keep.has(rule)) ?? [];
    const found = together(kept, own.found, telemetry);
    if (found.length === 0) return this.#asked.clean(number);
    const id = own.id ?? recorded?.id;
    const about = joinAbouts(own.about, recorded?.about);
    const all: RecordedRow = {
      ...(id === undefined ? {} : { id }),
      ...(about === undefined ? {} : { about }),
      found,
    };
    return this.#asked.replay(row.trajectory, number, all);
  }

  #byAll(row: ReadableRow, number: number, telemetry: RowTelemetry | undefined): Examined {
    const { all } = this.#again;
    this.#all ??= new Examiner(all, this.#policy, new TextSearch(all));
    return this.#all.examine(row, number, this.#prefilter ? anything : undefined, telemetry);
  }
}

/**
 * What was found then and now, in the order of a run. What was recorded weighs already what alerts bear out of it; the
 * findings that are alerts themselves come last.
 */
function together(
  kept: readonly Finding[],
  own: readonly Finding[],
  telemetry: RowTelemetry | undefined,
): Finding[] {
  const weighed = telemetry === undefined ? own : withTelemetry(own, { ...telemetry, findings: [] });
  return [...[...kept, ...weighed].sort(compareFindings), ...(telemetry?.findings ?? [])];
}
