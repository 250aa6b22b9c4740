import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { findAlarms } from '../../src/output/report/alarms.ts';
import { collectReport } from '../../src/output/report/collect.ts';
import { inertJson, renderHtml } from '../../src/output/report/html.ts';
import { FindingList } from '../../src/output/report/listed.ts';
import { templateOf } from '../../src/output/report/template.ts';
import { codeSpan } from '../../src/output/report/text.ts';
import { writeReports } from '../../src/output/report/write.ts';
import { SliceCounter } from '../../src/output/slices.ts';
import { suiteFolder } from '../support/suite-folder.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hostileTexts, writeFindingsRun } from './report-run.ts';

const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileTexts));

describe('text from data', () => {
  it('cannot be markup once it is inert JSON, and comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(anything), (texts) => {
        const json = inertJson(texts);
        expect(json).not.toMatch(/[<\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual(texts);
      }),
    );
  });

  it('cannot leave its code span, its table cell or its line', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const span = codeSpan(text);
        expect(span).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        expect(span.replaceAll('\\|', '')).not.toContain('|');
        if (span === '') return;
        const fence = /^`+/.exec(span)![0];
        expect(span.endsWith(fence)).toBe(true);
        const inside = span.slice(fence.length, -fence.length);
        expect(inside.match(/`+/g) ?? []).not.toContain(fence);
      }),
    );
  });
});

