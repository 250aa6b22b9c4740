import { appendFileSync } from 'node:fs';
import { messageOf } from '../errors.ts';
import { checkGate, type GateResult, unknownName } from '../nightly/gate.ts';
import { Lineage } from '../nightly/lineage.ts';
import { type RunEnd, renderMetrics } from '../nightly/metrics.ts';
import type { ActiveRule } from '../output/active-rules.ts';
import { percent } from '../output/report/text.ts';
import { onDisk } from '../parquet/sink.ts';
import { writeAtomically } from '../pipeline/files.ts';
import type { Report } from '../pipeline/report.ts';
import type { RunEvents, RunOutcome } from '../pipeline/run.ts';
import type { Values } from './command.ts';
import { exitCode } from './command.ts';
import { JsonLog, type RunLog } from './json-log.ts';
import type { nightlyOptions } from './nightly-options.ts';
import { ProgressDisplay } from './progress.ts';
import { printSummary } from './show-summary.ts';
import { UsageError } from './values.ts';

type NightlyValues = Values<typeof nightlyOptions>;

/** How a command shows how it ended. */
export interface ConductOptions {
  /** folder of the results */
  readonly out: string;
  readonly json: boolean;
  readonly quiet: boolean;
  /** the exit code of an interruption */
  signalCode(): number;
}

/** What a job that runs by itself does around a run: gates, metrics, lineage, logs, and the exit code of it all. */
export class Nightly {
  readonly log: RunLog;
  readonly #values: NightlyValues;
  readonly #lineage: Lineage | undefined;
  #isBegun = false;
  #isDoneBefore = false;

  /** @param out folder of the run */
  constructor(values: NightlyValues, out: string, quiet: boolean) {
    this.#values = values;
    this.log =
      values['log-format'] === 'json'
        ? new JsonLog(process.stderr, quiet)
        : new ProgressDisplay(process.stderr, quiet);
    this.#lineage = values.lineage === undefined ? undefined : new Lineage(out);
  }

  /**
   * Throws where a gate names a category or a rule that does not exist: it would never fail.
   * @param classifiers what is looked for: rules, or where they are loaded from
   */
  async checkGates(classifiers: readonly string[] | readonly ActiveRule[]): Promise<void> {
    const gates = this.#values['fail-on'].filter(({ subject }) => subject.includes(':'));
    if (gates.length === 0) return;
    const rules = isLoaded(classifiers) ? classifiers : await rulesOf(classifiers);
    const categories = new Set(rules.map(({ category }) => category));
    const ids = new Set(rules.map(({ id }) => id));
    for (const gate of gates) {
      const problem = unknownName(gate, categories, ids);
      if (problem !== undefined) throw new UsageError(`--fail-on: ${problem}`);
    }
  }

