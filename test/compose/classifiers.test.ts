import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadedDetectors, loadDetectors } from '../../src/detectors/load.ts';
import { activeRules } from '../../src/output/active-rules.ts';
import { planRerun } from '../../src/pipeline/rerun.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { hashesOf, trajsieve } from '../support/trajsieve.ts';
import { layouts, writeLayout } from './inputs.ts';
import { sieve } from './sieve.ts';
import { writeRules } from './support.ts';

const rule = (name: string, detection: string, more = '') => `title: ${name}
name: ${name}
status: stable
level: medium
logsource: { product: linux, category: process_creation }
detection:
${detection}
${more}`;
const program = (path: string) => `  program: { Image|endswith: ${path} }\n  condition: program`;

/** Two steps of a rollout, one after the other: each member is a rule that reports nothing for itself. */
const correlation = (first: string, count: number) => `${rule('own-git', program(first))}---
${rule('own-any', "  letter: { CommandLine|contains: 'a' }\n  condition: letter")}---
title: Many
name: own-many
status: stable
level: low
correlation:
  type: event_count
  rules: [own-git, own-any]
  timespan: 10h
  condition: { gte: ${count} }
`;

const filter = `title: Not these
name: own-filter
logsource: { product: linux, category: process_creation }
filter:
  rules: [own-scan]
  fast: { CommandLine|contains: '-sS' }
  condition: not fast
`;

/** A detector whose words stand in a file of their own, and that falls over the word `boom`. */
const detector = `import { word } from './lib/word.mjs';
export default {
  meta: { id: 'own-words', title: 'Word', category: 'words', class: 'safety', severity: 'low' },
  *detect({ steps }) {
    for (const step of steps) {
      if (step.text.includes('fall over')) throw new Error('fell over');
      const start = step.text.indexOf(word);
      if (start >= 0) yield { step: step.index, span: [start, start + word.length], evidence: word };
    }
  },
};
`;

/** The classifiers that the scan was made with. */
function writeClassifiers(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const pack = writeRules(folder);
  mkdirSync(join(pack, 'own', 'lib'), { recursive: true });
  writeFileSync(join(pack, 'own', 'many.yml'), correlation('/git', 4));
  writeFileSync(join(pack, 'own', 'words.mjs'), detector);
  writeFileSync(join(pack, 'own', 'lib', 'word.mjs'), "export const word = 'the';\n");
  return pack;
}

const file = (pack: string, name: string) => join(pack, ...name.split('/'));
/** What happened to the classifiers since, and the rules that must be asked again for it. */
const changes: Record<string, { change(pack: string): void; ask: readonly string[] }> = {
  'nothing changed': { change: () => {}, ask: [] },
  'a comment and the place of the folder changed': {
    change: (pack) => appendFileSync(file(pack, 'mining/classifier.yaml'), '# no more\n'),
    ask: [],
  },
  'a rule changed': {
    change: (pack) => {
      const path = file(pack, 'mining/rule.yml');
      writeFileSync(path, readFileSync(path, 'utf8').replace('contains: xmrig', "contains: ['ls', 'git']"));
    },
    ask: ['own-miner'],
  },
  'what a folder says of its rules changed': {
    change: (pack) => {
      const path = file(pack, 'tunnels/classifier.yaml');
      writeFileSync(path, readFileSync(path, 'utf8').replace('class: safety', 'class: trustworthiness'));
    },
    ask: ['own-tunnel'],
  },
  'a rule is new': {
    change: (pack) => writeFileSync(file(pack, 'own/new.yml'), rule('own-new', program('/python'))),
    ask: ['own-new'],
  },
  'a rule is gone': {
    change: (pack) => rmSync(file(pack, 'network-probing'), { recursive: true }),
    ask: [],
  },
  'a filter is new': {
    change: (pack) => writeFileSync(file(pack, 'own/filter.yml'), filter),
    ask: ['own-scan'],
  },
  'a member of a correlation changed': {
    change: (pack) => writeFileSync(file(pack, 'own/many.yml'), correlation('/ls', 4)),
    ask: ['own-any', 'own-git', 'own-many'],
  },
  'a correlation changed': {
    change: (pack) => writeFileSync(file(pack, 'own/many.yml'), correlation('/git', 2)),
    ask: ['own-any', 'own-git', 'own-many'],
  },
  'a correlation is gone, and its members report for themselves': {
    change: (pack) => {
      const path = file(pack, 'own/many.yml');
      writeFileSync(path, readFileSync(path, 'utf8').split('---\ntitle: Many')[0]!);
    },
    ask: ['own-any', 'own-git'],
  },
  'what a module imports changed': {
    change: (pack) => writeFileSync(file(pack, 'own/lib/word.mjs'), "export const word = 'project';\n"),
    ask: ['own-words'],
  },
  'a module that failed is mended': {
    change: (pack) =>
      writeFileSync(file(pack, 'own/words.mjs'), detector.replace('fall over', 'never said by anybody')),
    ask: ['own-words'],
  },
  'a module fails': {
    change: (pack) => writeFileSync(file(pack, 'own/words.mjs'), detector.replace('fall over', 'text')),
    ask: ['own-words'],
  },
  'all at once': {
    change: (pack) => {
      for (const name of ['a rule changed', 'a rule is new', 'a rule is gone', 'a correlation changed'])
        changes[name]!.change(pack);
    },
    ask: ['own-any', 'own-git', 'own-many', 'own-miner', 'own-new'],
  },
};

