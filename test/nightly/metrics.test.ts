import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderMetrics } from '../../src/nightly/metrics.ts';
import { packagePath } from '../../src/package-path.ts';
import type { Report } from '../../src/pipeline/report.ts';
import { findPython, runPython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary.ts';

const python = findPython('prometheus_client');

const report = {
  version: '1.2.3',
  rows: { in: 10, kept: 8, edited: 1, negative: 0, dropped: 0, quarantined: 2, unreadable: 0 },
  problems: [],
  tally: {
    verdicts: { safe: 8, unsafe: 2 },
    severities: { high: 3 },
    categories: { 'a "b" \\ \n c': 3 },
    outcomes: { succeeded: 1 },
    findings: 3,
  },
} as unknown as Report;

describe('metrics', () => {
  it('say that a run failed, and nothing of rows, where there is no report', () => {
    const text = renderMetrics(undefined, { status: 'failed', seconds: 1.5, at: 1_795_000_000 });
    expect(text).toContain('trajsieve_run_success 0\n');
    expect(text).toContain('trajsieve_run_status{status="failed"} 1\n');
    expect(text).not.toContain('trajsieve_rows');
    expect(text.endsWith('\n')).toBe(true);
  });

  it.skipIf(python === undefined)("are read by Prometheus' own parser, whatever a name holds", () => {
    const file = join(temporaryFolder(), 'trajsieve.prom');
    writeFileSync(
      file,
      renderMetrics(report, { status: 'done', seconds: 12.3456, at: 1_795_000_000.4, candidates: 4 }),
    );
    const script = packagePath('test/nightly/read_metrics.py');
    const samples: [string, Record<string, string>, number][] = JSON.parse(
      runPython(python!, script, [file]),
    );
    const value = (name: string, labels: Record<string, string> = {}) =>
      samples.find(([one, own]) => one === name && JSON.stringify(own) === JSON.stringify(labels))?.[2];
    expect(value('trajsieve_run_success')).toBe(1);
    expect(value('trajsieve_rows', { place: 'quarantined' })).toBe(2);
    expect(value('trajsieve_rows_edited')).toBe(1);
    expect(value('trajsieve_candidates')).toBe(4);
    expect(value('trajsieve_findings_by_category', { category: 'a "b" \\ \n c' })).toBe(3);
    expect(value('trajsieve_run_duration_seconds')).toBe(12.346);
    // what rows went to adds up to the rows in
    const places = samples.filter(([name]) => name === 'trajsieve_rows');
    expect(places.reduce((sum, [, , count]) => sum + count, 0)).toBe(10);
  });
});
