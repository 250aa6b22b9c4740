import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { LedgerEntry } from '../pipeline/ledger.ts';
import { type Plan, sumRows, type WorkUnit } from '../pipeline/plan.ts';
import type { Report } from '../pipeline/report.ts';
import { planRun, run } from '../pipeline/run.ts';
import { defineCommand, exitCode } from './command.ts';
import { count, ProgressDisplay, rowCount } from './progress.ts';
import { shardFromEnvironment, shardValue } from './shard.ts';
import { printPlan } from './show-plan.ts';
import { printSummary } from './show-summary.ts';
import { interruptible } from './signals.ts';
import { booleanValue, byteSize, duration, texts, UsageError, wholeNumber } from './values.ts';

export const runCommand = defineCommand({
  usage: 'run <inputs..>',
  describe: 'Filter trajectories: kept and quarantined shards, findings, ledger and report',
  options: {
    out: {
      describe: 'folder for the results; a run that was interrupted there goes on',
      type: 'string',
      placeholder: 'DIR',
      schema: z.string().min(1).optional(),
    },
    policy: {
      describe: 'what findings lead to: a ready policy, or a YAML file',
      type: 'string',
      placeholder: 'NAME|FILE',
      schema: z.string().min(1).default('default'),
    },
    classifiers: {
      describe: 'folders or modules of detectors, instead of those that come with trajsieve',
      type: 'array',
      placeholder: 'PATH',
      schema: texts.default([]),
    },
    scope: {
      describe: 'YAML file of hosts, networks, paths and tools that the agents were free to act on',
      type: 'string',
      placeholder: 'FILE',
      schema: z.string().min(1).optional(),
    },
    dataset: {
      describe:
        'how the rows are to be read, instead of recognising it: a data set spec by name, or a YAML file',
      type: 'string',
      placeholder: 'NAME|FILE',
      schema: z.string().min(1).optional(),
    },
    workers: {
      describe: 'worker threads; one per processor otherwise',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(1).default(availableParallelism()),
    },
    memory: {
      describe: 'memory that all workers together aim to stay under',
      type: 'string',
      placeholder: 'SIZE',
      schema: byteSize.prefault('600MB'),
    },
    'row-timeout': {
      describe: 'time for one row; a row that takes longer is recorded as an error',
      type: 'string',
      placeholder: 'TIME',
      schema: duration.prefault('10s'),
    },
    limit: {
      describe: 'only the first N rows',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(1).optional(),
    },
    shard: {
      describe:
        'only part i of n of the work, counted from 0; also read from Slurm, Kubernetes and AWS Batch',
      type: 'string',
      placeholder: 'i/n',
      schema: shardValue.optional(),
    },
    'dry-run': { describe: 'print the plan and do nothing', type: 'boolean', schema: booleanValue },
    prefilter: {
      describe: 'skip what no rule can match; --no-prefilter parses everything and finds the same',
      type: 'boolean',
      schema: booleanValue.prefault(true),
    },
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
    quiet: { describe: 'no progress and no summary', type: 'boolean', alias: 'q', schema: booleanValue },
  },
  async run(values, { inputs }) {
    const files = inputs as readonly string[];
    if (values['dry-run']) {
      const plan = await planRun(files, values.out, values);
      if (values.json) process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
      else printPlan(plan, process.stdout);
      return plan.problems.length > 0 ? exitCode.partial : exitCode.done;
    }
    if (values.out === undefined) throw new UsageError('--out is missing', 'name a folder for the results');
    const display = new ProgressDisplay(process.stderr, values.quiet);
    const { signal, exitCodeOf } = interruptible();
    const outcome = await run({
      inputs: files,
      out: values.out,
      settings: {
        policy: values.policy,
        classifiers: values.classifiers,
        scope: values.scope,
        dataset: values.dataset,
        prefilter: values.prefilter,
        limit: values.limit,
      },
      workers: values.workers,
      memory: values.memory,
      rowTimeout: values['row-timeout'],
      shard: values.shard ?? shardFromEnvironment(process.env) ?? { index: 0, count: 1 },
      signal,
      events: {
        onPlan(plan, own, done) {
          const bytes = (list: readonly WorkUnit[]) => list.reduce((sum, unit) => sum + unit.bytes, 0);
          const finished = own.filter((unit) => done.some((entry) => entry.unit === unit.number));
          const sum = (of: (entry: LedgerEntry) => number) =>
            done.reduce((total, entry) => total + of(entry), 0);
          display.start(sumRows(own), bytes(own), {
            rows: sum((entry) => entry.rows.in),
            bytes: bytes(finished),
            findings: sum((entry) => entry.tally.findings),
          });
          if (!values.quiet) display.note(opening(plan, own.length, finished.length));
        },
        onProgress: (progress) => display.add(progress),
        onProblem: ({ message }) => display.note(`error: ${message}`),
      },
    });
    display.stop();
    if (outcome.interrupted) {
      if (!values.quiet) display.note(`interrupted; the same command goes on in ${values.out}`);
      return exitCodeOf();
    }
    const { report, problems } = outcome;
    if (report !== undefined && !values.quiet)
      printSummary(report, values.out, display.seconds, process.stderr);
    if (report === undefined && !values.quiet) display.note(unfinished(outcome.problems.length > 0));
    if (values.json) process.stdout.write(`${JSON.stringify(summaryOf(report, values.out), undefined, 2)}\n`);
    return problems.length > 0 ? exitCode.partial : exitCode.done;
  },
});

function opening(plan: Plan, units: number, finished: number): string {
  const shapes = [...new Set(plan.files.map((file) => file.spec))].join(', ');
  const resumed = finished > 0 ? `, ${finished} done before` : '';
  return `${rowCount(plan.rows)} in ${count(plan.files.length)} file${plan.files.length === 1 ? '' : 's'} (${shapes}), ${units} work unit${units === 1 ? '' : 's'}${resumed}`;
}

function unfinished(failed: boolean): string {
  return failed
    ? 'some work units could not be done; the same command tries them again'
    : 'this part is done; the report is written when all parts are';
}

/** What `--json` prints: the report without its parts, and where it is. */
function summaryOf(report: Report | undefined, out: string): unknown {
  if (report === undefined) return { complete: false, out };
  const { rows, tally, errors, problems } = report;
  return {
    complete: true,
    out,
    rows,
    errors,
    problems,
    verdicts: tally.verdicts,
    rowsByCategory: tally.rowsByCategory,
  };
}
