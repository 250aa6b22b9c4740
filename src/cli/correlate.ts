import { z } from 'zod';
import { correlateAlerts } from '../correlate/correlate-alerts.ts';
import type { Correlation } from '../correlate/correlation.ts';
import { knownFeeds } from '../correlate/feeds/index.ts';
import { loadMapping } from '../correlate/feeds/mapping.ts';
import { nearest } from '../suggest.ts';
import { alertOptions } from './alert-options.ts';
import { defineCommand, exitCode } from './command.ts';
import { count } from './progress.ts';
import { matchingOptions, policyOption } from './run-options.ts';
import { interruptible } from './signals.ts';
import { formatTable, printable } from './table.ts';
import { booleanValue, duration, texts, UsageError, wholeNumber } from './values.ts';

export const correlateCommand = defineCommand({
  usage: 'correlate <inputs..>',
  describe: 'Match the alerts of firewalls and host sensors to the episodes that caused them',
  options: {
    ...alertOptions,
    out: {
      describe: 'folder for the results',
      type: 'string',
      placeholder: 'DIR',
      schema: z.string().min(1).optional(),
    },
    tolerance: {
      describe: 'how far the times of a feed may be off, where that is not its own: FEED=TIME',
      type: 'array',
      placeholder: 'FEED=TIME',
      schema: texts.default([]),
    },
    shifts: {
      describe: 'how often the alerts are moved in time, to see what chance would do',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(1).default(199),
    },
    seed: {
      describe: 'seed of what is drawn by lot',
      type: 'string',
      placeholder: 'N',
      schema: wholeNumber(0).default(1),
    },
    findings: {
      describe:
        'folder of an earlier run whose findings the alerts are compared with; otherwise the trajectories are examined',
      type: 'string',
      placeholder: 'DIR',
      schema: z.string().min(1).optional(),
    },
    examine: {
      describe: '--no-examine matches the alerts alone, without looking for unsafe behaviour',
      type: 'boolean',
      schema: booleanValue.prefault(true),
    },
    classifiers: matchingOptions.classifiers,
    policy: policyOption,
    dataset: {
      describe: 'read all inputs by this data set spec, instead of recognising each',
      type: 'string',
      placeholder: 'NAME|FILE',
      schema: z.string().min(1).optional(),
    },
    json: { describe: 'print one JSON document on standard output', type: 'boolean', schema: booleanValue },
    quiet: { describe: 'no progress and no summary', type: 'boolean', alias: 'q', schema: booleanValue },
  },
  async run(values, { inputs }) {
    if (values.alerts.length === 0) throw new UsageError('--alerts is missing', 'name the files of alerts');
    if (values.out === undefined) throw new UsageError('--out is missing', 'name a folder for the results');
    const { signal, exitCodeOf } = interruptible();
    const mappings = values['alert-map'].map(loadMapping);
    const note = (text: string) => {
      if (!values.quiet) process.stderr.write(`${text}\n`);
    };
    let told = Date.now();
    try {
      const { correlation, problems } = await correlateAlerts({
        inputs: inputs as readonly string[],
        alerts: values.alerts,
        out: values.out,
        alertMaps: values['alert-map'],
        commandLogs: values['command-logs'],
        leases: values.leases,
        naiveTz: values['naive-tz'],
        findings: values.findings,
        dataset: values.dataset,
        lag: values.lag,
        tolerances: tolerancesOf(
          values.tolerance,
          mappings.map(({ name }) => name),
        ),
        shifts: values.shifts,
        seed: values.seed,
        examine: values.examine,
        classifiers: values.classifiers,
        policy: values.policy,
        signal,
        onProblem: ({ message }) => note(`error: ${message}`),
        onLeftOut: ({ message }) => note(`warning: left out: ${message}`),
        onProgress: ({ phase, count: done }) => {
          if (Date.now() - told < 5000) return;
          told = Date.now();
          note(`${phase}: ${count(done)}`);
        },
      });
      if (!values.quiet) process.stderr.write(summary(correlation, values.out));
      if (values.json)
        process.stdout.write(`${JSON.stringify({ out: values.out, ...correlation }, undefined, 2)}\n`);
      const { unreadable } = correlation.alerts;
      return problems.length > 0 || unreadable > 0 || correlation.episodes.unreadable > 0
        ? exitCode.partial
        : exitCode.done;
    } catch (error) {
      if (!signal.aborted) throw error;
      note('interrupted; nothing was written');
      return exitCodeOf();
    }
  },
});

function tolerancesOf(given: readonly string[], mapped: readonly string[]): Map<string, number> {
  const names = [...knownFeeds.map(({ name }) => name), ...mapped];
  return new Map(
    given.map((text) => {
      const [name = '', time = ''] = text.split('=');
      if (!names.includes(name)) {
        const close = nearest(name, names);
        throw new UsageError(
          `--tolerance: feed ${JSON.stringify(name)} is unknown`,
          close === undefined ? `feeds are ${names.join(', ')}` : `did you mean ${close}?`,
        );
      }
      const parsed = duration.safeParse(time);
      if (!parsed.success)
        throw new UsageError(
          `--tolerance: expected FEED=TIME such as suricata=30s, got ${JSON.stringify(text)}`,
        );
      return [name, parsed.data] as const;
    }),
  );
}

/** What the command says on the terminal. */
function summary(correlation: Correlation, out: string): string {
  const { alerts, strengths, chance, offsets, signatures, episodes } = correlation;
  const lines = [
    `${count(alerts.in)} alerts = ${count(alerts.matched)} matched + ${count(alerts.ambiguous)} ambiguous + ${count(alerts.unexplained)} unexplained + ${count(alerts.unreadable)} unreadable`,
    `${count(episodes.rows)} episodes, ${count(episodes.withoutTimes)} without times, ${count(episodes.unreadable)} unreadable`,
    `${count(correlation.findings)} telemetry findings; ${count(correlation.corroborated)} behaviour findings borne out; ${count(correlation.unseen)} unsafe ones that no sensor saw`,
    '',
  ];
  const rows = Object.entries(strengths).flatMap(([name, { matched, ambiguous, content }]) =>
    matched + ambiguous === 0 ? [] : [[name, count(matched), count(ambiguous), count(content)]],
  );
  let text = `${lines.join('\n')}${formatTable([['by', 'matched', 'ambiguous', 'named by a call'], ...rows])}`;
  const worst = signatures.filter(({ severity }) => severity !== 'informational').slice(0, 10);
  if (worst.length > 0) {
    text += formatTable([
      ['severity', 'matched', 'ambiguous', 'unexplained', 'lift', 'p', 'signature'],
      ...worst.map((one) => [
        one.severity,
        count(one.matched),
        count(one.ambiguous),
        count(one.unexplained),
        one.lift === undefined || one.lift === null ? '' : one.lift.toFixed(2),
        one.pValue === undefined ? '' : one.pValue.toFixed(3),
        printable(one.signature.slice(0, 70)),
      ]),
    ]);
  }
  if (chance.all !== null) {
    const { observed, expected, lift, pValue } = chance.all;
    text += `alerts while tools ran: ${(observed * 100).toFixed(1)} %, by chance ${(expected * 100).toFixed(1)} % (lift ${lift?.toFixed(2) ?? 'unknown'}, p ${pValue.toFixed(3)}, ${chance.shifts} shifts)\n`;
  }
  for (const { message } of offsets) text += `${printable(message)}\n`;
  return `${text}results in ${printable(out)}\n`;
}
