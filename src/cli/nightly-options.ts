import { z } from 'zod';
import { type Gate, parseGate } from '../nightly/gate.ts';
import type { Options } from './command.ts';
import { texts, wholeNumber } from './values.ts';

/** Options of jobs that run by themselves. */
export const nightlyOptions = {
  'fail-on': {
    describe:
      "exit with code 3 when the run comes to this: 'unsafe>0.5%', 'findings>=100', 'category:mining>0', 'unreadable>0'; may be given again",
    type: 'array',
    placeholder: 'CONDITION',
    schema: texts.default([]).transform((conditions, context): Gate[] =>
      conditions.flatMap((text) => {
        const gate = parseGate(text);
        if (!('error' in gate)) return [gate];
        context.addIssue({ code: 'custom', message: gate.error });
        return [];
      }),
    ),
  },
  metrics: {
    describe: "file for figures that Prometheus' node_exporter collects, e.g. trajsieve.prom",
    type: 'string',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
  },
  lineage: {
    describe: 'file that OpenLineage events are appended to, one JSON document a line',
    type: 'string',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
  },
  'log-format': {
    describe: 'what stands on standard error: text for people, json for machines',
    type: 'string',
    placeholder: 'text|json',
    schema: z.enum(['text', 'json'], { error: 'expected text or json' }).default('text'),
  },
  'skip-exit-code': {
    describe: 'exit with this code when everything had been done before, e.g. 99 for Airflow',
    type: 'string',
    placeholder: 'N',
    schema: wholeNumber(0).max(255, 'expected 255 or less').optional(),
  },
} as const satisfies Options;