/** A file with one step a row, in another order than that of the steps. */
function writeStepRows(path: string): void {
  const commands = ['git status', './xmrig -o pool', 'ls -a', 'ssh -R 1:localhost:2 host', 'nmap -sS a'];
  const rows = Array.from({ length: 12 }, (_, at) => at).flatMap((id) =>
    [2, 0, 1].map((step) => ({
      trajectory_id: `t${id}`,
      step,
      role: step === 0 ? 'user' : 'assistant',
      content: id === 7 && step === 1 ? 'fall over' : 'the text',
      tool_calls: JSON.stringify([
        {
          id: 'c',
          type: 'function',
          function: {
            name: 'bash',
            arguments: JSON.stringify({ command: commands[(id + step) % commands.length] }),
          },
        },
      ]),
    })),
  );
  const column = (name: keyof (typeof rows)[number], type: 'STRING' | 'INT32') => ({
    name,
    data: rows.map((row) => row[name]),
    type,
  });
  const columnData = [
    column('trajectory_id', 'STRING'),
    column('step', 'INT32'),
    ...(['role', 'content', 'tool_calls'] as const).map((name) => column(name, 'STRING')),
  ];
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 10 })));
}

/** A record that detectors fall over, and one that is none. */
const lines = ['fall over', 'the', 'nothing']
  .map((content) => `${JSON.stringify({ messages: [{ role: 'assistant', content }] })}\n`)
  .join('');

describe('other classifiers than those of a scan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trajsieve-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [tables, records] = [join(folder, 'tables'), join(folder, 'records')];
  const inputs = [tables, records];
  const scan = join(folder, 'scan');
  let before: LoadedDetectors;

  beforeAll(async () => {
    for (const input of inputs) mkdirSync(input);
    for (const [seed, layout] of layouts.entries()) {
      const path = layout === 'jsonl' ? join(records, 'all.jsonl') : join(tables, `${layout}.parquet`);
      await writeLayout(layout, path, 30, seed + 1);
    }
    writeStepRows(join(tables, 'steps.parquet'));
    writeFileSync(join(records, 'few.jsonl'), `${lines}{"messages": \n`);
    const pack = writeClassifiers(join(folder, 'before'));
    before = await loadDetectors([pack]);
    await sieve(inputs, scan, { policy: 'default', rules: pack, mode: { shards: false } });
  }, 60_000);

  it.each(Object.entries(changes))('give what a run with them gives: %s', async (_, { change, ask }) => {
    const own = temporaryFolder();
    const pack = writeClassifiers(join(own, 'now'));
    change(pack);
    const loaded = await loadDetectors([pack]);
    const again = planRerun(activeRules(before), activeRules(loaded), loaded);
    expect(again.ask).toEqual(ask);
    const [whole, composed] = [join(own, 'whole'), join(own, 'composed')];
    const entries = await sieve(inputs, whole, { policy: 'default', rules: pack });
    await sieve(inputs, composed, { policy: 'default', rules: pack, mode: { recorded: scan, again } });
    expect(entries.reduce((sum, entry) => sum + entry.tally.findings, 0)).toBeGreaterThan(20);
    expect(hashesOf(composed)).toEqual(hashesOf(whole));
  });

  it('do so on the command line, and say where an input has changed', () => {
    const own = temporaryFolder();
    const [first, second] = [join(own, 'first'), join(own, 'second')].map(writeClassifiers);
    changes['all at once']!.change(second!);
    const data = join(own, 'in');
    cpSync(records, data, { recursive: true });
    const few = ['--workers', '1', '-q'];
    const other = { TRAJSIEVE_CLASSIFIERS: second! };
    trajsieve(['scan', data, '--out', join(own, 'scan'), ...few], { TRAJSIEVE_CLASSIFIERS: first! });
    trajsieve(['run', data, '--out', join(own, 'whole'), ...few], other);
    const words = ['compose', join(own, 'scan'), '--classifiers', second!, ...few, '--out'];
    trajsieve([...words, join(own, 'composed')]);
    expect(Object.keys(hashesOf(join(own, 'whole')))).toContain('report.html');
    expect(hashesOf(join(own, 'composed'))).toEqual(hashesOf(join(own, 'whole')));
    appendFileSync(join(data, 'few.jsonl'), lines);
    const changed = trajsieve([...words, join(own, 'changed')]);
    expect(changed).toMatchObject({ status: 1 });
    expect(changed.stderr).toContain('input was changed since the scan');
    expect(changed.stderr).toContain('few.jsonl');
  }, 60_000);
});