  /** The same events, told to the lineage as well. */
  events(events: RunEvents): RunEvents {
    return {
      ...events,
      onPlan: (plan, own, done) => {
        this.#isDoneBefore = own.length > 0 && done.length === own.length;
        // a run in two parts begins once
        if (this.#lineage !== undefined && !this.#isBegun)
          this.#append(this.#lineage.start(plan, new Date()));
        this.#isBegun = true;
        events.onPlan?.(plan, own, done);
      },
    };
  }

  /** Does the work, tells how it ended, to people and to machines, and gives the exit code. */
  async conduct(
    work: () => Promise<RunOutcome>,
    { out, json, quiet, signalCode }: ConductOptions,
  ): Promise<number> {
    const { log } = this;
    let outcome: RunOutcome;
    try {
      outcome = await work();
    } catch (error) {
      this.fail({ message: messageOf(error) });
      throw error;
    } finally {
      log.stop();
    }
    const { report, problems, interrupted } = outcome;
    if (interrupted && !quiet) log.note(`interrupted; the same command goes on in ${out}`);
    if (report !== undefined && !quiet && this.#values['log-format'] === 'text')
      printSummary(report, out, log.seconds, process.stderr);
    if (report === undefined && !interrupted && !quiet) log.note(unfinished(problems.length > 0));
    const code = this.finish(outcome, signalCode);
    if (json && !interrupted)
      process.stdout.write(`${JSON.stringify(summaryOf(report, out), undefined, 2)}\n`);
    return code;
  }

  /** Writes down how the run ended; the exit code. */
  finish({ report, problems, interrupted, candidates }: RunOutcome, signalCode: () => number): number {
    const gates = report === undefined ? [] : this.#values['fail-on'].map((gate) => checkGate(gate, report));
    const failed = gates.filter((gate) => gate.failed);
    for (const gate of failed) this.log.note(`gate failed: ${describeGate(gate)}`);
    const isPartial = problems.length > 0;
    const status: RunEnd['status'] = interrupted
      ? 'interrupted'
      : failed.length > 0
        ? 'gate'
        : isPartial
          ? 'partial'
          : 'done';
    // a shard that leaves the rest to others has no report, and has not failed
    this.#tell(report, status, report !== undefined || interrupted || isPartial, candidates);
    if (interrupted) return signalCode();
    if (failed.length > 0) return exitCode.gate;
    if (isPartial) return exitCode.partial;
    const skip = this.#values['skip-exit-code'];
    return skip !== undefined && this.#isDoneBefore ? skip : exitCode.done;
  }

  /** Writes down that the run failed, for an error that is thrown on. */
  fail(error: { readonly message: string }): void {
    if (this.log instanceof JsonLog) this.log.write('error', 'failed', { message: error.message });
    this.#tell(undefined, 'failed', true);
  }

  #tell(report: Report | undefined, status: RunEnd['status'], isOver: boolean, candidates?: number): void {
    const { metrics } = this.#values;
    const at = new Date();
    if (metrics !== undefined)
      writeAtomically(
        metrics,
        renderMetrics(report, { status, seconds: this.log.seconds, at: at.getTime() / 1000, candidates }),
      );
    if (this.#lineage !== undefined && isOver) this.#append(this.#lineage.end(report, status, at));
    if (this.log instanceof JsonLog && report !== undefined) {
      const { rows, tally } = report;
      const fields = {
        status,
        rows,
        verdicts: tally.verdicts,
        findings: tally.findings,
        seconds: this.log.seconds,
      };
      this.log.write(status === 'done' ? 'info' : 'warn', 'end', fields);
    }
  }

  #append(event: unknown): void {
    const { lineage } = this.#values;
    onDisk(lineage!, () => appendFileSync(lineage!, `${JSON.stringify(event)}\n`));
  }
}

/** Loaded here, since most runs have no such gate and leave the rules to their threads. */
async function rulesOf(classifiers: readonly string[]): Promise<readonly ActiveRule[]> {
  const { loadDetectors } = await import('../detectors/load.ts');
  const { activeRules } = await import('../output/active-rules.ts');
  return activeRules(await loadDetectors(classifiers));
}

function isLoaded(rules: readonly string[] | readonly ActiveRule[]): rules is readonly ActiveRule[] {
  return typeof rules[0] === 'object';
}

function unfinished(failed: boolean): string {
  return failed
    ? 'some work units could not be done; the same command tries them again'
    : 'this part is done; the report is written when all parts are';
}

/** What `--json` prints: the report without its parts, and where it is. */
function summaryOf(report: Report | undefined, out: string): unknown {
  if (report === undefined) return { complete: false, out };
  const { rows, tally, errors, problems, leftOut = [] } = report;
  return {
    complete: true,
    out,
    rows,
    errors,
    problems,
    leftOut,
    verdicts: tally.verdicts,
    rowsByCategory: tally.rowsByCategory,
  };
}

function describeGate({ gate, count, of }: GateResult): string {
  return of === undefined ? `${gate}: ${count}` : `${gate}: ${count} of ${of} rows (${percent(count, of)})`;
}