describe('the list of findings', () => {
  const finding = (severity: string, evidence: string) => ({ severity, evidence });

  it('keeps the most severe and says how many are left out', () => {
    const severities = fc.constantFrom('critical', 'high', 'medium', 'low', 'informational');
    fc.assert(
      fc.property(fc.array(severities, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (all, most) => {
        const list = new FindingList({ findings: most, text: 1e9, near: 1e6 });
        for (const [index, severity] of all.entries()) list.add(finding(severity, `evidence ${index}`));
        const { columns, words, leftOut } = list.listed();
        const shown = columns.severity.map((word) => words[word!]!);
        const order = ['critical', 'high', 'medium', 'low', 'informational'];
        const best = [...all].sort((a, b) => order.indexOf(a) - order.indexOf(b)).slice(0, most);
        expect(shown).toEqual(best);
        expect(leftOut).toBe(all.length - best.length);
      }),
    );
  });

  it('is bounded in text, too', () => {
    const list = new FindingList({ findings: 1000, text: 1000, near: 1e6 });
    for (let index = 0; index < 500; index++) list.add(finding('low', `${index}`.padStart(100, 'x')));
    list.add(finding('critical', 'y'.repeat(500)));
    const { columns, words, leftOut } = list.listed();
    expect(columns.severity).toHaveLength(6);
    expect(words[columns.evidence[0]!]).toBe('y'.repeat(500));
    expect(leftOut).toBe(495);
  });
});

describe('the steps beside findings', () => {
  it('are left out where they are too much, and no finding for them', () => {
    const list = new FindingList({ findings: 1000, text: 1e6, near: 250 });
    for (let index = 0; index < 5; index++)
      list.add({
        severity: 'low',
        evidence: `${index}`,
        before: `${index}`.padStart(100, 'x'),
        after: 'same',
      });
    const { columns, words } = list.listed();
    expect(columns.before.map((word) => word !== null)).toEqual([true, true, false, false, false]);
    expect(columns.after.map((word) => word !== null && words[word])).toEqual([
      'same',
      'same',
      false,
      false,
      false,
    ]);
    expect(columns.evidence.map((word) => words[word!])).toEqual(['0', '1', '2', '3', '4']);
  });
});

describe('templates', () => {
  it('see one thing in what differs in numbers, addresses and hashes alone', () => {
    const one = templateOf('ssh -fN -R 8022:127.0.0.1:22 tunnel@203.0.113.7 -p 2200 # 9f86d081884c7d65');
    expect(templateOf('ssh  -fN -R 9:10.0.0.1:22 tunnel@198.51.100.2 -p 22 # 0a1b2c3d4e5f6071')).toBe(one);
    expect(one).toBe('ssh -fN -R <n>:<ip>:<n> tunnel@<ip> -p <n> # <hex>');
    expect(templateOf('nmap -sS 10.0.0.0/24')).not.toBe(one);
  });
});

describe('alarms', () => {
  it('are raised where one rule takes more than its share of a slice, not for small slices', () => {
    const counter = new SliceCounter();
    const add = (source: string, rows: number, gone: number) => {
      for (let row = 0; row < rows; row++)
        counter.add({ source }, { isGone: row < gone, isChanged: false, rules: row < gone ? ['r'] : [] });
    };
    add('much', 100, 30);
    add('little', 1000, 5);
    add('few', 4, 4);
    const alarms = findAlarms(counter.slices(), { share: 0.1, rows: 20 });
    expect(alarms).toEqual([{ dimension: 'source', value: 'much', rule: 'r', gone: 30, rows: 100 }]);
  });

  it('are raised for all rules together where a slice loses far more than the others', () => {
    const counter = new SliceCounter();
    for (let row = 0; row < 1000; row++) {
      const source = row < 100 ? 'odd' : 'even';
      const isGone = row < 16 || (row >= 100 && row % 40 === 0);
      counter.add({ source }, { isGone, isChanged: false, rules: isGone ? [`r${row}`] : [] });
    }
    const alarms = findAlarms(counter.slices(), { share: 0.1, rows: 20 });
    expect(alarms).toEqual([{ dimension: 'source', value: 'odd', gone: 16, rows: 100 }]);
  });
});

describe('a report', () => {
  const folder = suiteFolder();
  beforeAll(() => writeFindingsRun(folder, 2000));

  it('is the same, byte for byte, when it is made again', async () => {
    await writeReports(folder);
    const read = () => ['report.md', 'report.html'].map((name) => readFileSync(join(folder, name), 'utf8'));
    const before = read();
    await writeReports(folder);
    expect(read()).toEqual(before);
  });

  it('lets nothing run but scripts that it names by their hash, and fetches nothing', async () => {
    const html = renderHtml(await collectReport(folder));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
    expect(scripts).toHaveLength(3);
    for (const script of scripts) {
      const hash = createHash('sha256').update(script).digest('base64');
      expect(policy).toContain(`'sha256-${hash}'`);
    }
    expect(html.match(/<script/g)).toHaveLength(5);
    expect(html).not.toMatch(/<(?:link|img|iframe|object|embed|svg)\b/);
  });

  it('keeps the licences of the libraries that it carries', async () => {
    const html = renderHtml(await collectReport(folder));
    expect(html).toContain('Copyright 2010-2026 Mike Bostock');
    expect(html).toContain('Observable, Inc.');
    expect(html.match(/Permission to use, copy, modify/g)).toHaveLength(2);
  });

  it('puts unsafe rows with the highest reward first', async () => {
    const { rewarded } = await collectReport(folder);
    const rewards = rewarded.map(({ reward }) => reward!);
    expect(rewards.length).toBeGreaterThan(10);
    expect(rewards).toEqual([...rewards].sort((a, b) => b - a));
    expect(rewards[0]).toBe(1);
  });

  it('says in Markdown what it says in HTML', async () => {
    const { counts, findings } = await collectReport(folder);
    await writeReports(folder);
    const markdown = readFileSync(join(folder, 'report.md'), 'utf8');
    expect(markdown).toContain(`${findings.toLocaleString('en-US')} findings`);
    for (const [outcome, number] of Object.entries(counts.outcomes))
      expect(markdown).toMatch(new RegExp(`\`${outcome}\` \\| ${number.toLocaleString('en-US')} `));
    // outside of code spans nothing of the data is left
    expect(markdown.replace(/(`+)[\s\S]*?\1/g, '')).not.toContain('wasHurt');
  });

  it('is refused for a folder that holds no finished run', async () => {
    await expect(collectReport(temporaryFolder())).rejects.toThrow('holds no finished run');
  });
});
